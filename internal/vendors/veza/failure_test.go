package veza_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// TestErrors reads bodies in the forms that were captured (docs/vendors/veza-api.md#errors).
func TestErrors(t *testing.T) {
	violation := `{"code":"InvalidArgument","message":"bad request","request_id":"r-1","details":[
		{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"labels","description":"too many"},{"field":"state","description":"unknown"}]},
		{"@type":"type.googleapis.com/errorstatus.v1.UserFacingErrorInfo","reason":"INVALID_ARGUMENTS","message":"bad request","resolution":"ask support"}]}`
	for sentence, tc := range map[string]struct {
		status int
		body   string
		class  backend.Class
		texts  []string
	}{
		"all violations":                    {400, violation, backend.Terminal, []string{"400: bad request; labels: too many; state: unknown; ask support"}},
		"the vendor's fault with 400":       {400, `{"code":"Internal","message":"oops"}`, backend.Retryable, []string{"400: oops"}},
		"the vendor's fault as a number":    {400, `{"code":13,"message":"oops"}`, backend.Retryable, nil},
		"aborted with 409":                  {409, `{"code":"Aborted","message":"again"}`, backend.Retryable, nil},
		"no rights":                         {403, `{"code":"PermissionDenied","message":"no"}`, backend.Terminal, []string{"403: the API key must be of an Administrator", "; no"}},
		"no rights, by code alone":          {400, `{"code":7,"message":"no"}`, backend.Terminal, []string{"the API key must be of an Administrator"}},
		"who are you, by code alone":        {400, `{"code":"Unauthenticated","message":"Malformed API key"}`, backend.Unauthorized, []string{"Malformed API key"}},
		"who are you":                       {401, `{"code":"Unauthenticated","message":"Invalid API key"}`, backend.Unauthorized, nil},
		"slow down":                         {429, `{"code":"ResourceExhausted","message":"slow down"}`, backend.Throttled, nil},
		"a page of a gateway":               {502, `<html>secret page</html>`, backend.Retryable, []string{"502: Bad Gateway"}},
		"more words than there is room for": {400, `{"code":"InvalidArgument","request_id":"r-1","message":"` + strings.Repeat("long ", 100) + `"}`, backend.Terminal, []string{"400: long long"}},
		"not JSON":                          {400, `plain text`, backend.Terminal, []string{"400: Bad Request"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := begin(t)
			h.Fault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: tc.status, Body: tc.body})
			_, err := h.Identity(t.Context())
			vendortest.Class(t, err, tc.class)
			if strings.Contains(tc.body, `"r-1"`) && (strings.Contains(err.Error(), "r-1") || backend.ReferenceOf(err) != "request_id r-1") {
				t.Errorf("the answer is called %q beside %q", backend.ReferenceOf(err), err)
			}
			for _, text := range tc.texts {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q, want %q", err, text)
				}
			}
		})
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	h := begin(t)
	key := h.Server.Credentials().StaticToken
	h.Fault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 400, Body: fmt.Sprintf(
		`{"code":"InvalidArgument","message":"the key %s is odd","request_id":%q,"details":[{"field_violations":[{"field":"authorization","description":"Bearer %s"}]}]}`, key, key, key)})
	k := vendortest.Keep(h, h.AccessProfiles())
	for what, try := range map[string]func() error{
		"identity": func() error { _, err := h.Identity(t.Context()); return err },
		"look-up": func() error {
			_, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "Okta"})
			return err
		},
		"create": func() error {
			_, err := k.Create(t.Context(), backend.Ref{ParentID: plain, Mark: mark}, leastProfile(plain)("x"))
			return err
		},
	} {
		err := try()
		if err == nil || strings.Contains(err.Error(), key) || strings.Contains(err.Error(), key[:40]) || len([]rune(err.Error())) > 512 || strings.Contains(backend.ReferenceOf(err), key) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestOutcomeOfACreate: what may have happened is said to be unknown; what cannot have
// happened is not.
func TestOutcomeOfACreate(t *testing.T) {
	for sentence, tc := range map[string]struct {
		fault  sandbox.Fault
		class  backend.Class
		exists bool
	}{
		"a reset after the commit":           {sandbox.Fault{Kind: sandbox.FaultResetAfter}, backend.OutcomeUnknown, true},
		"a failure after the commit":         {sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500}, backend.OutcomeUnknown, true},
		"a failure that comes as 400":        {sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 400, Body: `{"code":"Internal"}`}, backend.OutcomeUnknown, true},
		"an answer that cannot be read":      {sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 200, Body: "{"}, backend.OutcomeUnknown, true},
		"an answer without an id":            {sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 200, Body: "{}"}, backend.OutcomeUnknown, true},
		"a reset before the commit":          {sandbox.Fault{Kind: sandbox.FaultResetBefore}, backend.OutcomeUnknown, false},
		"a request to slow down":             {sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429}, backend.Throttled, false},
		"a refusal":                          {sandbox.Fault{Kind: sandbox.FaultStatus, Status: 403}, backend.Terminal, false},
		"a credential that was just revoked": {sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}, backend.Unauthorized, false},
	} {
		tc.fault.Method, tc.fault.Class, tc.fault.Count = "POST", sandbox.ClassWrite, 1
		t.Run("profile/"+sentence, func(t *testing.T) {
			k := profiles(t)
			tryCreate(t, k, plain, leastProfile(plain)("P"), tc.fault, tc.class)
			found, err := open(k.Fixture).AccessProfiles().Observe(t.Context(), backend.Ref{ParentID: plain, Mark: mark})
			if err != nil || found.Exists != tc.exists {
				t.Errorf("%v: exists %t, want %t", err, found.Exists, tc.exists)
			}
		})
		t.Run("review/"+sentence, func(t *testing.T) {
			k := reviews(t)
			tryCreate(t, k, quarterly, fullReview(), tc.fault, tc.class)
			found, err := open(k.Fixture).AccessReviews().Observe(t.Context(), backend.Ref{ParentID: quarterly, Mark: mark})
			if err != nil || found.Exists != tc.exists {
				t.Errorf("%v: exists %t, want %t", err, found.Exists, tc.exists)
			}
		})
	}
}

func tryCreate[D any](t *testing.T, k vendortest.Kept[D], parent string, desired D, fault sandbox.Fault, want backend.Class) {
	t.Helper()
	k.Fault(fault)
	obs, err := k.Create(t.Context(), backend.Ref{ParentID: parent, Mark: mark}, desired)
	vendortest.Class(t, err, want)
	if obs.ID != "" {
		t.Errorf("an id in an error: %+v", obs)
	}
	k.ClearFaults()
}
