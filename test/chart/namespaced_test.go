package chart_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = Describe("a release that watches single namespaces", func() {
	It("drives them with Roles alone, and lets go of the objects when the CRDs are removed", func(ctx SpecContext) {
		k := newCluster(ctx, "payroll", "sales", "elsewhere")
		values := []string{chart, "--set", "watchNamespaces={payroll,sales},sandbox.enabled=true", "--set", quickLease}
		k.helm(ctx, append([]string{"install", release, "--create-namespace", "--set", "clusterID=trial"}, values...)...)

		By("without its only right in the cluster it runs, and says what it will not see")
		bindings := client.MatchingLabels{"app.kubernetes.io/instance": release}
		Expect(k.c.DeleteAllOf(ctx, &rbacv1.ClusterRoleBinding{}, bindings)).To(Succeed())
		k.run(ctx)
		Expect(k.manager.Output()).To(ContainSubstring("definitions may not be read"))
		k.kill()
		k.helm(ctx, append([]string{"upgrade", release}, values...)...)

		By("with it, an object becomes Ready")
		const secret = release + "-sandbox-sailpoint"
		Expect(k.c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "elsewhere", Name: secret}})).To(Succeed())
		k.run(ctx)
		k.signIn(ctx, "payroll", secret)
		profile := k.profile(ctx, "payroll", "payroll")
		k.ready(ctx, profile)

		By("its account can read that Secret by name, and no other")
		config, err := clientcmd.BuildConfigFromFlags("", k.as(ctx, release))
		Expect(err).NotTo(HaveOccurred())
		account, err := client.New(config, client.Options{Scheme: k.env.Scheme, Mapper: k.c.RESTMapper()})
		Expect(err).NotTo(HaveOccurred())
		Expect(account.Get(ctx, client.ObjectKey{Namespace: "payroll", Name: secret}, &corev1.Secret{})).To(Succeed())
		for _, err := range []error{
			account.Get(ctx, client.ObjectKey{Namespace: "elsewhere", Name: secret}, &corev1.Secret{}),
			account.List(ctx, &corev1.SecretList{}, client.InNamespace("payroll")),
			account.List(ctx, &corev1.NamespaceList{}),
			account.List(ctx, definitions()),
		} {
			Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		}
		Expect(account.List(ctx, definitions(), client.MatchingFields{"metadata.name": profiles})).To(Succeed())

		By("removing the CRDs: the objects go, and their remotes stay")
		k.ResetCalls()
		crd, err := definition(ctx, k.c, profiles)
		Expect(err).NotTo(HaveOccurred())
		Expect(k.c.Delete(ctx, crd)).To(Succeed())
		Eventually(func() bool {
			_, err := definition(ctx, k.c, profiles)
			return gone(err)
		}).WithContext(ctx).WithTimeout(time.Minute).WithPolling(200*time.Millisecond).Should(BeTrue(), "the CRD waits for its objects")
		Expect(k.Counts().Writes).To(BeZero())
		Expect(k.remote("payroll")).NotTo(BeNil())
		Expect(k.manager.Output()).NotTo(ContainSubstring("forbidden"))
	}, SpecTimeout(3*time.Minute))
})

func definitions() *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinitionList"))
	return list
}
