package conductorone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
)

// TestBindingsThatAnEditTookAwayAreToldWhenItIsTakenBack: the spec says who sees the profile, which is as the console had it, and
// unpublishes it. The vendor keeps no bindings then, and they do not come back by themselves.
func TestBindingsThatAnEditTookAwayAreToldWhenItIsTakenBack(t *testing.T) {
	k := profiles(t)
	theirs := shownTo(backend.To(false), everyone, engineer)
	theirs.Requestable = backend.To(true)
	obs := k.Converge(k.Created("", theirs), theirs)
	first := backend.AccessProfile{DisplayName: theirs.DisplayName, Requestable: backend.To(true), Entitlements: theirs.Entitlements}
	h := enginetest.Adopting(t, enginetest.Profiles, k, "", first, obs.ID)
	standsInSync(t, h)
	hidden := theirs
	hidden.Requestable = backend.To(false)
	h.Edit(hidden)
	standsInSync(t, h)
	h.Edit(first)
	standsInSync(t, h)
	if left := profileBlock(k.Observed(obs.ID, "", theirs).Actual).VisibleTo; len(left) > 0 {
		t.Fatalf("%v see it still", left)
	}
	if diff := cmp.Diff([]string{"conductorOne.visibleTo Cleared"}, h.Says().LeftBehind); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
}
