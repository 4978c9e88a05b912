package e2e

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// unreliable makes one call in twenty fail, whatever it asks, and as many slow.
var unreliable = []sandbox.Fault{
	{Kind: sandbox.FaultStatus, Status: 500, Probability: 0.0125},
	{Kind: sandbox.FaultResetBefore, Probability: 0.0125},
	{Kind: sandbox.FaultResetAfter, Probability: 0.0125},
	{Kind: sandbox.FaultStatusAfter, Status: 500, Probability: 0.0125},
	{Kind: sandbox.FaultLatency, Delay: sandbox.Duration(500 * time.Millisecond), Probability: 0.05},
}

// crowd is a number of objects of one kind at a tenant of their own.
type crowd struct {
	kind
	size int
	*stack
}

// timesMore is how many times as many entitlements are made as usual, by FAULTS_TIMES: ten times are a thousand.
func timesMore() int {
	GinkgoHelper()
	text := os.Getenv("FAULTS_TIMES")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	Expect(err).NotTo(HaveOccurred(), "FAULTS_TIMES")
	return n
}

// reviewsOf is the kind of the reviews of a vendor.
func reviewsOf(vendor v1alpha1.Vendor) kind {
	for _, k := range slices.Concat(kinds, otherKinds) {
		if k.vendor == vendor && k.name == v1alpha1.KindAccessReview {
			return k
		}
	}
	panic("no kind of reviews of " + string(vendor))
}

var _ = Describe("one call in twenty fails", Label("faults"), func() {
	It("and every object becomes Ready with nobody's help, with one remote each, at every vendor", func(ctx SpecContext) {
		crowds := []*crowd{
			{kind: kinds[0], size: 100 * timesMore()}, {kind: reviewsOf(v1alpha1.VendorConductorOne), size: 100},
			{kind: otherKinds[0], size: 40}, {kind: reviewsOf(v1alpha1.VendorSailPoint), size: 40}, {kind: otherKinds[2], size: 40},
		}
		crowds[0].stack = newStack(ctx)
		for _, c := range crowds[1:] {
			c.stack = crowds[0].beside(ctx, c.vendor)
		}
		for _, c := range crowds {
			c.Configure(func(s *sandbox.Settings) { s.TokenTTL = sandbox.Duration(time.Second) }) // Tokens are asked for all the time.
			for _, fault := range unreliable {
				Expect(c.AddFault(fault)).To(Succeed())
			}
		}
		crowds[0].start(ctx)
		started := time.Now()
		for _, c := range crowds {
			for i := range c.size {
				c.apply(ctx, c.manifest(fmt.Sprintf("o%03d", i), fmt.Sprintf("Object %03d", i)))
			}
		}
		failed := 0
		for _, c := range crowds {
			c.allReady(ctx, listOf(c.kind), c.size)
			calls := c.Calls(0)
			faults := map[string]int{}
			for _, call := range calls {
				if call.Fault != "" {
					failed++
					faults[call.Fault]++
				}
			}
			AddReportEntry(fmt.Sprintf("%s: %d objects", c.vendor, c.size), fmt.Sprintf("%s Ready after %s; %d calls, %d of them for tokens; failed: %v",
				c.name, time.Since(started).Round(time.Millisecond), len(calls), c.Counts().Tokens, faults))
		}
		Expect(failed).To(BeNumerically(">", 0))
		for _, c := range crowds {
			var want []string
			for i := range c.size {
				want = append(want, fmt.Sprintf("Object %03d", i))
			}
			Expect(c.names(c.kind)).To(ConsistOf(want), "one remote each at %s", c.vendor)
			Expect(c.Rejections()).To(BeEmpty())
		}
	}, SpecTimeout(6*time.Minute))
})
