package controller_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// argo is the field manager of Argo CD.
const argo = client.FieldOwner("argocd-controller")

// parsed is a manifest as Argo CD has it: with the namespace of the application.
func (t *tenant) parsed(manifest string) *unstructured.Unstructured {
	GinkgoHelper()
	u := &unstructured.Unstructured{}
	Expect(yaml.Unmarshal([]byte(manifest), &u.Object)).To(Succeed())
	if u.GetKind() != v1alpha1.KindClusterGovernanceBackend {
		u.SetNamespace(t.namespace)
	}
	return u
}

// clientApply creates an object as `kubectl apply` does, which leaves on it what was applied.
func (t *tenant) clientApply(ctx context.Context, manifest string) {
	GinkgoHelper()
	u := t.parsed(manifest)
	applied, err := json.Marshal(u.Object)
	Expect(err).NotTo(HaveOccurred())
	annotations := u.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[corev1.LastAppliedConfigAnnotation] = string(applied)
	u.SetAnnotations(annotations)
	Expect(c.Create(ctx, u, argo)).To(Succeed())
}

// serverApply applies an object on the server, and leaves in it what came of that.
func serverApply(ctx context.Context, u *unstructured.Unstructured, options ...client.PatchOption) error {
	raw, err := json.Marshal(u.Object)
	if err != nil {
		return err
	}
	return c.Patch(ctx, u, client.RawPatch(applyPatch, raw), append(options, argo, client.ForceOwnership)...)
}

// inSync proves that neither way in which Argo CD compares finds a difference.
func (t *tenant) inSync(ctx context.Context, manifest string) {
	GinkgoHelper()
	threeWay, predicted, live := t.compared(ctx, t.parsed(manifest))
	Expect(threeWay).To(Equal("{}"), "the three-way diff of %s %s", live.GetKind(), live.GetName())
	Expect(predicted.Object).To(Equal(live.Object), "the server-side diff of %s %s", live.GetKind(), live.GetName())
}

// compared is what Argo CD makes of a manifest and the object that is there: the patch of the three-way
// merge, and what the object would be after a server-side apply.
func (t *tenant) compared(ctx context.Context, wanted *unstructured.Unstructured) (threeWay string, predicted, live *unstructured.Unstructured) {
	GinkgoHelper()
	live = t.unstructured(wanted.GetKind(), wanted.GetName())
	eventually(ctx, func(g Gomega) { // The operator may write the status in between.
		g.Expect(c.Get(ctx, client.ObjectKeyFromObject(live), live)).To(Succeed())
		before := live.GetResourceVersion()
		predicted = wanted.DeepCopy()
		g.Expect(serverApply(ctx, predicted, client.DryRunAll)).To(Succeed())
		g.Expect(c.Get(ctx, client.ObjectKeyFromObject(live), live)).To(Succeed())
		g.Expect(live.GetResourceVersion()).To(Equal(before))
	}).Should(Succeed())
	wantedJSON, err := json.Marshal(wanted.Object)
	Expect(err).NotTo(HaveOccurred())
	liveJSON, err := json.Marshal(live.Object)
	Expect(err).NotTo(HaveOccurred())
	applied := []byte(live.GetAnnotations()[corev1.LastAppliedConfigAnnotation])
	if len(applied) == 0 { // Then Argo CD compares two ways: the manifest counts as applied.
		applied = wantedJSON
	}
	patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(applied, wantedJSON, liveJSON)
	Expect(err).NotTo(HaveOccurred())
	live.SetManagedFields(nil)
	predicted.SetManagedFields(nil)
	return string(patch), predicted, live
}

var _ = Describe("an application of Argo CD", func() {
	It("is not OutOfSync by any of the samples once they have converged, however it applies and compares", func(ctx SpecContext) {
		tenants, all := sampledBy(ctx, (*tenant).clientApply)
		t := tenants[0]
		for _, s := range all {
			t.inSync(ctx, s.text)
		}
		By("being OutOfSync by an edit in Git, either way")
		edited := t.parsed(all[0].text)
		Expect(unstructured.SetNestedField(edited.Object, true, "spec", "suspend")).To(Succeed())
		threeWay, predicted, live := t.compared(ctx, edited)
		Expect(threeWay).To(Equal(`{"spec":{"suspend":true}}`))
		Expect(predicted.Object["spec"]).NotTo(Equal(live.Object["spec"]))

		By("applying all of them on the server from now on")
		for _, s := range all {
			Expect(serverApply(ctx, t.parsed(s.text))).To(Succeed())
			t.reconcile(ctx, newObject(s.kind).(managed.Object), s.name)
			t.inSync(ctx, s.text)
		}
		By("not being OutOfSync by the actions suspend and resume")
		for _, suspend := range []string{"true", "false"} {
			patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":`+suspend+`}}`))
			Expect(c.Patch(ctx, t.parsed(all[0].text), patch, client.FieldOwner("argocd-server"))).To(Succeed())
			t.inSync(ctx, all[0].text)
		}
	})

	It("is not OutOfSync by the backends of the samples", func(ctx SpecContext) {
		t := startTenant(ctx)
		for _, file := range []string{"governancebackend_sandbox.yaml", "governancebackend_sailpoint.yaml", "governancebackend_veza.yaml", "clustergovernancebackend_shared.yaml"} {
			raw, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", file))
			Expect(err).NotTo(HaveOccurred())
			u := t.parsed(string(raw))
			if strings.HasPrefix(file, "governancebackend") {
				t.answered(ctx, u)
			} else {
				u.SetName(t.namespace)
				DeferCleanup(func(ctx SpecContext) { Expect(client.IgnoreNotFound(c.Delete(ctx, u))).To(Succeed()) })
			}
			text, err := yaml.Marshal(u.Object)
			Expect(err).NotTo(HaveOccurred())
			t.clientApply(ctx, string(text))
			t.settled(ctx, u)
			t.inSync(ctx, string(text))
			Expect(serverApply(ctx, t.parsed(string(text)))).To(Succeed())
			t.inSync(ctx, string(text))
		}
	})
})

// answered gives a backend of the samples a tenant that answers: the address and the credentials of a sandbox.
func (t *tenant) answered(ctx context.Context, u *unstructured.Unstructured) {
	GinkgoHelper()
	vendor, _, _ := unstructured.NestedString(u.Object, "spec", "vendor")
	secret, _, _ := unstructured.NestedString(u.Object, "spec", "credentials", "secretRef", "name")
	other := startTenantOf(ctx, v1alpha1.Vendor(vendor))
	Expect(unstructured.SetNestedField(u.Object, other.URL, "spec", "endpoint")).To(Succeed())
	t.secret(ctx, secret, other.product.fake.Secret(other.Credentials()))
}

// settled waits until the operator has said how a backend is; what it says does not matter.
func (t *tenant) settled(ctx context.Context, u *unstructured.Unstructured) {
	GinkgoHelper()
	obj := newObject(u.GetKind())
	eventually(ctx, func(g Gomega) {
		g.Expect(t.get(ctx, obj, u.GetName())).To(Succeed())
		g.Expect(conditionsOf(obj)).To(ContainElement(And(HaveField("Type", v1alpha1.ConditionReady), HaveField("ObservedGeneration", obj.GetGeneration()))))
		if u.GetKind() == v1alpha1.KindGovernanceBackend {
			g.Expect(conditionsOf(obj)).To(ContainElement(HaveField("Status", metav1.ConditionTrue)))
		}
	}).Should(Succeed())
}
