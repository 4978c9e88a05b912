package e2e

import (
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

var _ = Describe("two managers with leader election", Label("leader"), func() {
	It("hand over when the leader is killed, and a leader that was frozen past its lease writes nothing more", func(ctx SpecContext) {
		s := newStack(ctx)
		election := []string{"--leader-elect", "--operator-namespace=" + s.namespace, "--leader-election-lease-duration=2s",
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
		Eventually(first.Running).WithTimeout(30*time.Second).Should(BeFalse(), "the old leader ends by itself")
		s.ready(ctx, s.apply(ctx, k.manifest("three", "Three")).(reference.Managed))
		Expect(s.names(k)).To(ConsistOf("One", "Two", "Three"))
		Expect(s.creates(k)).To(Equal(3))
	}, SpecTimeout(3*time.Minute))
})

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
