package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// definitions are the CRDs by name.
type definitions map[string]*apiextensionsv1.CustomResourceDefinition

// present is what this tree defines.
func present() definitions {
	GinkgoHelper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	Expect(err).NotTo(HaveOccurred())
	out := definitions{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		d := &apiextensionsv1.CustomResourceDefinition{}
		Expect(yaml.UnmarshalStrict(raw, d)).To(Succeed())
		out[d.Name] = d
	}
	Expect(out).To(HaveLen(5))
	return out
}

// previous is what a release before this one may have defined: the same without some fields of spec and status.
func previous() definitions {
	GinkgoHelper()
	out := present()
	for name, field := range map[string]string{
		"appentitlements.governance-operator.io": "description",
		"accessprofiles.governance-operator.io":  "requestable",
		"accessreviews.governance-operator.io":   "description",
	} {
		Expect(without(out[name], "spec", field)).To(BeTrue(), "%s has no spec.%s", name, field)
		for _, field := range []string{"inputsDigest", "appliedInputs", "resolved"} {
			Expect(without(out[name], "status", field)).To(BeTrue(), "%s has no status.%s", name, field)
		}
	}
	return out
}

// without takes a field away from a definition, with the rules that name it, and reports whether it was there.
func without(d *apiextensionsv1.CustomResourceDefinition, part, field string) bool {
	schema := d.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties[part]
	_, was := schema.Properties[field]
	delete(schema.Properties, field)
	schema.XValidations = slices.DeleteFunc(schema.XValidations, func(rule apiextensionsv1.ValidationRule) bool {
		return strings.Contains(rule.Rule, "self."+field)
	})
	d.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties[part] = schema
	return was
}

// define replaces the definitions, as an upgrade and a rollback do.
func (s *stack) define(ctx context.Context, now definitions) {
	GinkgoHelper()
	api, err := client.New(s.env.Config, client.Options{Scheme: extensionScheme()})
	Expect(err).NotTo(HaveOccurred())
	for name, d := range now {
		was := &apiextensionsv1.CustomResourceDefinition{}
		Expect(api.Get(ctx, client.ObjectKey{Name: name}, was)).To(Succeed())
		was.Spec = *d.Spec.DeepCopy()
		Expect(api.Update(ctx, was)).To(Succeed())
	}
}

// ends waits until a manager has ended because a definition was changed, upon which a kubelet starts it anew.
func ends(ctx context.Context, manager *testenv.Process) {
	GinkgoHelper()
	Eventually(manager.Running).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(BeFalse())
	Expect(manager.Output()).To(MatchRegexp(`the definition \S+ was changed`))
}

// versions are the resource versions of the objects of a vendor's kinds: they stay while nothing is changed.
func (s *stack) versions(ctx context.Context, vendor v1alpha1.Vendor) map[string]string {
	GinkgoHelper()
	out := map[string]string{}
	s.each(ctx, vendor, func(obj reference.Managed) { out[kindName(obj)+"/"+obj.GetName()] = obj.GetResourceVersion() })
	return out
}

var _ = Describe("an upgrade", Label("upgrade"), func() {
	for _, vendor := range []v1alpha1.Vendor{v1alpha1.VendorConductorOne, v1alpha1.VendorSailPoint, v1alpha1.VendorVeza} {
		It(fmt.Sprintf("and a rollback touch nothing at %s, and edits go on under either", vendor), func(ctx SpecContext) {
			s := newStackAlone(ctx, vendor)
			s.define(ctx, previous())
			s.start(ctx, "--resync-interval=1s")
			ids := s.populate(ctx, vendor)
			k := kindsOf(vendor)[0]
			for _, step := range []struct {
				what string
				definitions
			}{
				{"the new definitions", present()},
				{"the old definitions back", previous()},
			} {
				By(step.what)
				s.ResetCalls()
				s.define(ctx, step.definitions)
				ends(ctx, s.manager)
				s.start(ctx, "--resync-interval=1s")
				s.listed(ctx, k, 1)
				s.each(ctx, vendor, func(obj reference.Managed) {
					s.ready(ctx, obj)
					Expect(obj.GetManagedStatus().Remote.ID).To(Equal(ids[kindName(obj)+"/"+obj.GetName()]))
				})
				before := s.versions(ctx, vendor)
				s.listed(ctx, k, 1)
				Expect(s.versions(ctx, vendor)).To(Equal(before), "nothing changes objects at rest")
				Expect(s.Counts().Writes).To(BeZero())

				obj := s.apply(ctx, k.manifest("kind-0-0", "At "+step.what)).(reference.Managed)
				s.ready(ctx, obj)
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(ids[kindOf(k)+"/kind-0-0"]))
				Expect(s.names(k)).To(ContainElement("At " + step.what))
				for _, k := range kindsOf(vendor) {
					Expect(s.creates(k)).To(BeZero())
				}
			}
			Expect(s.Rejections()).To(BeEmpty())
		}, SpecTimeout(4*time.Minute))
	}

	It("does not lose a new field that is set in the moment the definition has it", func(ctx SpecContext) {
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne)
		s.define(ctx, previous())
		s.start(ctx)
		obj := s.apply(ctx, kinds[1].manifest("early", "Early")).(*v1alpha1.AccessProfile)
		s.ready(ctx, obj)
		s.define(ctx, present())
		patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"requestable":true}}`))
		Eventually(func() error {
			return s.c.Patch(ctx, obj, patch, client.FieldValidation(metav1.FieldValidationStrict))
		}).WithContext(ctx).WithTimeout(patience).WithPolling(5 * time.Millisecond).Should(Succeed())
		ends(ctx, s.manager)
		s.start(ctx)
		Eventually(func() any {
			for _, o := range s.Dump().(conductorone.Dump).AccessProfiles {
				if o.Object["displayName"] == "Early" {
					return o.Object["published"]
				}
			}
			return nil
		}).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Equal(true))
		s.ready(ctx, obj)
	}, SpecTimeout(3*time.Minute))

	It("during which the leader is killed makes nothing twice", func(ctx SpecContext) {
		const objects = 200
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne)
		s.define(ctx, previous())
		k := kinds[0]
		s.Configure(func(settings *sandbox.Settings) { settings.Latency = sandbox.Duration(300 * time.Millisecond) })
		s.applyMany(ctx, k, "one", 0, objects, "One")
		election := []string{"--leader-elect", "--operator-namespace=" + testenv.OperatorNamespace, "--leader-election-lease-duration=2s",
			"--leader-election-renew-deadline=1500ms", "--leader-election-retry-period=500ms"}
		made := func(share int) {
			GinkgoHelper()
			Eventually(func() int { return s.Counts().Writes }).WithContext(ctx).WithTimeout(patience).WithPolling(10 * time.Millisecond).Should(BeNumerically(">=", objects*share/100))
		}
		s.start(ctx, election...)
		leader := s.manager
		waits := s.second(ctx, election...)

		By("replacing the definitions, upon which both start anew")
		made(10)
		s.define(ctx, present())
		ends(ctx, leader)
		ends(ctx, waits)
		s.start(ctx, election...)
		leader = s.manager
		waits = s.second(ctx, election...)

		By("killing the leader")
		made(60)
		leader.Kill()
		Expect(len(s.inSync(ctx))).To(BeNumerically("<", objects))
		_, err := waits.WaitFor(ctx, "Starting workers")
		Expect(err).NotTo(HaveOccurred())
		s.allReady(ctx, listOf(k), objects)
		var want []string
		for i := range objects {
			want = append(want, fmt.Sprintf("One %03d", i))
		}
		Expect(s.names(k)).To(ConsistOf(want))
		Expect(s.Rejections()).To(BeEmpty())
	}, SpecTimeout(4*time.Minute))
})
