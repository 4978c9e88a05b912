package chaos

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// species is one kind at one vendor.
type species struct {
	vendor v1alpha1.Vendor
	kind   string
	// most is how many there are at the same time.
	most int
	// fixed: the remote takes no edits, or must not be deleted with its object.
	fixed bool
	// adopted: the vendor cannot create them; plant makes what is to be adopted.
	plant func(w *world, name string)
	// spec renders what is below backendRef.
	spec func(name, title string) string
	// remotes are the remotes that are there.
	remotes func(dump any) []map[string]any
	title   string // the display name on the wire
}

// thing is one object and what was last asked of it.
type thing struct {
	species     *species
	name, title string
	deleted     bool
}

func (t *thing) manifest(w *world) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n  backendRef: {name: %s}\n  %s\n",
		t.species.kind, t.name, nameOf(t.species.vendor), strings.ReplaceAll(t.species.spec(t.name, t.title), "\n", "\n  "))
}

// present are the objects of a dump that are not deleted.
func present[T any](dumped []T, object func(T) map[string]any) (out []map[string]any) {
	for _, d := range dumped {
		if o := object(d); o["deletedAt"] == nil && o["state"] != "ACCESS_REVIEW_STATE_DELETED" {
			out = append(out, o)
		}
	}
	return out
}

var allSpecies = []*species{
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAppEntitlement, most: 10, title: "displayName",
		spec: func(_, title string) string {
			return "app: {name: GitHub}\ndisplayName: " + title + "\nowners: [{email: ada@corp.example}]\nconductorOne: {resource: {type: {name: Repository}, name: payments}}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(conductorone.Dump).Entitlements, func(d conductorone.EntitlementDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessProfile, most: 6, title: "displayName",
		spec: func(_, title string) string {
			return "displayName: " + title + "\nentitlements: [{app: {name: Workday}, name: Viewer}]\nmembership: {expression: 'subject.department == \"Finance\"', enabled: true}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(conductorone.Dump).AccessProfiles, func(d conductorone.ProfileDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessReview, most: 3, title: "displayName",
		spec: func(_, title string) string {
			return "displayName: " + title + "\nowners: [{email: ada@corp.example}]\ndeadline: \"2031-01-01T00:00:00Z\"\nconductorOne: {policy: {name: Certify by manager}}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(conductorone.Dump).Reviews, func(d conductorone.ReviewDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAppEntitlement, most: 4, title: "name",
		plant: func(w *world, name string) {
			_, err := w.tenants[v1alpha1.VendorSailPoint].Create(v1alpha1.KindAppEntitlement, sailpoint.SeedID("source", "Workday"),
				map[string]any{"name": name, "attribute": "memberOf", "value": "CN=" + name})
			Expect(err).NotTo(HaveOccurred())
		},
		spec: func(name, title string) string {
			return "app: {name: Workday}\ndisplayName: " + title + "\nsailPoint: {match: {attribute: memberOf, value: CN=" + name + "}, privilegeLevel: High}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(sailpoint.Dump).Entitlements, func(d sailpoint.EntitlementDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAccessProfile, most: 7, title: "name",
		spec: func(_, title string) string {
			return "displayName: " + title + "\nowners: [{email: ada@corp.example}]\nentitlements: [{app: {name: Workday}, name: Viewer}]\nsailPoint: {source: {name: Workday}, enabled: true}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(sailpoint.Dump).Profiles, func(d sailpoint.ProfileDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAccessReview, most: 2, title: "name",
		spec: func(_, title string) string {
			return "displayName: " + title + "\ndeadline: \"2031-01-01T00:00:00Z\"\nsailPoint: {type: Manager}"
		},
		remotes: func(dump any) []map[string]any {
			return present(dump.(sailpoint.Dump).Campaigns, func(d sailpoint.CampaignDump) map[string]any { return d.Object })
		},
	},
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAppEntitlement, most: 3, title: "name", fixed: true,
		plant: func(w *world, name string) {
			_, err := w.tenants[v1alpha1.VendorVeza].Create(v1alpha1.KindAppEntitlement, veza.SeedID("datasource", "Okta"), map[string]any{"type": "OktaGroup", "name": name})
			Expect(err).NotTo(HaveOccurred())
		},
		spec: func(name, _ string) string {
			return "app: {name: Okta Lifecycle Management}\nveza: {entityType: OktaGroup, match: {name: " + name + "}}"
		},
		remotes: func(dump any) []map[string]any { return dump.(veza.Dump).Entities },
	},
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAccessProfile, most: 7, title: "name",
		spec: func(_, title string) string {
			return "displayName: " + title + "\nentitlements: [{app: {name: Okta Lifecycle Management}, name: Payroll}]\nveza: {profileType: {name: Profile}, state: Running}"
		},
		remotes: func(dump any) []map[string]any { return dump.(veza.Dump).Profiles },
	},
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAccessReview, most: 2, title: "name", fixed: true,
		spec: func(_, title string) string {
			return "displayName: " + title + "\nstart: {mode: Immediate}\nveza: {configuration: {name: Okta groups}}"
		},
		remotes: func(dump any) []map[string]any { return dump.(veza.Dump).Certifications },
	},
}

// populate applies as many of every species as there may be.
func (w *world) populate(ctx context.Context) {
	GinkgoHelper()
	for _, s := range allSpecies {
		for range s.most {
			w.bear(ctx, s)
		}
	}
}

// bear applies a new object. Names are never used twice, so that a remote tells whose it is.
func (w *world) bear(ctx context.Context, s *species) {
	GinkgoHelper()
	w.mu.Lock()
	w.counter++
	t := &thing{species: s, name: fmt.Sprintf("%.1s-%s-%04d", nameOf(s.vendor), strings.ToLower(s.kind), w.counter)}
	t.title = t.name + "-first"
	w.things = append(w.things, t)
	w.mu.Unlock()
	if s.plant != nil {
		s.plant(w, t.name)
	}
	w.apply(ctx, t.manifest(w))
	w.count("objects applied")
}

// alive picks a living thing, nil if there is none that may be changed.
func (w *world) alive() *thing {
	w.mu.Lock()
	defer w.mu.Unlock()
	var living []*thing
	for _, t := range w.things {
		if !t.deleted && !t.species.fixed {
			living = append(living, t)
		}
	}
	if len(living) == 0 {
		return nil
	}
	return living[w.random.IntN(len(living))]
}

// change alters what others look at.
func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// edit does one thing that people do.
func (w *world) edit(ctx context.Context) {
	GinkgoHelper()
	t := w.alive()
	if t == nil {
		return
	}
	switch n := w.chance(10); {
	case n < 6:
		w.change(func() { t.title = fmt.Sprintf("%s-%d", t.name, w.random.IntN(1_000_000)) })
		w.apply(ctx, t.manifest(w))
		w.count("objects edited")
	case n < 8:
		obj := reference.New(t.species.kind)
		obj.SetNamespace(w.namespace)
		obj.SetName(t.name)
		w.change(func() { t.deleted = true })
		Expect(client.IgnoreNotFound(w.c.Delete(ctx, obj))).To(Succeed())
		w.count("objects deleted")
		w.bear(ctx, t.species)
	default:
		w.wipe(ctx, t)
	}
}

// gone reports whether a thing was deleted.
func (w *world) gone(t *thing) (gone bool) {
	w.change(func() { gone = t.deleted })
	return gone
}
