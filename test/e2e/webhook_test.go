package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
	"github.com/governance-operator/governance-operator/internal/webhook/webhooktest"
)

const webhookName = testenv.WebhookName

// hooked is a stack with what config/webhook installs, reached by an address in place of a Service, and a client
// that hears warnings.
type hooked struct {
	*stack
	address string
	heard   *[]string
	client  client.Client
}

// causesOf are the fields that an object is refused for, with what is wrong.
func causesOf(err error) (out []string) {
	GinkgoHelper()
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		Expect(err).NotTo(HaveOccurred())
		return nil
	}
	for _, cause := range status.Status().Details.Causes {
		out = append(out, cause.Field+": "+strings.TrimPrefix(cause.Message, "Invalid value: "))
	}
	return out
}

// documentsOf are the objects in a text.
func documentsOf(text string) []string { return strings.Split(text, "\n---\n") }

func newHooked(ctx context.Context, vendor v1alpha1.Vendor) *hooked {
	GinkgoHelper()
	return newStackOf(ctx, vendor).hooked(ctx)
}

// hooked installs the webhook.
func (s *stack) hooked(ctx context.Context) *hooked {
	GinkgoHelper()
	h := &hooked{stack: s, heard: &[]string{}}
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	h.address = free.Addr().String()
	Expect(free.Close()).To(Succeed())

	Expect(h.env.InstallWebhook(ctx, h.address)).To(Succeed())
	config := rest.CopyConfig(h.env.Config)
	config.WarningHandlerWithContext = hearing(func(text string) { *h.heard = append(*h.heard, text) })
	h.client, err = client.New(config, client.Options{Scheme: h.env.Scheme, Mapper: h.c.RESTMapper()})
	Expect(err).NotTo(HaveOccurred())
	return h
}

type hearing func(string)

// HandleWarningHeaderWithContext takes a warning of the API server down.
func (h hearing) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) { h(text) }

// listen starts the manager with its webhook, and waits until the API server asks it.
func (h *hooked) listen(ctx context.Context, args ...string) {
	GinkgoHelper()
	h.start(ctx, append([]string{"--webhook-bind-address=" + h.address}, args...)...)
	Eventually(func() error { return h.create(ctx, crooked("probe")) }).WithContext(ctx).WithTimeout(patience).
		WithPolling(200 * time.Millisecond).Should(MatchError(apierrors.IsInvalid, "is invalid"))
}

// create tries to create an object, without doing so.
func (h *hooked) create(ctx context.Context, manifest string) error {
	GinkgoHelper()
	*h.heard = nil
	return h.client.Create(ctx, h.object(manifest), client.DryRunAll)
}

// object is as it is written: a list that is empty stays one.
func (h *hooked) object(manifest string) client.Object {
	GinkgoHelper()
	object := &unstructured.Unstructured{}
	Expect(yaml.Unmarshal([]byte(manifest), &object.Object)).To(Succeed())
	object.SetNamespace(h.namespace)
	return object
}

// crooked is a profile whose rule is no CEL.
func crooked(name string) string {
	return manifest(v1alpha1.KindAccessProfile, name, "displayName: Crooked", "membership: {expression: 'subject.departmnt == 1', enabled: true}")
}

// told waits until the controller refuses the rule of a profile, and returns its words.
func (h *hooked) told(ctx context.Context, name string) (message string) {
	GinkgoHelper()
	profile := &v1alpha1.AccessProfile{}
	Eventually(func(g Gomega) {
		g.Expect(h.c.Get(ctx, client.ObjectKey{Namespace: h.namespace, Name: name}, profile)).To(Succeed())
		accepted := meta.FindStatusCondition(profile.Status.Conditions, v1alpha1.ConditionAccepted)
		g.Expect(accepted).NotTo(BeNil())
		g.Expect(accepted.Reason).To(Equal(v1alpha1.ReasonExpressionInvalid))
		message = accepted.Message
	}).WithContext(ctx).WithTimeout(patience).Should(Succeed())
	return message
}

// trusted is the bundle that the API server trusts.
func (h *hooked) trusted(ctx context.Context) []byte {
	GinkgoHelper()
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	Expect(h.c.Get(ctx, client.ObjectKey{Name: webhookName}, configuration)).To(Succeed())
	for _, w := range configuration.Webhooks {
		Expect(w.ClientConfig.CABundle).To(Equal(configuration.Webhooks[0].ClientConfig.CABundle))
	}
	return configuration.Webhooks[0].ClientConfig.CABundle
}

// secret is where the manager keeps the certificate.
func (h *hooked) secret(ctx context.Context) *corev1.Secret {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(h.c.Get(ctx, client.ObjectKey{Namespace: testenv.OperatorNamespace, Name: webhookName}, secret)).To(Succeed())
	return secret
}

var _ = Describe("the validating webhook", Label("webhook"), func() {
	It("refuses what the controller would refuse, with the same words, and warns of what is risky", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		By("without it, the mistake is told in the status")
		h.start(ctx)
		h.apply(ctx, crooked("before"))
		said := h.told(ctx, "before")
		h.kill()

		By("with it, at once")
		h.listen(ctx)
		calls := h.Counts()
		err := h.create(ctx, crooked("after"))
		Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(SatisfyAll(ContainSubstring(`"after" is invalid`), ContainSubstring("spec.membership.expression"))))
		status := err.(apierrors.APIStatus).Status()
		Expect(status.Details.Causes).To(HaveLen(1))
		Expect(status.Details.Causes[0].Field).To(Equal("spec.membership.expression"))
		Expect(status.Details.Causes[0].Message).To(Equal("Invalid value: " + strings.TrimPrefix(said, "spec.membership.expression: ")))

		By("also what the vendor of the backend cannot hold, whatever names mean, and warns")
		cases, _, err := webhooktest.Cases()
		Expect(err).NotTo(HaveOccurred())
		for sentence, c := range cases {
			if c.Vendor != "" && c.Vendor != string(v1alpha1.VendorConductorOne) {
				continue
			}
			Expect(causesOf(h.create(ctx, c.Object))).To(ConsistOf(c.Refused), sentence)
			Expect(*h.heard).To(ConsistOf(c.Warned), sentence)
		}
		Expect(h.Counts().Writes).To(Equal(calls.Writes), "the vendor is not asked")
		Expect(h.Counts().Reads).To(Equal(calls.Reads), "the vendor is not asked")
	}, SpecTimeout(3*time.Minute))

	It("warns who refers to an entitlement that is deleted, and lets it go", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		h.listen(ctx)
		read := h.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "read", "app: {name: GitHub}", "displayName: Read it", "conductorOne: {"+inResource("GitHub", "Team", "platform")+"}")).(*v1alpha1.AppEntitlement)
		h.ready(ctx, read)
		profile := h.apply(ctx, manifest(v1alpha1.KindAccessProfile, "payroll", "displayName: Payroll", "entitlements: [{ref: {name: read}}]")).(*v1alpha1.AccessProfile)
		h.ready(ctx, profile)
		*h.heard = nil
		Expect(h.client.Delete(ctx, read, client.DryRunAll)).To(Succeed())
		Expect(*h.heard).To(ConsistOf(ContainSubstring("referred to by AccessProfile payroll")))
		*h.heard = nil
		Expect(h.client.Delete(ctx, profile, client.DryRunAll)).To(Succeed())
		Expect(*h.heard).To(BeEmpty())
	}, SpecTimeout(3*time.Minute))

	It("warns when a review under way would be deleted with its object", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorVeza)
		h.listen(ctx)
		Expect(h.create(ctx, manifest(v1alpha1.KindAccessReview, "q4", "start: {mode: Immediate}", "veza: {configuration: {name: Okta groups}}", "management: {deletion: Delete}"))).To(Succeed())
		Expect(*h.heard).To(BeEmpty())
		review := h.apply(ctx, manifest(v1alpha1.KindAccessReview, "q4", "start: {mode: Immediate}", "veza: {configuration: {name: Okta groups}}")).(*v1alpha1.AccessReview)
		Eventually(func(g Gomega) {
			g.Expect(h.c.Get(ctx, client.ObjectKeyFromObject(review), review)).To(Succeed())
			g.Expect(review.Status.State).To(Equal(v1alpha1.ReviewRunning))
		}).WithContext(ctx).WithTimeout(patience).Should(Succeed())
		*h.heard = nil
		Expect(h.client.Patch(ctx, review, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"management":{"deletion":"Delete"}}}`)), client.DryRunAll)).To(Succeed())
		Expect(*h.heard).To(ConsistOf(ContainSubstring("the review has started")))
	}, SpecTimeout(3*time.Minute))

	It("leaves an object editable that was wrong before, and does not look at what is no spec", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		h.start(ctx)
		wrong := h.apply(ctx, crooked("old"))
		h.kill()
		h.listen(ctx)
		patch := func(body string) error {
			*h.heard = nil
			return h.client.Patch(ctx, wrong, client.RawPatch("application/merge-patch+json", []byte(body)))
		}
		Expect(patch(`{"metadata":{"labels":{"a":"b"},"finalizers":["example.com/mine"]}}`)).To(Succeed())
		Expect(*h.heard).To(BeEmpty())
		Expect(patch(`{"spec":{"suspend":true}}`)).To(Succeed())
		Expect(*h.heard).To(ConsistOf(ContainSubstring("spec.membership.expression")))
		Expect(patch(`{"spec":{"owners":[{"id":"1"}]}}`)).To(MatchError(SatisfyAll(ContainSubstring("spec.owners"), Not(ContainSubstring("spec.membership")))))
		Expect(h.client.Delete(ctx, wrong)).To(Succeed())
		Expect(patch(`{"metadata":{"finalizers":[]}}`)).To(Succeed())
		Eventually(func() error { return h.c.Get(ctx, client.ObjectKeyFromObject(wrong), wrong) }).WithContext(ctx).WithTimeout(patience).Should(MatchError(apierrors.IsNotFound, "is gone"))
	}, SpecTimeout(3*time.Minute))

	It("holds nobody up while no manager answers, and its mistakes are told later", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		h.listen(ctx)
		h.kill()
		h.apply(ctx, crooked("meanwhile"))
		h.start(ctx)
		h.told(ctx, "meanwhile")
	}, SpecTimeout(3*time.Minute))

	It("keeps its certificate: makes it, takes it up again, renews it before it ends and is trusted all the while", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		h.listen(ctx)
		first := h.secret(ctx)
		Expect(first.Data).To(HaveLen(3))
		Expect(h.trusted(ctx)).To(Equal(first.Data["ca.crt"]))

		By("started anew, it goes on with the same")
		h.kill()
		h.listen(ctx)
		Expect(h.secret(ctx).Data).To(Equal(first.Data))

		By("one that is about to end is renewed, and the old is trusted until it ends")
		host, _, err := net.SplitHostPort(h.address)
		Expect(err).NotTo(HaveOccurred())
		chain, key, err := cert.GenerateSelfSignedCertKeyWithOptions(cert.SelfSignedCertKeyOptions{
			Host: webhookName + "." + testenv.OperatorNamespace + ".svc", AlternateIPs: []net.IP{net.ParseIP(host)}, MaxAge: 24 * time.Hour})
		Expect(err).NotTo(HaveOccurred())
		leaf, ca := split(chain)
		ending := h.secret(ctx)
		ending.Data = map[string][]byte{"tls.crt": leaf, "tls.key": key, "ca.crt": ca}
		Expect(h.c.Update(ctx, ending)).To(Succeed())
		h.kill()
		h.listen(ctx)
		renewed := h.secret(ctx)
		Expect(renewed.Data["tls.crt"]).NotTo(Equal(leaf))
		Expect(string(renewed.Data["ca.crt"])).To(HaveSuffix(string(ca)))
		Expect(h.trusted(ctx)).To(Equal(renewed.Data["ca.crt"]))
		pair, err := tls.X509KeyPair(renewed.Data["tls.crt"], renewed.Data["tls.key"])
		Expect(err).NotTo(HaveOccurred())
		Expect(time.Until(pair.Leaf.NotAfter)).To(BeNumerically(">", 89*24*time.Hour))

		By("nonsense in the Secret is replaced")
		broken := h.secret(ctx)
		broken.Data = map[string][]byte{"tls.crt": []byte("nonsense"), "ca.crt": []byte("nonsense")}
		Expect(h.c.Update(ctx, broken)).To(Succeed())
		h.kill()
		h.listen(ctx)
		Expect(h.trusted(ctx)).To(Equal(h.secret(ctx).Data["ca.crt"]))

		By("without the Secret it says so, and the rest works")
		h.kill()
		Expect(h.c.Delete(ctx, h.secret(ctx))).To(Succeed())
		h.start(ctx, "--webhook-bind-address="+h.address)
		_, err = h.manager.WaitFor(ctx, "reading the webhook's Secret")
		Expect(err).NotTo(HaveOccurred())
		fine := h.apply(ctx, manifest(v1alpha1.KindAccessProfile, "fine", "displayName: Fine")).(*v1alpha1.AccessProfile)
		h.ready(ctx, fine)
	}, SpecTimeout(4*time.Minute))

	It("serves a certificate that is mounted, once it is there, and its successor", func(ctx SpecContext) {
		h := newHooked(ctx, v1alpha1.VendorConductorOne)
		host, _, err := net.SplitHostPort(h.address)
		Expect(err).NotTo(HaveOccurred())
		dir := GinkgoT().TempDir()
		mount := func() {
			chain, key, err := cert.GenerateSelfSignedCertKey(host, []net.IP{net.ParseIP(host)}, nil)
			Expect(err).NotTo(HaveOccurred())
			leaf, ca := split(chain)
			configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
			Expect(h.c.Get(ctx, client.ObjectKey{Name: webhookName}, configuration)).To(Succeed())
			for i := range configuration.Webhooks {
				configuration.Webhooks[i].ClientConfig.CABundle = ca
			}
			Expect(h.c.Update(ctx, configuration)).To(Succeed())
			Expect(os.WriteFile(filepath.Join(dir, "tls.key"), key, 0o600)).To(Succeed())
			Expect(os.WriteFile(filepath.Join(dir, "tls.crt"), leaf, 0o600)).To(Succeed())
		}
		h.start(ctx, "--webhook-bind-address="+h.address, "--webhook-cert-dir="+dir)
		_, err = h.manager.WaitFor(ctx, "waiting for the certificate of the webhook")
		Expect(err).NotTo(HaveOccurred())
		refuses := func() {
			Eventually(func() error { return h.create(ctx, crooked("probe")) }).WithContext(ctx).WithTimeout(patience).
				WithPolling(200 * time.Millisecond).Should(MatchError(apierrors.IsInvalid, "is invalid"))
		}
		mount()
		refuses()
		mount()
		refuses()
		Expect(h.secret(ctx).Data).To(BeEmpty())
	}, SpecTimeout(3*time.Minute))
})

// split takes a certificate and its CA apart.
func split(chain []byte) (leaf, ca []byte) {
	GinkgoHelper()
	blocks, err := cert.ParseCertsPEM(chain)
	Expect(err).NotTo(HaveOccurred())
	Expect(blocks).To(HaveLen(2))
	leaf, err = cert.EncodeCertificates(blocks[0])
	Expect(err).NotTo(HaveOccurred())
	ca, err = cert.EncodeCertificates(blocks[1])
	Expect(err).NotTo(HaveOccurred())
	return leaf, ca
}
