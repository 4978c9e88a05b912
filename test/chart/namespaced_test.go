package chart_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = Describe("a release that watches single namespaces", func() {
	It("drives them with Roles alone, and lets go of the objects when the CRDs are removed", func(ctx SpecContext) {
		k := newCluster(ctx, "payroll", "sales", "elsewhere")
		k.helm(ctx, "install", release, chart, "--create-namespace", "--set", "watchNamespaces={payroll,sales}")
		credentials := k.Credentials()
		for _, ns := range []string{"payroll", "elsewhere"} {
			Expect(k.c.Create(ctx, &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "credentials"},
				StringData: map[string]string{"clientID": credentials.ClientID, "clientSecret": credentials.ClientSecret},
			})).To(Succeed())
		}
		k.run(ctx)
		k.signIn(ctx, "payroll", "credentials")
		profile := k.profile(ctx, "payroll", "payroll")
		k.ready(ctx, profile)

		By("its account can read that Secret by name, and no other")
		config, err := clientcmd.BuildConfigFromFlags("", k.as(ctx, release))
		Expect(err).NotTo(HaveOccurred())
		account, err := client.New(config, client.Options{Scheme: k.env.Scheme, Mapper: k.c.RESTMapper()})
		Expect(err).NotTo(HaveOccurred())
		Expect(account.Get(ctx, client.ObjectKey{Namespace: "payroll", Name: "credentials"}, &corev1.Secret{})).To(Succeed())
		for _, err := range []error{
			account.Get(ctx, client.ObjectKey{Namespace: "elsewhere", Name: "credentials"}, &corev1.Secret{}),
			account.List(ctx, &corev1.SecretList{}, client.InNamespace("payroll")),
			account.List(ctx, &corev1.NamespaceList{}),
		} {
			Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		}

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
	}, SpecTimeout(3*time.Minute))
})
