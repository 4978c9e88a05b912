package controller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/telemetry"
)

// auditLog keeps the records of every tenant.
type auditLog struct {
	mu      sync.Mutex
	records []telemetry.Record
}

func (l *auditLog) keep(r telemetry.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
	return nil
}

// of returns the records of one tenant. A port may have been another tenant's before.
func (l *auditLog) of(t *tenant) (out []telemetry.Record) {
	address, err := url.Parse(t.URL)
	Expect(err).NotTo(HaveOccurred())
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.Host == address.Host && r.Namespace == t.namespace {
			out = append(out, r)
		}
	}
	return out
}

// writesGot lists what the vendor got, and writesRecorded what the audit log says, in their order.
func (t *tenant) writesGot() (out []string) {
	for _, call := range t.Calls(0) {
		if call.Class == sandbox.ClassWrite {
			out = append(out, fmt.Sprintf("%s %s %d", call.Method, call.Path, call.Status))
		}
	}
	return out
}

func (t *tenant) writesRecorded(name string) (out []string) {
	for _, r := range audit.of(t) {
		if name == "" || r.Name == name {
			out = append(out, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
		}
	}
	return out
}

// recorded proves that the audit log and the vendor's agree on every write.
func (t *tenant) recorded(ctx context.Context) {
	GinkgoHelper()
	eventually(ctx, func(g Gomega) {
		g.Expect(t.writesRecorded("")).To(Equal(t.writesGot()))
	}).Should(Succeed())
}

var _ = Describe("the audit log", func() {
	profile := &v1alpha1.AccessProfile{}
	apply := func(ctx context.Context, t *tenant, name, displayName string) {
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, name, "", "  displayName: "+displayName))
	}

	It("tells of every write who asked for it, which fields it was about, and what became of it", func(ctx SpecContext) {
		t := newTenant(ctx)
		apply(ctx, t, "sales", "Sales")
		t.ready(ctx, profile, "sales")
		created := len(audit.of(t))
		apply(ctx, t, "sales", "Sales of secret-word")
		t.ready(ctx, profile, "sales")
		t.recorded(ctx)

		records := audit.of(t)
		Expect(created).To(BeNumerically(">", 0))
		Expect(len(records)).To(BeNumerically(">", created))
		for i, r := range records {
			Expect(r).To(HaveField("Kind", v1alpha1.KindAccessProfile))
			Expect(r.Namespace + "/" + r.Name).To(Equal(t.namespace + "/sales"))
			Expect(r.UID).To(Equal(string(profile.UID)))
			Expect(r.Reason).To(Equal("Edit"))
			Expect(r.Manager).To(Equal("spec"), "the field manager that applied it")
			Expect(r.Backend).To(Equal("GovernanceBackend/" + t.namespace + "/tenant"))
			Expect(r.Tenant).To(Equal(profile.Status.Remote.TenantID))
			Expect(r.Vendor).To(Equal(string(v1alpha1.VendorConductorOne)))
			Expect(r.Result).To(Equal("ok"))
			Expect(r.Status).To(Equal(http.StatusOK))
			date, err := time.Parse(time.RFC3339, r.VendorDate)
			Expect(err).NotTo(HaveOccurred())
			Expect(date).To(BeTemporally("~", time.Now(), time.Minute))
			Expect(r.Attempt).To(Equal(1))
			if i < created {
				Expect(r.Generation).To(Equal(int64(1)))
			} else {
				Expect(r.Generation).To(Equal(int64(2)))
				Expect(r.Operation).To(Equal("update"))
				Expect(r.Fields).To(Equal([]string{"displayName"}))
			}
		}
		Expect(records[0].Operation).To(Equal("create"))
		Expect(records[0].Fields).To(ContainElement("displayName"))
		text, err := json.Marshal(records)
		Expect(err).NotTo(HaveOccurred())
		for _, hidden := range []string{"secret-word", t.Credentials().ClientSecret, t.Credentials().ClientID, "Bearer"} {
			Expect(string(text)).NotTo(ContainSubstring(hidden))
		}
	})

	It("tells of a change that somebody else made, and of a deletion, with no editor", func(ctx SpecContext) {
		t := newTenant(ctx)
		apply(ctx, t, "sales", "Sales")
		t.ready(ctx, profile, "sales")
		created := len(audit.of(t))
		Expect(t.Edit(targetOf(profile), map[string]any{"displayName": "Renamed"})).To(Succeed())
		t.annotate(ctx, profile, "sales", v1alpha1.AnnotationReconcileRequestedAt, "now")
		eventually(ctx, func(g Gomega) { g.Expect(len(audit.of(t))).To(BeNumerically(">", created)) }).Should(Succeed())
		t.ready(ctx, profile, "sales")
		Expect(c.Delete(ctx, profile)).To(Succeed())
		t.gone(ctx, profile, "sales")
		var told []string
		for _, r := range audit.of(t)[created:] {
			told = append(told, fmt.Sprintf("%s for %s by %q", r.Operation, r.Reason, r.Manager))
		}
		Expect(told).To(Equal([]string{`update for Drift by ""`, `delete for Delete by ""`}))
	})

	It("agrees with the vendor on every write, whatever fails", func(ctx SpecContext) {
		for _, fault := range []sandbox.Fault{
			{Kind: sandbox.FaultResetAfter},
			{Kind: sandbox.FaultResetBefore},
			{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: 1},
			{Kind: sandbox.FaultStatus, Status: http.StatusInternalServerError},
			{Kind: sandbox.FaultStatusAfter, Status: http.StatusBadGateway},
			{Kind: sandbox.FaultExpireTokens},
		} {
			By(fmt.Sprintf("%s %d", fault.Kind, fault.Status))
			t := newTenant(ctx)
			fault.Class, fault.Count = sandbox.ClassWrite, 2
			if fault.Kind == sandbox.FaultExpireTokens {
				fault.Count = 1 // A second refusal is the backend's matter.
			}
			Expect(t.AddFault(fault)).To(Succeed())
			apply(ctx, t, "sales", "Sales")
			t.ready(ctx, profile, "sales")
			Expect(t.AddFault(fault)).To(Succeed())
			apply(ctx, t, "sales", "Sales abroad")
			t.ready(ctx, profile, "sales")
			Expect(c.Delete(ctx, profile)).To(Succeed())
			t.gone(ctx, profile, "sales")
			t.recorded(ctx)
			statuses := map[int]bool{}
			for _, r := range audit.of(t) {
				statuses[r.Status] = true
				Expect(r.Name).To(Equal("sales"))
				Expect(r.Result == "ok").To(Equal(r.Status >= 200 && r.Status < 300), "%+v", r)
			}
			switch fault.Kind {
			case sandbox.FaultResetAfter, sandbox.FaultResetBefore:
				Expect(statuses).To(HaveKey(0), "no answer came")
			case sandbox.FaultExpireTokens:
				Expect(statuses).To(HaveKey(http.StatusUnauthorized))
				Expect(slices.ContainsFunc(audit.of(t), func(r telemetry.Record) bool { return r.Attempt == 2 && r.Result == "ok" })).To(BeTrue())
			default:
				Expect(statuses).To(HaveKey(fault.Status))
			}
		}
	}, SpecTimeout(5*time.Minute))

	It("agrees with every vendor for many objects at once, and with their order for each of them", func(ctx SpecContext) {
		for _, s := range only(func(s subject) bool { return s.kind == v1alpha1.KindAccessProfile && s.creates }) {
			t := s.tenant(ctx)
			t.apply(ctx, many(6, func(i int) string { return s.manifest(fmt.Sprintf("p%d", i), fmt.Sprintf("Profile %d", i), "") }))
			for i := range 6 {
				t.ready(ctx, profile, fmt.Sprintf("p%d", i+1))
			}
			eventually(ctx, func(g Gomega) {
				g.Expect(t.writesRecorded("")).To(ConsistOf(t.writesGot()))
			}).Should(Succeed())
			got := strings.Join(t.writesGot(), "\n")
			for i := range 6 {
				Expect(inOrder(got, t.writesRecorded(fmt.Sprintf("p%d", i+1)))).To(BeTrue(), "the order of p%d", i+1)
			}
		}
	}, SpecTimeout(2*time.Minute))
})

// inOrder reports whether lines stand in a text one after the other.
func inOrder(text string, lines []string) bool {
	for _, line := range lines {
		at := strings.Index(text, line)
		if at < 0 {
			return false
		}
		text = text[at+len(line):]
	}
	return true
}
