package controller_test

import (
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("what was in the way and is not any more", func() {
	It("an object goes on when its namespace is labelled after it was applied", func(ctx SpecContext) {
		t := startTenant(ctx)
		cluster := t.clusterBackend(ctx)
		t.edit(ctx, cluster, cluster.Name, func() {
			cluster.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"governance": t.namespace}}}
		})
		t.ready(ctx, cluster, cluster.Name)
		t.apply(ctx, fmt.Sprintf("apiVersion: %s\nkind: AccessProfile\nmetadata: {name: late}\nspec:\n  backendRef: {kind: ClusterGovernanceBackend, name: %s}\n  displayName: Late\n", v1alpha1.GroupVersion, cluster.Name))
		t.says(ctx, &v1alpha1.AccessProfile{}, "late", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotAllowed)
		ns := &corev1.Namespace{}
		Expect(c.Get(ctx, client.ObjectKey{Name: t.namespace}, ns)).To(Succeed())
		before := ns.DeepCopy()
		ns.Labels["governance"] = t.namespace
		Expect(c.Patch(ctx, ns, client.MergeFrom(before))).To(Succeed())
		t.ready(ctx, &v1alpha1.AccessProfile{}, "late")
	})

	It("an edit and a create go on by themselves after the vendor refused the sign-in once", func(ctx SpecContext) {
		t, s := newTenant(ctx), profileOf(v1alpha1.VendorConductorOne)
		t.apply(ctx, s.manifest("edited", "Wide", ""))
		t.ready(ctx, &v1alpha1.AccessProfile{}, "edited")
		Expect(t.AddFault(sandbox.Fault{Class: sandbox.ClassWrite, Kind: sandbox.FaultStatus, Status: http.StatusUnauthorized, Count: 2})).To(Succeed())
		t.apply(ctx, s.manifest("edited", "Narrow", ""))
		t.apply(ctx, s.manifest("created", "Created", ""))
		t.ready(ctx, &v1alpha1.AccessProfile{}, "edited")
		t.ready(ctx, &v1alpha1.AccessProfile{}, "created")
		Expect(s.count(t, "Narrow")).To(Equal(1))
		Expect(s.count(t, "Created")).To(Equal(1))
	})

	It("names that move from one object to another in one apply arrive, whichever goes first", func(ctx SpecContext) {
		const pairs = 6
		s := profileOf(v1alpha1.VendorSailPoint)
		t := s.tenant(ctx)
		t.apply(ctx, many(pairs, func(i int) string {
			return s.manifest(fmt.Sprintf("x%d", i), fmt.Sprintf("One %d", i), "") + "\n---\n" + s.manifest(fmt.Sprintf("y%d", i), fmt.Sprintf("Two %d", i), "")
		}))
		all := func() {
			for i := range pairs {
				for _, name := range []string{"x", "y"} {
					t.ready(ctx, &v1alpha1.AccessProfile{}, fmt.Sprintf("%s%d", name, i+1))
				}
			}
		}
		all()
		t.apply(ctx, many(pairs, func(i int) string {
			return s.manifest(fmt.Sprintf("y%d", i), fmt.Sprintf("One %d", i), "") + "\n---\n" + s.manifest(fmt.Sprintf("x%d", i), fmt.Sprintf("Old %d", i), "")
		}))
		all()
		for i := range pairs {
			Expect(s.count(t, fmt.Sprintf("One %d", i+1))).To(Equal(1))
			Expect(s.count(t, fmt.Sprintf("Old %d", i+1))).To(Equal(1))
			Expect(s.count(t, fmt.Sprintf("Two %d", i+1))).To(BeZero())
		}
	})

	It("an object waits for a name that another one has, names it, and gets it when that is deleted", func(ctx SpecContext) {
		s := profileOf(v1alpha1.VendorSailPoint)
		t, waits := s.tenant(ctx), newObject(s.kind).(managed.Object)
		t.apply(ctx, s.manifest("holder", "Wanted", ""))
		t.ready(ctx, newObject(s.kind), "holder")
		t.apply(ctx, s.manifest("waits", "Wanted", ""))
		message := t.says(ctx, waits, "waits", v1alpha1.ConditionReconciling, v1alpha1.ReasonClaimedByOther)
		Expect(message).To(ContainSubstring(t.namespace + "/holder"))
		holder := newObject(s.kind)
		Expect(t.get(ctx, holder, "holder")).To(Succeed())
		Expect(c.Delete(ctx, holder)).To(Succeed())
		t.ready(ctx, waits, "waits")
		Expect(s.count(t, "Wanted")).To(Equal(1))
	})

	It("an object that moves to another namespace is taken over when the old one goes", func(ctx SpecContext) {
		s := profileOf(v1alpha1.VendorConductorOne)
		t, old, heir := s.tenant(ctx), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
		t.apply(ctx, s.manifest("moved", "Moved", "  management: {deletion: Orphan}"))
		t.ready(ctx, old, "moved")
		other := t.again(ctx)
		other.apply(ctx, s.manifest("moved", "Moved", "  management: {creation: CreateOrAdopt}"))
		message := other.says(ctx, heir, "moved", v1alpha1.ConditionSynced, v1alpha1.ReasonClaimedByOther)
		Expect(strings.Contains(message, t.namespace+"/moved")).To(BeTrue(), message)
		Expect(c.Delete(ctx, old)).To(Succeed())
		other.ready(ctx, heir, "moved")
		Expect(heir.GetManagedStatus().Remote.ID).To(Equal(old.GetManagedStatus().Remote.ID))
	})
})

func profileOf(vendor v1alpha1.Vendor) subject {
	return only(func(s subject) bool { return s.vendor == vendor && s.kind == v1alpha1.KindAccessProfile })[0]
}
