package tenantcheck_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// TestWhatTheSandboxTellsOfItself: every assumption that can be asked holds there, the rest is listed with its reason,
// and it costs what was said before.
func TestWhatTheSandboxTellsOfItself(t *testing.T) {
	each(t, func(t *testing.T, s subject) {
		server := s.begin(t)
		before := stored(t, server)
		check := open(t, s.options(server))
		results, plan, err := check.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		for _, r := range results {
			switch {
			case r.Probe.Effect == probe.Never:
				if r.Answer.Code != tenantcheck.NotEver || r.Probe.Why == "" {
					t.Errorf("%s: %+v", r.Probe.ID, r.Answer)
				}
			case r.Answer != probe.Yes():
				t.Errorf("%s: %+v", r.Probe.ID, r.Answer)
			default:
				asked++
				if said := callsOf(r.Probe, plan); r.Calls != said {
					t.Logf("%s: announced %d calls and made %d", r.Probe.ID, said, r.Calls)
				}
			}
		}
		if asked == 0 {
			t.Error("nothing was asked")
		}
		if off := math.Abs(float64(check.Calls() - plan.Calls)); off > float64(plan.Calls)/10 {
			t.Errorf("announced %d calls and made %d", plan.Calls, check.Calls())
		}
		t.Logf("%d asked of %d, %d calls announced, %d made", asked, len(results), plan.Calls, check.Calls())
		if diff := cmp.Diff(before, stored(t, server)); diff != "" {
			t.Errorf("something stayed (-before +after):\n%s", diff)
		}
	})
}

func callsOf(p probe.Probe, _ tenantcheck.Plan) int { return p.Calls + len(p.Lists) }
