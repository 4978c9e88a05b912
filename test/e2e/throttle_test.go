package e2e

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// pause is what a Retry-After asks for: long enough to watch most of it, since a call that
// comes right after its refusal may have been on its way.
const pause = 2 * time.Second

// pauses counts the windows that a tenant opened. A refusal inside a window prolongs it.
func pauses(calls []sandbox.Call) (opened int) {
	var end time.Time
	for _, call := range calls {
		if call.Status != http.StatusTooManyRequests {
			continue
		}
		if call.Time.After(end) {
			opened++
		}
		end = call.Time.Add(pause)
	}
	return opened
}

// early lists the calls that came inside a pause, each after the refusals and other calls of the two seconds before it.
func early(calls []sandbox.Call) (found []string) {
	for i, call := range calls {
		if !call.Early {
			continue
		}
		for _, before := range calls[:i+1] {
			if since := call.Time.Sub(before.Time); since < 2*time.Second {
				found = append(found, fmt.Sprintf("%s before: %s %s %d %.1f ms", since, before.Method, before.Path, before.Status, before.Duration))
			}
		}
	}
	return found
}

// refusedTokens counts the pauses that a token endpoint asked for.
func refusedTokens(calls []sandbox.Call) (n int) {
	for _, call := range calls {
		if call.Class == sandbox.ClassToken && call.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

var _ = Describe("fifty tenants ask for pauses again and again", Label("throttle"), func() {
	It("and not one call comes inside a pause", func(ctx SpecContext) {
		const tenants, objects, wanted = 50, 3, 1000
		crowds := []*crowd{}
		first := newStack(ctx)
		for i := range tenants {
			c := &crowd{kind: []kind{kinds[0], otherKinds[0], otherKinds[2]}[i%3], size: objects, stack: first}
			if i > 0 {
				c.stack = first.beside(ctx, c.vendor)
			}
			c.Configure(func(s *sandbox.Settings) { s.TokenTTL = sandbox.Duration(3 * time.Second) })
			crowds = append(crowds, c)
		}
		edit := func(ctx context.Context, round int) {
			for _, c := range crowds {
				for i := range c.size {
					c.apply(ctx, c.manifest(fmt.Sprintf("o%d", i), fmt.Sprintf("Object %d of round %d", i, round)))
				}
			}
		}
		sum := func(of func(*crowd) int) (n int) {
			for _, c := range crowds {
				n += of(c)
			}
			return n
		}
		edit(ctx, 0)
		first.start(ctx, "--resync-interval=2s")
		for _, c := range crowds {
			c.allReady(ctx, listOf(c.kind), c.size)
		}

		By("answering three calls in four with a Retry-After")
		for _, c := range crowds {
			Expect(c.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: int(pause / time.Second), Probability: 0.75})).To(Succeed())
		}
		started, round := time.Now(), 0
		Eventually(func() int {
			round++
			edit(ctx, round)
			return sum(func(c *crowd) int { return pauses(c.Calls(0)) })
		}).WithContext(ctx).WithTimeout(4 * time.Minute).WithPolling(2 * time.Second).Should(BeNumerically(">=", wanted))
		took := time.Since(started)
		for _, c := range crowds {
			c.ClearFaults()
		}
		for _, c := range crowds {
			c.allReady(ctx, listOf(c.kind), c.size)
		}
		refused := sum(func(c *crowd) int { return c.Counts().Refused })
		opened := sum(func(c *crowd) int { return pauses(c.Calls(0)) })
		AddReportEntry("pauses", fmt.Sprintf("%d windows by %d refusals (%d of them of tokens) in %s and %d rounds of edits; %d calls; all Ready %s after the last",
			opened, refused,
			sum(func(c *crowd) int { return refusedTokens(c.Calls(0)) }), took.Round(time.Millisecond), round,
			sum(func(c *crowd) int { return len(c.Calls(0)) }), (time.Since(started)-took).Round(time.Millisecond)))
		for _, c := range crowds {
			Expect(early(c.Calls(0))).To(BeEmpty(), "%s", c.vendor)
			Expect(c.Rejections()).To(BeEmpty())
		}
	}, SpecTimeout(8*time.Minute))
})
