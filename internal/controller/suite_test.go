package controller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/telemetry"
	"github.com/governance-operator/governance-operator/internal/testenv"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

var (
	env *testenv.Environment
	c   client.Client // uncached, with every right

	tenants atomic.Int64

	// audit keeps the records of all writes.
	audit auditLog
)

// The paces of the suite: as in production, but fast.
const (
	resync = time.Second
	window = 3 * time.Second
)

// patience is how long a spec waits for what has to come: what comes late on a busy machine is no failure.
const patience = time.Minute

func TestControllers(t *testing.T) {
	if err := testenv.Missing(); err != nil {
		t.Fatal(err)
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "controllers on a real API server")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	ctrl.SetLogger(GinkgoLogr)
	var err error
	env, err = testenv.Start(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(env.Stop()).To(Succeed()) })
	c = env.Client

	background, stop := context.WithCancel(context.Background())
	kubeconfig, err := env.ManagerKubeconfig(ctx)
	Expect(err).NotTo(HaveOccurred())
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	mgr, err := ctrl.NewManager(config, manager.Options{
		Scheme: env.Scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Logger: GinkgoLogr,
		GracefulShutdownTimeout: ptr.To(10 * time.Second),
		Cache:                   cache.Options{DefaultTransform: controller.Slim},
		Client:                  client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}, &corev1.ConfigMap{}}}},
	})
	Expect(err).NotTo(HaveOccurred())
	records := &telemetry.Audit{Sink: audit.keep, Log: GinkgoLogr}
	Expect(controller.Setup(background, mgr, controller.Options{
		Observe: records.Observer,
		Vendors: vendors.All(), ClusterID: "cluster-one", OperatorNamespace: "default", ClusterKind: true, UserAgent: "test", Concurrency: 4,
		ResyncInterval: resync, SweepEvery: 200 * time.Millisecond, DetailPeriod: 2 * time.Second, ReviewPoll: time.Second, Window: window, HealthEvery: time.Second,
	})).To(Succeed())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(background) }()
	DeferCleanup(func() {
		stop()
		Eventually(ended, 30*time.Second).Should(Receive(BeNil()))
	})
}, NodeTimeout(3*time.Minute))

// product is a vendor with its fake.
type product struct {
	vendor v1alpha1.Vendor
	fake   sandboxes.Sandbox
}

// start starts the fake.
func (p product) start(options sandbox.Options) (*sandbox.Server, error) {
	options.Vendor = p.fake.New()
	return sandbox.Start(options)
}

func productOf(vendor v1alpha1.Vendor) product {
	GinkgoHelper()
	fake, ok := sandboxes.Of(string(vendor))
	Expect(ok).To(BeTrue(), "a fake of %s", vendor)
	return product{vendor, fake}
}

// tenant is one fake tenant with its own namespace and backend.
type tenant struct {
	*sandbox.Server
	product
	namespace string
}

// newTenant starts a sandbox of ConductorOne and a backend "tenant" that is Ready.
func newTenant(ctx context.Context) *tenant {
	GinkgoHelper()
	return newTenantOf(ctx, v1alpha1.VendorConductorOne)
}

// newTenantOf does it for any vendor. Change what the backend says of itself before it is made.
func newTenantOf(ctx context.Context, vendor v1alpha1.Vendor, change ...func(*v1alpha1.GovernanceBackendSpec)) *tenant {
	GinkgoHelper()
	t := startTenantOf(ctx, vendor)
	t.backend(ctx, "tenant", change...)
	t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
	return t
}

// startTenant starts a sandbox of ConductorOne, and makes a namespace with its credentials.
func startTenant(ctx context.Context) *tenant {
	GinkgoHelper()
	return startTenantOf(ctx, v1alpha1.VendorConductorOne)
}

func startTenantOf(ctx context.Context, vendor v1alpha1.Vendor) *tenant {
	GinkgoHelper()
	p := productOf(vendor)
	server, err := p.start(sandbox.Options{Seed: GinkgoRandomSeed() + tenants.Add(1), Configure: func(s *sandbox.Settings) {
		s.OwnerLag = 0 // The specs that are about it turn it on.
	}, CheckExpression: func(env, text string) error {
		return expression.Check(expression.Environment(env), text)
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	namespace, err := env.CreateNamespace(ctx, "spec")
	Expect(err).NotTo(HaveOccurred())
	if vendor != v1alpha1.VendorVeza { // Whose seed has ids of its own in every tenant.
		server.SwitchTenant(namespace) // Every spec has a tenant of its own.
	}
	t := &tenant{Server: server, product: p, namespace: namespace}
	t.secret(ctx, "credentials", p.fake.Secret(server.Credentials()))
	DeferCleanup(func(ctx SpecContext) { t.cleanUp(ctx) })
	return t
}

// cleanUp orphans and deletes what is left, so that no object of one spec keeps the manager busy in another.
func (t *tenant) cleanUp(ctx context.Context) {
	for _, list := range []client.ObjectList{&v1alpha1.AccessReviewList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AppEntitlementList{}} {
		Expect(c.List(ctx, list, client.InNamespace(t.namespace))).To(Succeed())
		Expect(meta.EachListItem(list, func(o runtimeObject) error {
			obj := o.(managed.Object)
			before := obj.DeepCopyObject().(client.Object)
			obj.SetFinalizers(nil)
			if err := client.IgnoreNotFound(c.Patch(ctx, obj, client.MergeFrom(before))); err != nil {
				return err
			}
			return client.IgnoreNotFound(c.Delete(ctx, obj))
		})).To(Succeed())
	}
	backends := &v1alpha1.GovernanceBackendList{}
	Expect(c.List(ctx, backends, client.InNamespace(t.namespace))).To(Succeed())
	for i := range backends.Items {
		Expect(client.IgnoreNotFound(c.Delete(ctx, &backends.Items[i]))).To(Succeed())
	}
}

func (t *tenant) secret(ctx context.Context, name string, data map[string]string) {
	GinkgoHelper()
	Expect(c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: name}, StringData: data})).To(Succeed())
}

func (t *tenant) backend(ctx context.Context, name string, change ...func(*v1alpha1.GovernanceBackendSpec)) {
	GinkgoHelper()
	b := &v1alpha1.GovernanceBackend{
		ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: name},
		Spec: v1alpha1.GovernanceBackendSpec{
			Vendor: t.vendor, Endpoint: t.URL,
			Credentials:       v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "credentials"}},
			RequestsPerSecond: ptr.To(int32(1000)), Burst: ptr.To(int32(1000)),
		},
	}
	for _, f := range change {
		f(&b.Spec)
	}
	Expect(c.Create(ctx, b)).To(Succeed())
}

// apply creates or updates objects from YAML, as `kubectl apply` does, in the tenant's namespace.
func (t *tenant) apply(ctx context.Context, manifests string) {
	GinkgoHelper()
	Expect(t.tryApply(ctx, manifests)).To(Succeed())
}

// resource is one of an app of ConductorOne.
type resource struct{ kind, id string }

func resourceOf(app, kind, name string) resource {
	return resource{conductorone.SeedID("resource-type", app+"/"+kind), conductorone.SeedID("resource", app+"/"+kind+"/"+name)}
}

var team = resourceOf("GitHub", "Team", "platform")

// ofAnother reports whether a spec has the block of another vendor: one of the samples, behind another backend.
func ofAnother(spec map[string]any) bool {
	for _, v := range vendors.Specs() {
		if block := v.Entitlements.Block.Type; v.Name != string(v1alpha1.VendorConductorOne) && block != nil && spec[block.BlockName()] != nil {
			return true
		}
	}
	return false
}

// withResource names, by id, a resource in an entitlement that ConductorOne is to make: it makes none without. What a test says
// of it stays. Whatever app is meant at first, it is one of GitHub, where most of them end.
func (t *tenant) withResource(raw []byte) ([]byte, error) {
	var obj map[string]any
	if err := json.Unmarshal(raw, &obj); err != nil || obj["kind"] != v1alpha1.KindAppEntitlement || t.vendor != v1alpha1.VendorConductorOne {
		return raw, err
	}
	spec, _ := obj["spec"].(map[string]any)
	app, _ := spec["app"].(map[string]any)
	management, _ := spec["management"].(map[string]any)
	block, _ := spec["conductorOne"].(map[string]any)
	if ofAnother(spec) || management["creation"] == "Adopt" || spec["remoteID"] != nil || block["resource"] != nil {
		return raw, nil
	}
	if block == nil {
		block = map[string]any{}
		spec["conductorOne"] = block
	}
	of, second := team, conductorone.SeedID("app", "Duplicate App#2")
	if app["name"] == "Duplicate App" || app["id"] == second {
		of = resourceOf("Duplicate App#2", "Team", "everyone")
	}
	block["resource"] = map[string]any{"type": map[string]any{"id": of.kind}, "id": of.id}
	return json.Marshal(obj)
}

func (t *tenant) tryApply(ctx context.Context, manifests string) error {
	for _, doc := range strings.Split(manifests, "\n---") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		raw, err := yaml.YAMLToJSON([]byte(doc))
		if err == nil {
			raw, err = t.withResource(raw)
		}
		if err != nil {
			return err
		}
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return err
		}
		obj := newObject(head.Kind)
		obj.SetNamespace(t.namespace)
		obj.SetName(head.Metadata.Name)
		if err := c.Patch(ctx, obj, client.RawPatch(applyPatch, raw), client.FieldOwner("spec"), client.ForceOwnership); err != nil {
			return fmt.Errorf("applying %s %s: %w", head.Kind, head.Metadata.Name, err)
		}
	}
	return nil
}

// get reads an object of the tenant's namespace, or of the cluster, into obj.
func (t *tenant) get(ctx context.Context, obj client.Object, name string) error {
	if _, ok := obj.(*v1alpha1.ClusterGovernanceBackend); ok {
		return c.Get(ctx, client.ObjectKey{Name: name}, obj)
	}
	return c.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: name}, obj)
}

// condition returns a condition of obj as it is now, and its generation; nil if it has none.
func (t *tenant) condition(ctx context.Context, obj client.Object, name, kind string) *metav1.Condition {
	GinkgoHelper()
	Expect(t.get(ctx, obj, name)).To(Succeed())
	return meta.FindStatusCondition(conditionsOf(obj), kind)
}

func conditionsOf(obj client.Object) []metav1.Condition {
	switch o := obj.(type) {
	case interface {
		GetManagedStatus() *v1alpha1.ManagedStatus
	}:
		return o.GetManagedStatus().Conditions
	case interface {
		GetBackendStatus() *v1alpha1.GovernanceBackendStatus
	}:
		return o.GetBackendStatus().Conditions
	}
	return nil
}

// ready waits until obj is Ready for its present generation, and leaves it read.
func (t *tenant) ready(ctx context.Context, obj client.Object, name string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(t.get(ctx, obj, name)).To(Succeed())
		ready := meta.FindStatusCondition(conditionsOf(obj), v1alpha1.ConditionReady)
		g.Expect(ready).NotTo(BeNil(), "%T %s has no Ready condition yet", obj, name)
		g.Expect(ready.Status).To(Equal(metav1.ConditionTrue), "%T %s: %s: %s", obj, name, ready.Reason, ready.Message)
		g.Expect(ready.ObservedGeneration).To(Equal(obj.GetGeneration()))
	}).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Succeed())
}

// says waits until the condition of kind has this reason, and returns its message.
func (t *tenant) says(ctx context.Context, obj client.Object, name, kind, reason string) string {
	GinkgoHelper()
	message := ""
	Eventually(func(g Gomega) {
		g.Expect(t.get(ctx, obj, name)).To(Succeed())
		found := meta.FindStatusCondition(conditionsOf(obj), kind)
		g.Expect(found).NotTo(BeNil(), "%T %s has no condition %s yet", obj, name, kind)
		g.Expect(found.Reason).To(Equal(reason), "%T %s: %s=%s: %s", obj, name, kind, found.Status, found.Message)
		g.Expect(found.ObservedGeneration).To(Equal(obj.GetGeneration()))
		message = found.Message
	}).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Succeed())
	return message
}

// gone waits until obj is no more.
func (t *tenant) gone(ctx context.Context, obj client.Object, name string) {
	GinkgoHelper()
	Eventually(func() error { return client.IgnoreNotFound(notFound(t.get(ctx, obj, name))) }).
		WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Succeed())
}

// dump returns the tenant's store.
func (t *tenant) dump() conductorone.Dump { return t.Dump().(conductorone.Dump) }

// reconcile asks for one full look and waits until it was handled.
func (t *tenant) reconcile(ctx context.Context, obj managed.Object, name string) {
	GinkgoHelper()
	Expect(t.get(ctx, obj, name)).To(Succeed())
	before := obj.DeepCopyObject().(client.Object)
	stamp := time.Now().Format(time.RFC3339Nano)
	annotations := obj.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationReconcileRequestedAt] = stamp
	obj.SetAnnotations(annotations)
	Expect(c.Patch(ctx, obj, client.MergeFrom(before))).To(Succeed())
	Eventually(func(g Gomega) {
		g.Expect(t.get(ctx, obj, name)).To(Succeed())
		g.Expect(obj.GetManagedStatus().LastHandledReconcileAt).To(Equal(stamp))
	}).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Succeed())
}
