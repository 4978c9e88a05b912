package e2e

import (
	"context"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("one of two tenants answers nothing", Label("fairness"), longest, func() {
	It("and the objects of the other become Ready all the same, its sweeps go on, and the silent one is left in peace", func(ctx SpecContext) {
		const waiting, batch = 60, 100
		k := kinds[0]
		silent := newStack(ctx)
		other := silent.beside(ctx, k.vendor)
		silent.start(ctx, "--resync-interval=10s", "--call-timeout=10s")
		silent.applyMany(ctx, k, "held", 0, waiting, "First")
		silent.allReady(ctx, listOf(k), waiting)

		By("measuring the other tenant while the first one is idle")
		other.pace(ctx, k, 0, batch/10)
		healthy := other.pace(ctx, k, batch/10, batch)

		By("measuring it while the first one answers nothing")
		silent.ResetCalls()
		since := time.Now()
		Expect(silent.AddFault(sandbox.Fault{Kind: sandbox.FaultHoldBefore})).To(Succeed())
		silent.applyMany(ctx, k, "held", 0, waiting, "Second")
		w := silent.countWrites(ctx, listOf(k))
		Eventually(silent.Held).WithContext(ctx).WithTimeout(patience).Should(BeNumerically(">=", 8), "half of the workers hang")
		beside := other.pace(ctx, k, batch/10+batch, batch)
		AddReportEntry("objects per second", fmt.Sprintf("%.1f beside an idle tenant, %.1f beside a silent one, ratio %.2f; %d calls hang",
			healthy, beside, beside/healthy, silent.Held()))

		By("waiting until the breaker has let two probes pass")
		Eventually(func() int { _, probes := aroundBreaker(silent.Calls(0)); return len(probes) }).
			WithContext(ctx).WithTimeout(4 * time.Minute).WithPolling(time.Second).Should(BeNumerically(">=", 2))
		before, probes := aroundBreaker(silent.Calls(0))
		objects, total, most := w.summary()
		events := silent.events(ctx)
		AddReportEntry("the silent tenant", fmt.Sprintf("%d calls before the breaker opened, %d probes in %s; %d status writes to %d objects, %d at most; events: %v",
			len(before), len(probes), time.Since(since).Round(time.Second), total, objects, most, events))
		Expect(len(before)).To(BeNumerically("<=", 8+4+3), "half of the workers of one kind, who followed the first four, sweep and health")
		for i, probe := range probes[1:] {
			Expect(probes[i].Fault).NotTo(BeEmpty(), "the probe before it was given up")
			Expect(probe.Time).To(BeTemporally(">", ended(probes[i])), "one probe at a time")
		}
		Expect(most).To(BeNumerically("<=", 2))
		Expect(total).To(BeNumerically("<=", objects+len(probes)), "once that calls are held, and once what came of a probe")
		delete(events, "AppEntitlement Creating")
		Expect(events).To(HaveEach(1), "a transition each")

		By("seeing that the other tenant is swept and asked as ever")
		Eventually(func(g Gomega) {
			b := &v1alpha1.GovernanceBackend{}
			g.Expect(other.c.Get(ctx, client.ObjectKey{Namespace: other.namespace, Name: "tenant"}, b)).To(Succeed())
			g.Expect(meta.IsStatusConditionTrue(b.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
			g.Expect(b.Status.Counts).To(ContainElement(HaveField("LastSweepAt", HaveField("Time", BeTemporally(">", since)))))
		}).WithContext(ctx).WithTimeout(3 * time.Minute).WithPolling(time.Second).Should(Succeed())

		By("letting the silent tenant speak again")
		silent.ClearFaults()
		silent.Release()
		since = time.Now()
		silent.allReady(ctx, listOf(k), waiting)
		AddReportEntry("after the silence", fmt.Sprintf("all Ready within %s", time.Since(since).Round(time.Second)))
	}, SpecTimeout(12*time.Minute))
})

// applyMany applies n objects, numbered from first.
func (s *stack) applyMany(ctx context.Context, k kind, prefix string, first, n int, displayName string) {
	GinkgoHelper()
	for i := range n {
		s.apply(ctx, k.manifest(fmt.Sprintf("%s-%03d", prefix, first+i), fmt.Sprintf("%s %03d", displayName, first+i)))
	}
}

// pace applies n objects beside the first ones, and returns how many became Ready per second.
func (s *stack) pace(ctx context.Context, k kind, first, n int) float64 {
	GinkgoHelper()
	started := time.Now()
	s.applyMany(ctx, k, "one", first, n, "One")
	s.allReadyBy(ctx, listOf(k), first+n, 50*time.Millisecond)
	return float64(n) / time.Since(started).Seconds()
}

// aroundBreaker parts the calls of a tenant that answers nothing: those that began before the
// fifth of them was given up, and what the breaker let pass after. What began in the second in
// which the manager noticed had passed before; the first probe comes five seconds later.
func aroundBreaker(calls []sandbox.Call) (before, probes []sandbox.Call) {
	var ends []time.Time
	for _, call := range calls {
		if call.Fault != "" {
			ends = append(ends, ended(call))
		}
	}
	if len(ends) < 5 {
		return calls, nil
	}
	slices.SortFunc(ends, time.Time.Compare)
	for _, call := range calls {
		if call.Time.After(ends[4].Add(time.Second)) {
			probes = append(probes, call)
		} else {
			before = append(before, call)
		}
	}
	return before, probes
}

func ended(call sandbox.Call) time.Time {
	return call.Time.Add(time.Duration(call.Duration * float64(time.Millisecond)))
}

// events counts the events about the objects and the backend of a tenant, by reason.
func (s *stack) events(ctx context.Context) map[string]int {
	GinkgoHelper()
	list := &eventsv1.EventList{}
	Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
	out := map[string]int{}
	for _, e := range list.Items {
		n := 1
		if e.Series != nil {
			n = int(e.Series.Count)
		}
		out[e.Regarding.Kind+" "+e.Reason] += n
	}
	return out
}
