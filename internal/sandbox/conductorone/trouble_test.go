package conductorone_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxtest"
)

func (f *fake) names() []string {
	f.T.Helper()
	var names []string
	list, _ := f.Must("GET", "/api/v1/catalogs", nil)["list"].([]any)
	for _, item := range list {
		name, _ := at(item, "requestCatalog", "displayName").(string)
		names = append(names, name)
	}
	return names
}

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		fault     sandbox.Fault
		status    int
		committed int
	}{
		"a status does nothing":               {sandbox.Fault{Kind: sandbox.FaultStatus, Class: sandbox.ClassWrite, Count: 1, RetryAfterSeconds: 7}, 503, 0},
		"a status after commits":              {sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500, Method: "POST", Count: 1}, 500, 1},
		"a status with its own body":          {sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502, PathPattern: "^/api/v1/catalogs$", Body: `{"html":true}`, Count: 1}, 502, 0},
		"a reset before does nothing":         {sandbox.Fault{Kind: sandbox.FaultResetBefore, Count: 1}, 0, 0},
		"a reset after commits":               {sandbox.Fault{Kind: sandbox.FaultResetAfter, Count: 1}, 0, 1},
		"a rule for reads leaves writes":      {sandbox.Fault{Kind: sandbox.FaultStatus, Class: sandbox.ClassRead, PathPattern: "nowhere"}, 200, 1},
		"a rule for tokens leaves writes":     {sandbox.Fault{Kind: sandbox.FaultStatus, Class: sandbox.ClassToken}, 200, 1},
		"latency goes on":                     {sandbox.Fault{Kind: sandbox.FaultLatency, Delay: sandbox.Duration(time.Millisecond)}, 200, 1},
		"a rule of small chance leaves it be": {sandbox.Fault{Kind: sandbox.FaultStatus, Probability: 1e-9}, 200, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, sandbox.Options{})
			f.fault(test.fault)
			answer, err := f.Try("POST", "/api/v1/catalogs", sandboxtest.MediaJSON, object{"displayName": "x"})
			if answer.Status != test.status || (err != nil) != (test.status == 0) {
				t.Errorf("got %d, %v", answer.Status, err)
			}
			f.ClearFaults()
			f.Advance(time.Second)
			if got := len(f.names()); got != test.committed {
				t.Errorf("%d objects, want %d", got, test.committed)
			}
			if test.fault.RetryAfterSeconds > 0 && f.Counts().Early != 1 {
				t.Errorf("got %+v", f.Counts())
			}
		})
	}
}

func TestHold(t *testing.T) {
	for name, test := range map[string]struct {
		kind           sandbox.FaultKind
		cancel         bool
		before, finish int
	}{
		"released":                              {sandbox.FaultHold, false, 1, 1},
		"given up by the client":                {sandbox.FaultHold, true, 1, 1},
		"before the work, released":             {sandbox.FaultHoldBefore, false, 0, 1},
		"before the work, given up by a client": {sandbox.FaultHoldBefore, true, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, sandbox.Options{})
			f.fault(sandbox.Fault{Kind: test.kind, Class: sandbox.ClassWrite, Count: 1})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() {
				request, err := http.NewRequestWithContext(ctx, "POST", f.URL+"/api/v1/catalogs", strings.NewReader(`{"displayName":"x"}`))
				if err == nil {
					request.Header.Set("Content-Type", "application/json")
					request.Header.Set("Authorization", "Bearer "+f.Token)
					var response *http.Response
					if response, err = f.HTTP.Do(request); err == nil {
						err = response.Body.Close()
					}
				}
				done <- err
			}()
			until(t, "the call to be held", func() bool { return f.Held() == 1 })
			if got := len(f.names()); got != test.before {
				t.Errorf("%d objects while held, want %d", got, test.before)
			}
			if test.cancel {
				cancel()
			} else {
				f.Release()
			}
			if err := <-done; (err != nil) != test.cancel {
				t.Error(err)
			}
			until(t, "the call to be let go", func() bool { return f.Held() == 0 })
			until(t, "the objects", func() bool { return len(f.names()) == test.finish })
		})
	}
}

func TestRateLimit(t *testing.T) {
	now := time.Now()
	f := start(t, sandbox.Options{Now: func() time.Time { return now }})
	f.Configure(func(s *sandbox.Settings) { s.RateLimitPerSecond, s.RateBurst = 0.5, 2 })
	f.Must("GET", "/api/v1/catalogs", nil)
	f.Must("GET", "/api/v1/catalogs", nil)
	f.Refuses(429, "429", "GET", "/api/v1/catalogs", nil)
	f.Refuses(429, "429", "GET", "/api/v1/catalogs", nil) // It may have been on its way.
	f.Advance(time.Second)
	f.Refuses(429, "429", "GET", "/api/v1/catalogs", nil)
	f.Advance(2 * time.Second)
	f.Must("GET", "/api/v1/catalogs", nil)
	if got := f.Counts(); got.Refused != 3 || got.Early != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestListsLagBehind(t *testing.T) {
	now := time.Now()
	f := start(t, sandbox.Options{Now: func() time.Time { return now }})
	f.Configure(func(s *sandbox.Settings) { s.ListLag, s.SoftDelete = sandbox.Duration(5*time.Second), false })
	path := "/api/v1/catalogs/" + f.createCatalog(nil)
	is := func(want ...string) {
		t.Helper()
		if got := f.names(); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("the list has %v, want %v", got, want)
		}
	}
	is()
	f.Must("GET", path, nil)
	f.Advance(4 * time.Second)
	is()
	f.Advance(time.Second)
	is("Engineers")
	f.Must("POST", path, object{"catalog": object{"displayName": "Renamed"}, "updateMask": "displayName"})
	is("Engineers")
	f.Advance(5 * time.Second)
	is("Renamed")
	f.Must("DELETE", path, nil)
	is("Renamed")
	f.Refuses(404, "not found", "GET", path, nil)
	f.Advance(5 * time.Second)
	is()
	if list, _ := f.Must("GET", entitlements(github), nil)["list"].([]any); len(list) != 4 {
		t.Errorf("%d seeded entitlements", len(list))
	}
}

func TestBlindCredential(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createCatalog(nil)
	f.Configure(func(s *sandbox.Settings) { s.Blind = true })
	f.Refuses(404, "not found", "GET", "/api/v1/catalogs/"+id, nil)
	f.Refuses(404, "not found", "POST", "/api/v1/catalogs/"+id, object{"catalog": object{}, "updateMask": "description"})
	f.Refuses(403, "denied", "POST", "/api/v1/catalogs", object{"displayName": "x"})
	expect(t, f.Must("POST", "/api/v1/search/apps", object{}), []any{}, "list")
	expect(t, f.Must("GET", "/api/v1/auth/introspect", nil), []any{}, "roles")
}

func TestTenants(t *testing.T) {
	f := start(t, sandbox.Options{})
	first := f.Must("GET", "/api/v1/auth/introspect", nil)["tenantId"]
	f.createCatalog(nil)
	f.SwitchTenant("other")
	if second := f.Must("GET", "/api/v1/auth/introspect", nil)["tenantId"]; second == first {
		t.Error("both tenants have one id")
	}
	if got := f.names(); len(got) != 0 {
		t.Errorf("the other tenant has %v", got)
	}
	expect(t, f.Must("POST", "/api/v1/search/apps", object{"displayName": "GitHub"}), github, "list", 0, "id")
	f.SwitchTenant(sandbox.DefaultTenant)
	if got := f.names(); len(got) != 1 {
		t.Errorf("the first tenant has %v", got)
	}
	f.Reset()
	if got := f.names(); len(got) != 0 {
		t.Errorf("after the reset there is %v", got)
	}
}

func TestConsole(t *testing.T) {
	f := start(t, sandbox.Options{})
	marks := object{"managed_by": "crossplane", "iac_workspace": "w", "governance-operator.io/token": "t"}
	catalog := f.createCatalog(object{"annotations": marks})
	target := sandbox.Target{Kind: conductorone.KindAccessProfile, ID: catalog}
	err := f.Edit(target, object{
		"description": "by hand", "entries": []any{object{"appId": github, "id": member}}, "memberCount": 7,
		"automation": object{"enabled": true, "cel": object{"expression": "true"}, "circuitBreaker": object{"state": "CIRCUIT_BREAKER_STATE_TRIGGERED"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/catalogs/" + catalog
	view := at(f.Must("GET", path, nil), "requestCatalogView")
	expect(t, view, object{"governance-operator.io/token": "t"}, "requestCatalog", "annotations")
	expect(t, view, "by hand", "requestCatalog", "description")
	expect(t, view, "7", "memberCount")
	expect(t, f.Must("GET", path+"/requestable_entitlementIDs", nil), member, "refs", 0, "id")
	expect(t, f.Must("GET", path+"/bundle_automation", nil), "CIRCUIT_BREAKER_STATE_TRIGGERED", "circuitBreaker", "state")
	f.Must("POST", path+"/bundle_automation/resume", object{})
	expect(t, f.Must("GET", path+"/bundle_automation", nil), "CIRCUIT_BREAKER_STATE_BYPASS", "circuitBreaker", "state")

	id, err := f.Create(conductorone.KindAppEntitlement, github, object{"displayName": "Stranger", "owners": []string{ada}, "alias": "strange"})
	if err != nil {
		t.Fatal(err)
	}
	entitlement := sandbox.Target{Kind: conductorone.KindAppEntitlement, ParentID: github, ID: id}
	f.Advance(ownersShow)
	expect(t, f.Must("GET", entitlements(github)+"/"+id+"/ownerids", nil), []string{ada}, "userIds")
	if err := f.Edit(entitlement, object{"isManuallyManaged": false, "sourceConnectorIds": object{"x": "y"}, "alias": nil, "owners": []string{}}); err != nil {
		t.Fatal(err)
	}
	f.Refuses(400, "synced by a connector", "DELETE", entitlements(github)+"/"+id, nil)
	expect(t, f.Must("GET", entitlements(github)+"/"+id, nil), "", "appEntitlementView", "appEntitlement", "alias")
	review, err := f.Create(conductorone.KindAccessReview, "", object{"displayName": "Theirs", "state": "ACCESS_REVIEW_STATE_OPEN"})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, f.state(review), "ACCESS_REVIEW_STATE_OPEN")
	for _, gone := range []sandbox.Target{target, entitlement, {Kind: conductorone.KindAccessReview, ID: review}} {
		if err := f.Delete(gone); err != nil {
			t.Error(err)
		}
		if err := f.Delete(gone); err == nil {
			t.Errorf("%v was deleted twice", gone)
		}
	}
	f.Refuses(404, "not found", "GET", path, nil)
	if err := f.Edit(sandbox.Target{Kind: "Policy", ID: grant}, nil); err == nil {
		t.Error("an unknown kind was edited")
	}
}
