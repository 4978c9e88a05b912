package backend_test

import (
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

// TestAListThatIsToBeEmptyDoesNotWait: the vendor takes nothing in that state, and giving up what is there is no taking.
func TestAListThatIsToBeEmptyDoesNotWait(t *testing.T) {
	const path, everyone = "conductorOne.visibleTo", "conductorOne.visibleToEveryone"
	caps := backend.Capabilities{Waits: map[string][]backend.Wait{path: {{On: everyone, Must: "false"}}}}
	shown := func(to ...backend.EntitlementID) backend.AccessProfile {
		return backend.AccessProfile{Block: &conductorone.ProfileBlock{VisibleToEveryone: backend.To(true), VisibleTo: append(backend.EntitlementSet{}, to...)}}
	}
	there := backend.EntitlementID{AppID: "app", ID: "1"}
	if changes := backend.Diff(shown(), shown(there), caps, backend.Memory{}).Paths(); !slices.Equal(changes, []string{path}) {
		t.Errorf("%v differ, want the list that is to be empty", changes)
	}
	if changes := backend.Diff(shown(backend.EntitlementID{AppID: "app", ID: "2"}), shown(there), caps, backend.Memory{}).Paths(); len(changes) > 0 {
		t.Errorf("%v differ, and the vendor takes none of it", changes)
	}
}
