package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// request is what the manager asked the API server for.
type request struct {
	verb, group, resource, subresource, namespace, name string
}

func (r request) String() string {
	return fmt.Sprintf("%s %s %s/%s", r.verb, strings.TrimSuffix(r.resource+"/"+r.subresource, "/"), r.namespace, r.name)
}

// right is the smallest part of a role: one verb on one resource, by one name or any.
type right struct {
	role, namespace, group, resource, name, verb string
}

func (r right) String() string {
	text := fmt.Sprintf("%s: %s %s", r.role, r.verb, strings.TrimSuffix(r.resource+"."+r.group, "."))
	if r.name != "" {
		text += " named " + r.name
	}
	return text
}

// grants reports whether the right is enough for a request.
func (r right) grants(q request) bool {
	return r.verb == q.verb && r.group == q.group && r.resource == strings.TrimSuffix(q.resource+"/"+q.subresource, "/") &&
		(r.namespace == "" || r.namespace == q.namespace) && (r.name == "" || r.name == q.name)
}

// rule is the right as a role has it.
func (r right) rule() rbacv1.PolicyRule {
	rule := rbacv1.PolicyRule{APIGroups: []string{r.group}, Resources: []string{r.resource}, Verbs: []string{r.verb}}
	if r.name != "" {
		rule.ResourceNames = []string{r.name}
	}
	return rule
}

// rightsOf takes roles apart.
func rightsOf(roles []testenv.Role) (out []right) {
	for _, role := range roles {
		for _, rule := range role.Rules {
			names := rule.ResourceNames
			if len(names) == 0 {
				names = []string{""}
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, name := range names {
						for _, verb := range rule.Verbs {
							out = append(out, right{role.Name, role.Namespace, group, resource, name, verb})
						}
					}
				}
			}
		}
	}
	return out
}

var _ = Describe("the rights of the manager", Label("rights"), func() {
	It("are enough for everything it does, and each of them is needed", func(ctx SpecContext) {
		log := filepath.Join(GinkgoT().TempDir(), "audit.log")
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne, testenv.WithAudit(log, testenv.ManagerUser)).hooked(ctx)
		roles, err := testenv.ManagerRoles()
		Expect(err).NotTo(HaveOccurred())
		hooks, err := testenv.WebhookRoles()
		Expect(err).NotTo(HaveOccurred())
		roles = append(roles, hooks...)
		s.startToExercise(ctx, "--webhook-bind-address="+s.address)
		s.exercise(ctx)
		s.exerciseCluster(ctx)
		s.needsEach(ctx, rightsOf(roles), log)
	}, SpecTimeout(5*time.Minute))

	It("are enough and needed in a single namespace, too, as the chart grants them", func(ctx SpecContext) {
		const user = "manager-of-a-namespace"
		log := filepath.Join(GinkgoT().TempDir(), "audit.log")
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne, testenv.WithAudit(log, user))
		roles := chartRoles(s.namespace)
		Expect(s.env.Grant(ctx, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}, roles...)).To(Succeed())
		var err error
		s.kubeconfig, err = s.env.KubeconfigFile(user)
		Expect(err).NotTo(HaveOccurred())
		s.startToExercise(ctx, "--watch-namespaces="+s.namespace)
		s.exercise(ctx)
		s.needsEach(ctx, rightsOf(roles), log)
	}, SpecTimeout(5*time.Minute))
})

// startToExercise starts the manager with all that asks the API server for something.
func (s *stack) startToExercise(ctx context.Context, args ...string) {
	GinkgoHelper()
	// Without the streams of newer API servers, which need no right to list.
	s.startWith(ctx, []string{"KUBE_FEATURE_WatchListClient=false"}, append([]string{"--leader-elect", "--metrics-secure=true", "--resync-interval=1s"}, args...)...)
}

// needsEach finds every right in what the manager asked the API server for, and none that it could do without.
func (s *stack) needsEach(ctx context.Context, all []right, log string) {
	GinkgoHelper()
	By("finding every right in what the API server was asked for, and no refusal")
	requests := map[request]bool{}
	Eventually(func() (idle []string) {
		requests = asked(log)
		for _, r := range all {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(requests)), r.grants) {
				idle = append(idle, r.String())
			}
		}
		return idle
	}).WithContext(ctx).WithTimeout(patience).WithPolling(500*time.Millisecond).Should(BeEmpty(), "rights that nothing needs")
	s.kill()

	By("taking each right away: what it is for is refused, and nothing else is")
	for n, missing := range all {
		account := rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: fmt.Sprintf("manager-without-%d", n)}
		rest := slices.Delete(slices.Clone(all), n, n+1)
		Expect(s.env.Grant(ctx, account, rolesOf(rest, account.Name)...)).To(Succeed())
		want := map[string]bool{}
		for q := range requests {
			if missing.grants(q) && !slices.ContainsFunc(rest, func(r right) bool { return r.grants(q) }) {
				want[q.String()] = true
			}
		}
		Expect(want).NotTo(BeEmpty(), "%s: another right grants the same", missing)
		Eventually(func() map[string]bool { return s.refused(ctx, account.Name, requests) }).WithContext(ctx).WithTimeout(patience).
			Should(Equal(want), "without %s", missing)
	}
	AddReportEntry("rights", fmt.Sprintf("%d rights, %d kinds of requests", len(all), len(requests)))
}

// chartRoles are the roles that the chart makes for a manager that watches one namespace.
func chartRoles(namespace string) []testenv.Role {
	GinkgoHelper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "charts", "governance-operator", "templates", "rbac", "_rules.tpl"))
	Expect(err).NotTo(HaveOccurred())
	rules := func(name string) (out []rbacv1.PolicyRule) {
		_, text, found := strings.Cut(string(raw), "define \"governance-operator.rules."+name+"\" -}}\n")
		Expect(found).To(BeTrue(), name)
		text, _, _ = strings.Cut(text, "{{- end }}")
		Expect(yaml.UnmarshalStrict([]byte(text), &out)).To(Succeed())
		return out
	}
	// What is limited to kube-system is written in the template of that mode.
	cluster := rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"namespaces"}, ResourceNames: []string{"kube-system"}, Verbs: []string{"get"}}
	return []testenv.Role{
		{Name: "single", Namespace: namespace, Rules: rules("namespace")},
		{Name: "single-leader-election", Namespace: testenv.OperatorNamespace, Rules: rules("leaderElection")},
		{Name: "single-definitions", Rules: append(rules("definitions"), cluster)},
		{Name: "single-metrics-auth", Rules: rules("metricsAuth")},
	}
}

// rolesOf puts rights together, under names of their own.
func rolesOf(rights []right, suffix string) (out []testenv.Role) {
	for _, r := range rights {
		if len(out) == 0 || out[len(out)-1].Name != r.role+"-"+suffix {
			out = append(out, testenv.Role{Name: r.role + "-" + suffix, Namespace: r.namespace})
		}
		last := &out[len(out)-1]
		last.Rules = append(last.Rules, r.rule())
	}
	return out
}

// asked reads what the manager asked for from the log of the API server. None of it was refused.
func asked(log string) map[request]bool {
	GinkgoHelper()
	file, err := os.Open(log)
	Expect(err).NotTo(HaveOccurred())
	defer file.Close() //nolint:errcheck // It was read.
	out, lines := map[request]bool{}, bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Verb      string
			ObjectRef *struct{ APIGroup, Resource, Subresource, Namespace, Name string }
			// RequestObject is kept of tokens alone.
			RequestObject *struct {
				Spec struct{ Audiences []string }
			}
			Annotations map[string]string
		}
		Expect(json.Unmarshal(lines.Bytes(), &event)).To(Succeed())
		Expect(event.Annotations).To(HaveKeyWithValue("authorization.k8s.io/decision", "allow"), lines.Text())
		if at := event.ObjectRef; at != nil && at.Subresource == "token" {
			Expect(event.RequestObject).NotTo(BeNil())
			Expect(event.RequestObject.Spec.Audiences).To(Equal([]string{"127.0.0.1"}), "a token is for the tenant's host alone")
		}
		if at := event.ObjectRef; at != nil {
			out[request{event.Verb, at.APIGroup, at.Resource, at.Subresource, at.Namespace, at.Name}] = true
		}
	}
	Expect(lines.Err()).NotTo(HaveOccurred())
	return out
}

// refused asks the API server which of the requests somebody may not make.
func (s *stack) refused(ctx context.Context, user string, requests map[request]bool) map[string]bool {
	GinkgoHelper()
	out := map[string]bool{}
	for q := range requests {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: q.verb, Group: q.group, Resource: q.resource, Subresource: q.subresource, Namespace: q.namespace, Name: q.name,
		}}}
		Expect(s.c.Create(ctx, review)).To(Succeed())
		if !review.Status.Allowed {
			out[q.String()] = true
		}
	}
	return out
}

// three are a kind of each of ConductorOne's.
var three = []kind{kinds[0], kinds[1], kinds[3]}

// exercise has the manager do everything that it can do with the API server.
func (s *stack) exercise(ctx context.Context) {
	GinkgoHelper()

	By("objects of every kind that are edited while their remotes are written")
	for _, k := range three {
		Expect(s.AddFault(sandbox.Fault{Method: http.MethodPost, PathPattern: k.create, Kind: sandbox.FaultHold, Count: 1})).To(Succeed())
		obj := s.apply(ctx, k.manifest("one", "First")).(reference.Managed)
		Eventually(s.Held).WithContext(ctx).WithTimeout(patience).WithPolling(20 * time.Millisecond).Should(Equal(1))
		s.apply(ctx, k.manifest("one", "Second"))
		Expect(s.Release()).To(Equal(1))
		s.ready(ctx, obj)
	}

	By("a backend that signs in as a ServiceAccount, and one with a CA of its own")
	s.tokenOf(ctx, "workload")
	s.apply(ctx, backendAt("federated", v1alpha1.VendorConductorOne, s.URL, "{workloadIdentity: {clientID: "+s.Credentials().FederationClientID+", serviceAccountRef: {name: workload}}}"))
	s.ready(ctx, s.apply(ctx, strings.ReplaceAll(kinds[1].manifest("federated", "Federated"), "{name: tenant}", "{name: federated}")).(reference.Managed))
	authority, _, err := cert.GenerateSelfSignedCertKey("localhost", nil, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(s.c.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "authority"}, Data: map[string]string{"ca.crt": string(authority)}})).To(Succeed())
	s.apply(ctx, backendAt("private", v1alpha1.VendorConductorOne, s.URL, "{secretRef: {name: credentials}}, caBundleRef: {name: authority}"))
	s.ready(ctx, s.apply(ctx, strings.ReplaceAll(kinds[1].manifest("private", "Private"), "{name: tenant}", "{name: private}")).(reference.Managed))

	By("a reader of the metrics")
	Expect(scrapes(&tls.Config{InsecureSkipVerify: true}).get(ctx, "https://"+s.metrics, s.tokenOf(ctx, "prometheus")).status). //nolint:gosec // The manager signs its certificate itself.
																	To(Equal(http.StatusForbidden))

	By("deletions")
	for _, k := range three {
		obj := s.apply(ctx, k.manifest("one", "Last")).(reference.Managed)
		s.ready(ctx, obj)
		s.remove(ctx, obj)
	}
}

// remove deletes an object and waits until it is gone.
func (s *stack) remove(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Expect(s.c.Delete(ctx, obj)).To(Succeed())
	Eventually(func() error { return s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj) }).WithContext(ctx).WithTimeout(patience).
		WithPolling(100 * time.Millisecond).Should(MatchError(ContainSubstring("not found")))
}

// exerciseCluster has it serve a backend of the cluster, for the namespace of s by its label.
func (s *stack) exerciseCluster(ctx context.Context) {
	GinkgoHelper()
	Expect(s.c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: testenv.OperatorNamespace, Name: "shared"},
		StringData: map[string]string{"clientID": s.Credentials().ClientID, "clientSecret": s.Credentials().ClientSecret}})).To(Succeed())
	Expect(s.c.Create(ctx, &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "shared"}, Spec: v1alpha1.ClusterGovernanceBackendSpec{
		GovernanceBackendSpec: v1alpha1.GovernanceBackendSpec{Vendor: v1alpha1.VendorConductorOne, Endpoint: s.URL,
			Credentials: v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "shared"}}},
		AllowedNamespaces: &v1alpha1.AllowedNamespaces{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: s.namespace}}},
	}})).To(Succeed())
	shared := s.apply(ctx, strings.ReplaceAll(kinds[1].manifest("shared", "Shared"), "{name: tenant}", "{kind: ClusterGovernanceBackend, name: shared}"))
	s.ready(ctx, shared.(reference.Managed))
}
