package isolation

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// editors are the roles that the chart makes parts of the cluster's own edit by default. That it is so, a
// test of the chart says.
var editors = []string{"accessprofile_editor", "appentitlement_editor", "accessreview_editor"}

// writers are they with `rbac.userRoles.backends: true`.
var writers = append([]string{"governancebackend_editor"}, editors...)

var _ = Describe("a hostile user", Label("isolation"), func() {
	for title, c := range map[string]struct {
		roles   []string
		attacks []attack
	}{
		"with the rights that the chart gives by default": {editors, byObjects},
		"with the widest that its values can give":        {writers, append(append([]attack{}, byObjects...), byBackends...)},
	} {
		It(title+" neither opens, holds, delays nor exhausts what is another namespace's", func(ctx SpecContext) {
			h := newHouse(ctx, c.roles)
			h.lives(ctx, "nobody does anything")
			before, _ := memoryOf(h.manager.PID())
			if len(c.attacks) == len(byObjects) {
				_, err := h.try(ctx, h.eve, h.evil, backendAt("hers", h.tenant.URL, "mine"))
				Expect(err).To(MatchError(ContainSubstring("forbidden")), "who writes a backend is asked for by a value")
			}
			for _, a := range c.attacks {
				if !strings.Contains(a.name, os.Getenv("ATTACK")) {
					continue // ATTACK="an endless list" plays these alone.
				}
				By(a.name)
				after := a.do(ctx, h)
				h.lives(ctx, a.name)
				if after != nil {
					after()
				}
				h.clear(ctx)
			}
			h.over(ctx)
			after, _ := memoryOf(h.manager.PID())
			h.report(title)
			AddReportEntry("memory", fmt.Sprintf("%d MiB before, %d MiB after %d attacks", before>>20, after>>20, len(c.attacks)))
			Expect(h.tenant.Rejections()).To(BeEmpty(), "nothing odd was sent to the victim's tenant")
		}, SpecTimeout(6*time.Minute))
	}
})

// over waits until nothing of hers is left in the metrics, and sees the victim live on.
func (h *house) over(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() string { return h.lines(`backend="GovernanceBackend/` + h.evil + `/`) }).
		WithContext(ctx).WithTimeout(30*time.Second).WithPolling(time.Second).Should(BeEmpty(), "series of her backends")
	host := strings.TrimPrefix(h.tenant.URL, "http://")
	Eventually(func() string {
		var others []string
		for line := range strings.SplitSeq(h.lines(`governance_operator_backend_requests_total{`), "\n") {
			if line != "" && !strings.Contains(line, `tenant="`+host+`"`) {
				others = append(others, line)
			}
		}
		return strings.Join(others, "\n")
	}).WithContext(ctx).WithTimeout(90*time.Second).WithPolling(time.Second).Should(BeEmpty(), "series of her hosts")
	h.lives(ctx, "after all of it")
}

// lines are those of the metrics that contain the text.
func (h *house) lines(text string) string {
	GinkgoHelper()
	res, err := http.Get("http://" + h.metrics + "/metrics")
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close() //nolint:errcheck // It was read.
	raw, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	var out []string
	for line := range strings.SplitSeq(string(raw), "\n") {
		if strings.Contains(line, text) && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// metric is the value of the one series that begins so.
func (h *house) metric(series string) string {
	GinkgoHelper()
	line := h.lines(series)
	Expect(line).NotTo(BeEmpty(), series)
	return line[strings.LastIndex(line, " ")+1:]
}
