package isolation

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// soon is how long the victim waits at most for what takes a moment.
const soon = 5 * time.Second

// mostMemory is what the manager may hold, whatever anybody does.
const mostMemory = 200 << 20

// figure is what the victim saw during one attack.
type figure struct {
	attack                 string
	made, edited, deleted  time.Duration
	backend                time.Duration
	calls                  int64
	resident, peakResident int64
}

func profile(name, displayName, backendRef string, lines ...string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfile\nmetadata: {name: %s}\nspec:\n  backendRef: %s\n  displayName: %q\n  %s\n",
		name, backendRef, displayName, strings.Join(lines, "\n  "))
}

// lives makes, edits and deletes a profile of the victim, and a backend, and holds what that took to the limits.
func (h *house) lives(ctx context.Context, attack string) {
	GinkgoHelper()
	h.probes++
	f := figure{attack: attack}
	h.tenant.ResetCalls()
	name, through := fmt.Sprintf("probe-%d", h.probes), fmt.Sprintf("{kind: ClusterGovernanceBackend, name: prod-%d}", h.probes%victimBackends)
	obj := h.apply(ctx, h.admin, h.team, profile(name, "Probe "+name, through))
	f.made = h.ready(ctx, obj, soon)
	obj = h.apply(ctx, h.admin, h.team, profile(name, "Narrower "+name, through))
	f.edited = h.ready(ctx, obj, soon)
	Expect(h.dump()).To(ContainSubstring("Narrower "+name), "the edit was sent")
	began := time.Now()
	Expect(h.admin.Delete(ctx, obj)).To(Succeed())
	Eventually(func() bool { return apierrors.IsNotFound(h.admin.Get(ctx, client.ObjectKeyFromObject(obj), obj)) }).
		WithContext(ctx).WithTimeout(soon).WithPolling(20*time.Millisecond).Should(BeTrue(), "the deletion is done")
	f.deleted = time.Since(began)
	Expect(h.live("Narrower "+name)).To(BeFalse(), "the access is gone at the vendor")
	f.calls = int64(len(h.tenant.Calls(0)))
	f.backend = h.newBackend(ctx)
	f.resident, f.peakResident = memoryOf(h.manager.PID())
	Expect(f.resident).To(BeNumerically("<=", int64(mostMemory)), "resident memory")
	Expect(h.dump()).NotTo(ContainSubstring("Eve was here"), "nothing of hers is in the victim's tenant")
	h.rows = append(h.rows, f)
}

// newBackend makes a backend of the victim's namespace at its tenant, and returns how long it took to be Ready.
func (h *house) newBackend(ctx context.Context) time.Duration {
	GinkgoHelper()
	name := fmt.Sprintf("own-%d", h.probes)
	h.apply(ctx, h.admin, h.team, fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData: {clientID: %q, clientSecret: %q}\n",
		name, h.tenant.Credentials().ClientID, h.tenant.Credentials().ClientSecret))
	b := h.apply(ctx, h.admin, h.team, backendAt(name, h.tenant.URL, name))
	took := h.ready(ctx, b, soon)
	Expect(h.admin.Delete(ctx, b)).To(Succeed())
	return took
}

func backendAt(name, endpoint, secret string, lines ...string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: %s}\nspec:\n  vendor: ConductorOne\n  endpoint: %s\n  credentials: {secretRef: {name: %s}}\n  %s\n",
		name, endpoint, secret, strings.Join(lines, "\n  "))
}

// dump is what the victim's tenant has, as text.
func (h *house) dump() string {
	GinkgoHelper()
	raw, err := json.Marshal(h.tenant.Dump())
	Expect(err).NotTo(HaveOccurred())
	return string(raw)
}

// live reports whether a profile of that name is at the victim's tenant and not deleted.
func (h *house) live(displayName string) bool {
	GinkgoHelper()
	raw, err := json.Marshal(h.tenant.Dump())
	Expect(err).NotTo(HaveOccurred())
	var dump struct {
		AccessProfiles []struct{ Object map[string]any }
	}
	Expect(json.Unmarshal(raw, &dump)).To(Succeed())
	for _, p := range dump.AccessProfiles {
		if p.Object["displayName"] == displayName && p.Object["deletedAt"] == nil {
			return true
		}
	}
	return false
}

// memoryOf is what a process holds, and held at most, in bytes.
func memoryOf(pid int) (resident, peak int64) {
	GinkgoHelper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.SplitSeq(string(raw), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			resident = n << 10
		case "VmHWM":
			peak = n << 10
		}
	}
	return resident, peak
}

// report prints what the victim saw.
func (h *house) report(title string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-64s %8s %8s %8s %8s %6s %8s %8s\n", title, "made", "edited", "deleted", "backend", "calls", "RSS MiB", "peak MiB")
	for _, f := range h.rows {
		ms := func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
		fmt.Fprintf(&b, "%-64s %8s %8s %8s %8s %6d %8d %8d\n", f.attack, ms(f.made), ms(f.edited), ms(f.deleted), ms(f.backend), f.calls, f.resident>>20, f.peakResident>>20)
	}
	AddReportEntry(title, b.String())
	fmt.Fprintln(os.Stderr, b.String())
}

// clear takes away whatever the hostile user left, finalizers included.
func (h *house) clear(ctx context.Context) {
	GinkgoHelper()
	lists := []client.ObjectList{&v1alpha1.AccessProfileList{}, &v1alpha1.AppEntitlementList{}, &v1alpha1.GovernanceBackendList{}}
	for _, list := range lists {
		Expect(h.admin.List(ctx, list, client.InNamespace(h.evil))).To(Succeed())
		for _, o := range itemsOf(list) {
			Expect(client.IgnoreNotFound(h.admin.Delete(ctx, o))).To(Succeed())
			Eventually(func() error {
				none := []byte(`{"metadata":{"finalizers":null}}`)
				return client.IgnoreNotFound(h.admin.Patch(ctx, o, client.RawPatch("application/merge-patch+json", none)))
			}).WithContext(ctx).WithTimeout(soon).Should(Succeed())
		}
	}
}

func itemsOf(list client.ObjectList) (out []client.Object) {
	switch l := list.(type) {
	case *v1alpha1.AccessProfileList:
		for i := range l.Items {
			out = append(out, &l.Items[i])
		}
	case *v1alpha1.AppEntitlementList:
		for i := range l.Items {
			out = append(out, &l.Items[i])
		}
	case *v1alpha1.GovernanceBackendList:
		for i := range l.Items {
			out = append(out, &l.Items[i])
		}
	}
	return out
}
