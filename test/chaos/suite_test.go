// Package chaos runs the built manager against a real API server and the fakes of all
// vendors, keeps editing and deleting what it manages, and meanwhile kills it, freezes it,
// loses its answers and takes its API server and its Secrets away. In the end every remote
// and every object are compared, one to one.
//
// A run is repeated by its seed: SEED chooses it, KILLS how often the manager dies.
package chaos

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

func TestChaos(t *testing.T) {
	if err := testenv.Missing("manager-chaos"); err != nil {
		t.Fatal(err)
	}
	RegisterFailHandler(Fail)
	ctrl.SetLogger(GinkgoLogr)
	RunSpecs(t, "chaos")
}

// number reads a number from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

var _ = Describe("a manager that dies again and again", func() {
	It("makes nothing twice, loses nothing and leaves nothing behind", func(ctx SpecContext) {
		seed, kills := number("SEED", int(GinkgoRandomSeed())), number("KILLS", 50)
		w := newWorld(ctx, rand.New(rand.NewPCG(uint64(seed), 1)))
		started := time.Now()
		w.populate(ctx)
		stop := w.disturb(ctx)
		w.kill(ctx, kills)
		stop()
		w.calm(ctx)
		report := w.audit(ctx)
		report.Seed, report.Took = seed, time.Since(started).Round(time.Second)
		AddReportEntry("chaos", report.String())
		GinkgoWriter.Println(report.String())
		Expect(report.Wrong()).To(BeEmpty())
	}, SpecTimeout(110*time.Minute))
})
