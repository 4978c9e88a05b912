package controller_test

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("a backend", func() {
	It("tells who answers, what the vendor can do and what is behind it", func(ctx SpecContext) {
		t, b := newTenant(ctx), &v1alpha1.GovernanceBackend{}
		obj := &v1alpha1.AppEntitlement{}
		t.apply(ctx, subjects[0].manifest("one", "One", ""))
		t.ready(ctx, obj, "one")
		t.ready(ctx, b, "tenant")
		Expect(b.Status.TenantID).NotTo(BeEmpty())
		Expect(b.Status.Capabilities).To(HaveLen(3))
		Eventually(func(g Gomega) {
			g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
			g.Expect(b.Status.Counts).To(ContainElement(HaveField("Managed", BeEquivalentTo(1))))
			g.Expect(b.Finalizers).To(ContainElement(v1alpha1.Finalizer))
		}).WithTimeout(patience).Should(Succeed())
	})

	It("signs in with a static token", func(ctx SpecContext) {
		t := startTenant(ctx)
		t.secret(ctx, "static", map[string]string{"token": t.Credentials().StaticToken})
		Expect(c.Create(ctx, t.spec("tenant", func(s *v1alpha1.GovernanceBackendSpec) { s.Credentials.SecretRef.Name = "static" }))).To(Succeed())
		t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
		Expect(t.Counts().Tokens).To(BeZero())
	})

	It("signs in with the token of a ServiceAccount, and stores no secret", func(ctx SpecContext) {
		t := startTenant(ctx)
		Expect(c.Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "workload"}})).To(Succeed())
		Expect(c.Create(ctx, t.spec("tenant", func(s *v1alpha1.GovernanceBackendSpec) {
			s.Credentials = v1alpha1.Credentials{WorkloadIdentity: &v1alpha1.WorkloadIdentity{
				ClientID: t.Credentials().FederationClientID, ServiceAccountRef: v1alpha1.LocalObjectRef{Name: "workload"},
			}}
		}))).To(Succeed())
		t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
		t.apply(ctx, subjects[0].manifest("one", "One", ""))
		t.ready(ctx, &v1alpha1.AppEntitlement{}, "one")
	})

	It("refuses a federated client of another host, naming the field", func(ctx SpecContext) {
		t := startTenant(ctx)
		Expect(c.Create(ctx, t.spec("tenant", func(s *v1alpha1.GovernanceBackendSpec) {
			s.Credentials = v1alpha1.Credentials{WorkloadIdentity: &v1alpha1.WorkloadIdentity{
				ClientID: "someone@elsewhere.example/wfe", ServiceAccountRef: v1alpha1.LocalObjectRef{Name: "workload"},
			}}
		}))).To(Succeed())
		message := t.says(ctx, &v1alpha1.GovernanceBackend{}, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonInvalidSpec)
		Expect(message).To(ContainSubstring("spec.credentials.workloadIdentity.clientID"))
		Expect(t.Calls(0)).To(BeEmpty())
	})

	It("takes a rotated secret at once after a refusal, and objects go on", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.apply(ctx, subjects[0].manifest("one", "Before", ""))
		t.ready(ctx, obj, "one")
		fresh, err := t.RotateCredentials()
		Expect(err).NotTo(HaveOccurred())
		t.apply(ctx, subjects[0].manifest("one", "After", ""))
		t.says(ctx, &v1alpha1.GovernanceBackend{}, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonUnauthorized)
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotReady)
		secret := &corev1.Secret{}
		Expect(t.get(ctx, secret, "credentials")).To(Succeed())
		secret.StringData = map[string]string{"clientID": fresh.ClientID, "clientSecret": fresh.ClientSecret}
		Expect(c.Update(ctx, secret)).To(Succeed())
		t.touch(ctx, "tenant")
		t.ready(ctx, &v1alpha1.GovernanceBackend{}, "tenant")
		t.ready(ctx, obj, "one")
		Expect(subjects[0].count(t, "After")).To(Equal(1))
	})

	It("survives expired tokens without anybody noticing", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.apply(ctx, subjects[0].manifest("one", "Before", ""))
		t.ready(ctx, obj, "one")
		t.ExpireTokens()
		t.apply(ctx, subjects[0].manifest("one", "After", ""))
		t.ready(ctx, obj, "one")
		Expect(t.condition(ctx, &v1alpha1.GovernanceBackend{}, "tenant", v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonAuthenticated))
	})

	It("of the cluster serves the namespaces it allows, and those that it allowed may still delete", func(ctx SpecContext) {
		t, obj := startTenant(ctx), &v1alpha1.AppEntitlement{}
		name := "shared-" + t.namespace
		Expect(c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
			StringData: map[string]string{"clientID": t.Credentials().ClientID, "clientSecret": t.Credentials().ClientSecret}})).To(Succeed())
		cluster := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: v1alpha1.ClusterGovernanceBackendSpec{GovernanceBackendSpec: t.spec("", func(s *v1alpha1.GovernanceBackendSpec) { s.Credentials.SecretRef.Name = name }).Spec}}
		Expect(c.Create(ctx, cluster)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(client.IgnoreNotFound(c.Delete(ctx, cluster))).To(Succeed()) })
		t.apply(ctx, "apiVersion: governance-operator.io/v1alpha1\nkind: AppEntitlement\nmetadata: {name: one}\nspec:\n  backendRef: {kind: ClusterGovernanceBackend, name: "+name+"}\n  app: {name: GitHub}\n  displayName: Shared\n")
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonBackendNotAllowed)).To(ContainSubstring(t.namespace))
		t.allow(ctx, cluster, &v1alpha1.AllowedNamespaces{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: t.namespace}}})
		t.ready(ctx, obj, "one")
		t.allow(ctx, cluster, nil)
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(subjects[0].count(t, "Shared")).To(BeZero())
	})

	It("that is suspended holds every object behind it", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.suspend(ctx, true)
		t.apply(ctx, subjects[0].manifest("one", "Held", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
		Expect(subjects[0].count(t, "Held")).To(BeZero())
		t.suspend(ctx, false)
		t.ready(ctx, obj, "one")
	})

	It("is not asked within a Retry-After, by nobody", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 3, Count: 1, PathPattern: "/api/"})).To(Succeed())
		t.apply(ctx, subjects[0].manifest("one", "One", "")+"\n---\n"+subjects[0].manifest("two", "Two", ""))
		t.ready(ctx, obj, "one")
		t.ready(ctx, obj, "two")
		Expect(t.Counts().Early).To(BeZero())
	})

	It("is not asked within a Retry-After either when it is opened anew meanwhile", func(ctx SpecContext) {
		t, obj, b := newTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
		t.ready(ctx, b, "tenant")
		Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 4, Count: 1, PathPattern: "/api/"})).To(Succeed())
		t.apply(ctx, subjects[0].manifest("one", "One", ""))
		eventually(ctx, func() int { return t.Counts().Refused }).Should(Equal(1))
		t.edit(ctx, b, "tenant", func() { b.Spec.RequestsPerSecond = ptr.To(int32(500)) })
		t.ready(ctx, obj, "one")
		calls := t.Calls(0)
		refused := slices.IndexFunc(calls, func(call sandbox.Call) bool { return call.Status == 429 })
		Expect(calls[refused+1].Time).To(BeTemporally(">=", calls[refused].Time.Add(4*time.Second)), "%+v", calls[refused+1])
	})
})

// spec is a backend of this tenant, changed.
func (t *tenant) spec(name string, change func(*v1alpha1.GovernanceBackendSpec)) *v1alpha1.GovernanceBackend {
	b := &v1alpha1.GovernanceBackend{
		ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: name},
		Spec: v1alpha1.GovernanceBackendSpec{
			Vendor: v1alpha1.VendorConductorOne, Endpoint: t.URL,
			Credentials:       v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "credentials"}},
			RequestsPerSecond: ptr.To(int32(1000)), Burst: ptr.To(int32(1000)),
		},
	}
	change(&b.Spec)
	return b
}

// touch asks for a check of a backend.
func (t *tenant) touch(ctx SpecContext, name string) {
	GinkgoHelper()
	b := &v1alpha1.GovernanceBackend{}
	Expect(t.get(ctx, b, name)).To(Succeed())
	before := b.DeepCopy()
	metav1.SetMetaDataAnnotation(&b.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, time.Now().Format(time.RFC3339Nano))
	Expect(c.Patch(ctx, b, client.MergeFrom(before))).To(Succeed())
}

func (t *tenant) allow(ctx SpecContext, b *v1alpha1.ClusterGovernanceBackend, allowed *v1alpha1.AllowedNamespaces) {
	GinkgoHelper()
	before := b.DeepCopy()
	b.Spec.AllowedNamespaces = allowed
	Expect(c.Patch(ctx, b, client.MergeFrom(before))).To(Succeed())
}

func (t *tenant) suspend(ctx SpecContext, suspend bool) {
	GinkgoHelper()
	b := &v1alpha1.GovernanceBackend{}
	Expect(t.get(ctx, b, "tenant")).To(Succeed())
	before := b.DeepCopy()
	b.Spec.Suspend = suspend
	Expect(c.Patch(ctx, b, client.MergeFrom(before))).To(Succeed())
}
