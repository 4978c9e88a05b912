package chart_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// webhookName is how everything of the webhook is called.
const webhookName = release + "-" + namespace + "-webhook"

func TestTheWebhookIsThatOfTheRepository(t *testing.T) {
	objects := render(t, "--set", "webhook.enabled=true")
	want := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	read(t, want, "config", "webhook", "objects", "configuration.yaml")
	for i := range want.Webhooks {
		want.Webhooks[i].ClientConfig.Service.Name, want.Webhooks[i].ClientConfig.Service.Namespace = webhookName, namespace
	}
	got := named(t, objects, "ValidatingWebhookConfiguration", webhookName, &admissionregistrationv1.ValidatingWebhookConfiguration{})
	if diff := cmp.Diff(want.Webhooks, got.Webhooks); diff != "" || len(want.Webhooks) != 6 {
		t.Errorf("webhooks (-repository +chart):\n%s", diff)
	}
	rules := map[string][]rbacv1.PolicyRule{
		"Role":        {{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{webhookName}, Verbs: []string{"update"}}},
		"ClusterRole": {{APIGroups: []string{"admissionregistration.k8s.io"}, Resources: []string{"validatingwebhookconfigurations"}, ResourceNames: []string{webhookName}, Verbs: []string{"get", "patch"}}},
	}
	for kind, want := range rules {
		if diff := cmp.Diff(want, named(t, objects, kind, webhookName, &rbacv1.ClusterRole{}).Rules); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	for _, object := range installerOf(t, filepath.Join("webhook", "objects")) {
		role := &rbacv1.ClusterRole{}
		if want, ok := rules[object.GetKind()]; ok && object.GetName() == release+"-webhook" {
			want[0].ResourceNames = []string{release + "-webhook"}
			if diff := cmp.Diff(want, named(t, []*unstructured.Unstructured{object}, object.GetKind(), object.GetName(), role).Rules); diff != "" {
				t.Errorf("%s of config/webhook (-chart +repository):\n%s", object.GetKind(), diff)
			}
		}
	}
	if secret := named(t, objects, "Secret", webhookName, &corev1.Secret{}); len(secret.Data)+len(secret.StringData) > 0 {
		t.Error("a template made a certificate")
	}
	if deployment := named(t, objects, "Deployment", release, &appsv1.Deployment{}); !slices.Contains(deployment.Spec.Template.Spec.Containers[0].Args, "--webhook-name="+webhookName) ||
		!slices.Contains(deployment.Spec.Template.Spec.Containers[0].Args, "--webhook-bind-address=:9443") {
		t.Errorf("arguments %q", deployment.Spec.Template.Spec.Containers[0].Args)
	}
	if service := named(t, objects, "Service", webhookName, &corev1.Service{}); service.Spec.Ports[0].Port != 443 || service.Spec.Ports[0].TargetPort.StrVal != "webhook" {
		t.Errorf("ports %v", service.Spec.Ports)
	}
}

func TestNothingOfTheWebhookIsThereUnlessItIsOn(t *testing.T) {
	for _, object := range render(t) {
		if strings.Contains(object.GetName(), "webhook") || object.GetKind() == "ValidatingWebhookConfiguration" {
			t.Errorf("%s %s", object.GetKind(), object.GetName())
		}
	}
}

func TestTheWebhookOfSingleNamespacesSeesThemOnly(t *testing.T) {
	objects := render(t, "--set", "webhook.enabled=true,watchNamespaces={payroll,sales}")
	got := named(t, objects, "ValidatingWebhookConfiguration", webhookName, &admissionregistrationv1.ValidatingWebhookConfiguration{})
	if len(got.Webhooks) != 5 {
		t.Errorf("%d webhooks, want one for each kind but the cluster's, and one for deletions", len(got.Webhooks))
	}
	for _, w := range got.Webhooks {
		if e := w.NamespaceSelector.MatchExpressions; len(e) != 1 || e[0].Key != "kubernetes.io/metadata.name" || !slices.Equal(e[0].Values, []string{"payroll", "sales"}) {
			t.Errorf("%s: %v", w.Name, w.NamespaceSelector)
		}
	}
	// Elsewhere it may read every Secret by its name; here this one has to be said.
	if verbs := named(t, objects, "Role", webhookName, &rbacv1.Role{}).Rules[0].Verbs; !slices.Equal(verbs, []string{"get", "update"}) {
		t.Errorf("verbs %q", verbs)
	}
}

func TestACertificateOfCertManagerIsMountedAndNoRightIsGranted(t *testing.T) {
	for set, issuer := range map[string]string{"": "Issuer " + webhookName, ",webhook.certManager.issuerRef.kind=ClusterIssuer,webhook.certManager.issuerRef.name=corp": "ClusterIssuer corp"} {
		objects := render(t, "--set", "webhook.enabled=true,webhook.certManager.enabled=true,networkPolicy.enabled=true"+set)
		for _, kind := range []string{"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Secret"} {
			for _, object := range of(objects, kind) {
				if object.GetName() == webhookName {
					t.Errorf("%s %s", kind, webhookName)
				}
			}
		}
		certificate := of(objects, "Certificate")[0]
		names, _, _ := unstructured.NestedStringSlice(certificate.Object, "spec", "dnsNames")
		kind, _, _ := unstructured.NestedString(certificate.Object, "spec", "issuerRef", "kind")
		name, _, _ := unstructured.NestedString(certificate.Object, "spec", "issuerRef", "name")
		if !slices.Equal(names, []string{webhookName + "." + namespace + ".svc"}) || kind+" "+name != issuer {
			t.Errorf("names %q, issuer %s %s", names, kind, name)
		}
		if own := len(of(objects, "Issuer")) == 1; own != (set == "") {
			t.Errorf("an Issuer of its own: %t", own)
		}
		got := named(t, objects, "ValidatingWebhookConfiguration", webhookName, &admissionregistrationv1.ValidatingWebhookConfiguration{})
		if got.Annotations["cert-manager.io/inject-ca-from"] != namespace+"/"+certificate.GetName() {
			t.Errorf("annotations %v", got.Annotations)
		}
		pod := named(t, objects, "Deployment", release, &appsv1.Deployment{}).Spec.Template.Spec
		if len(pod.Volumes) != 1 || pod.Volumes[0].Secret.SecretName != webhookName || pod.Volumes[0].Secret.Optional == nil || !*pod.Volumes[0].Secret.Optional {
			t.Errorf("volumes %v: a pod must start without the certificate", pod.Volumes)
		}
		if mounts := pod.Containers[0].VolumeMounts; len(mounts) != 1 || !slices.Contains(pod.Containers[0].Args, "--webhook-cert-dir="+mounts[0].MountPath) {
			t.Errorf("mounts %v, arguments %q", mounts, pod.Containers[0].Args)
		}
		policy := named(t, objects, "NetworkPolicy", release, &networkingv1.NetworkPolicy{})
		if in := policy.Spec.Ingress; len(in) != 2 || in[0].Ports[0].Port.StrVal != "webhook" || len(in[0].From) != 0 {
			t.Errorf("the API server is kept out: %v", in)
		}
	}
}
