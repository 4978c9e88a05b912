package conductorone_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// nowhere is an id of the right form that nothing has.
const nowhere = "2zzzzzzzzzzzzzzzzzzzzzzzzzz"

// unknownCode is how the server tells of a mistake of the caller, and of its own.
const unknownCode = `{"code":2,"message":"user_id is required","details":[]}`

func TestTwoAnswersOfOneKindSayTheSame(t *testing.T) {
	k := entitlements(t)
	var texts, names []string
	for range 2 {
		_, err := k.Create(t.Context(), backend.Ref{ParentID: nowhere, Mark: mark}, entitlementNamed("x"))
		vendortest.Class(t, err, backend.Terminal)
		texts, names = append(texts, err.Error()), append(names, backend.ReferenceOf(err))
	}
	if texts[0] != texts[1] || strings.Contains(texts[0], "request-id") {
		t.Errorf("%q and %q", texts[0], texts[1])
	}
	if names[0] == names[1] || !strings.HasPrefix(names[0], "request-id 2") && len(names[0]) < 20 {
		t.Errorf("the answers are called %q and %q", names[0], names[1])
	}
}

func TestAFailureOfUnknownCauseProvesNothing(t *testing.T) {
	k := entitlements(t)
	made := k.Created(github, entitlementNamed("One"))
	k.Fault(sandbox.Fault{Class: sandbox.ClassWrite, Kind: sandbox.FaultStatus, Status: http.StatusInternalServerError, Body: unknownCode})
	_, err := k.Create(t.Context(), backend.Ref{ParentID: github, Mark: mark}, entitlementNamed("Two"))
	vendortest.Class(t, err, backend.OutcomeUnknown)
	if !backend.IsDoubtful(err) || !strings.Contains(err.Error(), "500: user_id is required") {
		t.Errorf("%v", err)
	}
	for range 6 { // One more would open the breaker if each counted.
		_, err = k.Update(t.Context(), made, backend.AppEntitlement{Description: backend.To("x")}, backend.Changes{{Path: "description"}})
		vendortest.Class(t, err, backend.Retryable)
		if !backend.IsDoubtful(err) {
			t.Errorf("%v", err)
		}
	}
	if k.Pace(backend.PriorityEdit).CircuitOpen {
		t.Error("the mistake of one object holds the calls of all")
	}
	k.Server.ClearFaults()
	k.Fault(sandbox.Fault{Class: sandbox.ClassWrite, Kind: sandbox.FaultStatus, Status: http.StatusInternalServerError, Count: 1})
	if _, err = k.Update(t.Context(), made, backend.AppEntitlement{Description: backend.To("x")}, backend.Changes{{Path: "description"}}); err == nil || backend.IsDoubtful(err) {
		t.Errorf("a plain failure counts as doubtful: %v", err)
	}
}

func TestWhoIsTakenForGoneTriesAgain(t *testing.T) {
	k := entitlements(t)
	k.Fault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 499, Class: sandbox.ClassRead, Count: 1})
	_, err := k.Observe(t.Context(), backend.Ref{ID: nowhere, ParentID: github})
	vendortest.Class(t, err, backend.Retryable)
	k.Fault(sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 499, Class: sandbox.ClassWrite, Count: 1})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: github, Mark: mark}, entitlementNamed("One"))
	vendortest.Class(t, err, backend.OutcomeUnknown)
}

func TestATenantThatIsNotNamedIsCalledByItsHost(t *testing.T) {
	h := begin(t)
	named, err := h.Identity(t.Context())
	if err != nil || named.Unnamed || len(named.ID) != 27 {
		t.Errorf("%+v, %v", named, err)
	}
	h.Feature(fake.FeatureUnnamedTenant)
	got, err := h.Identity(t.Context())
	if err != nil || !got.Unnamed || "http://"+got.ID != h.URL {
		t.Errorf("%+v, %v; want %s", got, err, h.URL)
	}
	h.Fault(sandbox.Fault{PathPattern: "introspect", Kind: sandbox.FaultStatus, Status: http.StatusForbidden, Count: 1})
	if got, err := h.Identity(t.Context()); err == nil || got.ID != "" {
		t.Errorf("an error passes for a tenant without a name: %+v", got)
	}
}
