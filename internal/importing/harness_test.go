package importing_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/importing"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

const (
	namespace = "team"
	cluster   = "prod-eu"
)

// place is a tenant at a sandbox, a backend for it, and a folder.
type place struct {
	*sandbox.Server
	t       *testing.T
	of      sandboxes.Sandbox
	backend *v1alpha1.GovernanceBackend
	secret  *corev1.Secret
	visitor tenancy.Visitor
	dir     string
	// change changes the options of the next import.
	change func(*importing.Options)
}

func begin(t *testing.T, of sandboxes.Sandbox) *place {
	t.Helper()
	start := time.Now()
	server, err := sandbox.Start(sandbox.Options{
		Vendor:          of.New(),
		Now:             func() time.Time { return start }, // Nothing moves between two looks.
		Configure:       func(c *sandbox.Settings) { c.OwnerLag, c.CampaignPace = 0, sandbox.Duration(time.Second) },
		CheckExpression: func(env, text string) error { return expression.Check(expression.Environment(env), text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &place{Server: server, t: t, of: of, dir: filepath.Join(t.TempDir(), "access"),
		backend: &v1alpha1.GovernanceBackend{
			TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.KindGovernanceBackend},
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "prod"},
		},
		secret: &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "credentials"}, Data: map[string][]byte{}},
	}
	spec := &p.backend.Spec
	spec.Vendor, spec.Endpoint = v1alpha1.Vendor(of.Vendor), server.URL
	spec.RequestsPerSecond, spec.Burst = backend.To(int32(1000)), backend.To(int32(1000))
	spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
	for key, value := range of.Secret(server.Credentials()) {
		p.secret.Data[key] = []byte(value)
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	p.visitor, err = tenancy.Entrance{
		Client:  fake.NewClientBuilder().WithScheme(scheme).WithObjects(p.backend.DeepCopy(), p.secret).Build(),
		Vendors: vendors.All(), UserAgent: "test",
	}.Visit(t.Context(), p.backend.DeepCopy())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run imports, and expects that nothing is written at the vendor.
func (p *place) run() (*importing.Report, error) {
	p.t.Helper()
	o := importing.Options{Visitor: p.visitor, Backend: v1alpha1.BackendRef{Name: "prod"}, Namespace: namespace, Kinds: inventory.Kinds, Cluster: cluster, WithClosed: true, To: p.dir}
	if p.change != nil {
		p.change(&o)
	}
	p.ResetCalls()
	report, err := importing.Run(p.t.Context(), o)
	if n := p.Counts().Writes; n != 0 {
		p.t.Errorf("importing made %d writes", n)
	}
	return report, err
}

// must imports and expects a report that adds up.
func (p *place) must() *importing.Report {
	p.t.Helper()
	report, err := p.run()
	if err != nil {
		p.t.Fatal(err)
	}
	exported, skipped := map[string]int{}, map[string]int{}
	for _, e := range report.Exported {
		exported[e.Kind]++
		if _, err := os.Stat(filepath.Join(p.dir, e.File)); err != nil {
			p.t.Error(err)
		}
	}
	for _, s := range report.Skipped {
		if skipped[s.Kind]++; s.Reason == "" {
			p.t.Errorf("skipped without a reason: %+v", s)
		}
	}
	for _, c := range report.Counts {
		if c.Exported != exported[c.Kind] || c.Skipped != skipped[c.Kind] || c.Exported+c.Skipped != c.Total {
			p.t.Errorf("%+v, with %d exported and %d skipped", c, exported[c.Kind], skipped[c.Kind])
		}
	}
	return report
}

// read reads the files as plan does, and expects that they are valid.
func (p *place) read() []client.Object {
	p.t.Helper()
	backendFile := filepath.Join(p.t.TempDir(), "backend.yaml")
	text := fmt.Sprintf("apiVersion: %s\nkind: GovernanceBackend\nmetadata: {name: prod, namespace: %s}\nspec:\n  vendor: %s\n  endpoint: %s\n  credentials: {secretRef: {name: credentials}}\n",
		v1alpha1.GroupVersion, namespace, p.of.Vendor, p.URL)
	if err := os.WriteFile(backendFile, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	result, placed, err := validate.Read(p.t.Context(), validate.Options{Files: []string{backendFile}, Kustomize: p.dir, Namespace: namespace, Vendors: vendors.All()})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range result.Findings {
		if f.Severity == validate.Error {
			p.t.Errorf("a file that was written is not valid: %s", f)
		}
	}
	var out []client.Object
	for _, o := range placed {
		if _, ok := o.Object.(managed.Object); ok {
			out = append(out, o.Object)
		}
	}
	return out
}

// plan plans these objects, from files alone.
func (p *place) plan(objects []client.Object) *plan.Plan {
	p.t.Helper()
	return p.planned(append([]client.Object{p.backend}, objects...), false)
}

// planned plans the managed ones of these objects, with the statuses that they have or without any.
func (p *place) planned(objects []client.Object, statuses bool) *plan.Plan {
	p.t.Helper()
	world := plan.NewWorld(time.Now())
	if statuses {
		world = plan.NewWorld(time.Now(), objects...)
	} else {
		for _, obj := range objects {
			world.Apply(obj)
		}
	}
	p.ResetCalls()
	made, err := plan.Make(p.t.Context(), plan.Options{
		Objects: world.Objects(), Targets: world.Managed(func(managed.Object) bool { return true }), Beside: []client.Object{p.secret}, Statuses: statuses,
		Vendors: vendors.All(), ClusterID: cluster, Now: time.Now(), Users: controller.Users,
		Behind: func(ctx context.Context, reader client.Reader, key string) (int, []safety.Leaving, error) {
			return controller.Leaving(ctx, reader, key, vendors.All())
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if n := p.Counts().Writes; n != 0 {
		p.t.Errorf("planning made %d writes", n)
	}
	return made
}

// inCluster is an import in a cluster that has no objects.
func inCluster(o *importing.Options) { o.InCluster = true }

// file is the text of a file that was written.
func (p *place) file(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// everything is the whole folder, by file.
func (p *place) everything() map[string]string {
	p.t.Helper()
	out := map[string]string{}
	if err := filepath.WalkDir(p.dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(p.dir, file)
		out[filepath.ToSlash(name)] = strings.TrimSpace(p.file(name))
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	return out
}
