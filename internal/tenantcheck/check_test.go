package tenantcheck_test

import (
	"bytes"
	"math"
	"net/http"
	"strings"
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

// TestARecordHoldsNoWordOfTheVendor: whatever a vendor says, what a check tells of it is said in words of ours.
func TestARecordHoldsNoWordOfTheVendor(t *testing.T) {
	const word = "Poison"
	each(t, func(t *testing.T, s subject) {
		server := s.begin(t)
		o := s.options(server)
		o.Network = twisted(func(x *exchange) {
			if x.status >= 400 || x.method == http.MethodPost && strings.Contains(x.sent, probe.Prefix) {
				x.accept(`{"code":3,"message":"` + word + `","detailCode":"` + word + `","id":"` + word + `","details":[{"message":"` + word + `"}]}`)
				x.status = http.StatusBadRequest
			}
		})
		check := open(t, o)
		results, plan, err := check.Run(t.Context())
		if results == nil {
			t.Fatal(err)
		}
		var record, table bytes.Buffer
		if err := tenantcheck.NewRecord("dev", "vendor", "r1", plan, check.Calls(), results).JSON(&record); err != nil {
			t.Fatal(err)
		}
		if err := tenantcheck.Table(&table, results); err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, r := range results {
			if r.Answer.Verdict != probe.Holds && r.Probe.Effect != probe.Never {
				told++
			}
		}
		if told == 0 {
			t.Error("nothing was refused: nothing could have been repeated")
		}
		for what, text := range map[string]string{"record": record.String(), "table": table.String()} {
			if strings.Contains(text, word) {
				t.Errorf("the %s repeats what the vendor says:\n%.2000s", what, text)
			}
			for _, r := range results {
				if !strings.Contains(text, r.Probe.ID) {
					t.Errorf("the %s does not say what came of %s", what, r.Probe.ID)
				}
			}
		}
	})
}
