package controller_test

import (
	"strings"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

var _ = Describe("more than a status can hold", func() {
	It("an object that is asked for by a very long annotation is made, and says that it was handled", func(ctx SpecContext) {
		t, obj, s := newTenant(ctx), &v1alpha1.AccessProfile{}, profileOf(v1alpha1.VendorConductorOne)
		t.apply(ctx, strings.Replace(s.manifest("long", "Long", ""), "metadata:\n", "metadata:\n  annotations: {"+v1alpha1.AnnotationReconcileRequestedAt+": \""+strings.Repeat("now ", 75)+"\"}\n", 1))
		t.ready(ctx, obj, "long")
		Expect(utf8.RuneCountInString(obj.Status.LastHandledReconcileAt)).To(BeNumerically("~", 250, 6))
		t.quiet(ctx, 12)
		Expect(t.eventsOf(ctx, "long", v1alpha1.ReasonStatusRefused)).To(BeZero())
	})

	It("a failure that the vendor tells at length is told as far as there is room, and the rest goes on", func(ctx SpecContext) {
		s := profileOf(v1alpha1.VendorVeza)
		t, obj := s.tenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, s.manifest("failed", "Failed", ""))
		t.ready(ctx, obj, "failed")
		Expect(t.Edit(targetOf(obj), map[string]any{"last_sync_error_message": strings.Repeat("it failed \u0007", 200)})).To(Succeed())
		t.reconcile(ctx, obj, "failed")
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "failed")).To(Succeed())
			g.Expect(utf8.RuneCountInString(obj.Status.LastSyncError)).To(Equal(1024))
			g.Expect(obj.Status.LastSyncError).To(HaveSuffix("…"))
		}).Should(Succeed())
		Expect(t.eventsOf(ctx, "failed", v1alpha1.ReasonStatusRefused)).To(BeZero())
	})
})
