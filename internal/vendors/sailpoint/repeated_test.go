package sailpoint_test

import (
	"net/http"
	"strings"
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
	if len(told.Events) != 1 || told.StatusWrites != 1 || told.Reason != "Refused" {
		t.Errorf("%s: %d writes of the status and the events %q, want one of each", told.Reason, told.StatusWrites, told.Events)
	}
	if at := strings.Index(told.Message, " [the vendor's trackingId "); at < 0 || !strings.HasSuffix(told.Message, "]") || strings.Contains(told.Message[:at], "trackingId") {
		t.Errorf("the id of the answer does not stand last, and there alone: %q", told.Message)
	}
}
