package plan_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// TestHowLongAPlanTakes is a measurement: go test ./internal/plan -run HowLong -v, without -short.
func TestHowLongAPlanTakes(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	full := strings.Join([]string{
		"requestable: true", "description: On the first day.", "entitlements: [{app: {name: Workday}, name: Viewer}, {app: {name: Workday}, name: Payroll Administrator}]",
		"membership: {expression: \"subject.profile.department == 'Payroll'\", enabled: false, createTasks: false}",
		"conductorOne: {visibleToEveryone: false, visibleTo: [{app: {name: Workday}, name: Viewer}], requestBundle: true, policies: {grant: {name: Manager approval}}, maxGrantDuration: 720h}",
	}, "\n")
	for _, c := range []struct {
		sentence string
		n        int
		owners   string
		profiles int
	}{
		{"1,000 entitlements, rows alone", 1000, "", 0},
		{"1,000 entitlements with owners", 1000, "owners: [{email: ada@corp.example}]\n", 0},
		{"200 profiles of many fields", 0, "", 200},
	} {
		p := newPlace(t)
		tenant := p.tenant()
		drive := tenant.AppEntitlements()
		for i := range c.n {
			name := fmt.Sprintf("e-%04d", i)
			p.entitlement(name, fmt.Sprintf("displayName: Entitlement %d\n%s%s", i, c.owners, inPlatform()))
			p.made(drive, name, fmt.Sprintf("Entitlement %d", i))
		}
		for i := range c.profiles {
			name, label := fmt.Sprintf("p-%04d", i), fmt.Sprintf("Profile %d", i)
			p.profile(name, fmt.Sprintf("displayName: %s\n%s", label, full))
			mark := backend.Mark{Token: fmt.Sprintf("%016X", i+1), Owner: namespace + "/" + name, Cluster: cluster}
			if _, err := tenant.AccessProfiles().Create(t.Context(), backend.Ref{Mark: mark}, backend.AccessProfile{DisplayName: &label}); err != nil {
				t.Fatal(err)
			}
		}
		p.Configure(func(s *sandbox.Settings) { s.Latency = sandbox.Duration(20 * time.Millisecond) })
		began := time.Now()
		made := p.must()
		took := time.Since(began)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%q", p.told)
		t.Logf("%s: %d calls read, %d announced for the changes, %s at 20 ms and no bound; %s at a quarter of 10 calls a second; heap %d MiB, %s", c.sentence, made.Read, made.Calls,
			took.Round(10*time.Millisecond), (time.Duration(float64(made.Read)/2.5) * time.Second), m.HeapAlloc>>20, made.Line())
		if made.Summary[plan.Hold] > 0 {
			t.Errorf("%s", text(t, made, plan.View{Values: true})[:1500])
		}
	}
}
