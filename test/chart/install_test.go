package chart_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

const (
	profiles = "accessprofiles.governance-operator.io"
	// quickLease lets the second manager take over soon after the first was killed.
	quickLease = "leaderElection.leaseDuration=3s,leaderElection.renewDeadline=2s,leaderElection.retryPeriod=500ms"
)

// parseInto reads one object of YAML.
func parseInto(text string, object any) {
	GinkgoHelper()
	Expect(yaml.UnmarshalStrict([]byte(text), object)).To(Succeed())
}

func definition(ctx context.Context, c client.Client, name string) (*unstructured.Unstructured, error) {
	crd := &unstructured.Unstructured{}
	crd.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
	return crd, c.Get(ctx, client.ObjectKey{Name: name}, crd)
}

// previousChart is the chart as it was before AccessProfile had the field "requestable".
func previousChart() string {
	GinkgoHelper()
	dir := copyOfChart()
	raw, err := os.ReadFile(filepath.Join(root, "config", "crd", "bases", "governance-operator.io_accessprofiles.yaml"))
	Expect(err).NotTo(HaveOccurred())
	crd := &unstructured.Unstructured{}
	parseInto(string(raw), &crd.Object)
	crd.SetAnnotations(map[string]string{"helm.sh/resource-policy": "keep"})
	versions, _, err := unstructured.NestedSlice(crd.Object, "spec", "versions")
	Expect(err).NotTo(HaveOccurred())
	unstructured.RemoveNestedField(versions[0].(map[string]any), "schema", "openAPIV3Schema", "properties", "spec", "properties", "requestable")
	spec := versions[0].(map[string]any)["schema"].(map[string]any)["openAPIV3Schema"].(map[string]any)["properties"].(map[string]any)["spec"].(map[string]any)
	spec["x-kubernetes-validations"] = slices.DeleteFunc(spec["x-kubernetes-validations"].([]any), func(rule any) bool {
		return strings.Contains(rule.(map[string]any)["rule"].(string), "requestable")
	})
	Expect(unstructured.SetNestedSlice(crd.Object, versions, "spec", "versions")).To(Succeed())
	raw, err = yaml.Marshal(crd.Object)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "templates", "crds", "accessprofiles.yaml"), raw, 0o600)).To(Succeed())
	about, err := os.ReadFile(filepath.Join(dir, "Chart.yaml"))
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(dir, "Chart.yaml"), []byte(strings.Replace(string(about), "\nversion: ", "\nversion: 0.0.1-before.", 1)), 0o600)).To(Succeed())
	return dir
}

var _ = Describe("a release", func() {
	It("is installed, drives the operator, is upgraded with its CRDs and uninstalled, and nothing happens at the vendor", func(ctx SpecContext) {
		k := newCluster(ctx)
		notes := k.helm(ctx, "install", release, previousChart(), "--create-namespace", "--set", "sandbox.enabled=true,webhook.enabled=true", "--set", quickLease)
		Expect(notes).To(ContainSubstring("BEFORE YOU UNINSTALL"))
		k.tryManifests(ctx, notes, 2)
		k.run(ctx)
		k.signIn(ctx, namespace, release+"-sandbox-sailpoint")
		profile := k.profile(ctx, namespace, "payroll")
		k.ready(ctx, profile)
		Expect(k.remote("payroll")).NotTo(BeNil())

		certificate := k.certified(ctx)
		By("upgrading: the new field of the CRD is there, and the operator writes it")
		k.requestable(ctx, profile, false)
		k.helm(ctx, "upgrade", release, chart, "--reset-then-reuse-values")
		certificate() // It is the manager's, and no upgrade takes it away.
		k.kill()      // The Deployment's new pod takes over.
		k.run(ctx)
		k.requestable(ctx, profile, true)
		k.ready(ctx, profile)
		Expect(k.remote("payroll")).To(HaveKeyWithValue("requestable", true))

		By("uninstalling: objects, CRDs and remotes stay")
		k.ResetCalls()
		k.kill()
		Expect(k.helm(ctx, "uninstall", release)).To(ContainSubstring(profiles))
		Expect(k.c.Get(ctx, client.ObjectKeyFromObject(profile), profile)).To(Succeed())
		Expect(profile.DeletionTimestamp).To(BeNil())
		crd, err := definition(ctx, k.c, profiles)
		Expect(err).NotTo(HaveOccurred())
		Expect(crd.GetDeletionTimestamp()).To(BeNil())

		By("installing again: the objects are taken up as they are")
		k.helm(ctx, "install", release, chart, "--set", "sandbox.enabled=true", "--set", quickLease)
		k.run(ctx)
		k.ready(ctx, profile)
		Expect(k.Counts().Writes).To(BeZero())
		Expect(k.remote("payroll")).To(HaveKeyWithValue("requestable", true))
		Expect(k.manager.Output()).NotTo(ContainSubstring("forbidden"))
	}, SpecTimeout(5*time.Minute))

	It("takes over CRDs that were applied by hand, when they are given to it", func(ctx SpecContext) {
		k := newCluster(ctx)
		for _, object := range crdsOfTheRepository() {
			Expect(k.c.Create(ctx, object, client.FieldOwner("kubectl"))).To(Succeed())
		}
		_, err := runHelm(ctx, "install", release, chart, "--kubeconfig", k.kubeconfig, "--namespace", namespace, "--create-namespace")
		Expect(err).To(MatchError(ContainSubstring("cannot be imported into the current release")))
		k.helm(ctx, "install", release, chart, "--create-namespace", "--take-ownership", "--force-conflicts")
		k.tryManifests(ctx, k.helm(ctx, "get", "notes", release), 1)
		crd, err := definition(ctx, k.c, profiles)
		Expect(err).NotTo(HaveOccurred())
		Expect(crd.GetAnnotations()).To(HaveKeyWithValue("helm.sh/resource-policy", "keep"))
		k.helm(ctx, "upgrade", release, chart)
	}, SpecTimeout(3*time.Minute))
})

// certified writes into the webhook's Secret and configuration what the manager would, and returns a check that it is there.
func (k *cluster) certified(ctx context.Context) func() {
	GinkgoHelper()
	secret, configuration := &corev1.Secret{}, &admissionregistrationv1.ValidatingWebhookConfiguration{}
	get := func() {
		GinkgoHelper()
		Expect(k.c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: webhookName}, secret)).To(Succeed())
		Expect(k.c.Get(ctx, client.ObjectKey{Name: webhookName}, configuration)).To(Succeed())
	}
	bundle, _, err := cert.GenerateSelfSignedCertKey("webhook", nil, nil)
	Expect(err).NotTo(HaveOccurred())
	get()
	secret.Data = map[string][]byte{"ca.crt": bundle}
	Expect(k.c.Update(ctx, secret)).To(Succeed())
	before := configuration.DeepCopy()
	for i := range configuration.Webhooks {
		configuration.Webhooks[i].ClientConfig.CABundle = bundle
	}
	Expect(k.c.Patch(ctx, configuration, client.StrategicMergeFrom(before))).To(Succeed())
	return func() {
		GinkgoHelper()
		get()
		Expect(secret.Data).To(HaveKeyWithValue("ca.crt", bundle))
		for _, w := range configuration.Webhooks {
			Expect(w.ClientConfig.CABundle).To(Equal(bundle))
		}
	}
}

// requestable sets the field that the previous CRD did not have, and checks whether it is known.
func (k *cluster) requestable(ctx context.Context, profile client.Object, known bool) {
	GinkgoHelper()
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"requestable":true}}`))
	err := k.c.Patch(ctx, profile, patch, client.FieldValidation(metav1.FieldValidationStrict))
	if known {
		Expect(err).NotTo(HaveOccurred())
		return
	}
	Expect(err).To(MatchError(ContainSubstring(`unknown field "spec.requestable"`)))
}

// tryManifests tries the objects in the commands that helm printed.
func (k *cluster) tryManifests(ctx context.Context, notes string, want int) {
	GinkgoHelper()
	_, text, _ := strings.Cut(notes, "<<'END'\n")
	text, _, _ = strings.Cut(text, "\nEND\n")
	objects, err := parse(text)
	Expect(err).NotTo(HaveOccurred())
	Expect(objects).To(HaveLen(want), "%s", notes)
	for _, object := range objects {
		object.SetNamespace(namespace)
		Expect(k.c.Create(ctx, object, client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))).To(Succeed())
	}
}

func crdsOfTheRepository() []*unstructured.Unstructured {
	GinkgoHelper()
	paths, err := filepath.Glob(filepath.Join(root, "config", "crd", "bases", "*.yaml"))
	Expect(err).NotTo(HaveOccurred())
	var out []*unstructured.Unstructured
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		crd := &unstructured.Unstructured{}
		parseInto(string(raw), &crd.Object)
		out = append(out, crd)
	}
	return out
}

// gone reports whether an answer means that there is no such object.
func gone(err error) bool { return apierrors.IsNotFound(err) }
