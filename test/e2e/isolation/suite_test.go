// Package isolation plays a hostile user of one namespace against the built manager: whatever she
// writes, another namespace's access is created, edited and deleted within seconds, and only by its owners.
package isolation

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

func TestIsolation(t *testing.T) {
	if err := testenv.Missing("manager"); err != nil {
		t.Fatal(err)
	}
	RegisterFailHandler(Fail)
	ctrl.SetLogger(GinkgoLogr)
	RunSpecs(t, "a hostile user of one namespace")
}

// house is a cluster with the operator and two namespaces: the victim's and the hostile user's.
type house struct {
	env     *testenv.Environment
	admin   client.Client
	eve     client.Client
	manager *testenv.Process
	metrics string
	log     *gbytes.Buffer
	flags   []string

	tenant     *sandbox.Server
	team, evil string // the namespaces
	backendRef string // of the victim's objects
	probes     int
	rows       []figure
}

// newHouse starts it. The roles are those that the hostile user has in her namespace.
func newHouse(ctx context.Context, roles []string) *house {
	GinkgoHelper()
	env, err := testenv.Start(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(env.Stop()).To(Succeed()) })
	h := &house{env: env, admin: env.Client, flags: []string{"--resync-interval=10s"}, backendRef: "{kind: ClusterGovernanceBackend, name: prod}"}
	h.team, h.evil = h.namespace(ctx, "team"), h.namespace(ctx, "evil")
	h.eve = h.user(ctx, "eve", h.evil, roles)
	h.tenant = h.newTenant(victimName)
	h.federate(ctx)
	h.start(ctx)
	prod := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}
	h.ready(ctx, prod, 2*soon)
	Expect(prod.Status.TenantID).To(Equal(victimTenant), "else the attacks name nobody")
	return h
}

func (h *house) namespace(ctx context.Context, prefix string) string {
	GinkgoHelper()
	name, err := h.env.CreateNamespace(ctx, prefix)
	Expect(err).NotTo(HaveOccurred())
	return name
}

func (h *house) newTenant(id string) *sandbox.Server {
	GinkgoHelper()
	server, err := conductorone.Start(sandbox.Options{Seed: GinkgoRandomSeed()})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	server.SwitchTenant(id)
	return server
}

// user is a client of somebody who has these roles of config/rbac in a namespace, and may write Secrets and
// ConfigMaps there as the cluster's own role `edit` has it.
func (h *house) user(ctx context.Context, name, namespace string, roles []string) client.Client {
	GinkgoHelper()
	rules := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets", "configmaps", "serviceaccounts"}, Verbs: []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}}}
	for _, file := range roles {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "rbac", file+"_role.yaml"))
		Expect(err).NotTo(HaveOccurred())
		role := rbacv1.ClusterRole{}
		Expect(yaml.Unmarshal(raw, &role)).To(Succeed())
		rules = append(rules, role.Rules...)
	}
	Expect(h.env.Grant(ctx, rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: name},
		testenv.Role{Namespace: namespace, Name: "edit-" + name, Rules: rules})).To(Succeed())
	path, err := h.env.KubeconfigFile(name)
	Expect(err).NotTo(HaveOccurred())
	config, err := clientcmd.BuildConfigFromFlags("", path)
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: h.admin.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// federate makes the victim's backend: of the cluster, by workload identity, for its namespace only.
func (h *house) federate(ctx context.Context) {
	GinkgoHelper()
	Expect(client.IgnoreAlreadyExists(h.admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: testenv.OperatorNamespace}}))).To(Succeed())
	Expect(h.admin.Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: testenv.OperatorNamespace, Name: "federation"}})).To(Succeed())
	for i := range victimBackends {
		h.clusterBackend(ctx, fmt.Sprint("prod-", i))
	}
	h.clusterBackend(ctx, "prod")
}

// victimBackends is how many backends the victim's probes go through in turn: of one, not so many objects can
// be deleted within minutes without somebody's word.
const victimBackends = 6

func (h *house) clusterBackend(ctx context.Context, name string) {
	GinkgoHelper()
	h.apply(ctx, h.admin, "", fmt.Sprintf(`
apiVersion: governance-operator.io/v1alpha1
kind: ClusterGovernanceBackend
metadata: {name: %s}
spec:
  vendor: ConductorOne
  endpoint: %s
  credentials: {workloadIdentity: {clientID: %s, serviceAccountRef: {name: federation}}}
  requestsPerSecond: 500
  burst: 1000
  allowedNamespaces: {names: [%s]}
`, name, h.tenant.URL, h.tenant.Credentials().FederationClientID, h.team))
}

// start starts the manager with the rights of an installation.
func (h *house) start(ctx context.Context) {
	GinkgoHelper()
	kubeconfig, err := h.env.ManagerKubeconfig(ctx)
	Expect(err).NotTo(HaveOccurred())
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	h.metrics = free.Addr().String()
	Expect(free.Close()).To(Succeed())
	h.log = gbytes.NewBuffer()
	h.manager, err = testenv.StartProcess(h.log, "manager", append([]string{
		"--kubeconfig", kubeconfig, "--metrics-bind-address=" + h.metrics, "--metrics-secure=false", "--health-probe-bind-address=0", "--recovery-window=3s",
	}, h.flags...)...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(h.manager.Kill)
	_, err = h.manager.WaitFor(ctx, "Starting workers")
	Expect(err).NotTo(HaveOccurred())
}

// restart kills the manager and starts another one.
func (h *house) restart(ctx context.Context) {
	GinkgoHelper()
	h.manager.Kill()
	h.start(ctx)
}

// try applies YAML as somebody, as `kubectl apply --server-side --as` does, and returns what the API server said.
func (h *house) try(ctx context.Context, as client.Client, namespace, manifest string) (client.Object, error) {
	GinkgoHelper()
	raw, err := yaml.YAMLToJSON([]byte(manifest))
	Expect(err).NotTo(HaveOccurred())
	obj := newObject(raw)
	obj.SetNamespace(namespace)
	return obj, as.Patch(ctx, obj, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("spec"), client.ForceOwnership)
}

func (h *house) apply(ctx context.Context, as client.Client, namespace, manifest string) client.Object {
	GinkgoHelper()
	obj, err := h.try(ctx, as, namespace, manifest)
	Expect(err).NotTo(HaveOccurred())
	return obj
}

// newObject is an empty object of what a manifest names.
func newObject(raw []byte) client.Object {
	GinkgoHelper()
	var head struct {
		Kind     string
		Metadata struct{ Name string }
	}
	Expect(yaml.Unmarshal(raw, &head)).To(Succeed())
	var obj client.Object
	switch head.Kind {
	case v1alpha1.KindGovernanceBackend:
		obj = &v1alpha1.GovernanceBackend{}
	case v1alpha1.KindClusterGovernanceBackend:
		obj = &v1alpha1.ClusterGovernanceBackend{}
	case "Secret":
		obj = &corev1.Secret{}
	case "ConfigMap":
		obj = &corev1.ConfigMap{}
	default:
		obj = reference.New(head.Kind)
	}
	obj.SetName(head.Metadata.Name)
	return obj
}

// conditionOf is the Ready condition of an object or backend.
func conditionOf(o client.Object) metav1.Condition {
	var conditions []metav1.Condition
	switch o := o.(type) {
	case *v1alpha1.GovernanceBackend:
		conditions = o.Status.Conditions
	case *v1alpha1.ClusterGovernanceBackend:
		conditions = o.Status.Conditions
	case reference.Managed:
		conditions = o.GetManagedStatus().Conditions
	}
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// ready waits until an object is Ready for its present generation, and returns how long that took.
func (h *house) ready(ctx context.Context, o client.Object, limit time.Duration) time.Duration {
	GinkgoHelper()
	began := time.Now()
	Eventually(func(g Gomega) {
		g.Expect(h.admin.Get(ctx, client.ObjectKeyFromObject(o), o)).To(Succeed())
		c := conditionOf(o)
		g.Expect(c.Status).To(Equal(metav1.ConditionTrue), "%s: %s", c.Reason, c.Message)
		g.Expect(c.ObservedGeneration).To(Equal(o.GetGeneration()))
	}).WithContext(ctx).WithTimeout(limit).WithPolling(20 * time.Millisecond).Should(Succeed())
	return time.Since(began)
}
