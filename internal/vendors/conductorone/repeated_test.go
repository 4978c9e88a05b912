package conductorone_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

func TestARefusalThatIsRepeatedIsToldOnce(t *testing.T) {
	k := entitlements(t)
	before := fullEntitlement()
	refused := fullEntitlement()
	refused.ConductorOne.Provision = &backend.ProvisionPolicy{Delegated: &backend.ProvisionDelegated{AppID: github, EntitlementID: nowhere}}
	told := enginetest.Repeated(t, enginetest.Entitlements, k, github, before, refused, 20)
	refusals := 0
	for _, call := range k.Calls(0) {
		if call.Class == sandbox.ClassWrite && call.Status == http.StatusNotFound {
			refusals++
		}
	}
	if refusals != 20 {
		t.Errorf("it was refused %d times, want 20", refusals)
	}
	if len(told.Events) != 1 || told.StatusWrites != 1 || told.Reason != "Refused" {
		t.Errorf("%s: %d writes of the status and the events %q, want one of each", told.Reason, told.StatusWrites, told.Events)
	}
	if at := strings.Index(told.Message, " [the vendor's request-id "); at < 0 || !strings.HasSuffix(told.Message, "]") || strings.Contains(told.Message[:at], "request-id") {
		t.Errorf("the id of the answer does not stand last, and there alone: %q", told.Message)
	}
}
