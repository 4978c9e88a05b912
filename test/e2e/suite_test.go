// Package e2e runs the built manager as a process against a real API server and a
// fake tenant, kills it, and counts what it does.
package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

func TestEndToEnd(t *testing.T) {
	if err := testenv.Missing("manager"); err != nil {
		t.Fatal(err)
	}
	RegisterFailHandler(Fail)
	ctrl.SetLogger(GinkgoLogr)
	RunSpecs(t, "the built manager")
}

// patience is how long a spec waits for what has to come: what comes late on a busy machine is no failure.
const patience = 2 * time.Minute

// longest begin first, so that no process is left alone with one of them.
const longest = SpecPriority(1)

// stack is a namespace of a control plane, a fake tenant and the manager's kubeconfig.
type stack struct {
	*sandbox.Server
	env        *testenv.Environment
	c          client.Client
	kubeconfig string
	namespace  string
	manager    *testenv.Process
	// metrics is where the manager that was started last tells its own, and log what it prints.
	metrics string
	log     *gbytes.Buffer
}

// newStack makes everything but the manager on the shared control plane, with a tenant of ConductorOne.
func newStack(ctx context.Context) *stack {
	GinkgoHelper()
	return newStackOf(ctx, v1alpha1.VendorConductorOne)
}

// newStackOf does it with a tenant of any vendor.
func newStackOf(ctx context.Context, vendor v1alpha1.Vendor) *stack {
	GinkgoHelper()
	return borrow(ctx, 0).stack(ctx, vendor)
}

// newStackAlone does it on a control plane of its own, for a spec that changes the definitions, the policies or the API server.
func newStackAlone(ctx context.Context, vendor v1alpha1.Vendor, options ...testenv.Option) *stack {
	GinkgoHelper()
	p := newPlane(ctx, options...)
	DeferCleanup(func() { Expect(p.Stop()).To(Succeed()) })
	return p.stack(ctx, vendor)
}

func (p *plane) stack(ctx context.Context, vendor v1alpha1.Vendor) *stack {
	GinkgoHelper()
	s := (&stack{env: p.Environment, c: p.Client, kubeconfig: p.kubeconfig}).beside(ctx, vendor)
	DeferCleanup(s.kill)
	return s
}

// start starts the manager with the rights of an installation.
func (s *stack) start(ctx context.Context, args ...string) {
	GinkgoHelper()
	s.startWith(ctx, nil, args...)
}

// startWith does it with variables added to the environment.
func (s *stack) startWith(ctx context.Context, variables []string, args ...string) {
	GinkgoHelper()
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	s.metrics = free.Addr().String()
	Expect(free.Close()).To(Succeed())
	s.log = gbytes.NewBuffer()
	s.manager, err = testenv.StartProcessWith(io.MultiWriter(GinkgoWriter, s.log), variables, "manager", append([]string{
		"--kubeconfig", s.kubeconfig, "--metrics-bind-address=" + s.metrics, "--metrics-secure=false", "--health-probe-bind-address=0",
		"--recovery-window=3s", "--review-poll-interval=1s", "--sweep-check-interval=200ms",
	}, args...)...)
	Expect(err).NotTo(HaveOccurred())
	_, err = s.manager.WaitFor(ctx, "Starting workers")
	Expect(err).NotTo(HaveOccurred())
}

// kill ends the manager as a crash does.
func (s *stack) kill() {
	if s.manager != nil {
		s.manager.Kill()
		s.manager = nil
	}
}

// apply applies YAML as `kubectl apply --server-side` does.
func (s *stack) apply(ctx context.Context, manifest string) client.Object {
	GinkgoHelper()
	raw, err := yaml.YAMLToJSON([]byte(manifest))
	Expect(err).NotTo(HaveOccurred())
	var head struct {
		Kind     string
		Metadata struct{ Name string }
	}
	Expect(json.Unmarshal(raw, &head)).To(Succeed())
	var obj client.Object = &v1alpha1.GovernanceBackend{}
	if managed := reference.New(head.Kind); managed != nil {
		obj = managed
	}
	obj.SetNamespace(s.namespace)
	obj.SetName(head.Metadata.Name)
	Expect(s.c.Patch(ctx, obj, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("spec"), client.ForceOwnership)).To(Succeed())
	return obj
}

// ready waits until obj is Ready for its present generation, and leaves it read.
func (s *stack) ready(ctx context.Context, obj reference.Managed) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		ready := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
		g.Expect(ready).NotTo(BeNil(), "no Ready condition yet")
		g.Expect(ready.Status).To(Equal(metav1.ConditionTrue), "%s: %s", ready.Reason, ready.Message)
		g.Expect(ready.ObservedGeneration).To(Equal(obj.GetGeneration()))
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
}

// kind is one kind as the specs need it.
type kind struct {
	vendor v1alpha1.Vendor
	name   string
	// unread: the vendor takes no edits of the display name.
	unread bool
	// create matches the path of the create call.
	create   string
	manifest func(name, displayName string) string
	objects  func(dump any) []map[string]any
}

func manifest(kind, name string, lines ...string) string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n  backendRef: {name: tenant}\n  %s\n",
		kind, name, strings.Join(lines, "\n  "))
}

// inResource names, by id, a resource of an app of ConductorOne, without which no entitlement is made there.
func inResource(app, kind, resource string) string {
	return fmt.Sprintf("resource: {type: {id: %s}, id: %s}", conductorone.SeedID("resource-type", app+"/"+kind), conductorone.SeedID("resource", app+"/"+kind+"/"+resource))
}

var kinds = []kind{
	{
		vendor: v1alpha1.VendorConductorOne, name: v1alpha1.KindAppEntitlement, create: "^/api/v1/apps/[^/]+/entitlements$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAppEntitlement, name, "app: {name: GitHub}", "displayName: "+displayName, "conductorOne: {alias: "+name+", "+inResource("GitHub", "Team", "platform")+"}")
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(conductorone.Dump).Entitlements {
				out = append(out, o.Object)
			}
			return out
		},
	},
	{
		vendor: v1alpha1.VendorConductorOne, name: v1alpha1.KindAccessProfile, create: "^/api/v1/catalogs$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName)
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(conductorone.Dump).AccessProfiles {
				out = append(out, o.Object)
			}
			return out
		},
	},
	{
		vendor: v1alpha1.VendorConductorOne, name: "AccessProfile from a cohort", create: "^/api/v1/role-mining/access-profiles$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "description: For the cohort.", "conductorOne: {cohort: {}}")
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(conductorone.Dump).AccessProfiles {
				out = append(out, o.Object)
			}
			return out
		},
	},
	{
		vendor: v1alpha1.VendorConductorOne, name: v1alpha1.KindAccessReview, create: "^/api/v1/access_review$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessReview, name, "displayName: "+displayName, "owners: [{email: ada@corp.example}]",
				`deadline: "2031-01-01T00:00:00Z"`, "conductorOne: {policy: {name: Certify by manager}}")
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(conductorone.Dump).Reviews {
				out = append(out, o.Object)
			}
			return out
		},
	},
}

// otherKinds are what can be created at the other vendors.
var otherKinds = []kind{
	{
		vendor: v1alpha1.VendorSailPoint, name: v1alpha1.KindAccessProfile, create: "^/access-profiles/v1$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "owners: [{email: ada@corp.example}]", "sailPoint: {source: {name: Workday}}")
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(sailpoint.Dump).Profiles {
				out = append(out, o.Object)
			}
			return out
		},
	},
	{
		vendor: v1alpha1.VendorSailPoint, name: v1alpha1.KindAccessReview, create: "^/campaigns/v1$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessReview, name, "displayName: "+displayName, `deadline: "2031-01-01T00:00:00Z"`, "sailPoint: {type: Manager}")
		},
		objects: func(dump any) (out []map[string]any) {
			for _, o := range dump.(sailpoint.Dump).Campaigns {
				out = append(out, o.Object)
			}
			return out
		},
	},
	{
		vendor: v1alpha1.VendorVeza, name: v1alpha1.KindAccessProfile, create: "/access_profiles$",
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "veza: {profileType: {name: Profile}}")
		},
		objects: func(dump any) []map[string]any { return dump.(veza.Dump).Profiles },
	},
	{
		vendor: v1alpha1.VendorVeza, name: v1alpha1.KindAccessReview, create: "/certifications$", unread: true,
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessReview, name, "displayName: "+displayName, "start: {mode: Immediate}", "veza: {configuration: {name: Okta groups}}")
		},
		objects: func(dump any) []map[string]any { return dump.(veza.Dump).Certifications },
	},
}

// names lists the display names of the live remotes that the seed did not bring.
func (s *stack) names(k kind) []string {
	var out []string
	for _, o := range k.objects(s.Dump()) {
		text, _ := json.Marshal(o)
		if !strings.Contains(string(text), "governance-operator") || o["deletedAt"] != nil {
			continue
		}
		for _, field := range []string{"displayName", "name"} {
			if name, ok := o[field].(string); ok {
				out = append(out, name)
				break
			}
		}
	}
	return out
}
