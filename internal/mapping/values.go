package mapping

import (
	"encoding/json"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Text is nil for a text that is left out.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// List is a set of words; nil where there is no list.
func List[T ~string](values []T) backend.Set {
	if values == nil {
		return nil
	}
	out := backend.Set{}
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// Words is the way back of List.
func Words[T ~string](set backend.Set) []T {
	if set == nil {
		return nil
	}
	out := []T{}
	for _, v := range set {
		out = append(out, T(v))
	}
	return out
}

// Flag is nil for a switch that is off, which says the same as one that is left out.
func Flag(on bool) *bool {
	if !on {
		return nil
	}
	return &on
}

// Presence is what a marker says in a model.
func Presence(m *v1alpha1.Marker) *struct{} {
	if m == nil {
		return nil
	}
	return &struct{}{}
}

// Marker is the way back of Presence.
func Marker(there *struct{}) *v1alpha1.Marker {
	if there == nil {
		return nil
	}
	return &v1alpha1.Marker{}
}

// MarkerIf is a marker, or nil.
func MarkerIf(there bool) *v1alpha1.Marker {
	if !there {
		return nil
	}
	return &v1alpha1.Marker{}
}

// Days is a length of time in days; nil where it is left out.
func Days(n *int32) *backend.Duration {
	if n == nil {
		return nil
	}
	return &backend.Duration{Duration: time.Duration(*n) * 24 * time.Hour}
}

// InDays is the way back of Days. What is left of a day is dropped.
func InDays(d *backend.Duration) *int32 {
	if d == nil {
		return nil
	}
	n := int32(d.Duration / (24 * time.Hour)) //nolint:gosec // A length of time has fewer than 110,000 days.
	return &n
}

// Instant is a point in time; nil where it is left out, or where it is none, which r notes.
func Instant(path string, t v1alpha1.Timestamp, r *reference.Resolver) *backend.Instant {
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

// Timestamp is the way back of Instant.
func Timestamp(at *backend.Instant) v1alpha1.Timestamp {
	if at == nil {
		return ""
	}
	return v1alpha1.Timestamp(at.UTC().Format(time.RFC3339Nano))
}

// Object is a JSON object of the user's own fields; nil where it is left out.
func Object(raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var out map[string]any
	err := json.Unmarshal(raw, &out)
	return out, err
}

// CheckExpression notes in r what is wrong, or suspicious, with an expression.
func CheckExpression(path string, env expression.Environment, text string, r *reference.Resolver) {
	if text == "" {
		return
	}
	cautions, err := expression.Examine(env, text)
	if err != nil {
		r.Reject(v1alpha1.ReasonExpressionInvalid, path, "%s", err)
	}
	for _, caution := range cautions {
		r.Caution(path, caution)
	}
}

// Users are people by id or address.
func Users(names Names, ids backend.Set) []v1alpha1.UserRef {
	if ids == nil {
		return nil
	}
	out := []v1alpha1.UserRef{}
	for _, id := range ids {
		out = append(out, User(names, id))
	}
	return out
}

// Refs are things by name where names knows one, else by id.
func Refs(names Names, q backend.Name, ids backend.Set) []v1alpha1.NamedRef {
	if ids == nil {
		return nil
	}
	out := []v1alpha1.NamedRef{}
	for _, id := range ids {
		out = append(out, Ref(names, q, id))
	}
	return out
}

// OptionalTo is a reference that may be left out; nil for no id.
func OptionalTo(names Names, q backend.Name, id string) *v1alpha1.NamedRef {
	if id == "" {
		return nil
	}
	ref := Ref(names, q, id)
	return &ref
}
