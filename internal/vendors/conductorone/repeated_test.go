package conductorone_test

import (
	"net/http"
	"testing"

	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func TestARefusalThatIsRepeatedIsToldOnce(t *testing.T) {
	k := entitlements(t)
	before := fullEntitlement()
	refused := fullEntitlement()
	entitlementBlock(refused).Provision = &conductorone.ProvisionPolicy{Delegated: &conductorone.ProvisionDelegated{AppID: github, EntitlementID: nowhere}}
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
	told.Once(t, "request-id")
}
