package controller_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

var _ = Describe("the reports of a review", func() {
	const addresses = `{"status":{"reportURLs":["https://downloads.corp.example/one?signature=secret","https://downloads.corp.example/two?signature=secret"]}}`

	// stored is everything that the API server has of a review.
	stored := func(ctx SpecContext, t *tenant, name string) string {
		obj := &v1alpha1.AccessReview{}
		Expect(t.get(ctx, obj, name)).To(Succeed())
		raw, err := json.Marshal(obj)
		Expect(err).NotTo(HaveOccurred())
		return string(raw)
	}
	// older lets the status of a review hold what an older version kept there.
	older := func(ctx SpecContext, t *tenant, name string) {
		obj := &v1alpha1.AccessReview{}
		obj.SetNamespace(t.namespace)
		obj.SetName(name)
		Expect(c.Status().Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(addresses)))).To(Succeed())
		t.annotate(ctx, obj, name, v1alpha1.AnnotationReconcileRequestedAt, "upgrade") // A manager that starts looks at every object.
	}
	cleansed := func(ctx SpecContext, t *tenant, name string) {
		GinkgoHelper()
		eventually(ctx, func() string { return stored(ctx, t, name) }).ShouldNot(ContainSubstring("downloads.corp.example"))
	}

	It("are told by id, time, format and hash, and never by an address that opens them", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", "  conductorOne: {autoGenerateReport: true}"))
		Expect(t.SetReviewState(obj.Status.Remote.ID, "CLOSED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Reports).To(HaveLen(1))
		}).Should(Succeed())
		report := obj.Status.Reports[0]
		Expect(report.ID).To(HaveLen(27))
		Expect(report.Format).To(Equal("XLSX"))
		Expect(report.CreatedAt).NotTo(BeNil())
		Expect(report.Hashes).To(HaveLen(1))
		Expect(report.Hashes[0].Algorithm).To(Equal("sha256"))
		Expect(t.everythingSaid(ctx)).NotTo(ContainSubstring("downloads.corp.example"))
	})

	It("lose the addresses that an older version kept, also where nothing else is done any more", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", ""))
		t.apply(ctx, strings.Replace(review("two", "Two", "  suspend: true"), "name: tenant", "name: nobody", 1))
		t.says(ctx, &v1alpha1.AccessReview{}, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotFound)
		Expect(t.SetReviewState(obj.Status.Remote.ID, "CLOSED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		for _, name := range []string{"one", "two"} {
			older(ctx, t, name)
			cleansed(ctx, t, name)
		}
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		Expect(t.everythingSaid(ctx)).NotTo(ContainSubstring("downloads.corp.example"))
	})
})
