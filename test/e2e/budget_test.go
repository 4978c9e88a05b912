package e2e

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// fastest is the most calls that came in any window of the log, beyond what a budget allows in it. A
// call may be late by a second: it leaves when the budget says so, and arrives when the machine lets it.
func fastest(calls []sandbox.Call, perSecond, burst int) (over float64) {
	for i := range calls {
		for j := i; j < len(calls); j++ {
			allowed := float64(burst) + float64(perSecond)*(calls[j].Time.Sub(calls[i].Time).Seconds()+1)
			over = max(over, float64(j-i+1)-allowed)
		}
	}
	return over
}

var _ = Describe("two backends with one credential", Label("budget"), func() {
	const objects, perSecond, burst = 40, 5, 10
	k := kinds[0]
	for sentence, other := range map[string][2]int{
		"share one budget":                        {perSecond, burst},
		"share the smaller one where they differ": {100 * perSecond, 100 * burst},
	} {
		It(sentence, func(ctx SpecContext) {
			s := newStack(ctx)
			s.pacedBackend(ctx, k.vendor, perSecond, burst)
			t := s.again(ctx, k.vendor, other[0], other[1])
			s.applyMany(ctx, k, "one", 0, objects, "One")
			t.applyMany(ctx, k, "two", 0, objects, "Two")
			s.start(ctx)
			started := time.Now()
			s.allReady(ctx, listOf(k), objects)
			t.allReady(ctx, listOf(k), objects)
			calls := s.Calls(0)
			took := calls[len(calls)-1].Time.Sub(calls[0].Time)
			AddReportEntry(sentence, fmt.Sprintf("%d calls in %s: %.1f a second beyond the burst; all Ready after %s",
				len(calls), took.Round(time.Millisecond), float64(len(calls)-burst)/took.Seconds(), time.Since(started).Round(time.Second)))
			Expect(fastest(calls, perSecond, burst)).To(BeZero())
			Expect(s.Counts().Writes).To(Equal(2 * objects))
			Expect(s.Rejections()).To(BeEmpty())
		}, SpecTimeout(3*time.Minute))
	}
})
