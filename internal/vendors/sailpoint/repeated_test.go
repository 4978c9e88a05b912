package sailpoint_test

import (
	"net/http"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

func TestARefusalThatIsRepeatedIsToldOnce(t *testing.T) {
	k := profiles(t)
	k.Feature(fake.FeatureNoRequestCenter)
	before, desired := leastProfile("No center"), leastProfile("No center")
	before.Requestable, desired.Requestable = backend.To(true), backend.To(false)
	told := enginetest.Repeated(t, enginetest.Profiles, k, database, before, desired, 20)
	refusals := 0
	for _, call := range k.Calls(0) {
		if call.Class == sandbox.ClassWrite && call.Status == http.StatusBadRequest {
			refusals++
		}
	}
	if refusals != 20 {
		t.Errorf("it was refused %d times, want 20", refusals)
	}
	told.Once(t, "trackingId")
}
