package controller_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("a field that the vendor takes and does not keep", func() {
	for _, f := range []struct {
		vendor v1alpha1.Vendor
		method string
		// path is where an update of a profile goes, answer what it would say.
		path   func(id string) string
		answer func(t *tenant, id string) any
	}{
		{
			vendor: v1alpha1.VendorConductorOne, method: http.MethodPost,
			path: func(id string) string { return "/api/v1/catalogs/" + id },
			answer: func(_ *tenant, id string) any {
				return map[string]any{"requestCatalogView": map[string]any{"requestCatalog": map[string]any{"id": id}}}
			},
		},
		{
			vendor: v1alpha1.VendorSailPoint, method: http.MethodPatch,
			path:   func(id string) string { return "/access-profiles/v1/" + id },
			answer: func(t *tenant, id string) any { return t.profileAtSailPoint(id).Object },
		},
		{
			vendor: v1alpha1.VendorVeza, method: http.MethodPatch,
			path:   func(id string) string { return "/api/private/lifecycle_management/access_profiles/" + id },
			answer: func(_ *tenant, _ string) any { return map[string]any{"value": map[string]any{}} },
		},
	} {
		It(fmt.Sprintf("is written to %s three times, then named, and left until somebody acts", f.vendor), func(ctx SpecContext) {
			at := only(func(s subject) bool { return s.vendor == f.vendor && s.kind == v1alpha1.KindAccessProfile })[0]
			t, obj := at.tenant(ctx), &v1alpha1.AccessProfile{}
			t.apply(ctx, at.manifest("one", "One", "  description: As it was."))
			t.ready(ctx, obj, "one")
			id := obj.Status.Remote.ID
			answer, err := json.Marshal(f.answer(t, id))
			Expect(err).NotTo(HaveOccurred())
			Expect(t.AddFault(sandbox.Fault{
				Method: f.method, PathPattern: "^" + regexp.QuoteMeta(f.path(id)) + "$", Kind: sandbox.FaultStatus, Status: http.StatusOK, Body: string(answer),
			})).To(Succeed())
			t.ResetCalls()
			given := givenUp()

			t.edit(ctx, obj, "one", func() { obj.Spec.Description = ptr.To("Kept by nobody.") })
			message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonNonConverging)
			Expect(message).To(ContainSubstring("spec.description"))
			Expect(t.condition(ctx, obj, "one", v1alpha1.ConditionStalled).Reason).To(Equal(v1alpha1.ReasonNonConverging))
			Expect(t.Counts().Writes).To(Equal(3), "writes at the vendor")
			t.quiet(ctx, 12)
			t.told(ctx, "one", v1alpha1.ReasonNonConverging)
			Expect(givenUp()).To(Equal(given + 1))
			Expect(t.Rejections()).To(BeEmpty())

			t.ClearFaults()
			t.edit(ctx, obj, "one", func() { obj.Spec.Description = ptr.To("Kept again.") })
			t.ready(ctx, obj, "one")
			Expect(t.Counts().Writes).To(Equal(4), "writes at the vendor")
		})
	}
})

// givenUp is what the metric says of profiles that were given up.
func givenUp() (n float64) {
	GinkgoHelper()
	families, err := metrics.Registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "governance_operator_non_converging_total" && m.GetLabel()[0].GetValue() == v1alpha1.KindAccessProfile {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}
