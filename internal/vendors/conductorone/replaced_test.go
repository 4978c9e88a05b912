package conductorone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// TestAListThatAnotherFieldReplacesIsToldWhereItWasSomebodyElses: an edit picks entitlements and is taken back. What is picked by
// types of resources takes their place, so they are emptied; what the console had picked before does not come back.
func TestAListThatAnotherFieldReplacesIsToldWhereItWasSomebodyElses(t *testing.T) {
	k := reviews(t)
	theirs := fullReview()
	obs := k.Created("", theirs)
	byType := theirs
	byType.Scope = &backend.ReviewScope{ResourceTypes: backend.ResourceTypeSet{{AppID: github, ResourceTypeID: fake.SeedID("resource-type", "GitHub/Team")}}}
	h := enginetest.Adopting(t, enginetest.Reviews, k, "", byType, obs.ID)
	standsInSync(t, h)
	picked := theirs
	picked.Scope = &backend.ReviewScope{Entitlements: backend.EntitlementSet{{AppID: github, ID: member.ID}}}
	h.Edit(picked)
	standsInSync(t, h)
	h.Edit(byType)
	standsInSync(t, h)
	if left := k.Observed(obs.ID, "", theirs).Actual.Scope.Entitlements; len(left) > 0 {
		t.Fatalf("%v are picked still", left)
	}
	if diff := cmp.Diff([]string{"scope.entitlements Cleared"}, h.Says().LeftBehind); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
}

// standsInSync runs an object until it stands still, and wants it in sync.
func standsInSync[D backend.Model](t *testing.T, h enginetest.Hand[D]) {
	t.Helper()
	if got := h.Run(); got != inSync {
		t.Fatalf("%s: %s", got, h.Says().Message)
	}
}
