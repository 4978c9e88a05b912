package controller_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// subject is one kind as the sentences need it.
type subject struct {
	kind string
	// manifest renders the object; spec are further lines of its spec.
	manifest func(name, displayName, spec string) string
	// count is how many live remotes bear the display name.
	count func(t *tenant, displayName string) int
	// stranger makes a remote in the console that nobody marked, and returns its parent and id.
	stranger func(t *tenant, displayName string) (parent, id string)
}

func manifest(kind, name, spec string, lines ...string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: %s\nmetadata:\n  name: %s\nspec:\n  backendRef: {name: tenant}\n%s\n%s",
		kind, name, strings.Join(lines, "\n"), spec)
}

var github = conductorone.SeedID("app", "GitHub")

var subjects = []subject{
	{
		kind: v1alpha1.KindAppEntitlement,
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAppEntitlement, name, spec, "  app: {name: GitHub}", "  displayName: "+displayName)
		},
		count: func(t *tenant, displayName string) int { return live(entitlementObjects(t), displayName) },
		stranger: func(t *tenant, displayName string) (string, string) {
			id, err := t.Create(v1alpha1.KindAppEntitlement, github, map[string]any{"displayName": displayName})
			Expect(err).NotTo(HaveOccurred())
			return github, id
		},
	},
	{
		kind: v1alpha1.KindAccessProfile,
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessProfile, name, spec, "  displayName: "+displayName)
		},
		count: func(t *tenant, displayName string) int { return live(profileObjects(t), displayName) },
		stranger: func(t *tenant, displayName string) (string, string) {
			id, err := t.Create(v1alpha1.KindAccessProfile, "", map[string]any{"displayName": displayName})
			Expect(err).NotTo(HaveOccurred())
			return "", id
		},
	},
	{
		kind: v1alpha1.KindAccessReview,
		manifest: func(name, displayName, spec string) string {
			return manifest(v1alpha1.KindAccessReview, name, spec, "  displayName: "+displayName, "  owners: [{email: ada@corp.example}]",
				"  deadline: \"2031-01-01T00:00:00Z\"", "  conductorOne: {policy: {name: Certify by manager}}")
		},
		count: func(t *tenant, displayName string) int { return live(reviewObjects(t), displayName) },
		stranger: func(t *tenant, displayName string) (string, string) {
			id, err := t.Create(v1alpha1.KindAccessReview, "", map[string]any{"displayName": displayName, "policyId": conductorone.SeedID("policy", "Certify by manager")})
			Expect(err).NotTo(HaveOccurred())
			return "", id
		},
	},
}

// live counts the remotes that bear a display name and are not deleted.
func live(objects []map[string]any, displayName string) int {
	n := 0
	for _, o := range objects {
		if o["displayName"] == displayName && o["deletedAt"] == nil && o["state"] != "ACCESS_REVIEW_STATE_DELETED" {
			n++
		}
	}
	return n
}

func entitlementObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().Entitlements {
		out = append(out, d.Object)
	}
	return out
}

func profileObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().AccessProfiles {
		out = append(out, d.Object)
	}
	return out
}

func reviewObjects(t *tenant) (out []map[string]any) {
	for _, d := range t.dump().Reviews {
		out = append(out, d.Object)
	}
	return out
}

var _ = Describe("an object through its life", func() {
	for _, s := range subjects {
		newOf := func() engine.Object { return newObject(s.kind).(engine.Object) }
		Context(s.kind, func() {
			It("is created once, with its id and first revision in the status, and deleted with its object", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Once", ""))
				t.ready(ctx, obj, "one")
				Expect(s.count(t, "Once")).To(Equal(1))
				st := obj.GetManagedStatus()
				Expect(st.Remote.ID).NotTo(BeEmpty())
				Expect(st.Revision).To(BeNumerically(">=", 1))
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				Expect(s.count(t, "Once")).To(BeZero())
				Expect(t.Rejections()).To(BeEmpty())
			})

			It("is updated when its spec changes, and its revision moves", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Before", ""))
				t.ready(ctx, obj, "one")
				revision, id := obj.GetManagedStatus().Revision, obj.GetManagedStatus().Remote.ID
				t.apply(ctx, s.manifest("one", "After", ""))
				t.ready(ctx, obj, "one")
				Expect(s.count(t, "After")).To(Equal(1))
				Expect(s.count(t, "Before")).To(BeZero())
				Expect(obj.GetManagedStatus().Revision).To(Equal(revision + 1))
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
			})

			It("is corrected when somebody edits it in the console", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Wanted", ""))
				t.ready(ctx, obj, "one")
				Expect(t.Edit(targetOf(obj), map[string]any{"displayName": "Console"})).To(Succeed())
				Eventually(func() int { return s.count(t, "Wanted") }).WithTimeout(15 * time.Second).Should(Equal(1))
				t.ready(ctx, obj, "one")
			})

			It("reports drift and leaves it under drift: Report", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Wanted", "  management: {drift: Report}"))
				t.ready(ctx, obj, "one")
				Expect(t.Edit(targetOf(obj), map[string]any{"displayName": "Console"})).To(Succeed())
				message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonDrifted)
				Expect(message).To(ContainSubstring("displayName"))
				Expect(obj.GetManagedStatus().Remote.Changes).To(ContainElement("displayName"))
				t.ready(ctx, obj, "one")
				Consistently(func() int { return s.count(t, "Console") }).WithTimeout(3 * time.Second).Should(Equal(1))
			})

			It("stays at the vendor under deletion: Orphan", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Stays", "  management: {deletion: Orphan}"))
				t.ready(ctx, obj, "one")
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				Expect(s.count(t, "Stays")).To(Equal(1))
			})

			It("is held by suspend: no create, no update, no delete", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("new", "Held", "  suspend: true"))
				t.says(ctx, obj, "new", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
				Expect(s.count(t, "Held")).To(BeZero())

				t.apply(ctx, s.manifest("one", "First", ""))
				t.ready(ctx, obj, "one")
				t.apply(ctx, s.manifest("one", "Second", "  suspend: true"))
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
				Expect(obj.GetManagedStatus().Remote.Changes).To(ContainElement("displayName"))
				Expect(s.count(t, "First")).To(Equal(1))
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
				Expect(s.count(t, "First")).To(Equal(1))
				t.apply(ctx, s.manifest("one", "Second", "  suspend: false"))
				t.gone(ctx, obj, "one")
				Expect(s.count(t, "First")).To(BeZero())
			})

			It("adopts a remote by its id", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				_, id := s.stranger(t, "Found")
				t.apply(ctx, s.manifest("one", "Renamed", "  remoteID: "+id))
				t.ready(ctx, obj, "one")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				Expect(obj.GetManagedStatus().Revision).To(BeEquivalentTo(1))
				Expect(s.count(t, "Renamed")).To(Equal(1))
				Expect(s.count(t, "Found")).To(BeZero())
			})

			It("leaves a remote alone that somebody else marked", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				id := foreign(t, s, "Foreign")
				t.apply(ctx, s.manifest("one", "Mine", "  remoteID: "+id+"\n  management: {creation: CreateOrAdopt}"))
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)
				Expect(s.count(t, "Foreign")).To(Equal(1))
				Expect(s.count(t, "Mine")).To(BeZero())
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				Expect(s.count(t, "Foreign")).To(Equal(1))
			})

			if s.kind == v1alpha1.KindAccessReview {
				It("is never adopted by name", func(ctx SpecContext) {
					t, obj := newTenant(ctx), newOf()
					s.stranger(t, "Known")
					t.apply(ctx, s.manifest("one", "Known", "  management: {creation: CreateOrAdopt}"))
					t.ready(ctx, obj, "one")
					Expect(s.count(t, "Known")).To(Equal(2))
				})
				return
			}

			It("adopts a remote by its key", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Known", "  management: {creation: Adopt}"))
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteNotFound)
				_, id := s.stranger(t, "Known")
				t.ready(ctx, obj, "one")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				Expect(s.count(t, "Known")).To(Equal(1))
			})

			It("takes what is there, and creates what is not, under CreateOrAdopt", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				_, id := s.stranger(t, "There")
				t.apply(ctx, s.manifest("there", "There", "  management: {creation: CreateOrAdopt}"))
				t.apply(ctx, s.manifest("new", "New", "  management: {creation: CreateOrAdopt}"))
				t.ready(ctx, obj, "there")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				t.ready(ctx, obj, "new")
				Expect(s.count(t, "There")).To(Equal(1))
				Expect(s.count(t, "New")).To(Equal(1))
			})

			It("is an ordinary create beside a stranger of the same name", func(ctx SpecContext) {
				t, obj := newTenant(ctx), newOf()
				s.stranger(t, "Same")
				t.apply(ctx, s.manifest("one", "Same", ""))
				t.ready(ctx, obj, "one")
				Expect(s.count(t, "Same")).To(Equal(2))
			})
		})
	}
})

func targetOf(obj engine.Object) sandbox.Target {
	remote := obj.GetManagedStatus().Remote
	return sandbox.Target{Kind: kindOf(obj), ParentID: remote.ParentID, ID: remote.ID}
}

// foreign makes a remote that bears the mark of an object in another cluster.
func foreign(t *tenant, s subject, displayName string) string {
	GinkgoHelper()
	parent, id := s.stranger(t, displayName)
	mark := backend.Mark{Token: "SOMEBODYELSETOK1", Owner: "elsewhere/theirs", Cluster: "cluster-two"}
	patch := map[string]any{"description": mark.Line()}
	if s.kind != v1alpha1.KindAccessReview {
		annotations := map[string]any{}
		for k, v := range mark.Annotations() {
			annotations[k] = v
		}
		patch = map[string]any{"annotations": annotations}
	}
	Expect(t.Edit(sandbox.Target{Kind: s.kind, ParentID: parent, ID: id}, patch)).To(Succeed())
	return id
}

func kindOf(obj engine.Object) string {
	switch obj.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		return v1alpha1.KindAccessProfile
	}
	return v1alpha1.KindAccessReview
}
