package controller_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	vezadriver "github.com/governance-operator/governance-operator/internal/vendors/veza"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// subject is one kind at one vendor, as the sentences need it.
type subject struct {
	vendor v1alpha1.Vendor
	kind   string
	// What the vendor can do with the kind, beyond being adopted from.
	creates, updates, deletes bool
	// unique: the vendor takes no two of one name.
	unique bool
	// nameField is the display name on the wire.
	nameField string
	// route is how the route of the create call ends, for a kind of which there are crowds.
	route string
	// manifest renders the object; spec are further lines of its spec.
	manifest func(name, displayName, spec string) string
	// objects are the remotes that are there.
	objects func(t *tenant) []map[string]any
	// stranger makes in the console what the object of that name would be, marked by nobody, and returns where.
	stranger func(t *tenant, name, displayName string) sandbox.Target
	// marked is the edit that gives a remote a mark; nil where remotes bear none.
	marked func(backend.Mark) map[string]any
}

// String names the subject in a sentence.
func (s subject) String() string { return string(s.vendor) + " " + s.kind }

// count is how many remotes bear the display name.
func (s subject) count(t *tenant, displayName string) int {
	n := 0
	for _, o := range s.objects(t) {
		if o[s.nameField] == displayName {
			n++
		}
	}
	return n
}

// prepare makes what the object would adopt, where the vendor cannot create.
func (s subject) prepare(t *tenant, name, displayName string) {
	GinkgoHelper()
	if !s.creates {
		s.stranger(t, name, displayName)
	}
}

// tenant is a fresh one in which what passes by itself passes at once.
func (s subject) tenant(ctx context.Context) *tenant {
	GinkgoHelper()
	t := newTenantOf(ctx, s.vendor)
	if s.vendor != v1alpha1.VendorConductorOne {
		t.Configure(func(settings *sandbox.Settings) { settings.CampaignPace = sandbox.Duration(1) })
	}
	return t
}

// remoteIDOf is how spec.remoteID names a remote of the console.
func (s subject) remoteIDOf(target sandbox.Target) string {
	if s.vendor == v1alpha1.VendorVeza && s.kind == v1alpha1.KindAppEntitlement {
		return vezadriver.Entity("OktaGroup", target.ID)
	}
	return target.ID
}

// subjectsOf are the kinds of one vendor.
func subjectsOf(vendor v1alpha1.Vendor) []subject {
	return only(func(s subject) bool { return s.vendor == vendor })
}

// only are the subjects for which keep is true.
func only(keep func(subject) bool) []subject {
	return slices.DeleteFunc(slices.Clone(subjects), func(s subject) bool { return !keep(s) })
}

func manifest(kind, name, spec string, lines ...string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: %s\nmetadata:\n  name: %s\nspec:\n  backendRef: {name: tenant}\n%s\n%s",
		kind, name, strings.Join(lines, "\n"), spec)
}

// subjects are every kind at every vendor.
var subjects = slices.Concat(conductorOneSubjects, sailPointSubjects, vezaSubjects)

var github = conductorone.SeedID("app", "GitHub")

// planted makes a remote in the console.
func planted(t *tenant, kind, parent string, object map[string]any) sandbox.Target {
	GinkgoHelper()
	if kind == v1alpha1.KindAppEntitlement && parent == github { // It is for the same as what the operator makes there.
		object["appResourceTypeId"], object["appResourceId"] = team.kind, team.id
	}
	id, err := t.Create(kind, parent, object)
	Expect(err).NotTo(HaveOccurred())
	return sandbox.Target{Kind: kind, ParentID: parent, ID: id}
}

func inAnnotations(m backend.Mark) map[string]any {
	annotations := map[string]any{}
	for k, v := range m.Annotations() {
		annotations[k] = v
	}
	return map[string]any{"annotations": annotations}
}

func inDescription(m backend.Mark) map[string]any { return map[string]any{"description": m.Line()} }

var conductorOneSubjects = []subject{
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAppEntitlement, creates: true, updates: true, deletes: true, nameField: "displayName", route: "/entitlements",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAppEntitlement, name, spec, "  app: {name: GitHub}", "  displayName: "+displayName)
		},
		objects: entitlementObjects,
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAppEntitlement, github, map[string]any{"displayName": displayName})
		},
		marked: inAnnotations,
	},
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessProfile, creates: true, updates: true, deletes: true, nameField: "displayName",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessProfile, name, spec, "  displayName: "+displayName)
		},
		objects: profileObjects,
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessProfile, "", map[string]any{"displayName": displayName})
		},
		marked: inAnnotations,
	},
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessReview, creates: true, updates: true, deletes: true, nameField: "displayName",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessReview, name, spec, "  displayName: "+displayName, "  owners: [{email: ada@corp.example}]",
				"  deadline: \"2031-01-01T00:00:00Z\"", "  conductorOne: {policy: {name: Certify by manager}}")
		},
		objects: reviewObjects,
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessReview, "", map[string]any{"displayName": displayName, "policyId": conductorone.SeedID("policy", "Certify by manager")})
		},
		marked: inDescription,
	},
}

// present leaves out what is deleted.
func present(o map[string]any) bool {
	return o["deletedAt"] == nil && o["state"] != "ACCESS_REVIEW_STATE_DELETED"
}

func entitlementObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().Entitlements {
		if present(d.Object) {
			out = append(out, d.Object)
		}
	}
	return out
}

func profileObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().AccessProfiles {
		if present(d.Object) {
			out = append(out, d.Object)
		}
	}
	return out
}

func reviewObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().Reviews {
		if present(d.Object) {
			out = append(out, d.Object)
		}
	}
	return out
}

// live counts the remotes that bear a display name.
func live(objects []map[string]any, displayName string) int {
	n := 0
	for _, o := range objects {
		if o["displayName"] == displayName {
			n++
		}
	}
	return n
}

var database = sailpoint.SeedID("source", "Employee Database")

var sailPointSubjects = []subject{
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAppEntitlement, updates: true, nameField: "name",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAppEntitlement, name, spec, "  app: {name: Employee Database}", "  displayName: "+displayName,
				"  sailPoint: {match: {attribute: memberOf, value: CN="+name+"}}")
		},
		objects: func(t *tenant) (out []map[string]any) {
			for _, d := range t.Dump().(sailpoint.Dump).Entitlements {
				out = append(out, d.Object)
			}
			return out
		},
		stranger: func(t *tenant, name, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAppEntitlement, database, map[string]any{"name": displayName, "attribute": "memberOf", "value": "CN=" + name})
		},
	},
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAccessProfile, creates: true, updates: true, deletes: true, unique: true, nameField: "name", route: "/access-profiles/v1",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessProfile, name, spec, "  displayName: "+displayName, "  owners: [{email: ada@corp.example}]",
				"  sailPoint: {source: {name: Employee Database}}")
		},
		objects: func(t *tenant) (out []map[string]any) {
			for _, d := range t.Dump().(sailpoint.Dump).Profiles {
				out = append(out, d.Object)
			}
			return out
		},
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessProfile, database, map[string]any{"name": displayName})
		},
		marked: inDescription,
	},
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAccessReview, creates: true, updates: true, deletes: true, nameField: "name",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessReview, name, spec, "  displayName: "+displayName, "  deadline: \"2031-01-01T00:00:00Z\"", "  sailPoint: {type: Manager}")
		},
		objects: func(t *tenant) (out []map[string]any) {
			for _, d := range t.Dump().(sailpoint.Dump).Campaigns {
				out = append(out, d.Object)
			}
			return out
		},
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessReview, "", map[string]any{"name": displayName, "description": "By hand.", "type": "MANAGER",
				"deadline": "2031-01-01T00:00:00Z", "status": "STAGED"})
		},
		marked: inDescription,
	},
}

var okta = veza.SeedID("datasource", "Okta")

var vezaSubjects = []subject{
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAppEntitlement, nameField: "name",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAppEntitlement, name, spec, "  app: {name: Okta Lifecycle Management}", "  displayName: "+displayName, "  veza: {entityType: OktaGroup}")
		},
		objects: func(t *tenant) []map[string]any { return t.Dump().(veza.Dump).Entities },
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAppEntitlement, okta, map[string]any{"type": "OktaGroup", "name": displayName})
		},
	},
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAccessProfile, creates: true, updates: true, unique: true, nameField: "name", route: "/access_profiles",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessProfile, name, spec, "  displayName: "+displayName, "  veza: {profileType: {name: Profile}}")
		},
		objects: func(t *tenant) []map[string]any { return t.Dump().(veza.Dump).Profiles },
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessProfile, "", map[string]any{"name": displayName, "state": "INITIAL", "profile_type": veza.SeedID("type", "Profile")})
		},
		marked: func(m backend.Mark) map[string]any {
			return map[string]any{"labels": []any{"governance-operator.io/mark=" + m.Owner + ";" + m.Cluster + ";" + m.Token}}
		},
	},
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAccessReview, creates: true, nameField: "name",
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessReview, name, spec, "  displayName: "+displayName, "  start: {mode: Immediate}", "  veza: {configuration: {name: Okta groups}}")
		},
		objects: func(t *tenant) []map[string]any { return t.Dump().(veza.Dump).Certifications },
		stranger: func(t *tenant, _, displayName string) sandbox.Target {
			return planted(t, v1alpha1.KindAccessReview, veza.SeedID("configuration", "Okta groups"), map[string]any{"name": displayName})
		},
		marked: func(m backend.Mark) map[string]any { return map[string]any{"notes": m.Line()} },
	},
}
