package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// pause is what a Retry-After asks for, and onTheWay how long after that a call may still come that was sent before: another
// caller of the same client waits for a connection, and the machine is busy.
const (
	pause    = 4 * time.Second
	onTheWay = 2 * time.Second
)

// paused follows the windows that a tenant opened, and is told where each call came: asked is when the window was opened, end
// when it is over. A refusal inside a window prolongs it.
func paused(calls []sandbox.Call, visit func(call sandbox.Call, asked, end time.Time)) (opened int) {
	slices.SortStableFunc(calls, func(a, b sandbox.Call) int { return a.Time.Compare(b.Time) })
	var asked, end time.Time
	for _, call := range calls {
		visit(call, asked, end)
		if call.Status != http.StatusTooManyRequests {
			continue
		}
		if !call.Time.Before(end) {
			opened++
			asked = call.Time
		}
		end = call.Time.Add(pause)
	}
	return opened
}

// pauses counts the windows.
func pauses(calls []sandbox.Call) (opened int) {
	return paused(calls, func(sandbox.Call, time.Time, time.Time) {})
}

// early lists the calls that came inside a pause, and were not on their way when it was asked for.
func early(calls []sandbox.Call) (found []string) {
	paused(calls, func(call sandbox.Call, asked, end time.Time) {
		if call.Time.Before(end) && call.Time.Sub(asked) > onTheWay {
			found = append(found, fmt.Sprintf("%s after a pause was asked for: %s %s %d", call.Time.Sub(asked), call.Method, call.Path, call.Status))
		}
	})
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

var _ = Describe("fifty tenants ask for pauses again and again", Label("throttle"), longest, func() {
	It("and not one call comes inside a pause", func(ctx SpecContext) {
		const tenants, objects, wanted = 50, 3, 600
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
		}).WithContext(ctx).WithTimeout(4 * time.Minute).WithPolling(pause).Should(BeNumerically(">=", wanted))
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
