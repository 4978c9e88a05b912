package importing_test

import (
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/importing"
	conductoronefake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// fileOf is the text of the file of a remote.
func (p *place) fileOf(report *importing.Report, parentID, id string) string {
	p.t.Helper()
	for _, e := range report.Exported {
		if e.ParentID == parentID && e.ID == id {
			return p.file(e.File)
		}
	}
	p.t.Fatalf("%s is not exported: %+v", id, report)
	return ""
}

// TestNamesAndObjectsStandInPlaceOfIDs, and ids where a name means several.
func TestNamesAndObjectsStandInPlaceOfIDs(t *testing.T) {
	p := begin(t, sandboxOf(t, "ConductorOne"))
	app := conductoronefake.SeedID("app", "GitHub")
	entitlement := ""
	lister, _ := backend.ListerOf(p.visitor.Tenant.AppEntitlements())
	for obs, err := range lister.ListAll(t.Context(), backend.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if obs.ParentID == app {
			entitlement = obs.ID
			break
		}
	}
	profile := p.profile("Bundle", "", backend.Mark{})
	seen, err := p.visitor.Tenant.AccessProfiles().Observe(t.Context(), backend.Ref{ID: profile.ID})
	if err != nil {
		t.Fatal(err)
	}
	wanted := backend.AccessProfile{DisplayName: backend.To("Bundle"), Entitlements: backend.EntitlementSet{{AppID: app, ID: entitlement}}}
	if _, err := p.visitor.Tenant.AccessProfiles().Update(t.Context(), seen, wanted, backend.Diff(wanted, seen.Actual, p.visitor.Tenant.AccessProfiles().Capabilities(), backend.Memory{})); err != nil {
		t.Fatal(err)
	}

	report := p.must()
	called := ""
	for _, e := range report.Exported {
		if e.ParentID == app && e.ID == entitlement {
			called = e.Name
		}
	}
	if text := p.fileOf(report, "", profile.ID); !strings.Contains(text, "  entitlements:\n    - ref:\n        name: "+called+"\n") {
		t.Errorf("no ref to %q: %s", called, text)
	}
	if text := p.fileOf(report, app, entitlement); !strings.Contains(text, "  app:\n    name: GitHub\n") {
		t.Errorf("the app is not named: %s", text)
	}

	// The entitlements are not exported: app and entitlement are named.
	p.change = func(o *importing.Options) { o.Kinds, o.Overwrite = []string{v1alpha1.KindAccessProfile}, true }
	report = p.must()
	if text := p.fileOf(report, "", profile.ID); !strings.Contains(text, "    - app:\n        name: GitHub\n      name: ") || strings.Contains(text, "ref:") {
		t.Errorf("nothing is named: %s", text)
	}

	// Two apps of the sandbox are called the same.
	p.change = func(o *importing.Options) { o.Overwrite = true }
	ambiguous := 0
	report = p.must()
	for _, u := range report.Unresolved {
		if u.Kind == string(backend.NameApp) && u.Reason == "several have its name" {
			ambiguous++
			for _, e := range report.Exported {
				if text := p.file(e.File); e.ParentID == u.ID && !strings.Contains(text, "  app:\n    id: \""+u.ID+"\" # Duplicate App: several have its name\n") && !strings.Contains(text, "  app:\n    id: "+u.ID+" # Duplicate App: several have its name\n") {
					t.Errorf("a name that means several stands there: %s", text)
				}
			}
		}
	}
	if ambiguous != 2 {
		t.Errorf("unresolved: %+v", report.Unresolved)
	}
}
