package e2e

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

var _ = Describe("the definitions are removed while the operator runs", Label("uninstall"), func() {
	It("deletes nothing at the vendor and lets every object go", func(ctx SpecContext) {
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne)
		s.start(ctx)
		for _, k := range []kind{kinds[0], kinds[1], kinds[3]} {
			for _, name := range []string{"one", "two", "three"} {
				s.ready(ctx, s.apply(ctx, k.manifest(name, name)).(reference.Managed))
			}
		}
		s.ResetCalls()
		definitions := &apiextensionsv1.CustomResourceDefinitionList{}
		api, err := client.New(s.env.Config, client.Options{Scheme: extensionScheme()})
		Expect(err).NotTo(HaveOccurred())
		Expect(api.List(ctx, definitions)).To(Succeed())
		for i := range definitions.Items {
			if definitions.Items[i].Spec.Group == "governance-operator.io" && definitions.Items[i].Spec.Names.Kind[:6] == "Access" || definitions.Items[i].Spec.Names.Kind == "AppEntitlement" {
				Expect(api.Delete(ctx, &definitions.Items[i], client.PropagationPolicy(metav1.DeletePropagationBackground))).To(Succeed())
			}
		}
		Eventually(func(g Gomega) {
			g.Expect(api.List(ctx, definitions)).To(Succeed())
			for _, d := range definitions.Items {
				g.Expect(d.Spec.Names.Kind).NotTo(HavePrefix("Access"))
				g.Expect(d.Spec.Names.Kind).NotTo(Equal("AppEntitlement"))
			}
		}).WithContext(ctx).WithTimeout(patience).WithPolling(200 * time.Millisecond).Should(Succeed())
		Expect(s.Counts().Writes).To(BeZero())
		for _, k := range []kind{kinds[0], kinds[1], kinds[3]} {
			Expect(s.names(k)).To(ConsistOf("one", "two", "three"))
		}
	}, SpecTimeout(3*time.Minute))
})
