package controller_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/lookup"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// namedThing is a thing of a fake's seed that has a name.
type namedThing struct {
	query backend.Name
	// other is another app in which nothing has the name.
	other string
	// proven: the vendor has two witnesses, so that what is gone is known to be gone.
	proven bool
	// alone: nothing else is in its place, so that nobody can tell when it is gone.
	alone bool
}

var namedThings = map[string][]namedThing{
	"ConductorOne": {
		{query: backend.Name{Kind: backend.NameApp, Name: "GitHub"}, proven: true},
		{query: backend.Name{Kind: backend.NameUser, Name: "ada@corp.example"}},
		{query: backend.Name{Kind: backend.NamePolicy, TypeID: "Certify", Name: "Certify by manager"}, proven: true},
		{query: backend.Name{Kind: backend.NameRiskLevel, Name: "High"}, proven: true},
		{query: backend.Name{Kind: backend.NameComplianceFramework, Name: "SOX"}, proven: true},
		{query: backend.Name{Kind: backend.NameEntitlement, ParentID: conductorone.SeedID("app", "GitHub"), Name: "octo-org Member"}, other: conductorone.SeedID("app", "Workday"), proven: true},
		{query: backend.Name{Kind: backend.NameResourceType, ParentID: conductorone.SeedID("app", "GitHub")}, other: conductorone.SeedID("app", "Workday"), proven: true},
		{query: backend.Name{Kind: backend.NameConnector, ParentID: conductorone.SeedID("app", "GitHub"), Name: "GitHub connector"}, other: conductorone.SeedID("app", "Workday")},
		{query: backend.Name{Kind: backend.NameWebhook, Name: "Audit hook"}},
		{query: backend.Name{Kind: backend.NameStepUpProvider, Name: "Corporate step-up"}},
	},
	"SailPoint": {
		{query: backend.Name{Kind: backend.NameApp, Name: "Employee Database"}, proven: true},
		{query: backend.Name{Kind: backend.NameUser, Name: "ada@corp.example"}},
		{query: backend.Name{Kind: backend.NameEntitlement, ParentID: sailpoint.SeedID("source", "Employee Database"), Name: "Admin"}, other: sailpoint.SeedID("source", "Active Directory"), proven: true},
		{query: backend.Name{Kind: backend.NameGroup, Name: "Payroll reviewers"}, proven: true},
		{query: backend.Name{Kind: backend.NameSegment, Name: "Employees"}, proven: true},
		{query: backend.Name{Kind: backend.NameCampaignFilter, Name: "No birthright access"}, proven: true, alone: true},
	},
	"Veza": {
		{query: backend.Name{Kind: backend.NameApp, Name: "Salesforce Lifecycle Management"}, proven: true},
		{query: backend.Name{Kind: backend.NameEntitlement, ParentID: veza.SeedID("datasource", "Salesforce"), Name: "Sales Developers"}, other: veza.SeedID("datasource", "Okta")},
		{query: backend.Name{Kind: backend.NameProfileType, Name: "Business Role"}},
		{query: backend.Name{Kind: backend.NameConfiguration, Name: "Quarterly Salesforce access"}},
	},
}

// nameCase is what becomes of a name: the condition ResolvedRefs, and which id is in use. "1" is the thing of
// the seed, "2" the copy of it that the scene shows, "" none.
type nameCase struct {
	scene  scene
	pinned bool
	moved  bool // the app is another one
	// certain is what is said where two witnesses can tell that the thing is gone, open where they cannot.
	certain, open string
	id, openID    string
}

const (
	saysResolved  = "True/Resolved"
	saysMoved     = "False/NameMoved"
	saysNotFound  = "False/NameNotFound"
	saysAmbiguous = "False/NameAmbiguous"
)

func namesFor(q backend.Name) map[string]nameCase {
	const another = "Called another way"
	name := q.Name
	return map[string]nameCase{
		"first asked, and there":                        {scene: scene{names: []string{name}}, certain: saysResolved, id: "1"},
		"first asked, and not there":                    {scene: scene{gone: true}, certain: saysNotFound},
		"first asked, and ambiguous":                    {scene: scene{names: []string{name, name}}, certain: saysAmbiguous},
		"first asked, after it was renamed and re-used": {scene: scene{names: []string{another, name}}, certain: saysResolved, id: "2"},
		"as it was":             {pinned: true, scene: scene{names: []string{name}}, certain: saysResolved, id: "1"},
		"renamed":               {pinned: true, scene: scene{names: []string{another}}, certain: saysMoved, id: "1"},
		"renamed and re-used":   {pinned: true, scene: scene{names: []string{another, name}}, certain: saysMoved, id: "1"},
		"ambiguous":             {pinned: true, scene: scene{names: []string{name, name}}, certain: saysMoved, id: "1"},
		"made anew, a new id":   {pinned: true, scene: scene{names: []string{name}, gone: true}, certain: saysResolved, id: "2", open: saysMoved, openID: "1"},
		"gone":                  {pinned: true, scene: scene{gone: true}, certain: saysNotFound, id: "1", open: saysMoved, openID: "1"},
		"gone, two of its name": {pinned: true, scene: scene{names: []string{name, name}, gone: true}, certain: saysAmbiguous, id: "1", open: saysMoved, openID: "1"},
		"403":                   {pinned: true, scene: scene{status: http.StatusForbidden}, certain: saysResolved, id: "1"},
		"404 for everything":    {pinned: true, scene: scene{status: http.StatusNotFound}, certain: saysResolved, id: "1"},
		"nothing is shown":      {pinned: true, scene: scene{empty: true}, certain: saysMoved, id: "1"},
		"in another app":        {pinned: true, moved: true, scene: scene{names: []string{name}}, certain: saysNotFound},
	}
}

func TestWhatBecomesOfANameOfEachKindAtEachVendor(t *testing.T) {
	for vendor, things := range namedThings {
		t.Run(vendor, func(t *testing.T) {
			s, ran := stageOf(t, vendor), 0
			for _, thing := range things {
				q := s.known(t, thing.query)
				id := s.idOf(t, q)
				for sentence, c := range namesFor(q) {
					if c.moved && thing.other == "" {
						continue
					}
					ran++
					t.Run(string(q.Kind)+", "+sentence, func(t *testing.T) { s.check(t, thing, q, id, c) })
				}
			}
			t.Logf("%d cases of names ran for %s", ran, vendor)
		})
	}
}

// known is the question about a thing of the seed; where it says no name the first in its place is taken.
func (s *stage) known(t *testing.T, q backend.Name) backend.Name {
	t.Helper()
	s.set("", scene{}) // Whatever the case before left.
	if q.Name == "" {
		all, err := s.tenant.List(t.Context(), q, 0)
		if err != nil || len(all) < 2 {
			t.Fatalf("%v: %d things, %v", q, len(all), err)
		}
		q.Name = all[0].Names[0]
	}
	return q
}

func (s *stage) idOf(t *testing.T, q backend.Name) string {
	t.Helper()
	s.set("", scene{})
	found, err := s.tenant.Find(t.Context(), q)
	if err != nil || len(found) != 1 {
		t.Fatalf("%v means %v, %v", q, found, err)
	}
	return found[0].ID
}

func (s *stage) check(t *testing.T, thing namedThing, q backend.Name, id string, c nameCase) {
	s.set(id, c.scene)
	asked := q
	if c.moved {
		asked.ParentID = thing.other
	}
	obj := &v1alpha1.AccessProfile{}
	obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "remote"}
	if c.pinned {
		obj.Status.Resolved = []v1alpha1.ResolvedName{{Kind: string(q.Kind), ParentID: q.ParentID, TypeID: q.TypeID, Name: q.Name, ID: id}}
	}
	says, got := resolveOnce(t.Context(), new(lookup.Cache).Of("tenant", s.tenant), obj, asked)
	want, wantID := c.certain, c.id
	if nothingLeft := thing.alone && c.scene.gone && len(c.scene.names) == 0; c.open != "" && (!thing.proven || nothingLeft) {
		want, wantID = c.open, c.openID
	}
	switch wantID {
	case "1":
		wantID = id
	case "2":
		wantID = id + "-2"
	}
	if says != want || got != wantID {
		t.Errorf("ResolvedRefs is %s and %q in use, want %s and %q", says, got, want, wantID)
	}
}

// resolveOnce resolves a name as a pass does, asks what its pin means now, and says what the condition says then.
func resolveOnce(ctx context.Context, names backend.Directory, obj *v1alpha1.AccessProfile, q backend.Name) (says, id string) {
	answers := map[backend.Name]backend.Answer{}
	resolve := func() (*reference.Resolver, string) {
		r := reference.NewResolver(ctx, nil, obj, "tenant", answers)
		id := backend.Value(r.ID("spec.field", &v1alpha1.NamedRef{Name: q.Name}, backend.Name{Kind: q.Kind, ParentID: q.ParentID, TypeID: q.TypeID}))
		return r, id
	}
	r, _ := resolve()
	found, err := names.Find(ctx, []backend.Name{q}, time.Now())
	if err == nil {
		answers = found
		for _, a := range r.Asked() {
			if a.Pinned != "" {
				verdict := reference.Verify(ctx, names, q, a.Pinned, found[q].Matches, time.Now())
				reference.Apply(obj.Status.Resolved, map[backend.Name]reference.Verdict{q: verdict})
			}
		}
	}
	r, id = resolve()
	if problems := append(r.Problems(), r.Moved()...); len(problems) > 0 {
		return "False/" + problems[0].Reason, id
	}
	return saysResolved, id
}

func TestManyNamesOfOneAppCostAFewPages(t *testing.T) {
	const many = 989
	for vendor, c := range map[string]struct {
		app   string
		named func(name string) map[string]any
		// pages of a hundred, or of 250 at SailPoint, besides what the seed has.
		pages int
	}{
		"ConductorOne": {conductorone.SeedID("app", "Workday"), func(name string) map[string]any { return map[string]any{"displayName": name} }, 10},
		"SailPoint":    {sailpoint.SeedID("source", "Workday"), func(name string) map[string]any { return map[string]any{"name": name} }, 4},
		"Veza": {veza.SeedID("datasource", "Okta"), func(name string) map[string]any {
			return map[string]any{"type": "OktaGroup", "name": name}
		}, 4},
	} {
		t.Run(vendor, func(t *testing.T) {
			s := stageOf(t, vendor)
			var names []backend.Name
			for i := range many {
				q := backend.Name{Kind: backend.NameEntitlement, ParentID: c.app, Name: fmt.Sprint("Pay ", i)}
				if _, err := s.server.Create(v1alpha1.KindAppEntitlement, c.app, c.named(q.Name)); err != nil {
					t.Fatal(err)
				}
				names = append(names, q)
			}
			s.idOf(t, names[0]) // Signed in.
			s.set("", scene{})
			found, err := new(lookup.Cache).Of("tenant", s.tenant).Find(t.Context(), names, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			for q, a := range found {
				if len(a.Matches) != 1 {
					t.Fatalf("%v means %v", q, a.Matches)
				}
			}
			if s.called != c.pages {
				t.Errorf("%d calls for %d names, want %d", s.called, many, c.pages)
			}
		})
	}
}
