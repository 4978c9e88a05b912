package e2e

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("the manager is killed between the vendor's commit and its answer", Label("kill"), func() {
	for _, k := range slices.Concat(kinds, otherKinds) {
		Context(string(k.vendor)+" "+k.name, func() {
			It("finds the one remote by its mark and goes on with it", func(ctx SpecContext) {
				s := newStackOf(ctx, k.vendor)
				obj := s.crash(ctx, k)
				s.start(ctx)
				s.ready(ctx, obj)
				Expect(s.names(k)).To(ConsistOf("Before"))
				Expect(obj.GetManagedStatus().Remote.ID).NotTo(BeEmpty())
				Expect(s.creates(k)).To(Equal(1))
			}, SpecTimeout(3*time.Minute))

			It("does so when the name was edited while the outcome was unknown", func(ctx SpecContext) {
				s := newStackOf(ctx, k.vendor)
				obj := s.crash(ctx, k)
				s.apply(ctx, k.manifest("one", "After"))
				s.start(ctx)
				want := "After"
				if k.unread { // The vendor keeps what it was given, and cannot show it.
					want = "Before"
				}
				s.ready(ctx, obj)
				Expect(s.names(k)).To(ConsistOf(want))
				Expect(s.creates(k)).To(Equal(1))
			}, SpecTimeout(3*time.Minute))
		})
	}
})

// crash applies one object, holds the answer to its create, and kills the manager.
func (s *stack) crash(ctx SpecContext, k kind) reference.Managed {
	GinkgoHelper()
	Expect(s.AddFault(sandbox.Fault{Method: "POST", PathPattern: k.create, Kind: sandbox.FaultHold, Count: 1})).To(Succeed())
	s.start(ctx)
	obj := s.apply(ctx, k.manifest("one", "Before")).(reference.Managed)
	Eventually(s.Held).WithTimeout(patience).Should(Equal(1))
	s.kill()
	s.Release()
	s.ClearFaults()
	Expect(s.names(k)).To(HaveLen(1), "the vendor committed")
	Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
	Expect(obj.GetManagedStatus().Remote).To(BeNil(), "the id was not stored")
	Expect(obj.GetAnnotations()).To(HaveKey(v1alpha1.AnnotationIntent))
	return obj
}

// creates counts the create calls that the vendor got.
func (s *stack) creates(k kind) int {
	n := 0
	for _, call := range s.Calls(0) {
		if call.Method == "POST" && matches(k.create, call.Path) {
			n++
		}
	}
	return n
}
