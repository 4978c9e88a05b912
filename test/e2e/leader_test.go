package e2e

import (
	"context"
	"fmt"
	"path"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

var _ = Describe("two managers with leader election", Label("leader"), func() {
	It("hand over when the leader is killed, and a leader that was frozen past its lease writes nothing more", func(ctx SpecContext) {
		s := newStack(ctx)
		election := []string{"--leader-elect", "--leader-election-lease-duration=2s",
			"--leader-election-renew-deadline=1500ms", "--leader-election-retry-period=500ms"}
		s.start(ctx, election...)
		first := s.manager
		second := s.second(ctx, election...)
		k := kinds[0]
		s.ready(ctx, s.apply(ctx, k.manifest("one", "One")).(reference.Managed))

		By("freezing the leader past its lease")
		Expect(first.Signal(syscall.SIGSTOP)).To(Succeed())
		_, err := second.WaitFor(ctx, "Starting workers")
		Expect(err).NotTo(HaveOccurred())
		s.ready(ctx, s.apply(ctx, k.manifest("two", "Two")).(reference.Managed))
		Expect(first.Signal(syscall.SIGCONT)).To(Succeed())
		Eventually(first.Running).WithTimeout(patience).Should(BeFalse(), "the old leader ends by itself")
		s.ready(ctx, s.apply(ctx, k.manifest("three", "Three")).(reference.Managed))
		Expect(s.names(k)).To(ConsistOf("One", "Two", "Three"))
		Expect(s.creates(k)).To(Equal(3))
	}, SpecTimeout(3*time.Minute))

	It("hand over when the leader is killed in the middle of its work: nothing is made twice, and what was in sync is not read", func(ctx SpecContext) {
		const objects = 300
		s := newStack(ctx)
		k := kinds[0]
		s.Configure(func(settings *sandbox.Settings) { settings.Latency = sandbox.Duration(50 * time.Millisecond) })
		s.applyMany(ctx, k, "one", 0, objects, "One")
		election := []string{"--leader-elect", "--leader-election-lease-duration=2s",
			"--leader-election-renew-deadline=1500ms", "--leader-election-retry-period=500ms"}
		s.start(ctx, election...)
		first := s.manager
		s.second(ctx, election...)

		By("killing the leader under load")
		Eventually(func() int { return s.Counts().Writes }).WithContext(ctx).WithTimeout(patience).WithPolling(10 * time.Millisecond).Should(BeNumerically(">=", objects/3))
		killed := time.Now()
		first.Kill()
		calls := s.Calls(0)
		last := calls[len(calls)-1].Seq
		done := s.inSync(ctx)
		Expect(len(done)).To(And(BeNumerically(">", 0), BeNumerically("<", objects)))
		s.allReady(ctx, listOf(k), objects)
		took := time.Since(killed)

		reads, writes, resumed := 0, 0, time.Duration(0)
		for _, call := range s.Calls(last) {
			if call.Class == sandbox.ClassWrite {
				if writes++; resumed == 0 {
					resumed = call.Time.Sub(killed)
				}
			}
			if matches(oneEntitlement, call.Path) && done[path.Base(call.Path)] {
				reads++
			}
		}
		AddReportEntry("the leader was killed", fmt.Sprintf("%d of %d objects in sync; the next write came after %s, all were Ready after %s; %d writes by the new leader",
			len(done), objects, resumed.Round(time.Millisecond), took.Round(time.Millisecond), writes))
		Expect(reads).To(BeZero(), "single reads of what was in sync")
		var want []string
		for i := range objects {
			want = append(want, fmt.Sprintf("One %03d", i))
		}
		Expect(s.names(k)).To(ConsistOf(want))
		Expect(s.Rejections()).To(BeEmpty())
	}, SpecTimeout(5*time.Minute))
})

// inSync lists the ids of the remotes of the entitlements that are Ready now.
func (s *stack) inSync(ctx context.Context) map[string]bool {
	GinkgoHelper()
	list, ids := &v1alpha1.AppEntitlementList{}, map[string]bool{}
	Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
	for _, e := range list.Items {
		if meta.IsStatusConditionTrue(e.Status.Conditions, v1alpha1.ConditionReady) {
			ids[e.Status.Remote.ID] = true
		}
	}
	return ids
}

// second starts another manager beside the first.
func (s *stack) second(ctx SpecContext, args ...string) *testenv.Process {
	GinkgoHelper()
	first := s.manager
	var err error
	s.manager, err = testenv.StartProcess(GinkgoWriter, "manager", append([]string{
		"--kubeconfig", s.kubeconfig, "--metrics-bind-address=0", "--health-probe-bind-address=0", "--recovery-window=3s",
	}, args...)...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(first.Kill)
	_, err = s.manager.WaitFor(ctx, "starting")
	Expect(err).NotTo(HaveOccurred())
	return s.manager
}
