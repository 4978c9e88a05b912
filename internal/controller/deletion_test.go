package controller_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// zoo applies three objects of every kind of a vendor, and returns them when they are Ready.
func (t *tenant) zoo(ctx SpecContext, of []subject) (objects []managed.Object) {
	GinkgoHelper()
	for _, s := range of {
		for _, name := range []string{"one", "two", "three"} {
			s.prepare(t, name, "Zoo "+name)
			t.apply(ctx, s.manifest(name, "Zoo "+name, "  management: {creation: CreateOrAdopt}"))
		}
	}
	for _, s := range of {
		for _, name := range []string{"one", "two", "three"} {
			obj := newObject(s.kind).(managed.Object)
			t.ready(ctx, obj, name)
			objects = append(objects, obj)
		}
	}
	return objects
}

var _ = Describe("a namespace of which everything is deleted in random order", func() {
	for _, vendor := range []v1alpha1.Vendor{v1alpha1.VendorConductorOne, v1alpha1.VendorSailPoint, v1alpha1.VendorVeza} {
		of := subjectsOf(vendor)

		It("is empty soon, and so is the tenant of "+string(vendor)+", but for what it cannot delete", func(ctx SpecContext) {
			t, b := of[0].tenant(ctx), &v1alpha1.GovernanceBackend{}
			Expect(t.get(ctx, b, "tenant")).To(Succeed())
			objects := t.zoo(ctx, of)
			t.shuffleAway(ctx, b, objects)
			for _, obj := range objects {
				t.gone(ctx, obj, obj.GetName())
			}
			t.gone(ctx, b, "tenant")
			for _, s := range of {
				for _, name := range []string{"one", "two", "three"} {
					left := 1
					if s.deletes {
						left = 0
					}
					Expect(s.count(t, "Zoo "+name)).To(Equal(left), "%s %s", s, name)
				}
			}
		})

		It("says of each object why it waits and what can be done while "+string(vendor)+" is down, and lets it go at once under Orphan", func(ctx SpecContext) {
			t, b := of[0].tenant(ctx), &v1alpha1.GovernanceBackend{}
			objects := t.zoo(ctx, of)
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusServiceUnavailable})).To(Succeed())
			Expect(t.get(ctx, b, "tenant")).To(Succeed())
			t.shuffleAway(ctx, b, objects)
			// What a vendor cannot delete is let go as it is, whether or not it answers.
			for _, obj := range objects {
				if !deletable(of, obj) {
					t.gone(ctx, obj, obj.GetName())
					continue
				}
				Expect(t.says(ctx, obj, obj.GetName(), v1alpha1.ConditionSynced, v1alpha1.ReasonBackendUnavailable)).To(And(
					ContainSubstring("since "+obj.GetDeletionTimestamp().UTC().Format(time.RFC3339)),
					ContainSubstring("fix that"), ContainSubstring("management.deletion to Orphan")))
			}
			for _, obj := range objects {
				if deletable(of, obj) {
					t.edit(ctx, obj, obj.GetName(), func() { obj.GetManagedSpec().Management = &v1alpha1.Management{Deletion: v1alpha1.DeletionOrphan} })
				}
			}
			for _, obj := range objects {
				eventually(ctx, func() error { return notFound(t.get(ctx, obj, obj.GetName())) }).WithTimeout(patience).Should(Succeed())
			}
			t.gone(ctx, b, "tenant")
		})
	}
})

func deletable(of []subject, obj managed.Object) bool {
	return slices.ContainsFunc(of, func(s subject) bool { return s.kind == kindOf(obj) && s.deletes })
}

// shuffleAway deletes objects in an order that the seed of the run decides.
func (t *tenant) shuffleAway(ctx SpecContext, backend client.Object, objects []managed.Object) {
	GinkgoHelper()
	all := []client.Object{backend}
	for _, obj := range objects {
		all = append(all, obj)
	}
	rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, obj := range all {
		Expect(c.Delete(ctx, obj)).To(Succeed())
	}
}
