package inspect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Limit is something that holds writes at a backend: a safety limit that is on, or spec.suspend.
type Limit struct {
	Backend string `json:"backend"`
	// Reason is MassAbsence, MassDeletion or Suspended.
	Reason string `json:"reason"`
	// Kind and Count: so many remotes of it vanished together; without a kind, so many deletions wait.
	Kind  string      `json:"kind,omitempty"`
	Count int32       `json:"count,omitempty"`
	Since metav1.Time `json:"since,omitzero"`
}

// Sweep is the comparison of all objects of a kind at a backend with the vendor.
type Sweep struct {
	Backend string      `json:"backend"`
	Kind    string      `json:"kind"`
	Objects int32       `json:"objects"`
	Last    metav1.Time `json:"last,omitzero"`
	// Next is due by the resyncInterval of the backend; nothing while the backend is not swept.
	Next metav1.Time `json:"next,omitzero"`
}

// sweptEvery is the resyncInterval of a backend that has none.
const sweptEvery = 10 * time.Minute

// take adds what is to be said of a backend.
func (s *Summary) take(id reference.Object, obj backendObject) {
	name, status := inWords(id), obj.GetBackendStatus()
	ready := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady)
	if !backendReady(obj) {
		s.Backends = append(s.Backends, withCondition(id, ready))
	}
	limited := false
	if ready != nil {
		switch ready.Reason {
		case v1alpha1.ReasonMassAbsence:
			limited = true
			for _, absent := range status.Absent {
				limit := Limit{Backend: name, Reason: ready.Reason, Kind: absent.Kind, Count: absent.Count, Since: ready.LastTransitionTime}
				if absent.Since != nil {
					limit.Since = *absent.Since
				}
				s.Limits = append(s.Limits, limit)
			}
		case v1alpha1.ReasonMassDeletion:
			limited = true
			s.Limits = append(s.Limits, Limit{Backend: name, Reason: ready.Reason, Count: status.PendingDeletions, Since: ready.LastTransitionTime})
		}
	}
	if obj.GetBackendSpec().Suspend {
		s.Limits = append(s.Limits, Limit{Backend: name, Reason: v1alpha1.ReasonSuspended})
	}
	interval, err := obj.GetBackendSpec().ResyncInterval.Parse()
	if err != nil || interval <= 0 {
		interval = sweptEvery
	}
	for _, count := range status.Counts {
		sweep := Sweep{Backend: name, Kind: count.Kind, Objects: count.Managed}
		if count.LastSweepAt != nil {
			sweep.Last = *count.LastSweepAt
			if limited || backendReady(obj) {
				sweep.Next = metav1.NewTime(count.LastSweepAt.Add(interval))
			}
		}
		s.Sweeps = append(s.Sweeps, sweep)
	}
}

// backendsOf maps backends to their vendors, and begins the summary with what is to be said of them. hidden: the user may not read
// cluster backends.
func backendsOf(ctx context.Context, reader client.Reader, namespace string) (vendors map[reference.Object]string, out Summary, hidden bool, err error) {
	vendors = map[reference.Object]string{}
	take := func(kind string, obj backendObject) {
		id := reference.Object{Kind: kind, Namespace: obj.GetNamespace(), Name: obj.GetName()}
		vendors[id] = string(obj.GetBackendSpec().Vendor)
		out.take(id, obj)
	}
	local, shared := &v1alpha1.GovernanceBackendList{}, &v1alpha1.ClusterGovernanceBackendList{}
	if err := reader.List(ctx, local, client.InNamespace(namespace)); err != nil {
		return nil, out, false, err
	}
	for i := range local.Items {
		take(v1alpha1.KindGovernanceBackend, &local.Items[i])
	}
	if err := reader.List(ctx, shared); err != nil {
		if !unavailable(err) {
			return nil, out, false, err
		}
		hidden = true
	}
	for i := range shared.Items {
		take(v1alpha1.KindClusterGovernanceBackend, &shared.Items[i])
	}
	slices.SortFunc(out.Sweeps, func(a, b Sweep) int {
		return cmp.Or(strings.Compare(a.Backend, b.Backend), strings.Compare(a.Kind, b.Kind))
	})
	slices.SortFunc(out.Limits, func(a, b Limit) int {
		return cmp.Or(strings.Compare(a.Backend, b.Backend), strings.Compare(a.Reason, b.Reason), strings.Compare(a.Kind, b.Kind))
	})
	return vendors, out, hidden, nil
}
