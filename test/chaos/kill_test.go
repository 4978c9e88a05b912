package chaos

import (
	"context"
	"fmt"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

// points are the named points of the write path.
var points = []string{"claimed", "creating", "created", "updating", "updated", "deleting", "deleted", "settled", "releasing"}

var election = []string{"--leader-elect", "--leader-election-lease-duration=2s", "--leader-election-renew-deadline=1500ms", "--leader-election-retry-period=500ms"}

// start starts a manager that dies or freezes at a point, if one is given.
func (w *world) start(point string, args ...string) *testenv.Process {
	GinkgoHelper()
	p, err := testenv.StartProcessWith(GinkgoWriter, []string{"CHAOS_POINT=" + point}, "manager-chaos", append([]string{
		"--kubeconfig", w.kubeconfig, "--metrics-bind-address=0", "--health-probe-bind-address=0",
		"--recovery-window=" + window.String(), "--review-poll-interval=2s",
	}, args...)...)
	Expect(err).NotTo(HaveOccurred())
	return p
}

// ended reports whether a process ended within some time.
func ended(ctx context.Context, p *testenv.Process, within time.Duration) bool {
	for deadline := time.Now().Add(within); p.Running() && time.Now().Before(deadline); {
		if !pause(ctx, 20*time.Millisecond) {
			return false
		}
	}
	return !p.Running()
}

// works waits until a manager works; one that ends on the way is started again by the caller.
func works(ctx context.Context, p *testenv.Process, within time.Duration) bool {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := p.WaitFor(limited, "Starting workers")
	return err == nil
}

// kill lets managers die so often: at every named point in turn, at any moment, and in
// pairs that elect a leader, which is killed or frozen past its lease.
func (w *world) kill(ctx context.Context, kills int) {
	GinkgoHelper()
	for n := 0; n < kills; {
		Expect(ctx.Err()).NotTo(HaveOccurred())
		switch {
		case n%10 == 9 && kills-n >= 2:
			n += w.killPair(ctx)
		case n%2 == 0:
			n += w.killAt(ctx, points[n/2%len(points)])
		default:
			n += w.killAnytime(ctx)
		}
		if n%25 == 0 || n == kills {
			progress("%d of %d kills", n, kills)
		}
	}
}

// killAt lets the manager die when it reaches a point for the n-th time.
func (w *world) killAt(ctx context.Context, point string) int {
	GinkgoHelper()
	p := w.start(fmt.Sprintf("%s:%d:KILL", point, 1+w.chance(3)))
	if ended(ctx, p, 12*time.Second) {
		w.count("kills at " + point)
		return 1
	}
	p.Kill()
	w.count("kills in vain at " + point)
	return 1
}

// killAnytime kills the manager at a moment of its own.
func (w *world) killAnytime(ctx context.Context) int {
	GinkgoHelper()
	p := w.start("")
	works(ctx, p, 10*time.Second)
	pause(ctx, w.between(50*time.Millisecond, 1500*time.Millisecond))
	p.Kill()
	w.count("kills at any moment")
	return 1
}

// killPair runs two managers. The leader is frozen at a point, past its lease, or killed;
// then both are.
func (w *world) killPair(ctx context.Context) int {
	GinkgoHelper()
	point := ""
	frozen := w.chance(2) == 0
	if frozen {
		// Between the fence and the first byte nobody can fence: every other point may freeze.
		point = fmt.Sprintf("%s:%d:STOP", points[w.chance(len(points))], 1+w.chance(3))
	}
	first := w.start(point, election...)
	works(ctx, first, 10*time.Second)
	second := w.start("", election...)
	if frozen {
		pause(ctx, w.between(3*time.Second, 6*time.Second)) // Long enough to lose the lease.
		_ = first.Signal(syscall.SIGCONT)
		w.count("leaders frozen")
	} else {
		pause(ctx, w.between(100*time.Millisecond, time.Second))
		first.Kill()
		w.count("leaders killed")
	}
	works(ctx, second, 6*time.Second)
	pause(ctx, w.between(500*time.Millisecond, 1500*time.Millisecond))
	for _, p := range []*testenv.Process{first, second} {
		_ = p.Signal(syscall.SIGCONT)
		p.Kill()
	}
	w.count("kills of a pair")
	return 2
}
