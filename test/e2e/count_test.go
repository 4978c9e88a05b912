package e2e

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

func matches(pattern, path string) bool { return regexp.MustCompile(pattern).MatchString(path) }

// writes counts the writes to objects, by a watch: each is one event.
type writes struct {
	mu   sync.Mutex
	seen map[types.UID]int
}

func (w *writes) follow(events <-chan watch.Event) {
	for e := range events {
		obj, ok := e.Object.(client.Object)
		if !ok || e.Type != watch.Modified {
			continue
		}
		w.mu.Lock()
		w.seen[obj.GetUID()]++
		w.mu.Unlock()
	}
}

// summary returns the number of objects written and the most writes to one.
func (w *writes) summary() (objects, total, most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.seen {
		objects, total, most = objects+1, total+n, max(most, n)
	}
	return objects, total, most
}

func (s *stack) countWrites(ctx context.Context, list client.ObjectList) *writes {
	GinkgoHelper()
	watcher, err := client.NewWithWatch(s.env.Config, client.Options{Scheme: s.env.Scheme})
	Expect(err).NotTo(HaveOccurred())
	stream, err := watcher.Watch(ctx, list, client.InNamespace(s.namespace))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(stream.Stop)
	w := &writes{seen: map[types.UID]int{}}
	go w.follow(stream.ResultChan())
	return w
}

const population = 1000

// oneEntitlement matches the path of a single remote.
const oneEntitlement = "^/api/v1/apps/[^/]+/entitlements/.+"

var _ = Describe("a thousand entitlements", Label("count"), func() {
	It("cost one vendor write and at most two API-server writes each, and nothing after a restart", func(ctx SpecContext) {
		s := newStack(ctx)
		s.start(ctx)
		w := s.countWrites(ctx, &v1alpha1.AppEntitlementList{})
		started := time.Now()
		for i := range population {
			s.apply(ctx, manifest(v1alpha1.KindAppEntitlement, fmt.Sprintf("e%04d", i),
				"app: {name: GitHub}", fmt.Sprintf("displayName: Entitlement %d", i), "description: One of many.",
				"conductorOne:", fmt.Sprintf("  alias: many_%04d", i), "  riskLevel: {name: High}",
				"  resource: {type: {name: Repository}, name: payments}",
				"  policies: {grant: {name: Manager approval}, revoke: {name: Auto revoke}, certify: {name: Certify by manager}}"))
		}
		s.allReady(ctx, &v1alpha1.AppEntitlementList{}, population)
		converged := time.Since(started)

		counts := s.Counts()
		objects, total, most := w.summary()
		AddReportEntry("a thousand entitlements", fmt.Sprintf("converged in %s; vendor: %d writes, %d reads, %d tokens; API server: %d writes to %d objects, %d at most",
			converged.Round(time.Millisecond), counts.Writes, counts.Reads, counts.Tokens, total, objects, most))
		Expect(counts.Writes).To(Equal(population))
		Expect(most).To(BeNumerically("<=", 2))
		Expect(counts.Reads).To(BeNumerically("<", 60), "look-ups and the mark index are shared: %v", counts.Routes)

		s.kill()
		s.ResetCalls()
		again := s.countWrites(ctx, &v1alpha1.AppEntitlementList{})
		started = time.Now()
		s.start(ctx)
		s.apply(ctx, kinds[0].manifest("last", "Last in the queue"))
		last := &v1alpha1.AppEntitlement{}
		last.Namespace, last.Name = s.namespace, "last"
		s.ready(ctx, last)
		s.idle(ctx)
		_, total, _ = again.summary()
		counts = s.Counts()
		AddReportEntry("after a restart", fmt.Sprintf("%s; vendor: %d writes, %d reads; API server: %d writes", time.Since(started).Round(time.Millisecond), counts.Writes, counts.Reads, total))
		Expect(counts.Writes).To(Equal(1), "the new one alone is written")
		Expect(total).To(BeNumerically("<=", 2), "only the new one is written")
		for _, call := range s.Calls(0) {
			Expect(call.Path).NotTo(MatchRegexp(oneEntitlement), "no converged remote is read")
		}

		By("sweeping while one remote was edited in the console")
		s.kill()
		edited := &v1alpha1.AppEntitlement{}
		Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "e0500"}, edited)).To(Succeed())
		remote := edited.Status.Remote
		Expect(s.Edit(sandbox.Target{Kind: v1alpha1.KindAppEntitlement, ParentID: remote.ParentID, ID: remote.ID}, map[string]any{"displayName": "Console"})).To(Succeed())
		s.ResetCalls()
		s.start(ctx, "--resync-interval=4s")
		Eventually(func() int { return s.Counts().Writes }).WithTimeout(60 * time.Second).Should(Equal(1))
		s.kill()
		pages, reads := 0, 0
		for _, call := range s.Calls(0) {
			switch {
			case matches(oneEntitlement, call.Path) && call.Method == "GET":
				reads++
			case matches(kinds[0].create, call.Path):
				pages++
			}
		}
		AddReportEntry("a sweep", fmt.Sprintf("%d list pages, %d single reads, %d writes", pages, reads, s.Counts().Writes))
		Expect(pages).To(BeNumerically("<=", 12), "a page of 100 each")
		Expect(reads).To(BeNumerically("<=", 1), "only what differs is read")
		Expect(s.names(kinds[0])).NotTo(ContainElement("Console"))
	}, SpecTimeout(10*time.Minute))
})

// idle waits until the vendor has heard nothing for a while.
func (s *stack) idle(ctx context.Context) {
	GinkgoHelper()
	last, since := s.Counts(), time.Now()
	Eventually(func() bool {
		now := s.Counts()
		if now.Reads != last.Reads || now.Writes != last.Writes {
			last, since = now, time.Now()
		}
		return time.Since(since) > 3*time.Second
	}).WithContext(ctx).WithTimeout(2 * time.Minute).WithPolling(100 * time.Millisecond).Should(BeTrue())
}

// allReady waits until n objects are Ready.
func (s *stack) allReady(ctx context.Context, list client.ObjectList, n int) {
	GinkgoHelper()
	s.allReadyBy(ctx, list, n, 500*time.Millisecond)
}

// allReadyBy looks that often.
func (s *stack) allReadyBy(ctx context.Context, list client.ObjectList, n int, every time.Duration) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
		ready := 0
		g.Expect(meta.EachListItem(list, func(o runtimeObject) error {
			obj := o.(reference.Managed)
			found := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
			if found != nil && found.Status == metav1.ConditionTrue && found.ObservedGeneration == obj.GetGeneration() {
				ready++
			}
			return nil
		})).To(Succeed())
		g.Expect(ready).To(Equal(n))
	}).WithContext(ctx).WithTimeout(8 * time.Minute).WithPolling(every).Should(Succeed())
}
