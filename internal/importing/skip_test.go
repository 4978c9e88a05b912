package importing_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/importing"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	conductoronefake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	sailpointfake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	vezafake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// profile makes a profile at the vendor.
func (p *place) profile(name, description string, mark backend.Mark) backend.Observation[backend.AccessProfile] {
	p.t.Helper()
	one, parent := backend.AccessProfile{DisplayName: &name, Description: &description}, ""
	switch p.of.Vendor {
	case "SailPoint":
		parent = sailpointfake.SeedID("source", "Workday")
		one.Owners, one.Block = backend.Owners{sailpointfake.SeedID("identity", "ada@corp.example")}, &sailpoint.ProfileBlock{SourceID: &parent}
	case "Veza":
		parent = vezafake.SeedID("type", "Profile")
		one.Block = &veza.ProfileBlock{ProfileTypeID: &parent}
	}
	obs, err := p.visitor.Tenant.AccessProfiles().Create(p.t.Context(), backend.Ref{ParentID: parent, Key: one.Key(), Mark: mark}, one)
	if err != nil {
		p.t.Fatal(err)
	}
	return obs
}

// has counts the remotes of each kind by a dump.
func (p *place) has() map[string]int {
	switch dump := p.Dump().(type) {
	case conductoronefake.Dump:
		return map[string]int{"AppEntitlement": len(dump.Entitlements), "AccessProfile": len(dump.AccessProfiles), "AccessReview": len(dump.Reviews)}
	case sailpointfake.Dump:
		n := 0
		for _, e := range dump.Entitlements {
			if !e.Pending {
				n++
			}
		}
		return map[string]int{"AppEntitlement": n, "AccessProfile": len(dump.Profiles), "AccessReview": len(dump.Campaigns)}
	case vezafake.Dump:
		n := 0
		for _, e := range dump.Entities {
			if e["type"] != "OktaUser" {
				n++
			}
		}
		return map[string]int{"AppEntitlement": n, "AccessProfile": len(dump.Profiles), "AccessReview": len(dump.Certifications)}
	}
	return nil
}

// TestCountsAddUpToWhatTheVendorHas at every vendor, and what others manage is skipped with a reason.
func TestCountsAddUpToWhatTheVendorHas(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			p := begin(t, of)
			ours := p.profile("Ours", "", backend.Mark{Token: "OURSOURSOURSOURS", Owner: "team/ours", Cluster: cluster})
			p.profile("Lost", "", backend.Mark{Token: "LOSTLOSTLOSTLOST", Owner: "team/lost", Cluster: cluster})
			p.profile("Theirs", "", backend.Mark{Token: "THEIRSTHEIRSTHEI", Owner: "other/theirs", Cluster: "us-1"})
			bound := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "ours"}}
			bound.Status.Remote = &v1alpha1.RemoteStatus{ID: ours.ID, ParentID: ours.ParentID, TenantID: p.visitor.ID.ID}
			for _, c := range []struct {
				sentence string
				change   func(*importing.Options)
				skipped  map[string]string
			}{
				{"in a cluster", func(o *importing.Options) { o.InCluster, o.Objects = true, []reference.Managed{bound} }, map[string]string{
					"Ours":   "an object of this cluster manages it: team/ours",
					"Theirs": "another cluster manages it: it bears the ownership marker of other/theirs in the cluster us-1",
				}},
				{"alone", func(*importing.Options) {}, map[string]string{
					"Ours":   "it bears the ownership marker of team/ours in this cluster, and without the cluster nobody knows whether that object is there",
					"Lost":   "it bears the ownership marker of team/lost in this cluster, and without the cluster nobody knows whether that object is there",
					"Theirs": "another cluster manages it: it bears the ownership marker of other/theirs in the cluster us-1",
				}},
			} {
				p.change, p.dir = c.change, filepath.Join(t.TempDir(), "access")
				report := p.must()
				got, skipped := map[string]int{}, map[string]string{}
				for _, count := range report.Counts {
					got[count.Kind] = count.Total
				}
				for _, s := range report.Skipped {
					skipped[s.Label] = s.Reason
				}
				if diff := cmp.Diff(p.has(), got); diff != "" {
					t.Errorf("%s: what is there and what is counted (-there +counted):\n%s", c.sentence, diff)
				}
				if diff := cmp.Diff(c.skipped, skipped); diff != "" {
					t.Errorf("%s: (-want +got):\n%s", c.sentence, diff)
				}
			}
		})
	}
}

func sandboxOf(t *testing.T, vendor string) sandboxes.Sandbox {
	t.Helper()
	for _, of := range sandboxes.All() {
		if of.Vendor == vendor {
			return of
		}
	}
	t.Fatal("no sandbox of", vendor)
	return sandboxes.Sandbox{}
}

func TestADescriptionWithoutRoomForTheMarkIsSkipped(t *testing.T) {
	p := begin(t, sandboxOf(t, "SailPoint"))
	short := p.profile("Just short enough", strings.Repeat("é", 1773), backend.Mark{})
	long := p.profile("Too long", "", backend.Mark{})
	if err := p.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: long.ID}, map[string]any{"description": strings.Repeat("é", 1774)}); err != nil {
		t.Fatal(err)
	}
	if err := p.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: short.ID}, map[string]any{"description": strings.Repeat("é", 1773)}); err != nil {
		t.Fatal(err)
	}
	report := p.must()
	want := []importing.Skipped{{Kind: "AccessProfile", ParentID: long.ParentID, ID: long.ID, Label: "Too long",
		Reason: "its description has 1774 characters, and with more than 1773 there is no room for the ownership marker"}}
	if diff := cmp.Diff(want, report.Skipped); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAReviewThatIsOverIsImportedOnlyIfAsked(t *testing.T) {
	p := begin(t, sandboxOf(t, "ConductorOne"))
	p.grown(1)
	all := p.must()
	over := ""
	for _, e := range all.Exported {
		if e.Kind == v1alpha1.KindAccessReview {
			over = e.ID
		}
	}
	if err := p.SetReviewState(over, "CLOSED"); err != nil {
		t.Fatal(err)
	}
	reasons := map[bool]string{}
	for _, with := range []bool{false, true} {
		p.dir = filepath.Join(t.TempDir(), "access")
		p.change = func(o *importing.Options) { o.WithClosed = with }
		reasons[with] = ""
		for _, s := range p.must().Skipped {
			reasons[with] += s.ID + " " + s.Reason
		}
	}
	if diff := cmp.Diff(map[bool]string{false: over + " the review is over; --with-closed imports it", true: ""}, reasons); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatAPersonWroteIsLeft(t *testing.T) {
	p := begin(t, sandboxOf(t, "ConductorOne"))
	first := p.must()
	file := first.Exported[0].File
	edited := p.file(file) + "# Mine\n"
	if err := os.WriteFile(filepath.Join(p.dir, file), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := p.must(); !cmp.Equal(report.Left, []string{file}) || p.file(file) != edited {
		t.Errorf("left %v", report.Left)
	}
	p.change = func(o *importing.Options) { o.Overwrite = true }
	if report := p.must(); len(report.Left) > 0 || p.file(file) == edited {
		t.Errorf("left %v", report.Left)
	}
}

// TestNamesStay: who is renamed at the vendor, and who comes later, changes no name of an object.
func TestNamesStay(t *testing.T) {
	p := begin(t, sandboxOf(t, "ConductorOne"))
	for range 3 {
		p.profile("Müller & Söhne: no", "", backend.Mark{})
	}
	names := func() map[string]string {
		p.change = func(o *importing.Options) { o.Overwrite, o.Kinds = true, []string{v1alpha1.KindAccessProfile} }
		out := map[string]string{}
		for _, e := range p.must().Exported {
			out[e.Kind+" "+e.ParentID+" "+e.ID] = e.File
		}
		return out
	}
	before := names()
	for range 5 {
		p.profile("Müller & Söhne: no", "", backend.Mark{})
	}
	after := names()
	kept := maps.Clone(after)
	maps.DeleteFunc(kept, func(id, _ string) bool { _, there := before[id]; return !there })
	if diff := cmp.Diff(before, kept); diff != "" || len(after) != len(before)+5 {
		t.Errorf("%d before, %d after (-before +after):\n%s", len(before), len(after), diff)
	}
	called := map[string]bool{}
	for _, file := range after {
		called[file] = true
	}
	if len(called) != len(after) || !called["accessprofiles/m-ller-s-hne-no.yaml"] || !called["accessprofiles/m-ller-s-hne-no-8.yaml"] {
		t.Errorf("%v", called)
	}
}

func TestAFolderOfSomebodyElseIsNotTouched(t *testing.T) {
	for sentence, report := range map[string]string{
		"another file of that name": `{"tests": 3}`,
		"no JSON":                   `hello`,
		"another tenant":            `{"generator": "governance import", "tenant": "elsewhere"}`,
		"a file outside": `{"generator": "governance import", "tenant": "TENANT", "exported": [
			{"kind": "AccessProfile", "id": "1", "name": "passwd", "file": "accessprofiles/../../passwd.yaml"}]}`,
		"a file of another name": `{"generator": "governance import", "tenant": "TENANT", "exported": [
			{"kind": "AccessProfile", "id": "1", "name": "a", "file": "accessprofiles/b.yaml"}]}`,
	} {
		t.Run(sentence, func(t *testing.T) {
			p := begin(t, sandboxOf(t, "ConductorOne"))
			if err := os.MkdirAll(p.dir, 0o750); err != nil {
				t.Fatal(err)
			}
			name := p.visitor.ID.Name
			if name == "" {
				name = p.visitor.ID.ID
			}
			if err := os.WriteFile(filepath.Join(p.dir, "import-report.json"), []byte(strings.ReplaceAll(report, "TENANT", name)), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := p.run(); err == nil {
				t.Fatal("it is taken")
			}
			if files := p.everything(); len(files) != 1 || p.Counts().Reads != 0 {
				t.Errorf("%d files, %+v", len(files), p.Counts())
			}
		})
	}
}
