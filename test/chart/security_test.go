package chart_test

import (
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// warnings collects what the API server says beside its answer.
type warnings struct {
	mu   sync.Mutex
	said []string
}

func (w *warnings) HandleWarningHeader(_ int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, text)
}

func (w *warnings) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := strings.Join(w.said, "\n")
	w.said = nil
	return said
}

// restricted makes a namespace under the Pod Security standard "restricted", and a client that hears warnings.
func restricted(t *testing.T) (client.Client, *warnings, string) {
	t.Helper()
	env := server(t)
	heard := &warnings{}
	config := rest.CopyConfig(env.Config)
	config.WarningHandler = heard
	c, err := client.New(config, client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "restricted-", Labels: map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted",
	}}}
	if err := c.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	return c, heard, ns.Name
}

// admit tries a Deployment and a pod of it, and returns the warnings and the error.
func admit(t *testing.T, c client.Client, heard *warnings, ns string, deployment *appsv1.Deployment) (warned string, err error) {
	t.Helper()
	heard.take()
	deployment.Namespace, deployment.ResourceVersion = ns, ""
	if err := c.Create(t.Context(), deployment, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	warned = heard.take()
	template := deployment.Spec.Template
	if name := template.Spec.ServiceAccountName; name != "" {
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
		if err := client.IgnoreAlreadyExists(c.Create(t.Context(), account)); err != nil {
			t.Fatal(err)
		}
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, GenerateName: "pod-", Labels: template.Labels, Annotations: template.Annotations}, Spec: template.Spec}
	return warned, c.Create(t.Context(), pod, client.DryRunAll)
}

func TestPodsAreAdmittedUnderTheRestrictedStandard(t *testing.T) {
	t.Parallel()
	c, heard, ns := restricted(t)
	if err := c.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "default"}}); err != nil {
		t.Fatal(err)
	}
	for name, path := range valueSets(t) {
		t.Run(name, func(t *testing.T) {
			deployments := of(render(t, "--values", path), "Deployment")
			for _, object := range deployments {
				deployment := named(t, deployments, "Deployment", object.GetName(), &appsv1.Deployment{})
				warned, err := admit(t, c, heard, ns, deployment)
				if warned != "" {
					t.Errorf("%s: warning: %s", deployment.Name, warned)
				}
				if err != nil {
					t.Errorf("%s: a pod is refused: %v", deployment.Name, err)
				}
			}
		})
	}
}

func TestAPodWithMoreRightsIsSeenToBeRefused(t *testing.T) {
	c, heard, ns := restricted(t)
	deployment := named(t, render(t, "--set", "securityContext.allowPrivilegeEscalation=true"), "Deployment", release, &appsv1.Deployment{})
	warned, err := admit(t, c, heard, ns, deployment)
	if !strings.Contains(warned, "allowPrivilegeEscalation") || err == nil {
		t.Errorf("warning %q and error %v: the check sees nothing", warned, err)
	}
}
