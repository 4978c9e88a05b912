package e2e

import (
	"context"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// forbid installs the policies of config/admission, and waits until they are in force.
func (h *hooked) forbid(ctx context.Context) {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "admission", "*.yaml"))
	Expect(err).NotTo(HaveOccurred())
	installed := 0
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		raw, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		for _, text := range documentsOf(string(raw)) {
			object := &unstructured.Unstructured{}
			Expect(yaml.Unmarshal([]byte(text), &object.Object)).To(Succeed())
			Expect(h.c.Create(ctx, object)).To(Succeed())
			installed++
		}
	}
	Expect(installed).To(Equal(6))
	kept := h.apply(ctx, `{apiVersion: governance-operator.io/v1alpha1, kind: GovernanceBackend, metadata: {name: kept, annotations: {governance-operator.io/deletion-protection: "true"}}, spec: {vendor: Veza, endpoint: "https://vendor.example", credentials: {secretRef: {name: x}}}}`)
	Eventually(func() error { return h.c.Delete(ctx, kept, client.DryRunAll) }).WithContext(ctx).WithTimeout(patience).
		WithPolling(200 * time.Millisecond).Should(MatchError(apierrors.IsForbidden, "is forbidden"))
}

var _ = Describe("webhook and policies together", Label("webhook"), func() {
	It("let the operator do all that it does", func(ctx SpecContext) {
		h := newStackAlone(ctx, v1alpha1.VendorConductorOne).hooked(ctx)
		h.forbid(ctx)
		h.listen(ctx)
		var objects []reference.Managed
		for i, k := range kinds {
			if k.vendor == v1alpha1.VendorConductorOne {
				objects = append(objects, h.apply(ctx, k.manifest("privileged-"+string(rune('a'+i)), "First")).(reference.Managed))
			}
		}
		Expect(len(objects)).To(BeNumerically(">=", 3))
		for _, object := range objects {
			h.ready(ctx, object)
			Expect(h.c.Patch(ctx, object, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"displayName":"Second"}}`)))).To(Succeed())
		}
		for _, object := range objects {
			h.ready(ctx, object)
			Expect(h.c.Delete(ctx, object)).To(Succeed())
		}
		for _, object := range objects {
			Eventually(func() error { return h.c.Get(ctx, client.ObjectKeyFromObject(object), object) }).WithContext(ctx).
				WithTimeout(patience).Should(MatchError(apierrors.IsNotFound, "is gone"))
		}
		Expect(h.manager.Output()).NotTo(Or(ContainSubstring("forbidden"), ContainSubstring("denied")))
	}, SpecTimeout(3*time.Minute))
})
