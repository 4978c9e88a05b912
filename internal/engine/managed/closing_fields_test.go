package managed

import (
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestAFieldThatAnotherOneSaysHasNotLeftTheSpec(t *testing.T) {
	caps := backend.Capabilities{Removed: map[string]backend.Removal{
		"conductorOne.visibleToEveryone": {Fate: backend.FateClosed, Value: false, By: []string{"conductorOne.visibleTo"}},
	}}
	obj := &v1alpha1.AccessProfile{}
	obj.Spec.ConductorOne = &v1alpha1.ConductorOneProfile{VisibleTo: []v1alpha1.EntitlementRef{{}}}
	if written := []string{"conductorOne.visibleToEveryone"}; closesAny(obj, written, caps) {
		t.Error("an edit of a profile that is shown to some counts as one that closes")
	} else if obj.Spec.ConductorOne.VisibleTo = nil; !closesAny(obj, written, caps) {
		t.Error("it does not count where that left, too")
	}
}
