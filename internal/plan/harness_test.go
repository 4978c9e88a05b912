package plan_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors"
	driver "github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

const (
	namespace = "team-a"
	cluster   = "here"
)

var (
	github   = conductorone.SeedID("app", "GitHub")
	team     = conductorone.SeedID("resource-type", "GitHub/Team")
	platform = conductorone.SeedID("resource", "GitHub/Team/platform")
)

// place is a tenant at a sandbox, and files of objects.
type place struct {
	*sandbox.Server
	t     *testing.T
	world *plan.World
	ids   []reference.Object
	// change changes the options of the next plan.
	change func(*plan.Options)
	told   []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	server, err := sandbox.Start(sandbox.Options{Vendor: conductorone.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	p := &place{Server: server, t: t, world: plan.NewWorld(time.Now())}
	p.add(&v1alpha1.GovernanceBackend{ObjectMeta: meta("prod"), Spec: v1alpha1.GovernanceBackendSpec{
		Vendor: "ConductorOne", Endpoint: server.URL, RequestsPerSecond: backend.To(int32(1000)), Burst: backend.To(int32(1000)),
		Credentials: v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "not-read"}},
	}})
	return p
}

func meta(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: namespace, Name: name} }

// add puts an object into the files.
func (p *place) add(obj client.Object) {
	id := p.world.Apply(obj)
	if _, ok := obj.(managed.Object); ok && !slices.Contains(p.ids, id) {
		p.ids = append(p.ids, id)
	}
}

// entitlement is one of GitHub, from YAML below spec.
func (p *place) entitlement(name, spec string) {
	p.t.Helper()
	obj := &v1alpha1.AppEntitlement{ObjectMeta: meta(name)}
	text := fmt.Sprintf("backendRef: {name: prod}\napp: {id: %s}\n%s\n", github, spec)
	if err := yaml.UnmarshalStrict([]byte(text), &obj.Spec); err != nil {
		p.t.Fatal(err)
	}
	p.add(obj)
}

func (p *place) profile(name, spec string) {
	p.t.Helper()
	obj := &v1alpha1.AccessProfile{ObjectMeta: meta(name)}
	if err := yaml.UnmarshalStrict([]byte("backendRef: {name: prod}\n"+spec+"\n"), &obj.Spec); err != nil {
		p.t.Fatal(err)
	}
	p.add(obj)
}

// tenant opens the tenant as the operator does.
func (p *place) tenant() backend.Tenant {
	p.t.Helper()
	for _, v := range vendors.All() {
		if v.Name != "ConductorOne" {
			continue
		}
		c := p.Credentials()
		t, err := v.Open(backend.Config{Endpoint: p.URL, Credentials: backend.Credentials{ClientID: c.ClientID, ClientSecret: backend.Secret(c.ClientSecret)}, RequestsPerSecond: 10_000, Burst: 10_000})
		if err != nil {
			p.t.Fatal(err)
		}
		return t
	}
	p.t.Fatal("no vendor")
	return nil
}

// made makes an entitlement at the vendor, as the operator's own.
func (p *place) made(drive backend.Driver[backend.AppEntitlement], name, displayName string) {
	p.t.Helper()
	_, err := drive.Create(p.t.Context(), backend.Ref{ParentID: github, Mark: backend.Mark{Token: strings.ToUpper(fmt.Sprintf("%016x", len(p.ids))), Owner: namespace + "/" + name, Cluster: cluster}},
		p.model(displayName))
	if err != nil {
		p.t.Fatal(err)
	}
}

// model is an entitlement as the specs here ask for it.
func (*place) model(displayName string) backend.AppEntitlement {
	return backend.AppEntitlement{DisplayName: &displayName, Block: &driver.EntitlementBlock{ResourceTypeID: &team, ResourceID: &platform}}
}

const resource = "conductorOne: {resource: {id: %s, type: {id: %s}}}"

func inPlatform() string { return fmt.Sprintf(resource, platform, team) }

// credential is a file with the credential of the tenant.
func (p *place) credential(endpoint string) plan.Credential {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "credential.yaml")
	text := fmt.Sprintf("endpoint: %s\nclientID: %q\nclientSecret: %q\n", endpoint, p.Credentials().ClientID, p.Credentials().ClientSecret)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	c, err := plan.ReadCredential("prod="+file, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// plan plans all objects, and expects that nothing is written meanwhile.
func (p *place) plan() (*plan.Plan, error) {
	p.t.Helper()
	beside, err := plan.Use(p.world, []plan.Credential{p.credential(p.URL)}, "operator")
	if err != nil {
		p.t.Fatal(err)
	}
	o := plan.Options{Objects: p.world.Objects(), Targets: p.ids, Beside: beside, Vendors: vendors.All(), ClusterID: cluster, Now: time.Now(), Users: controller.Users,
		Behind: func(ctx context.Context, reader client.Reader, key string) (int, []safety.Leaving, error) {
			return controller.Leaving(ctx, reader, key, vendors.All())
		},
		Progress: func(format string, args ...any) { p.told = append(p.told, fmt.Sprintf(format, args...)) },
	}
	if p.change != nil {
		p.change(&o)
	}
	p.ResetCalls()
	made, err := plan.Make(p.t.Context(), o)
	if n := p.Counts().Writes; n != 0 {
		p.t.Errorf("planning made %d writes", n)
	}
	return made, err
}

// must plans and expects a plan.
func (p *place) must() *plan.Plan {
	p.t.Helper()
	made, err := p.plan()
	if err != nil {
		p.t.Fatal(err)
	}
	return made
}

// text is the plan as people read it.
func text(t *testing.T, p *plan.Plan, v plan.View) string {
	t.Helper()
	var b strings.Builder
	if err := p.Text(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
