package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

var _ = Describe("credentials", Label("secrets"), func() {
	for _, k := range []kind{kinds[1], otherKinds[0], otherKinds[2]} {
		It("of "+string(k.vendor)+" go to the endpoint alone, wherever it points, and are told to nobody", func(ctx SpecContext) {
			s := newStackOf(ctx, k.vendor)
			d := s.detour()
			s.start(ctx, "--zap-log-level=debug")

			By("being sent elsewhere with everything, then with all but the sign-in")
			detour := s.apply(ctx, backendAt("detour", k.vendor, d.URL, "{secretRef: {name: credentials}}")).(*v1alpha1.GovernanceBackend)
			s.backendSays(ctx, detour, metav1.ConditionFalse)
			Expect(d.sent()).To(BeNumerically(">", 0))
			d.send(work)
			Eventually(func() int { s.touch(ctx, detour); return d.sent() }).WithContext(ctx).WithTimeout(patience).WithPolling(time.Second).Should(BeNumerically(">", 0))
			s.backendSays(ctx, detour, metav1.ConditionFalse)

			By("being let through, and sent elsewhere with a write")
			d.send(nothing)
			s.touch(ctx, detour)
			s.backendSays(ctx, detour, metav1.ConditionTrue)
			manifest := func(displayName string) string {
				return strings.ReplaceAll(k.manifest("one", displayName), "{name: tenant}", "{name: detour}")
			}
			obj := s.apply(ctx, manifest("First")).(reference.Managed)
			s.ready(ctx, obj)
			d.send(changes)
			s.apply(ctx, manifest("Second"))
			Eventually(d.sent).WithContext(ctx).WithTimeout(patience).Should(BeNumerically(">", 0))
			d.send(nothing)
			s.apply(ctx, manifest("Third"))
			s.ready(ctx, obj)

			Expect(d.followed()).To(BeEmpty())
			Expect(d.seen()).NotTo(BeEmpty())
			s.keepsSecret(ctx, append(d.seen(), s.Credentials().ClientSecret, s.Credentials().StaticToken)...)
		}, SpecTimeout(3*time.Minute))
	}

	It("of a ServiceAccount are made for the tenant alone, and only by a backend of its namespace", func(ctx SpecContext) {
		s := newStack(ctx)
		d := s.detour()
		d.send(nothing)
		s.start(ctx, "--zap-log-level=debug")
		s.tokenOf(ctx, "workload")
		federated := backendAt("federated", v1alpha1.VendorConductorOne, d.URL, "{workloadIdentity: {clientID: "+s.Credentials().FederationClientID+", serviceAccountRef: {name: workload}}}")
		s.backendSays(ctx, s.apply(ctx, federated).(*v1alpha1.GovernanceBackend), metav1.ConditionTrue)
		Expect(d.signIns()).NotTo(BeEmpty())
		for _, form := range d.signIns() {
			parts := strings.Split(form.Get("subject_token"), ".")
			Expect(parts).To(HaveLen(3))
			raw, err := base64.RawURLEncoding.DecodeString(parts[1])
			Expect(err).NotTo(HaveOccurred())
			var claims struct {
				Audience []string `json:"aud"`
				Subject  string   `json:"sub"`
				Issued   int64    `json:"iat"`
				Expires  int64    `json:"exp"`
			}
			Expect(json.Unmarshal(raw, &claims)).To(Succeed())
			Expect(claims.Audience).To(Equal([]string{"127.0.0.1"}))
			Expect(claims.Subject).To(Equal("system:serviceaccount:" + s.namespace + ":workload"))
			Expect(time.Duration(claims.Expires-claims.Issued) * time.Second).To(Equal(10 * time.Minute))
		}

		By("naming accounts, Secrets and backends of that namespace in another")
		asked := len(d.signIns())
		other := s.again(ctx, v1alpha1.VendorConductorOne, 1000, 10000)
		Expect(other.backendSays(ctx, other.apply(ctx, federated).(*v1alpha1.GovernanceBackend), metav1.ConditionFalse)).To(ContainSubstring(other.namespace + "/workload"))
		Expect(s.c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "only-here"}, StringData: map[string]string{"token": s.Credentials().StaticToken}})).To(Succeed())
		Expect(other.backendSays(ctx, other.apply(ctx, backendAt("borrowed", v1alpha1.VendorConductorOne, d.URL, "{secretRef: {name: only-here}}")).(*v1alpha1.GovernanceBackend),
			metav1.ConditionFalse)).To(ContainSubstring("there is no Secret " + other.namespace + "/only-here"))
		s.apply(ctx, backendAt("mine", v1alpha1.VendorConductorOne, s.URL, "{secretRef: {name: credentials}}"))
		obj := other.apply(ctx, strings.ReplaceAll(kinds[1].manifest("theirs", "Theirs"), "{name: tenant}", "{name: mine}")).(reference.Managed)
		Eventually(func(g Gomega) {
			g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
			resolved := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionResolvedRefs)
			g.Expect(resolved).NotTo(BeNil())
			g.Expect(resolved.Reason).To(Equal(v1alpha1.ReasonBackendNotFound))
		}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
		Expect(s.names(kinds[1])).To(BeEmpty())
		Expect(d.signIns()).To(HaveLen(asked))
		s.keepsSecret(ctx, d.seen()...)
	}, SpecTimeout(3*time.Minute))

	It("that are none stay in their Secret, and those that a vendor repeats as well", func(ctx SpecContext) {
		const hidden = "hidden-4711-in-a-secret"
		s := newStack(ctx)
		var repeated atomic.Int64
		endpoint := echo(func(request string) {
			if strings.Contains(request, hidden) {
				repeated.Add(1)
			}
		}).URL
		s.start(ctx, "--zap-log-level=debug")
		key := base64.RawURLEncoding.EncodeToString([]byte(`{"kty":"OKP","crv":"Ed25519","x":"` + hidden + `","d":"` + hidden + `"}`))
		odd := map[string]map[string]string{
			"anything":     {"clientID": hidden + " is no id", "clientSecret": hidden + "\nand more"},
			"pair":         {"clientID": hidden, "clientSecret": hidden + "-too"},
			"another-host": {"clientID": "somebody@" + hidden + ".example/spc", "clientSecret": "secret-token:conductorone.com:v1:" + hidden},
			"half-a-key":   {"clientID": "somebody@127.0.0.1/spc", "clientSecret": "secret-token:conductorone.com:v1:" + key},
			"json":         {"token": `{"password": "` + hidden + `"}`},
			"quotes":       {"token": `"` + hidden + `\"`},
			"lines":        {"apiKey": hidden + " " + hidden + "\n" + hidden},
			"token":        {"token": hidden},
			"other-keys":   {"username": hidden, "password": hidden, hidden: "x"},
		}
		var backends []*v1alpha1.GovernanceBackend
		for name, data := range odd {
			Expect(s.c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, StringData: data})).To(Succeed())
			for _, fake := range sandboxes.All() {
				b := s.apply(ctx, backendAt(fake.Name()+"-"+name, v1alpha1.Vendor(fake.Vendor), endpoint, "{secretRef: {name: "+name+"}}"))
				backends = append(backends, b.(*v1alpha1.GovernanceBackend))
			}
		}
		Expect(s.c.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "authority"}, Data: map[string]string{"ca.crt": hidden}})).To(Succeed())
		backends = append(backends, s.apply(ctx, backendAt("authority", v1alpha1.VendorConductorOne, endpoint, "{secretRef: {name: credentials}}, caBundleRef: {name: authority}")).(*v1alpha1.GovernanceBackend))
		for _, b := range backends {
			Expect(s.backendSays(ctx, b, metav1.ConditionFalse)).NotTo(BeEmpty())
		}
		Expect(repeated.Load()).To(BeNumerically(">", 0), "no vendor was sent anything that it could repeat")
		s.keepsSecret(ctx, hidden, key)
	}, SpecTimeout(3*time.Minute))
})

// backendAt is a backend at an address, with credentials.
func backendAt(name string, vendor v1alpha1.Vendor, endpoint, credentials string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: %s}\nspec: {vendor: %s, endpoint: %q, requestsPerSecond: 1000, burst: 1000, credentials: %s}",
		name, vendor, endpoint, credentials)
}

// backendSays waits until a backend is Ready or not, and returns why.
func (s *stack) backendSays(ctx context.Context, b *v1alpha1.GovernanceBackend, ready metav1.ConditionStatus) (message string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(b), b)).To(Succeed())
		found := meta.FindStatusCondition(b.Status.Conditions, v1alpha1.ConditionReady)
		g.Expect(found).NotTo(BeNil())
		g.Expect(found.Status).To(Equal(ready), "%s: %s", found.Reason, found.Message)
		message = found.Message
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100*time.Millisecond).Should(Succeed(), "%s", b.Name)
	return message
}

// touch asks for a check of a backend.
func (s *stack) touch(ctx context.Context, b *v1alpha1.GovernanceBackend) {
	GinkgoHelper()
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, v1alpha1.AnnotationReconcileRequestedAt, time.Now().Format(time.RFC3339Nano))
	Expect(s.c.Patch(ctx, b, client.RawPatch("application/merge-patch+json", []byte(patch)))).To(Succeed())
}

// keepsSecret looks for secrets in all that the manager wrote: statuses, annotations, events and its log.
func (s *stack) keepsSecret(ctx context.Context, secrets ...string) {
	GinkgoHelper()
	written := map[string]string{"the log": string(s.log.Contents())}
	for name, list := range map[string]client.ObjectList{
		"a backend": &v1alpha1.GovernanceBackendList{}, "an event": &eventsv1.EventList{}, "a profile": &v1alpha1.AccessProfileList{},
	} {
		Expect(s.c.List(ctx, list)).To(Succeed())
		raw, err := json.Marshal(list)
		Expect(err).NotTo(HaveOccurred())
		written[name] = string(raw)
	}
	for name, text := range written {
		for _, secret := range secrets {
			if at := strings.Index(text, secret); secret != "" && at >= 0 {
				Fail(fmt.Sprintf("a secret is in %s: %s", name, text[max(0, at-300):min(len(text), at+300)]))
			}
		}
	}
}
