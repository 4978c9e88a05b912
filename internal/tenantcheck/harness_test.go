package tenantcheck_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	conductoronefake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	sailpointfake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	vezafake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// subject is a vendor with a sandbox of it.
type subject struct {
	vendor       func() probe.Vendor
	start        func(sandbox.Options) (*sandbox.Server, error)
	place, owner string
	// twists turn each rule of the sandbox the other way, and takes are those that take a capability away.
	twists map[string]turning
	takes  map[string]bool
	// features are those of the sandbox, and furnished puts into it what there must be something of.
	features  []string
	furnished func(t *testing.T, server *sandbox.Server)
	// operated puts something at the sandbox that bears an operator's mark.
	operated func(t *testing.T, server *sandbox.Server)
}

// operatorsMark is one.
var operatorsMark = backend.Mark{Token: "tokentokentoken1", Owner: "team-a/payroll", Cluster: "0123456789ab"}

var subjects = map[string]subject{
	"ConductorOne": {
		vendor: conductorone.Checked, start: conductoronefake.Start, place: "GitHub", owner: "ada@corp.example", twists: conductorOneTwists(),
		takes: map[string]bool{
			"a-search-by-name-finds-nothing-else": true, "entitlement-is-found-after-a-lost-answer": true, "review-is-found-after-a-lost-answer": true, "entitlement-is-found-at-once": true,
			"profile-is-found-after-a-lost-answer": true, "profile-is-listed-at-once": true, "a-review-keeps-its-description": true, "a-review-is-listed-at-once": true,
		},
		operated: func(t *testing.T, server *sandbox.Server) {
			annotations := map[string]any{}
			for key, value := range operatorsMark.Annotations() {
				annotations[key] = value
			}
			// It has the name of a check, which does not make it one's.
			put(t, server, "AccessProfile", map[string]any{"displayName": "governance-check-r1-payroll", "annotations": annotations})
		},
	},
	"Veza": {
		vendor: veza.Checked, start: vezafake.Start, twists: vezaTwists(),
		features: []string{"deleteProfile"},
		takes:    map[string]bool{"reviews-show-their-notes": true, "profiles-can-be-deleted": true},
		furnished: func(t *testing.T, server *sandbox.Server) {
			put(t, server, "AccessProfile", map[string]any{"name": "Developer", "state": "INITIAL", "profile_type": vezafake.SeedID("type", "Profile")})
			if _, err := server.Create("AccessReview", vezafake.SeedID("configuration", "Quarterly Salesforce access"), map[string]any{"name": "Q4", "notes": "Look."}); err != nil {
				t.Fatal(err)
			}
		},
		operated: func(t *testing.T, server *sandbox.Server) {
			put(t, server, "AccessProfile", map[string]any{
				"name": "Payroll", "state": "INITIAL", "profile_type": vezafake.SeedID("type", "Profile"),
				"labels": []any{"governance-operator.io/mark=team-a/payroll;0123456789ab;tokentokentoken1"},
			})
		},
	},
	"SailPoint": {
		vendor: sailpoint.Checked, start: sailpointfake.Start, place: "Employee Database", owner: "ada@corp.example", twists: sailPointTwists(),
		takes: map[string]bool{
			"a-filter-by-name-finds-nothing-else": true, "profile-is-found-after-a-lost-answer": true, "a-profile-keeps-its-description": true, "a-profile-is-found-at-once": true,
			"a-campaign-keeps-its-description": true, "a-campaign-is-listed-at-once": true,
		},
		operated: func(t *testing.T, server *sandbox.Server) {
			put(t, server, "AccessProfile", map[string]any{"name": "governance-check-r1-payroll", "description": operatorsMark.Line()})
		},
	},
}

// begin starts a sandbox of the subject.
func (s subject) begin(t *testing.T) *sandbox.Server {
	t.Helper()
	server, err := s.start(sandbox.Options{CheckExpression: func(environment, text string) error {
		return expression.Check(expression.Environment(environment), text)
	}})
	if err != nil {
		t.Fatal(err)
	}
	server.Configure(func(settings *sandbox.Settings) {
		for _, name := range s.features {
			settings.Features[name] = true
		}
		settings.CampaignPace, settings.TokenTTL = sandbox.Duration(10*time.Second), sandbox.Duration(24*time.Hour)
	})
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.furnished != nil {
		s.furnished(t, server)
	}
	return server
}

// options are those of a check of the sandbox.
func (s subject) options(server *sandbox.Server) tenantcheck.Options {
	valid := server.Credentials()
	credentials := backend.Credentials{ClientID: valid.ClientID, ClientSecret: backend.Secret(valid.ClientSecret)}
	if valid.ClientID == "" {
		credentials = backend.Credentials{Token: backend.Secret(valid.StaticToken)}
	}
	return tenantcheck.Options{
		Vendor: s.vendor(), Run: "r1", Place: s.place, Owner: s.owner,
		Config: backend.Config{
			Endpoint: server.URL, UserAgent: "test", RequestsPerSecond: 100_000, Burst: 100_000,
			Credentials: credentials,
		},
		Sleep: func(_ context.Context, d time.Duration) { server.Advance(d) },
	}
}

func open(t *testing.T, o tenantcheck.Options) *tenantcheck.Check {
	t.Helper()
	check, err := tenantcheck.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return check
}

// each runs a test for every vendor.
func each(t *testing.T, do func(t *testing.T, s subject)) {
	t.Helper()
	for _, v := range vendors.Checked() {
		s, ok := subjects[v.Name]
		if !ok {
			t.Errorf("no sandbox shows what a check finds at %s", v.Name)
			continue
		}
		t.Run(v.Name, func(t *testing.T) { do(t, s) })
	}
}

// stored is what the sandbox holds, as plain JSON, without what was deleted softly.
func stored(t *testing.T, server *sandbox.Server) any {
	t.Helper()
	data, err := json.Marshal(server.Dump())
	if err != nil {
		t.Fatal(err)
	}
	var dump any
	if err := json.Unmarshal(data, &dump); err != nil {
		t.Fatal(err)
	}
	return alive(dump)
}

// alive takes out of lists what has a date of deletion or a state that says so.
func alive(node any) any {
	switch v := node.(type) {
	case map[string]any:
		for key, member := range v {
			v[key] = alive(member)
		}
	case []any:
		out := []any{}
		for _, item := range v {
			if !gone(item) {
				out = append(out, alive(item))
			}
		}
		return out
	}
	return node
}

func gone(item any) bool {
	for _, o := range []any{item, probe.At(item, "object")} {
		if probe.At(o, "deletedAt") != nil || strings.Contains(probe.Text(o, "state"), "_STATE_DELET") {
			return true
		}
	}
	return false
}

func put(t *testing.T, server *sandbox.Server, kind string, object map[string]any) {
	t.Helper()
	if _, err := server.Create(kind, "", object); err != nil {
		t.Fatal(err)
	}
}
