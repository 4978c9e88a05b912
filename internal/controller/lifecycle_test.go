package controller_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	vezadriver "github.com/governance-operator/governance-operator/internal/vendors/veza"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("an object through its life", func() {
	for _, s := range subjects {
		newOf := func() managed.Object { return newObject(s.kind).(managed.Object) }
		// begin makes the first object of a tenant Ready.
		begin := func(ctx SpecContext, displayName, spec string) (*tenant, managed.Object) {
			GinkgoHelper()
			t, obj := s.tenant(ctx), newOf()
			s.prepare(t, "one", displayName)
			t.apply(ctx, s.manifest("one", displayName, spec))
			t.ready(ctx, obj, "one")
			return t, obj
		}
		Context(s.String(), func() {
			It("has its id and first revision in the status, and goes with its object where the vendor can delete", func(ctx SpecContext) {
				t, obj := begin(ctx, "Once", "")
				Expect(s.count(t, "Once")).To(Equal(1))
				st := obj.GetManagedStatus()
				Expect(st.Remote.ID).NotTo(BeEmpty())
				Expect(st.Revision).To(BeNumerically(">=", 1))
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				left := 1
				if s.deletes {
					left = 0
				}
				eventually(ctx, func() int { return s.count(t, "Once") }).Should(Equal(left))
				Expect(t.Rejections()).To(BeEmpty())
			})

			It("stays at the vendor under deletion: Orphan", func(ctx SpecContext) {
				t, obj := begin(ctx, "Stays", "  management: {deletion: Orphan}")
				t.ResetCalls()
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				Expect(s.count(t, "Stays")).To(Equal(1))
				Expect(t.Counts().Writes).To(BeZero())
			})

			It("asks for nothing more once it is in sync, however often it is looked at", func(ctx SpecContext) {
				t, obj := begin(ctx, "Quiet", "")
				t.ResetCalls()
				for range 3 {
					t.reconcile(ctx, obj, "one")
				}
				t.ready(ctx, obj, "one")
				Expect(t.Counts().Writes).To(BeZero())
			})

			It("adopts a remote by its id", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newOf()
				id := s.remoteIDOf(s.stranger(t, "one", "Found"))
				name := "Found"
				if s.updates {
					name = "Renamed"
				}
				t.apply(ctx, s.manifest("one", name, "  remoteID: "+id))
				t.ready(ctx, obj, "one")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				Expect(obj.GetManagedStatus().Revision).To(BeEquivalentTo(1))
				Expect(s.count(t, name)).To(Equal(1))
				Expect(t.Rejections()).To(BeEmpty())
			})

			if s.updates {
				It("is updated when its spec changes, and its revision moves", func(ctx SpecContext) {
					t, obj := begin(ctx, "Before", "")
					revision, id := obj.GetManagedStatus().Revision, obj.GetManagedStatus().Remote.ID
					t.apply(ctx, s.manifest("one", "After", ""))
					t.ready(ctx, obj, "one")
					Expect(s.count(t, "After")).To(Equal(1))
					Expect(s.count(t, "Before")).To(BeZero())
					Expect(obj.GetManagedStatus().Revision).To(Equal(revision + 1))
					Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				})

				It("is held by suspend: no create, no update, no delete", func(ctx SpecContext) {
					t, obj := begin(ctx, "First", "")
					if s.creates {
						t.apply(ctx, s.manifest("new", "Held", "  suspend: true"))
						t.says(ctx, newOf(), "new", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
						Expect(s.count(t, "Held")).To(BeZero())
					}
					t.apply(ctx, s.manifest("one", "Second", "  suspend: true"))
					t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
					Expect(obj.GetManagedStatus().Remote.Changes).To(ContainElement("displayName"))
					Expect(s.count(t, "First")).To(Equal(1))
					if !s.deletes {
						return // There is nothing to hold: the object goes, and the remote stays.
					}
					Expect(c.Delete(ctx, obj)).To(Succeed())
					t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
					Expect(s.count(t, "First")).To(Equal(1))
					t.apply(ctx, s.manifest("one", "Second", "  suspend: false"))
					t.gone(ctx, obj, "one")
					eventually(ctx, func() int { return s.count(t, "First") }).Should(BeZero())
				})

				It("is held by an annotation until its end, and written then without an edit", func(ctx SpecContext) {
					t, obj := begin(ctx, "First", "")
					in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
					t.annotate(ctx, obj, "one", v1alpha1.AnnotationSuspendedUntil, in(time.Hour))
					t.apply(ctx, s.manifest("one", "Second", ""))
					Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)).To(ContainSubstring("suspended until "))
					Expect(s.count(t, "First")).To(Equal(1))
					t.annotate(ctx, obj, "one", v1alpha1.AnnotationSuspendedUntil, in(3*time.Second))
					eventually(ctx, func() int { return s.count(t, "Second") }).Should(Equal(1))
					t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
				})
			} else {
				It("says which field the vendor takes no edits of, and sends nothing", func(ctx SpecContext) {
					t, obj := begin(ctx, "Before", "")
					t.ResetCalls()
					t.apply(ctx, s.manifest("one", "After", ""))
					Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)).To(ContainSubstring("spec.displayName"))
					Expect(t.Counts().Writes).To(BeZero())
				})
			}

			if s.marked != nil {
				It("leaves a remote alone that somebody else marked", func(ctx SpecContext) {
					t, obj := s.tenant(ctx), newOf()
					id := foreign(t, s, "Foreign")
					t.apply(ctx, s.manifest("one", "Mine", "  remoteID: "+id+"\n  management: {creation: CreateOrAdopt}"))
					t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)
					Expect(s.count(t, "Foreign")).To(Equal(1))
					Expect(s.count(t, "Mine")).To(BeZero())
					Expect(c.Delete(ctx, obj)).To(Succeed())
					t.gone(ctx, obj, "one")
					Expect(s.count(t, "Foreign")).To(Equal(1))
				})
			}

			if s.kind == v1alpha1.KindAccessReview {
				It("is never adopted by name", func(ctx SpecContext) {
					t, obj := s.tenant(ctx), newOf()
					s.stranger(t, "one", "Known")
					t.apply(ctx, s.manifest("one", "Known", "  management: {creation: CreateOrAdopt}"))
					t.ready(ctx, obj, "one")
					Expect(s.count(t, "Known")).To(Equal(2))
				})
				return
			}

			It("adopts a remote by its key", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newOf()
				t.apply(ctx, s.manifest("one", "Known", "  management: {creation: Adopt}"))
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteNotFound)
				id := s.remoteIDOf(s.stranger(t, "one", "Known"))
				t.ready(ctx, obj, "one")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				Expect(s.count(t, "Known")).To(Equal(1))
			})

			if !s.creates {
				It("refuses to be created", func(ctx SpecContext) {
					t, obj := s.tenant(ctx), newOf()
					t.apply(ctx, s.manifest("one", "New", "  management: {creation: CreateOrAdopt}"))
					t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonCreateUnsupported)
				})
				return
			}

			It("takes what is there, and creates what is not, under CreateOrAdopt", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newOf()
				id := s.remoteIDOf(s.stranger(t, "there", "There"))
				t.apply(ctx, s.manifest("there", "There", "  management: {creation: CreateOrAdopt}"))
				t.apply(ctx, s.manifest("new", "New", "  management: {creation: CreateOrAdopt}"))
				t.ready(ctx, obj, "there")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				t.ready(ctx, obj, "new")
				Expect(s.count(t, "There")).To(Equal(1))
				Expect(s.count(t, "New")).To(Equal(1))
			})

			if s.unique {
				It("is refused by the vendor beside a stranger of the same name where it asks for a second one, and says so", func(ctx SpecContext) {
					t, obj := s.tenant(ctx), newOf()
					s.stranger(t, "one", "Same")
					t.apply(ctx, s.manifest("one", "Same", "  management: {creation: CreateDuplicate}"))
					Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRefused)).To(ContainSubstring("displayName"))
					Expect(s.count(t, "Same")).To(Equal(1))
				})
				return
			}
			if s.kind != v1alpha1.KindAccessReview {
				return
			}
			It("is an ordinary create beside a stranger of the same name: names of reviews repeat", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newOf()
				s.stranger(t, "one", "Same")
				t.apply(ctx, s.manifest("one", "Same", ""))
				t.ready(ctx, obj, "one")
				Expect(s.count(t, "Same")).To(Equal(2))
			})
		})
	}
})

func targetOf(obj managed.Object) sandbox.Target {
	remote := obj.GetManagedStatus().Remote
	target := sandbox.Target{Kind: kindOf(obj), ParentID: remote.ParentID, ID: remote.ID}
	if e, ok := obj.(*v1alpha1.AppEntitlement); ok && e.Spec.Veza != nil {
		_, target.ID, _ = vezadriver.SplitEntity(remote.ID)
	}
	return target
}

// foreign makes a remote that has the ownership marker of an object in another cluster.
func foreign(t *tenant, s subject, displayName string) string {
	GinkgoHelper()
	target := s.stranger(t, "one", displayName)
	Expect(t.Edit(target, s.marked(backend.Mark{Token: "SOMEBODYELSETOK1", Owner: "elsewhere/theirs", Cluster: "cluster-two"}))).To(Succeed())
	return s.remoteIDOf(target)
}

func kindOf(obj managed.Object) string {
	switch obj.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		return v1alpha1.KindAccessProfile
	}
	return v1alpha1.KindAccessReview
}
