package sailpoint_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

func (f *fake) grant(changes url.Values) (int, any) {
	f.T.Helper()
	credentials := f.Credentials()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {credentials.ClientID}, "client_secret": {credentials.ClientSecret}}
	for name, values := range changes {
		form[name] = values
	}
	f.Token = ""
	answer := f.Send("POST", "/oauth/token", "application/x-www-form-urlencoded", form.Encode())
	f.Token, _ = at(answer.Body, "access_token").(string)
	return answer.Status, answer.Body
}

func TestTokens(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.TokenTTL = sandbox.Duration(749 * time.Second) }})
	status, got := f.grant(nil)
	expect(t, status, 200)
	for field, want := range map[string]any{"expires_in": 749, "token_type": "bearer", "tenant_id": sandbox.DefaultTenant, "org": sandbox.DefaultTenant} {
		expect(t, got, want, field)
	}
	f.must("GET", profiles, nil)
	expired := func(when string) {
		t.Helper()
		status, got := f.do("GET", profiles, nil)
		expect(t, status, 401)
		expect(t, got, object{"error": "JWT validation failed: JWT is expired"})
		if t.Failed() {
			t.Fatal(when)
		}
	}
	f.Advance(750 * time.Second)
	expired("after its time")
	f.grant(nil)
	f.ExpireTokens()
	expired("after all were expired")
	f.grant(nil)
	if _, err := f.RotateCredentials(); err != nil {
		t.Fatal(err)
	}
	expired("after the secret was rotated")
	f.grant(nil)
	f.must("GET", profiles, nil)
	f.Token = ""
	status, _ = f.do("GET", profiles, nil)
	expect(t, status, 401)
	if len(f.Rejections()) > 0 {
		t.Errorf("got %v", f.Rejections())
	}
}

func TestTokensTellTenantsApart(t *testing.T) {
	f := start(t, sandbox.Options{})
	own := f.createProfile(nil)
	f.SwitchTenant("other")
	_, got := f.grant(nil)
	expect(t, got, "other", "tenant_id")
	f.Token = ""
	expect(t, f.must("GET", "/oauth/info", nil), "other", "tenantName")
	expect(t, f.must("GET", "/oauth/info", nil), f.URL+"/oauth/token", "tokenEndpoint")
	f.grant(nil)
	f.refuses(400, "400.1.404", own, "GET", profiles+"/"+own, nil)
}

func TestRefusedGrants(t *testing.T) {
	f := start(t, sandbox.Options{})
	for name, test := range map[string]struct {
		changes url.Values
		status  int
		want    string
		broken  int
	}{
		"a wrong secret":    {url.Values{"client_secret": {"x"}}, 401, "invalid_client", 0},
		"an unknown client": {url.Values{"client_id": {"x"}}, 401, "invalid_client", 0},
		"another grant":     {url.Values{"grant_type": {"refresh_token"}}, 400, "unsupported_grant_type", 1},
		"an unknown field":  {url.Values{"scope": {"x"}}, 400, "invalid_request", 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			before := len(f.Rejections())
			status, got := f.grant(test.changes)
			expect(t, status, test.status)
			expect(t, got, test.want, "error")
			expect(t, len(f.Rejections())-before, test.broken)
		})
	}
	answer := f.Send("POST", "/oauth/token?client_secret=x", "application/x-www-form-urlencoded", "grant_type=client_credentials")
	expect(t, answer.Status, 400)
	answer = f.Send("POST", "/oauth/token", "application/json", "{}")
	expect(t, answer.Status, 400)
}

func TestTooManyCalls(t *testing.T) {
	f := start(t, sandbox.Options{})
	if err := f.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 2, Count: 1}); err != nil {
		t.Fatal(err)
	}
	answer := f.Send("GET", profiles, "", nil)
	expect(t, answer.Status, 429)
	expect(t, answer.Header.Get("Retry-After"), "2")
	expect(t, answer.Body, object{"message": " Rate Limit Exceeded "})
}
