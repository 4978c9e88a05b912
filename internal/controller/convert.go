package controller

import (
	"encoding/json"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// optional is nil for a text that is left out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// people resolves users. asWritten: the vendor has no look-up for them.
func people(path string, refs []v1alpha1.UserRef, asWritten bool, r *reference.Resolver) backend.Set {
	if !asWritten || refs == nil {
		return r.Users(path, refs)
	}
	out := backend.Set{}
	for _, ref := range refs {
		out = append(out, ref.ID+ref.Email)
	}
	return out
}

func set(values []string) backend.Set {
	if values == nil {
		return nil
	}
	return append(backend.Set{}, values...)
}

func words[T ~string](values []T) backend.Set {
	if values == nil {
		return nil
	}
	out := backend.Set{}
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

func marker(m *v1alpha1.Marker) *struct{} {
	if m == nil {
		return nil
	}
	return &struct{}{}
}

func days(n *int32) *backend.Duration {
	if n == nil {
		return nil
	}
	return &backend.Duration{Duration: time.Duration(*n) * 24 * time.Hour}
}

func instant(path string, t v1alpha1.Timestamp, r *reference.Resolver) *backend.Instant {
	if t == "" {
		return nil
	}
	at, err := t.Parse()
	if err != nil {
		r.Reject(v1alpha1.ReasonInvalidSpec, path, "%q is not an instant", t)
		return nil
	}
	return &backend.Instant{Time: at}
}

// moment is nil for the zero time; seconds are all that the API server keeps.
func moment(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	m := metav1.NewTime(t.Truncate(time.Second))
	return &m
}

func freeForm(raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var out map[string]any
	err := json.Unmarshal(raw, &out)
	return out, err
}
