package argocd_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// of all managed kinds, what Flux makes of their states.
var managed = map[string]status.Status{
	"new":               status.InProgressStatus,
	"ready":             status.CurrentStatus,
	"edited":            status.InProgressStatus,
	"drifted":           status.CurrentStatus,
	"suspended":         status.InProgressStatus, // It was never made. One that was Ready stays so.
	"deleting":          status.TerminatingStatus,
	"deletion-blocked":  status.TerminatingStatus,
	"blocked":           status.InProgressStatus,
	"backend-not-found": status.InProgressStatus,
	"throttled":         status.InProgressStatus,
	"vendor-down":       status.InProgressStatus,
	"field-unsupported": status.FailedStatus,
	"remote-missing":    status.FailedStatus,
	"remote-exists":     status.FailedStatus,
	"refused":           status.FailedStatus,
}

var backends = map[string]status.Status{
	"new":              status.InProgressStatus,
	"ready":            status.CurrentStatus,
	"edited":           status.InProgressStatus,
	"suspended":        status.CurrentStatus,
	"deleting":         status.TerminatingStatus,
	"secret-not-found": status.InProgressStatus,
	"unreachable":      status.InProgressStatus,
	"circuit-open":     status.InProgressStatus,
	"invalid-spec":     status.FailedStatus,
	"unauthorized":     status.FailedStatus,
	"tenant-changed":   status.FailedStatus,
	"mass-absence":     status.FailedStatus,
	"mass-deletion":    status.FailedStatus,
}

func with(base, more map[string]status.Status) map[string]status.Status {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}

var flux = map[string]map[string]status.Status{
	v1alpha1.KindAppEntitlement: with(managed, map[string]status.Status{
		"create-unsupported": status.FailedStatus,
		"remote-not-found":   status.InProgressStatus,
	}),
	v1alpha1.KindAccessProfile: with(managed, map[string]status.Status{
		"draft-pending": status.InProgressStatus,
		"remote-failed": status.FailedStatus,
	}),
	v1alpha1.KindAccessReview: with(managed, map[string]status.Status{
		"awaiting-reviewers": status.CurrentStatus,
		"completed":          status.CurrentStatus,
		"start-held":         status.CurrentStatus,
		"vendor-working":     status.InProgressStatus,
		"sealed":             status.FailedStatus,
		"outcome-unknown":    status.FailedStatus,
	}),
	v1alpha1.KindGovernanceBackend:        backends,
	v1alpha1.KindClusterGovernanceBackend: backends,
}

func TestFluxSeesTheStatesByKstatus(t *testing.T) {
	for _, kind := range kinds {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(flux[kind])), states(t, kind)); diff != "" {
			t.Errorf("%s: states: %s", kind, diff)
		}
		for state, want := range flux[kind] {
			t.Run(kind+" "+state, func(t *testing.T) {
				got, err := status.Compute(object(t, of(kind, "testdata", state+".yaml")))
				if err != nil {
					t.Fatal(err)
				}
				if got.Status != want {
					t.Errorf("got %s (%s), want %s", got.Status, got.Message, want)
				}
			})
		}
	}
}

// Both tools say of a state that it is done, or both say that it is not.
func TestArgoCDAndFluxAgree(t *testing.T) {
	same := map[string]status.Status{"Healthy": status.CurrentStatus, "Progressing": status.InProgressStatus, "Degraded": status.FailedStatus}
	// Flux has no word for what is suspended, and none for what only a person can end.
	unlike := []string{"suspended", "draft-pending"}
	for _, kind := range kinds {
		for state, said := range flux[kind] {
			if said == status.TerminatingStatus || slices.Contains(unlike, state) {
				continue
			}
			if got := healthOf(t, kind, of(kind, "testdata", state+".yaml")); same[got.Status] != said {
				t.Errorf("%s %s: Argo CD says %s, Flux %s", kind, state, got.Status, said)
			}
		}
	}
}
