package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

var _ = Describe("the metrics of the manager", Label("metrics"), func() {
	It("are told over https to those whom the API server lets read them, and to nobody else", func(ctx SpecContext) {
		s := newStack(ctx)
		s.start(ctx, "--metrics-secure=true")
		prometheus := scrapes(&tls.Config{InsecureSkipVerify: true}) //nolint:gosec // The manager signs its certificate itself.
		Eventually(func() error { _, err := prometheus.try(ctx, "https://"+s.metrics, ""); return err }).WithContext(ctx).WithTimeout(patience).Should(Succeed())
		early := s.tokenOf(ctx, "prometheus")

		By("asking without a token, with one that nobody gave, and with one that has no right")
		Expect(prometheus.get(ctx, "https://"+s.metrics, "").status).To(Equal(http.StatusUnauthorized))
		Expect(prometheus.get(ctx, "https://"+s.metrics, "made-up-by-a-stranger").status).To(Equal(http.StatusInternalServerError))
		Expect(prometheus.get(ctx, "https://"+s.metrics, early).status).To(Equal(http.StatusForbidden))

		By("granting the right that comes with the operator")
		s.mayRead(ctx, "prometheus")
		var told answer
		var late string
		Eventually(func() int {
			late = s.tokenOf(ctx, "prometheus") // A refusal is remembered for half a minute, by token.
			told = prometheus.get(ctx, "https://"+s.metrics, late)
			return told.status
		}).WithContext(ctx).WithTimeout(patience).WithPolling(200 * time.Millisecond).Should(Equal(http.StatusOK))
		Expect(told.body).To(ContainSubstring("governance_operator_audit_records_total 0"))

		By("offering http/2, and asking without encryption")
		Expect(told.protocol).To(Equal("HTTP/1.1"))
		plain, err := prometheus.try(ctx, "http://"+s.metrics, late)
		if err == nil { // The answer may be lost, since the server hangs up with it.
			Expect(plain.status).To(Equal(http.StatusBadRequest), plain.body)
		}
		Expect(s.manager.WaitFor(ctx, "client sent an HTTP request to an HTTPS server")).NotTo(BeEmpty())
		for _, token := range []string{"made-up-by-a-stranger", early, late} {
			Expect(s.manager.Output()).NotTo(ContainSubstring(token))
		}
	}, SpecTimeout(3*time.Minute))

	It("come with the certificate that is given, and with the next when it is renewed", func(ctx SpecContext) {
		s := newStack(ctx)
		dir := GinkgoT().TempDir()
		old := certify(dir)
		s.start(ctx, "--metrics-secure=true", "--metrics-cert-dir="+dir, "--enable-http2")
		var told answer
		Eventually(func() (err error) {
			told, err = scrapes(old).try(ctx, "https://"+s.metrics, "")
			return err
		}).WithContext(ctx).WithTimeout(patience).Should(Succeed())
		Expect(told.status).To(Equal(http.StatusUnauthorized))
		Expect(told.protocol).To(Equal("HTTP/2.0"))

		renewed := certify(dir)
		Eventually(func() error { _, err := scrapes(renewed).try(ctx, "https://"+s.metrics, ""); return err }).
			WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
		_, err := scrapes(old).try(ctx, "https://"+s.metrics, "")
		Expect(err).To(MatchError(ContainSubstring("x509")))
	}, SpecTimeout(3*time.Minute))

	It("are not served at all with another certificate than was asked for", func(ctx SpecContext) {
		s := newStack(ctx)
		manager, err := testenv.StartProcess(GinkgoWriter, "manager", "--kubeconfig", s.kubeconfig, "--metrics-bind-address=127.0.0.1:0",
			"--metrics-cert-dir="+GinkgoT().TempDir(), "--health-probe-bind-address=0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(manager.Kill)
		Eventually(manager.Running).WithContext(ctx).WithTimeout(patience).Should(BeFalse())
		Expect(manager.Output()).To(ContainSubstring("reading the certificate of the metrics in --metrics-cert-dir"))
	}, SpecTimeout(3*time.Minute))
})

// certify writes a new certificate into a folder, and returns what trusts it and no other.
func certify(dir string) *tls.Config {
	GinkgoHelper()
	chain, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{{127, 0, 0, 1}}, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "tls.key"), key, 0o600)).To(Succeed())
	Expect(os.WriteFile(filepath.Join(dir, "tls.crt"), chain, 0o600)).To(Succeed())
	pool := x509.NewCertPool()
	Expect(pool.AppendCertsFromPEM(chain)).To(BeTrue())
	return &tls.Config{RootCAs: pool}
}

// tokenOf makes a ServiceAccount in the namespace of the spec, if there is none yet, and returns a token of it. Each is another.
func (s *stack) tokenOf(ctx context.Context, account string) string {
	GinkgoHelper()
	object := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: account}}
	Expect(client.IgnoreAlreadyExists(s.c.Create(ctx, object))).To(Succeed())
	request := &authenticationv1.TokenRequest{}
	Expect(s.c.SubResource("token").Create(ctx, object, request)).To(Succeed())
	return request.Status.Token
}

// mayRead grants the role that comes with the operator to a ServiceAccount in the namespace of the spec.
func (s *stack) mayRead(ctx context.Context, account string) {
	GinkgoHelper()
	role, err := testenv.ReadRole("metrics_reader_role.yaml")
	Expect(err).NotTo(HaveOccurred())
	Expect(s.env.Grant(ctx, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: s.namespace, Name: account}, role)).To(Succeed())
}

// scraper reads metrics as Prometheus does, over a new connection each time.
type scraper struct{ *http.Transport }

func scrapes(config *tls.Config) scraper {
	return scraper{&http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
}

// answer is what came back.
type answer struct {
	status         int
	protocol, body string
}

func (s scraper) try(ctx context.Context, host, token string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, host+"/metrics", nil)
	if err != nil {
		return answer{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := s.RoundTrip(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close() //nolint:errcheck // It was read.
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Proto, string(body)}, err
}

func (s scraper) get(ctx context.Context, host, token string) answer {
	GinkgoHelper()
	a, err := s.try(ctx, host, token)
	Expect(err).NotTo(HaveOccurred())
	return a
}
