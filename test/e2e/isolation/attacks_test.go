package isolation

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// attack is something that she does. What it returns is asked for after the victim has had its turn.
type attack struct {
	name string
	do   func(ctx context.Context, h *house) (after func())
}

// victimTenant is the id that the victim's tenant tells.
var victimTenant = conductorone.SeedID("tenant", victimName)

const victimName = "tenant-of-the-team"

// byObjects are what she can do with objects and Secrets alone.
var byObjects = []attack{
	{"a reference to a cluster backend that does not allow her", func(ctx context.Context, h *house) func() {
		obj := h.apply(ctx, h.eve, h.evil, profile("hers", "Eve was here", h.backendRef))
		return func() { h.wantReason(ctx, obj, v1alpha1.ReasonBackendNotAllowed) }
	}},
	{"three hundred such references at once", func(ctx context.Context, h *house) func() {
		for i := range 300 {
			h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint("many-", i), "Eve was here", h.backendRef))
		}
		return nil
	}},
	{"a forged intent that claims a remote, and a restart", func(ctx context.Context, h *house) func() {
		id, err := h.tenant.Create(v1alpha1.KindAccessProfile, "", object{"displayName": "Made in the console"})
		Expect(err).NotTo(HaveOccurred())
		hers := h.apply(ctx, h.eve, h.evil, profile("claims", "Eve was here", "{name: nobody}", "remoteID: "+id))
		h.annotate(ctx, hers, fmt.Sprintf(`{"token":"AAAABBBBCCCCDDDD","attempt":1,"at":"2020-01-01T00:00:00Z","owner":"%s/claims","tenant":"%s","key":{}}`, h.evil, victimTenant))
		h.restart(ctx)
		return func() {
			adopts := h.apply(ctx, h.admin, h.team, profile("adopts", "Adopted", h.backendRef, "remoteID: "+id))
			h.ready(ctx, adopts, soon)
			Expect(h.admin.Delete(ctx, adopts)).To(Succeed())
		}
	}},
	{"the victim's own annotation on an object of hers", func(ctx context.Context, h *house) func() {
		theirs := h.apply(ctx, h.admin, h.team, profile("copied", "Copied", h.backendRef))
		h.ready(ctx, theirs, soon)
		hers := h.apply(ctx, h.eve, h.evil, profile("copied", "Eve was here", h.backendRef))
		h.annotate(ctx, hers, theirs.GetAnnotations()[v1alpha1.AnnotationIntent])
		Expect(h.eve.Delete(ctx, hers)).To(Succeed())
		return func() {
			Expect(h.live("Copied")).To(BeTrue(), "what her object claimed is still there")
			Expect(h.admin.Delete(ctx, theirs)).To(Succeed())
		}
	}},
	{"a status that says she has the victim's remote", func(ctx context.Context, h *house) func() {
		theirs := h.apply(ctx, h.admin, h.team, profile("wanted", "Wanted", h.backendRef)).(*v1alpha1.AccessProfile)
		h.ready(ctx, theirs, soon)
		hers := h.apply(ctx, h.eve, h.evil, profile("has", "Eve was here", h.backendRef)).(*v1alpha1.AccessProfile)
		forged := client.MergeFrom(hers.DeepCopy())
		hers.Status.Remote = &v1alpha1.RemoteStatus{ID: theirs.Status.Remote.ID, TenantID: victimTenant}
		Expect(h.eve.Status().Patch(ctx, hers, forged)).NotTo(Succeed(), "nobody but the operator writes a status")
		Expect(h.admin.Status().Patch(ctx, hers, forged)).To(Succeed(), "but somebody could give her the right")
		h.restart(ctx)
		return func() {
			h.apply(ctx, h.admin, h.team, profile("wanted", "Wanted less", h.backendRef))
			h.ready(ctx, theirs, soon)
			Expect(h.live("Wanted less")).To(BeTrue(), "the edit was sent")
			Expect(h.admin.Delete(ctx, theirs)).To(Succeed())
			Eventually(func() bool { return h.live("Wanted less") }).WithTimeout(soon).Should(BeFalse(), "the deletion, too")
		}
	}},
	{"annotations and names as large as they may be", func(ctx context.Context, h *house) func() {
		hers := h.apply(ctx, h.eve, h.evil, profile("large", strings.Repeat("E", 250), h.backendRef))
		h.annotate(ctx, hers, strings.Repeat("[", 250_000))
		return nil
	}},
	{"finalizers and annotations that are cut away again and again", func(ctx context.Context, h *house) func() {
		for i := range 50 {
			hers := h.apply(ctx, h.eve, h.evil, profile("cut", fmt.Sprint("Eve was here ", i), h.backendRef))
			h.annotate(ctx, hers, "")
		}
		return nil
	}},
	{"writing backends, statuses and the cluster's backends without a right to", func(ctx context.Context, h *house) func() {
		for what, manifest := range map[string]string{
			"a backend of the cluster": fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: ClusterGovernanceBackend\nmetadata: {name: hers}\nspec: {vendor: ConductorOne, endpoint: %s, credentials: {secretRef: {name: mine}}}", h.tenant.URL),
			"the victim's backend":     fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: ClusterGovernanceBackend\nmetadata: {name: prod}\nspec: {vendor: ConductorOne, endpoint: %s, credentials: {secretRef: {name: mine}}, allowedNamespaces: {names: [%s]}}", h.tenant.URL, h.evil),
		} {
			_, err := h.try(ctx, h.eve, "", manifest)
			Expect(err).To(MatchError(ContainSubstring("forbidden")), what)
		}
		_, err := h.try(ctx, h.eve, h.team, profile("hers", "Eve was here", h.backendRef))
		Expect(err).To(MatchError(ContainSubstring("forbidden")), "an object in the victim's namespace")
		return nil
	}},
}

// byBackends are what she can do where she may write backends of her namespace.
var byBackends = []attack{
	{"a Secret that spells the victim's workload identity", func(ctx context.Context, h *house) func() {
		h.apply(ctx, h.eve, h.evil, fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: spelled}\nstringData: {clientID: %q, clientSecret: %q, token: federation}\n",
			h.tenant.Credentials().FederationClientID, testenv.OperatorNamespace))
		b := h.apply(ctx, h.eve, h.evil, backendAt("mine", h.tenant.URL, "spelled", "requestsPerSecond: 1", "burst: 1"))
		obj := h.apply(ctx, h.eve, h.evil, profile("backdoor", "Eve was here", "{name: mine}"))
		return func() {
			h.wantReason(ctx, b, v1alpha1.ReasonUnauthorized)
			h.wantReason(ctx, obj, v1alpha1.ReasonBackendNotReady)
			Expect(h.metric(`governance_operator_backend_budget_limit{backend="ClusterGovernanceBackend//prod"`)).To(Equal("1000"), "her budget is not the victim's")
		}
	}},
	{"Secrets that look like the victim's", func(ctx context.Context, h *house) func() {
		id, secret := h.tenant.Credentials().ClientID, h.tenant.Credentials().ClientSecret
		for i, c := range [][2]string{{strings.ToUpper(id), secret}, {id, secret[:len(secret)-1] + "_"}, {id + "\u200b", secret}, {secret, id}} {
			name := fmt.Sprint("look-", i)
			h.apply(ctx, h.eve, h.evil, fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData: {clientID: %q, clientSecret: %q}\n", name, c[0], c[1]))
			h.apply(ctx, h.eve, h.evil, backendAt(name, h.tenant.URL, name, "requestsPerSecond: 1", "burst: 1"))
			h.apply(ctx, h.eve, h.evil, profile(name, "Eve was here", "{name: "+name+"}"))
		}
		return nil
	}},
	{"an endpoint that says it is the victim's tenant, and has its remote", func(ctx context.Context, h *house) func() {
		theirs := h.apply(ctx, h.admin, h.team, profile("held", "Held", h.backendRef)).(*v1alpha1.AccessProfile)
		p := newPuppet(impostor(victimTenant))
		h.at(ctx, "impostor", p.URL)
		h.ready(ctx, theirs, soon)
		hers := h.apply(ctx, h.eve, h.evil, profile("taker", "Taken", "{name: impostor}", "remoteID: "+theirs.Status.Remote.ID, "management: {drift: Report}"))
		h.ready(ctx, hers, soon)
		h.restart(ctx)
		return func() {
			h.apply(ctx, h.admin, h.team, profile("held", "Held no more", h.backendRef))
			h.ready(ctx, theirs, soon)
			Expect(h.live("Held no more")).To(BeTrue(), "the edit was sent")
			Expect(h.admin.Delete(ctx, theirs)).To(Succeed())
			Eventually(func() bool { return h.live("Held no more") }).WithTimeout(soon).Should(BeFalse(), "the deletion, too")
		}
	}},
	{"the same over TLS with a CA of her own", func(ctx context.Context, h *house) func() {
		p := startPuppet(impostor(victimTenant), (*httptest.Server).StartTLS)
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
		h.apply(ctx, h.eve, h.evil, fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca}\ndata: {ca.crt: %q, junk: %q}\n", ca, strings.Repeat("-----BEGIN CERTIFICATE-----\n", 10_000)))
		h.at(ctx, "impostor", p.URL, "caBundleRef: {name: ca}")
		h.at(ctx, "junk", p.URL, "caBundleRef: {name: ca, key: junk}")
		h.apply(ctx, h.eve, h.evil, profile("taker", "Taken", "{name: impostor}"))
		return nil
	}},
	{"an impostor whose lists hang", func(ctx context.Context, h *house) func() {
		p := newPuppet(slow(29*time.Second, impostor(victimTenant)))
		h.at(ctx, "impostor", p.URL)
		for i := range 5 {
			h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint("hangs-", i), "Taken", "{name: impostor}"))
		}
		since := time.Now()
		return func() {
			Eventually(func() float64 {
				age, _ := strconv.ParseFloat(h.metric(`governance_operator_sweep_age_seconds{backend="ClusterGovernanceBackend//prod",kind="AccessProfile"`), 64)
				return age - time.Since(since).Seconds()
			}).WithTimeout(30*time.Second).Should(BeNumerically("<", 0), "the victim's backend is swept all the same")
		}
	}},
	{"sixty backends that hang, each at an endpoint of its own", func(ctx context.Context, h *house) func() {
		for i := range 60 {
			p := newPuppet(func(p *puppet, _ http.ResponseWriter, r *http.Request) { p.hang(r, 29*time.Second) })
			h.at(ctx, fmt.Sprint("hangs-", i), p.URL)
		}
		return nil
	}},
	{"two slow tenants with forty profiles each", func(ctx context.Context, h *house) func() {
		for _, name := range []string{"one", "two"} {
			p := newPuppet(slow(29*time.Second, impostor("slow-"+name)))
			h.at(ctx, name, p.URL, "requestsPerSecond: 1000", "burst: 10000")
			b := &v1alpha1.GovernanceBackend{}
			b.Namespace, b.Name = h.evil, name
			h.ready(ctx, b, time.Minute) // Hers may wait for what she did before.
			for i := range 40 {
				h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint(name, "-", i), "Slow", "{name: "+name+"}"))
			}
		}
		return nil
	}},
	{"an endless list of marked rows, 5 MB a page", func(ctx context.Context, h *house) func() {
		p := newPuppet(endless("endless", 100, 50_000))
		h.at(ctx, "endless", p.URL, "requestsPerSecond: 1000", "burst: 10000")
		for i := range 3 {
			h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint("endless-", i), "Endless", "{name: endless}"))
		}
		return h.growing(ctx, p, 60)
	}},
	{"an endless list of two thousand small rows a page, in ten tenants", func(ctx context.Context, h *house) func() {
		var last *puppet
		for i := range 10 {
			last = newPuppet(endless(fmt.Sprint("endless-", i), 2_000, 1))
			name := fmt.Sprint("endless-", i)
			h.at(ctx, name, last.URL, "requestsPerSecond: 1000", "burst: 10000")
			h.apply(ctx, h.eve, h.evil, profile(name, "Endless", "{name: "+name+"}"))
		}
		return h.growing(ctx, last, 10)
	}},
	{"endless lists of apps with names of 20 kB, and as many answers to each name", func(ctx context.Context, h *house) func() {
		var last *puppet
		for i := range 5 {
			last = newPuppet(endlessNames(fmt.Sprint("names-", i), 20_000))
			name := fmt.Sprint("names-", i)
			h.at(ctx, name, last.URL, "requestsPerSecond: 1000", "burst: 10000")
			for n := range 4 {
				var entries []string
				for app := range 20 {
					entries = append(entries, fmt.Sprintf("{app: {name: App %d}, name: Member}", app))
				}
				h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint(name, "-", n), "Names", "{name: "+name+"}", "entitlements: ["+strings.Join(entries, ", ")+"]"))
			}
		}
		return h.growing(ctx, last, 8)
	}},
	{"answers of nine mebibytes, and of two million nothings", func(ctx context.Context, h *house) func() {
		huge, nothing := strings.Repeat("x", 9<<20), `{"list":[`+strings.Repeat("null,", 1_500_000)+`null]}`
		for i, text := range []string{huge, nothing, `{"list":` + strings.Repeat("[", 4<<20), `{"list":[],"nextPageToken":"` + strings.Repeat("t", 7<<20) + `"}`} {
			name := fmt.Sprint("huge-", i)
			p := newPuppet(raw(name, func() string { return text }))
			h.at(ctx, name, p.URL, "requestsPerSecond: 1000", "burst: 10000")
			for n := range 5 {
				h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint(name, "-", n), "Huge", "{name: "+name+"}"))
			}
		}
		return h.growing(ctx, nil, 0)
	}},
	{"answers that drip, a byte a second", func(ctx context.Context, h *house) func() {
		for i := range 20 {
			p := newPuppet(func(p *puppet, w http.ResponseWriter, r *http.Request) {
				for range 29 {
					_, _ = w.Write([]byte(" "))
					w.(http.Flusher).Flush()
					p.hang(r, time.Second)
				}
			})
			h.at(ctx, fmt.Sprint("drips-", i), p.URL)
		}
		return nil
	}},
	{"answers that are no JSON, or another", func(ctx context.Context, h *house) func() {
		for i, text := range []string{"<html>", "", "null", `{"list":{}}`, `{"list":[null]}`, `[]`, "\x00\xff", `{"requestCatalogView":{"requestCatalog":{"id":7}}}`} {
			name := fmt.Sprint("odd-", i)
			p := newPuppet(raw(name, func() string { return text }))
			h.at(ctx, name, p.URL)
			h.apply(ctx, h.eve, h.evil, profile(name, "Odd", "{name: "+name+"}"))
		}
		return nil
	}},
	{"redirects to the victim's tenant", func(ctx context.Context, h *house) func() {
		p := newPuppet(func(_ *puppet, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, h.tenant.URL+r.URL.Path, http.StatusTemporaryRedirect)
		})
		h.at(ctx, "redirects", p.URL)
		b := &v1alpha1.GovernanceBackend{}
		b.Namespace, b.Name = h.evil, "redirects"
		return func() {
			Expect(h.admin.Get(ctx, client.ObjectKeyFromObject(b), b)).To(Succeed())
			Expect(conditionOf(b).Status).NotTo(BeEquivalentTo("True"))
			Expect(b.Status.TenantID).To(BeEmpty())
		}
	}},
	{"a pause of thirty years that her server asks for", func(ctx context.Context, h *house) func() {
		p := newPuppet(func(_ *puppet, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1000000000")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		h.at(ctx, "pauses", p.URL)
		h.at(ctx, "theirs", h.tenant.URL) // A token that the victim's tenant refuses, at its own endpoint.
		h.apply(ctx, h.eve, h.evil, profile("pauses", "Eve was here", "{name: theirs}"))
		return nil
	}},
	{"failures at the victim's own endpoint, to open its breaker", func(ctx context.Context, h *house) func() {
		for i := range 20 {
			h.at(ctx, fmt.Sprint("fails-", i), h.tenant.URL)
			h.at(ctx, fmt.Sprint("refused-", i), "http://127.0.0.1:1")
		}
		return func() {
			Expect(h.metric(`governance_operator_backend_breaker_open{backend="ClusterGovernanceBackend//prod"`)).To(Equal("0"))
		}
	}},
	{"a thousand backends", func(ctx context.Context, h *house) func() {
		p := newPuppet(slow(time.Second, impostor("one of many")))
		h.token(ctx)
		for i := range 1000 {
			h.apply(ctx, h.eve, h.evil, backendAt(fmt.Sprint("many-", i), p.URL, "mine"))
		}
		return nil
	}},
	{"a Secret that is rotated a hundred times", func(ctx context.Context, h *house) func() {
		p := newPuppet(impostor("rotated"))
		h.at(ctx, "rotated", p.URL)
		for i := range 100 {
			h.apply(ctx, h.eve, h.evil, fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\nstringData: {token: token-number-%d}\n", i))
			h.apply(ctx, h.eve, h.evil, backendAt("rotated", p.URL, "mine", fmt.Sprintf("requestsPerSecond: %d", 1+i)))
		}
		return nil
	}},
	{"an endpoint that is edited through forty hosts", func(ctx context.Context, h *house) func() {
		for i := range 40 {
			p := newPuppet(impostor("moves"))
			h.at(ctx, "moves", strings.Replace(p.URL, "127.0.0.1", "localhost", i%2))
		}
		return nil
	}},
	{"a backend of her own that is called as the victim's", func(ctx context.Context, h *house) func() {
		p := newPuppet(impostor(victimTenant))
		h.at(ctx, "prod", p.URL)
		h.apply(ctx, h.eve, h.evil, profile("hers", "Eve was here", "{name: prod}"))
		h.apply(ctx, h.eve, h.evil, profile("theirs", "Eve was here", h.backendRef))
		return nil
	}},
	{"the victim's host, spelled otherwise, with her token", func(ctx context.Context, h *house) func() {
		for i, endpoint := range []string{strings.Replace(h.tenant.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1), strings.Replace(h.tenant.URL, "127.0.0.1", "localhost", 1), strings.ToUpper(h.tenant.URL[:4]) + h.tenant.URL[4:]} {
			_, err := h.try(ctx, h.eve, h.evil, backendAt(fmt.Sprint("spelled-", i), endpoint, "mine", "requestsPerSecond: 1"))
			if err == nil {
				h.apply(ctx, h.eve, h.evil, profile(fmt.Sprint("spelled-", i), "Eve was here", fmt.Sprintf("{name: spelled-%d}", i)))
			}
		}
		return nil
	}},
}

// annotate sets the intent on an object of hers.
func (h *house) annotate(ctx context.Context, o client.Object, intent string) {
	GinkgoHelper()
	patch := fmt.Sprintf(`{"metadata":{"finalizers":null,"annotations":{%q:%q}}}`, v1alpha1.AnnotationIntent, intent)
	Expect(h.eve.Patch(ctx, o, client.RawPatch("application/merge-patch+json", []byte(patch)))).To(Succeed())
}

// wantReason waits until an object says why it is not Ready.
func (h *house) wantReason(ctx context.Context, o client.Object, reason string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(h.admin.Get(ctx, client.ObjectKeyFromObject(o), o)).To(Succeed())
		g.Expect(conditionOf(o).Reason).To(Equal(reason), conditionOf(o).Message)
	}).WithContext(ctx).WithTimeout(2 * soon).Should(Succeed())
}

// growing watches the memory until her server was asked so many times, and for a few seconds at least.
func (h *house) growing(ctx context.Context, p *puppet, calls int64) func() {
	return func() {
		GinkgoHelper()
		until := time.Now().Add(3 * time.Second)
		Eventually(func(g Gomega) {
			resident, _ := memoryOf(h.manager.PID())
			Expect(resident).To(BeNumerically("<=", int64(mostMemory)), "resident memory during the attack")
			g.Expect(time.Now()).To(BeTemporally(">", until))
			if p != nil {
				g.Expect(p.calls.Load()).To(BeNumerically(">=", calls), "her server was asked: else this is about nothing")
			}
		}).WithContext(ctx).WithTimeout(20 * time.Second).WithPolling(20 * time.Millisecond).Should(Succeed())
	}
}
