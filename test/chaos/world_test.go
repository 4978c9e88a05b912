package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// window is how long an interrupted create is waited for. It must be longer than all that can
// make one late here: the lease (2 s), the age of a claim (10 s), and a held answer (1 s).
const window = 15 * time.Second

// world is a control plane, a fake tenant of each vendor, and what happened to the manager.
type world struct {
	env        *testenv.Environment
	c          client.Client
	namespace  string
	kubeconfig string
	line       *line // between the manager and the API server
	tenants    map[v1alpha1.Vendor]*sandbox.Server

	mu      sync.Mutex // guards what follows
	random  *rand.Rand
	things  []*thing
	counter int
	counts  map[string]int
	// slowest is the longest time from an edit to Ready, and settled from the last trouble to the end of all waiting.
	slowest, settled time.Duration
	waiting          map[string]time.Time
}

// vendors are those of the fakes, in their order, so that a seed means the same every time.
var vendors = func() (out []v1alpha1.Vendor) {
	for _, s := range sandboxes.All() {
		out = append(out, v1alpha1.Vendor(s.Vendor))
	}
	return out
}()

func fakeOf(vendor v1alpha1.Vendor) sandboxes.Sandbox {
	GinkgoHelper()
	fake, ok := sandboxes.Of(string(vendor))
	Expect(ok).To(BeTrue(), "a fake of %s", vendor)
	return fake
}

func newWorld(ctx context.Context, random *rand.Rand) *world {
	GinkgoHelper()
	env, err := testenv.Start(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(env.Stop()).To(Succeed()) })
	namespace, err := env.CreateNamespace(ctx, "chaos")
	Expect(err).NotTo(HaveOccurred())
	w := &world{env: env, c: env.Client, namespace: namespace, random: random, tenants: map[v1alpha1.Vendor]*sandbox.Server{},
		counts: map[string]int{}, waiting: map[string]time.Time{}}
	kubeconfig, err := env.ManagerKubeconfig(ctx)
	Expect(err).NotTo(HaveOccurred())
	w.reroute(kubeconfig)
	for _, vendor := range vendors {
		w.open(ctx, vendor)
	}
	return w
}

// reroute lets the manager reach the API server only over a line that can be cut.
func (w *world) reroute(kubeconfig string) {
	GinkgoHelper()
	raw, err := os.ReadFile(kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	address := strings.TrimPrefix(w.env.Config.Host, "https://")
	w.line, err = newLine(address)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(w.line.close)
	w.kubeconfig = kubeconfig + ".rerouted"
	Expect(os.WriteFile(w.kubeconfig, []byte(strings.ReplaceAll(string(raw), address, w.line.address())), 0o600)).To(Succeed())
}

// open starts a tenant and makes its backend.
func (w *world) open(ctx context.Context, vendor v1alpha1.Vendor) {
	GinkgoHelper()
	server, err := sandbox.Start(sandbox.Options{Vendor: fakeOf(vendor).New(), Seed: int64(w.random.Uint64() >> 1), Configure: func(s *sandbox.Settings) {
		s.ListLag = sandbox.Duration(time.Second)
		s.Features["deleteProfile"] = true // Veza's, which the backend allows below.
		if vendor != v1alpha1.VendorConductorOne {
			s.CampaignPace = sandbox.Duration(1)
		}
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	w.tenants[vendor] = server
	w.putSecret(ctx, vendor)
	spec := v1alpha1.GovernanceBackendSpec{
		Vendor: vendor, Endpoint: server.URL, Credentials: v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: nameOf(vendor)}},
		RequestsPerSecond: new(int32), Burst: new(int32), ResyncInterval: "10s",
	}
	*spec.RequestsPerSecond, *spec.Burst = 1000, 1000
	if vendor == v1alpha1.VendorVeza {
		spec.Veza = &v1alpha1.VezaBackend{Allow: []v1alpha1.VezaPermission{"DeleteProfile"}}
	}
	Expect(w.c.Create(ctx, &v1alpha1.GovernanceBackend{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: nameOf(vendor)},
		Spec:       spec,
	})).To(Succeed())
	background, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for pause(background, time.Second) {
			w.confirm(background, vendor)
		}
	})
	DeferCleanup(func() {
		stop()
		done.Wait()
	})
}

// confirm is a person who looks whether deletions are held, and confirms them: they are the point here.
func (w *world) confirm(ctx context.Context, vendor v1alpha1.Vendor) {
	b := &v1alpha1.GovernanceBackend{}
	if w.c.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: nameOf(vendor)}, b) != nil || b.Status.PendingDeletionsAt == nil {
		return
	}
	text := fmt.Sprintf("%d@%s", b.Status.PendingDeletions, b.Status.PendingDeletionsAt.UTC().Format(time.RFC3339))
	if b.Annotations[v1alpha1.AnnotationAcceptDeletions] == text {
		return
	}
	before := b.DeepCopy()
	b.SetAnnotations(map[string]string{v1alpha1.AnnotationAcceptDeletions: text})
	// If it fails there is another second.
	_ = w.c.Patch(ctx, b, client.MergeFrom(before))
	w.count("deletions confirmed")
}

func nameOf(vendor v1alpha1.Vendor) string { return strings.ToLower(string(vendor)) }

// putSecret writes the credentials that are valid now, whatever was there.
func (w *world) putSecret(ctx context.Context, vendor v1alpha1.Vendor) {
	GinkgoHelper()
	w.writeSecret(ctx, vendor, fakeOf(vendor).Secret(w.tenants[vendor].Credentials()))
}

func (w *world) writeSecret(ctx context.Context, vendor v1alpha1.Vendor, data map[string]string) {
	GinkgoHelper()
	raw, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": nameOf(vendor), "namespace": w.namespace}, "stringData": data})
	Expect(err).NotTo(HaveOccurred())
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: nameOf(vendor)}}
	Expect(w.c.Patch(ctx, secret, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("chaos"), client.ForceOwnership)).To(Succeed())
}

// apply applies YAML, as `kubectl apply --server-side` does.
func (w *world) apply(ctx context.Context, manifest string) {
	GinkgoHelper()
	raw, err := yaml.YAMLToJSON([]byte(manifest))
	Expect(err).NotTo(HaveOccurred(), manifest)
	var head struct {
		Kind     string
		Metadata struct{ Name string }
	}
	Expect(json.Unmarshal(raw, &head)).To(Succeed())
	obj := reference.New(head.Kind)
	obj.SetNamespace(w.namespace)
	obj.SetName(head.Metadata.Name)
	Expect(w.c.Patch(ctx, obj, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("chaos"), client.ForceOwnership)).To(Succeed())
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// chance is a number below n, in the order that the seed says.
func (w *world) chance(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

func (w *world) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.chance(int(to-from)))
}

// pause waits, and reports whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// progress shows that the run is alive, also where nobody reads the writer.
func progress(format string, args ...any) { fmt.Printf("chaos: "+format+"\n", args...) }
