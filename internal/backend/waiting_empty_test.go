package backend

import (
	"slices"
	"testing"
)

// TestAListThatIsToBeEmptyDoesNotWait: the vendor takes nothing in that state, and giving up what is there is no taking.
func TestAListThatIsToBeEmptyDoesNotWait(t *testing.T) {
	const path, everyone = "conductorOne.visibleTo", "conductorOne.visibleToEveryone"
	caps := Capabilities{Waits: map[string][]Wait{path: {{On: everyone, Must: "false"}}}}
	shown := func(to ...EntitlementID) AccessProfile {
		return AccessProfile{ConductorOne: &ConductorOneAccessProfile{VisibleToEveryone: To(true), VisibleTo: append(EntitlementSet{}, to...)}}
	}
	there := EntitlementID{AppID: "app", ID: "1"}
	if changes := Diff(shown(), shown(there), caps, Memory{}).Paths(); !slices.Equal(changes, []string{path}) {
		t.Errorf("%v differ, want the list that is to be empty", changes)
	}
	if changes := Diff(shown(EntitlementID{AppID: "app", ID: "2"}), shown(there), caps, Memory{}).Paths(); len(changes) > 0 {
		t.Errorf("%v differ, and the vendor takes none of it", changes)
	}
}
