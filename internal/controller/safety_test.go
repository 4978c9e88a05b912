package controller_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

const crowd = 20

// crowds are the kinds of which there are many.
var crowds = only(func(s subject) bool { return s.route != "" })

// crowded applies many objects and waits until all are Ready.
func (s subject) crowded(ctx context.Context, t *tenant) {
	GinkgoHelper()
	t.apply(ctx, many(crowd, func(i int) string { return s.manifest(fmt.Sprintf("one-%d", i), fmt.Sprintf("One %d", i), "") }))
	s.allReady(ctx, t)
}

func (s subject) allReady(ctx context.Context, t *tenant) {
	GinkgoHelper()
	for i := range crowd {
		t.ready(ctx, newObject(s.kind), fmt.Sprintf("one-%d", i+1))
	}
}

// crowdAtVendor counts the live remotes of the crowd.
func (s subject) crowdAtVendor(t *tenant) (n int) {
	for i := range crowd {
		n += s.count(t, fmt.Sprintf("One %d", i+1))
	}
	return n
}

// sentCreates counts the creates that were sent.
func (s subject) sentCreates(t *tenant) int { return len(t.sent(http.MethodPost, s.route)) }

// creates counts the creates of entitlements that were sent.
func (t *tenant) creates() int { return len(t.sent(http.MethodPost, "/entitlements")) }

// deletes counts the deletions that were sent.
func (t *tenant) deletes() (n int) {
	for _, call := range t.Calls(0) {
		if call.Method == http.MethodDelete && call.Class == sandbox.ClassWrite {
			n++
		}
	}
	return n
}

// again makes another namespace with a backend at the same tenant.
func (t *tenant) again(ctx context.Context) *tenant {
	GinkgoHelper()
	namespace, err := env.CreateNamespace(ctx, "spec")
	Expect(err).NotTo(HaveOccurred())
	other := &tenant{Server: t.Server, product: t.product, namespace: namespace}
	other.secret(ctx, "credentials", t.product.fake.Secret(t.Credentials()))
	DeferCleanup(func(ctx SpecContext) { other.cleanUp(ctx) })
	other.backend(ctx, "tenant")
	other.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
	return other
}

var _ = Describe("what must never happen", func() {
	// Veza names no tenant in its answers, so that another one behind the same address cannot be told.
	for vendor, seeded := range map[v1alpha1.Vendor]string{
		v1alpha1.VendorConductorOne: "  app: {name: GitHub}\n  displayName: payments Write\n  management: {creation: Adopt}\n",
		v1alpha1.VendorSailPoint:    "  app: {name: Employee Database}\n  sailPoint: {match: {attribute: memberOf, value: \"CN=Read,OU=Groups,DC=corp,DC=example\"}}\n",
	} {
		created := only(func(s subject) bool { return s.vendor == vendor && s.creates })
		Context("in another tenant of "+string(vendor), func() {
			// before makes one object of each kind, one more to delete, and one that is bound to what every tenant has.
			before := func(ctx SpecContext) *tenant {
				t := created[0].tenant(ctx)
				for _, s := range created {
					t.apply(ctx, s.manifest("one", "One "+s.kind, "")+"\n---\n"+s.manifest("doomed", "Doomed "+s.kind, ""))
				}
				t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "seeded", seeded, "  description: Ours"))
				for _, s := range created {
					t.ready(ctx, newObject(s.kind), "one")
					t.ready(ctx, newObject(s.kind), "doomed")
				}
				t.ready(ctx, &v1alpha1.AppEntitlement{}, "seeded")
				return t
			}
			// ask edits, deletes and creates.
			ask := func(ctx SpecContext, t *tenant) {
				for _, s := range created {
					t.apply(ctx, s.manifest("one", "Edited "+s.kind, ""))
					doomed := newObject(s.kind)
					Expect(t.get(ctx, doomed, "doomed")).To(Succeed())
					Expect(c.Delete(ctx, doomed)).To(Succeed())
				}
				t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "seeded", seeded, "  description: Edited"))
				t.says(ctx, &v1alpha1.GovernanceBackend{}, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonTenantChanged)
				for _, s := range created {
					t.apply(ctx, s.manifest("new", "New "+s.kind, ""))
					for _, name := range []string{"one", "doomed", "new"} {
						t.says(ctx, newObject(s.kind), name, v1alpha1.ConditionSynced, v1alpha1.ReasonTenantChanged)
					}
				}
			}
			// converged proves that all that was asked happened where it should.
			converged := func(ctx SpecContext, t *tenant) {
				t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
				for _, s := range created {
					t.gone(ctx, newObject(s.kind), "doomed")
					t.ready(ctx, newObject(s.kind), "one")
					t.ready(ctx, newObject(s.kind), "new")
					Expect(s.count(t, "Edited "+s.kind)).To(Equal(1))
					Expect(s.count(t, "New "+s.kind)).To(Equal(1))
					Expect(s.count(t, "Doomed "+s.kind)).To(BeZero())
				}
				t.ready(ctx, &v1alpha1.AppEntitlement{}, "seeded")
			}

			It("nothing is written and nothing let go when another tenant answers at the same address", func(ctx SpecContext) {
				t := before(ctx)
				t.SwitchTenant("stranger")
				ask(ctx, t)
				for _, s := range created {
					t.there(ctx, newObject(s.kind), "doomed")
				}
				Expect(t.writesIn("stranger")).To(BeEmpty())
				t.told(ctx, "tenant", v1alpha1.ReasonTenantChanged)
				t.SwitchTenant(t.namespace)
				converged(ctx, t)
				Expect(t.writesIn("stranger")).To(BeEmpty())
			})

			It("nothing is written and nothing let go when the backend is pointed at another address", func(ctx SpecContext) {
				t, b := before(ctx), &v1alpha1.GovernanceBackend{}
				other, err := t.start(sandbox.Options{})
				Expect(err).NotTo(HaveOccurred())
				DeferCleanup(other.Close)
				other.SwitchTenant("stranger")
				t.putSecret(ctx, other.Credentials())
				t.edit(ctx, b, "tenant", func() { b.Spec.Endpoint = other.URL })
				// Until it is seen there, an edit may still go where it belongs.
				t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonTenantChanged)
				ask(ctx, t)
				for _, s := range created {
					t.there(ctx, newObject(s.kind), "doomed")
				}
				Expect(other.Counts().Writes).To(BeZero())
				t.putSecret(ctx, t.Credentials())
				t.edit(ctx, b, "tenant", func() { b.Spec.Endpoint = t.URL })
				converged(ctx, t)
				Expect(other.Counts().Writes).To(BeZero())
			})

			It("a whole crowd that vanishes with its tenant is told as another tenant, not as an absence to confirm", func(ctx SpecContext) {
				s := only(func(s subject) bool { return s.vendor == vendor && s.route != "" })[0]
				t := s.tenant(ctx)
				s.crowded(ctx, t)
				t.SwitchTenant("stranger")
				t.says(ctx, &v1alpha1.GovernanceBackend{}, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonTenantChanged)
				for i := range crowd {
					t.apply(ctx, s.manifest(fmt.Sprintf("one-%d", i+1), fmt.Sprintf("One %d", i+1), "  description: Edited"))
				}
				t.says(ctx, newObject(s.kind), "one-1", v1alpha1.ConditionSynced, v1alpha1.ReasonTenantChanged)
				t.quiet(ctx, 200)
				Expect(t.writesIn("stranger")).To(BeEmpty())
				t.SwitchTenant(t.namespace)
				t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
				s.allReady(ctx, t)
				Expect(s.sentCreates(t)).To(Equal(crowd))
			})
		})
	}

	Context("to what another object has", func() {
		for _, s := range subjects {
			if s.creates && !s.unique {
				It("a copy of "+s.String()+" with all its annotations gets a remote of its own", func(ctx SpecContext) {
					t, obj, theirs := s.tenant(ctx), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
					second := "  management: {creation: CreateDuplicate}"
					if s.kind == v1alpha1.KindAccessReview {
						second = "" // Their names may repeat.
					}
					t.apply(ctx, s.manifest("one", "Copied", second))
					t.ready(ctx, obj, "one")
					other := t.again(ctx)
					other.apply(ctx, s.manifest("one", "Copied", "  suspend: true"))
					other.says(ctx, theirs, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
					Expect(c.Delete(ctx, theirs)).To(Succeed())
					other.gone(ctx, theirs, "one")
					copied := obj.DeepCopyObject().(managed.Object)
					copied.SetNamespace(other.namespace)
					copied.SetResourceVersion("")
					copied.SetUID("")
					Expect(c.Create(ctx, copied)).To(Succeed())
					other.ready(ctx, theirs, "one")
					Expect(theirs.GetManagedStatus().Remote.ID).NotTo(Equal(obj.GetManagedStatus().Remote.ID))
					Expect(theirs.GetAnnotations()[v1alpha1.AnnotationIntent]).NotTo(Equal(obj.GetAnnotations()[v1alpha1.AnnotationIntent]))
					Expect(s.count(t, "Copied")).To(Equal(2))
					other.told(ctx, "one", v1alpha1.ReasonCopiedIntent)
					Expect(c.Delete(ctx, theirs)).To(Succeed())
					other.gone(ctx, theirs, "one")
					if s.deletes {
						eventually(ctx, func() int { return s.count(t, "Copied") }).Should(Equal(1))
					}
					t.reconcile(ctx, obj, "one")
					t.ready(ctx, obj, "one")
				})
			}

			It("of two "+s.String()+" objects with one remoteID the first has it, and the other says so", func(ctx SpecContext) {
				t, first, second := s.tenant(ctx), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
				id := s.remoteIDOf(s.stranger(t, "first", "Wanted"))
				name := "Wanted"
				if s.updates {
					name = "First"
				}
				t.apply(ctx, s.manifest("first", name, "  remoteID: "+id))
				t.ready(ctx, first, "first")
				t.apply(ctx, s.manifest("second", "Second", "  remoteID: "+id))
				message := t.says(ctx, second, "second", v1alpha1.ConditionSynced, v1alpha1.ReasonClaimedByOther)
				Expect(message).To(ContainSubstring(t.namespace + "/first"))
				t.told(ctx, "second", v1alpha1.ReasonClaimedByOther)
				Expect(c.Delete(ctx, second)).To(Succeed())
				t.gone(ctx, second, "second")
				Expect(s.count(t, name)).To(Equal(1))
				t.reconcile(ctx, first, "first")
				t.ready(ctx, first, "first")
			})

			if s.kind == v1alpha1.KindAccessReview || !s.creates {
				continue
			}
			It("what was left behind by an earlier life of "+s.String()+" is taken over only when asked", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
				t.apply(ctx, s.manifest("one", "Left", "  management: {deletion: Orphan}"))
				t.ready(ctx, obj, "one")
				id := obj.GetManagedStatus().Remote.ID
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				obj = newObject(s.kind).(managed.Object)
				t.apply(ctx, s.manifest("one", "Left", ""))
				Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)).To(ContainSubstring(id))
				Expect(s.count(t, "Left")).To(Equal(1))
				t.told(ctx, "one", v1alpha1.ReasonRemoteExists)
				t.apply(ctx, s.manifest("one", "Left", "  management: {creation: CreateOrAdopt}"))
				t.ready(ctx, obj, "one")
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
				Expect(s.count(t, "Left")).To(Equal(1))
			})
		}
	})

	Context("after something was lost", func() {
		for _, s := range crowds {
			It("twenty "+s.String()+" objects without their status find their remotes again, and make no second one", func(ctx SpecContext) {
				t := s.tenant(ctx)
				s.crowded(ctx, t)
				t.ResetCalls()
				for i := range crowd {
					t.wipe(ctx, newObject(s.kind), fmt.Sprintf("one-%d", i+1))
				}
				s.allReady(ctx, t)
				Expect(s.sentCreates(t)).To(BeZero())
				Expect(s.crowdAtVendor(t)).To(Equal(crowd))
			})
		}

		for _, s := range only(func(s subject) bool { return s.creates }) {
			It("a replaced "+s.String()+" without finalizer and intent gets both back, with its old token", func(ctx SpecContext) {
				t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
				t.apply(ctx, s.manifest("one", "Replaced", ""))
				t.ready(ctx, obj, "one")
				token := tokenOf(obj)
				t.ResetCalls()
				obj.SetFinalizers(nil)
				obj.SetAnnotations(nil)
				Expect(c.Update(ctx, obj)).To(Succeed())
				eventually(ctx, func(g Gomega) {
					g.Expect(t.get(ctx, obj, "one")).To(Succeed())
					g.Expect(obj.GetFinalizers()).To(ContainElement(v1alpha1.Finalizer))
					g.Expect(tokenOf(obj)).To(Equal(token))
				}).Should(Succeed())
				t.ready(ctx, obj, "one")
				Expect(t.Counts().Writes).To(BeZero())
				Expect(c.Delete(ctx, obj)).To(Succeed())
				t.gone(ctx, obj, "one")
				if s.deletes {
					eventually(ctx, func() int { return s.count(t, "Replaced") }).Should(BeZero())
				}
			})
		}
	})

	Context("when far too much vanishes at once", func() {
		for _, s := range crowds {
			It("nothing of "+s.String()+" is created or let go while the credential sees nothing, and all is well when it sees again", func(ctx SpecContext) {
				t, b := s.tenant(ctx), &v1alpha1.GovernanceBackend{}
				s.crowded(ctx, t)
				t.ResetCalls()
				t.Configure(func(settings *sandbox.Settings) { settings.Blind = true })
				doomed := 0
				if s.deletes {
					doomed = 2
				}
				for i := range doomed {
					obj := newObject(s.kind)
					Expect(t.get(ctx, obj, fmt.Sprintf("one-%d", i+1))).To(Succeed())
					Expect(c.Delete(ctx, obj)).To(Succeed())
				}
				Expect(t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonMassAbsence)).To(ContainSubstring(v1alpha1.AnnotationAcceptAbsence))
				t.says(ctx, newObject(s.kind), "one-9", v1alpha1.ConditionSynced, v1alpha1.ReasonMassAbsence)
				for i := range doomed {
					t.there(ctx, newObject(s.kind), fmt.Sprintf("one-%d", i+1))
				}
				Expect(t.Counts().Writes).To(BeZero())
				t.told(ctx, "tenant", v1alpha1.ReasonMassAbsence)

				t.Configure(func(settings *sandbox.Settings) { settings.Blind = false })
				t.ready(ctx, b, "tenant")
				for i := range doomed {
					t.gone(ctx, newObject(s.kind), fmt.Sprintf("one-%d", i+1))
				}
				for i := doomed; i < crowd; i++ {
					t.ready(ctx, newObject(s.kind), fmt.Sprintf("one-%d", i+1))
				}
				Expect(s.sentCreates(t)).To(BeZero())
				Expect(s.crowdAtVendor(t)).To(Equal(crowd - doomed))
			})
		}

		It("all are made again once somebody confirms that they are really gone", func(ctx SpecContext) {
			t, b, s := newTenant(ctx), &v1alpha1.GovernanceBackend{}, subjects[0]
			s.crowded(ctx, t)
			for i := range crowd {
				obj := &v1alpha1.AppEntitlement{}
				Expect(t.get(ctx, obj, fmt.Sprintf("one-%d", i+1))).To(Succeed())
				Expect(t.Delete(targetOf(obj))).To(Succeed())
			}
			t.ResetCalls()
			t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonMassAbsence)
			t.quiet(ctx, 1000)
			Expect(t.creates()).To(BeZero())
			By("confirming a number alone, which confirms nothing")
			t.annotate(ctx, b, "tenant", v1alpha1.AnnotationAcceptAbsence, fmt.Sprintf("%s=%d", v1alpha1.KindAppEntitlement, crowd))
			eventually(ctx, func() string { return t.condition(ctx, b, "tenant", v1alpha1.ConditionReady).Message }).Should(ContainSubstring("copy both"))
			t.quiet(ctx, 1000)
			t.annotate(ctx, b, "tenant", v1alpha1.AnnotationAcceptAbsence, t.shown(ctx, b, "tenant"))
			t.ready(ctx, b, "tenant")
			eventually(ctx, func() int { return s.crowdAtVendor(t) }).Should(Equal(crowd))
			s.allReady(ctx, t)
		})
	})

	Context("when far too much is deleted at once", func() {
		It("the rest waits until somebody confirms the number", func(ctx SpecContext) {
			t, b, s := newTenant(ctx), &v1alpha1.GovernanceBackend{}, subjects[0]
			s.crowded(ctx, t)
			t.ResetCalls()
			Expect(c.DeleteAllOf(ctx, &v1alpha1.AppEntitlement{}, client.InNamespace(t.namespace))).To(Succeed())
			Expect(t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonMassDeletion)).To(ContainSubstring(v1alpha1.AnnotationAcceptDeletions))
			always(ctx, t.deletes).Should(BeNumerically("<=", 10))
			t.told(ctx, "tenant", v1alpha1.ReasonMassDeletion)
			left := &v1alpha1.AppEntitlementList{}
			Expect(c.List(ctx, left, client.InNamespace(t.namespace))).To(Succeed())
			Expect(len(left.Items)).To(BeNumerically(">=", crowd-10))
			before := t.deletes()
			t.annotate(ctx, b, "tenant", v1alpha1.AnnotationAcceptDeletions, fmt.Sprint(crowd))
			eventually(ctx, func() string { return t.condition(ctx, b, "tenant", v1alpha1.ConditionReady).Message }).Should(ContainSubstring("copy both"))
			always(ctx, t.deletes).Should(Equal(before))
			t.annotate(ctx, b, "tenant", v1alpha1.AnnotationAcceptDeletions, t.shown(ctx, b, "tenant"))
			eventually(ctx, func(g Gomega) {
				g.Expect(c.List(ctx, left, client.InNamespace(t.namespace))).To(Succeed())
				g.Expect(left.Items).To(BeEmpty())
			}).Should(Succeed())
			Expect(s.crowdAtVendor(t)).To(BeZero())
			t.ready(ctx, b, "tenant")
		})
	})

	Context("when things go in the wrong order", func() {
		It("a backend that is deleted first stays until its objects are gone", func(ctx SpecContext) {
			t, obj, b := newTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			Expect(t.get(ctx, b, "tenant")).To(Succeed())
			Expect(c.Delete(ctx, b)).To(Succeed())
			t.there(ctx, b, "tenant")
			Expect(c.Delete(ctx, obj)).To(Succeed())
			t.gone(ctx, obj, "one")
			t.gone(ctx, b, "tenant")
			Expect(live(entitlementObjects(t), "One")).To(BeZero())
		})

		It("a Secret that is deleted first traps no object that is being deleted", func(ctx SpecContext) {
			t, obj, b := newTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			Expect(c.Delete(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "credentials"}})).To(Succeed())
			t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonSecretNotFound)
			Expect(c.Delete(ctx, obj)).To(Succeed())
			t.gone(ctx, obj, "one")
			Expect(live(entitlementObjects(t), "One")).To(BeZero())
		})

		It("an object whose vendor is down says since when it waits and what can be done, and goes at once under Orphan", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusServiceUnavailable})).To(Succeed())
			Expect(c.Delete(ctx, obj)).To(Succeed())
			message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendUnavailable)
			Expect(message).To(ContainSubstring("since " + obj.DeletionTimestamp.UTC().Format(time.RFC3339)))
			Expect(message).To(And(ContainSubstring("fix that"), ContainSubstring("management.deletion to Orphan")))
			t.there(ctx, obj, "one")
			t.edit(ctx, obj, "one", func() { obj.Spec.Management = &v1alpha1.Management{Deletion: v1alpha1.DeletionOrphan} })
			eventually(ctx, func() error { return notFound(t.get(ctx, obj, "one")) }).WithTimeout(patience).Should(Succeed())
			t.ClearFaults()
			Expect(live(entitlementObjects(t), "One")).To(Equal(1))
		})

		It("an object that the vendor refuses to delete says so in the vendor's words, and goes at once under Orphan", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
			t.apply(ctx, subjects[1].manifest("one", "One", ""))
			t.ready(ctx, obj, "one")
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusBadRequest, Method: http.MethodDelete, Body: `{"message":"somebody is using it"}`})).To(Succeed())
			Expect(c.Delete(ctx, obj)).To(Succeed())
			message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonDeletionBlocked)
			Expect(message).To(And(ContainSubstring("somebody is using it"), ContainSubstring("since "), ContainSubstring("Orphan")))
			t.told(ctx, "one", v1alpha1.ReasonDeletionBlocked)
			t.edit(ctx, obj, "one", func() { obj.Spec.Management = &v1alpha1.Management{Deletion: v1alpha1.DeletionOrphan} })
			t.gone(ctx, obj, "one")
		})

		It("a cluster backend that no longer allows a namespace stops writes, but not deletions", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			cluster := t.clusterBackend(ctx)
			t.edit(ctx, cluster, cluster.Name, func() {
				cluster.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Names: []string{t.namespace}}
				cluster.Spec.RequestsPerSecond, cluster.Spec.Burst = ptr.To(int32(1000)), ptr.To(int32(1000))
			})
			render := func(displayName string) string {
				return strings.ReplaceAll(entitlement("one", inGitHub, displayName, ""), "backendRef: {name: tenant}", "backendRef: {kind: ClusterGovernanceBackend, name: "+cluster.Name+"}")
			}
			t.apply(ctx, render("One"))
			t.ready(ctx, obj, "one")
			t.edit(ctx, cluster, cluster.Name, func() { cluster.Spec.AllowedNamespaces = nil })
			t.apply(ctx, render("Edited"))
			t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonBackendNotAllowed)
			Expect(live(entitlementObjects(t), "One")).To(Equal(1))
			Expect(c.Delete(ctx, obj)).To(Succeed())
			t.gone(ctx, obj, "one")
			Expect(live(entitlementObjects(t), "One")).To(BeZero())
		})
	})
})

// tokenOf reads the token of the intent annotation.
func tokenOf(obj client.Object) string {
	_, after, _ := strings.Cut(obj.GetAnnotations()[v1alpha1.AnnotationIntent], `"token":"`)
	token, _, _ := strings.Cut(after, `"`)
	return token
}
