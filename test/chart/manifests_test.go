package chart_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// installer is what dist/install.yaml holds.
func installer(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	return installerOf(t, "default")
}

// installerOf is what a folder of config holds.
func installerOf(t *testing.T, folder string) []*unstructured.Unstructured {
	t.Helper()
	return built(t, filepath.Join(root, "config", folder))
}

// built is what kustomize makes of a folder.
func built(t *testing.T, folder string) []*unstructured.Unstructured {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, "bin", "kustomize"), "build", folder)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("bin/kustomize (make tools makes it): %v\n%s", err, problems.String())
	}
	objects, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestAnInstallationWithoutHelmIsAccepted(t *testing.T) {
	t.Parallel()
	c, heard, _ := restricted(t)
	objects := overlaid(t, overlayOf(t, "webhook.md", "Switch it on"))
	namespaces := of(objects, "Namespace")
	if len(namespaces) != 1 {
		t.Fatalf("%d namespaces, want 1", len(namespaces))
	}
	home := namespaces[0].GetName()
	if err := c.Create(t.Context(), named(t, namespaces, "Namespace", home, &corev1.Namespace{})); err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		if err := try(t, c, object); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
	}

	deployments := of(objects, "Deployment")
	if len(deployments) != 1 {
		t.Fatalf("%d Deployments, want 1", len(deployments))
	}
	deployment := named(t, deployments, "Deployment", deployments[0].GetName(), &appsv1.Deployment{})
	if _, err := admit(t, c, heard, home, deployment.DeepCopy()); err != nil {
		t.Errorf("a pod is refused in its namespace: %v", err)
	}
	deployment.Spec.Template.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil
	if _, err := admit(t, c, heard, home, deployment); err == nil || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		t.Errorf("the namespace does not enforce the restricted standard: %v", err)
	}
}

func TestRolesWithoutHelmAreBoundToTheAccountOfTheManager(t *testing.T) {
	boundToTheManager(t, installer(t), 3)
}

// boundToTheManager holds the bindings against the account of the manager, and against their roles.
func boundToTheManager(t *testing.T, objects []*unstructured.Unstructured, least int) {
	t.Helper()
	accounts := of(objects, "ServiceAccount")
	if len(accounts) != 1 {
		t.Fatalf("%d ServiceAccounts, want 1", len(accounts))
	}
	account := client.ObjectKeyFromObject(accounts[0])
	deployments := of(objects, "Deployment")
	if got := named(t, deployments, "Deployment", deployments[0].GetName(), &appsv1.Deployment{}).Spec.Template.Spec.ServiceAccountName; got != account.Name {
		t.Errorf("the manager runs as %s, and the account is %s", got, account.Name)
	}
	bindings := append(of(objects, "ClusterRoleBinding"), of(objects, "RoleBinding")...)
	if len(bindings) < least {
		t.Errorf("%d bindings, want %d at least", len(bindings), least)
	}
	for _, object := range bindings {
		binding := named(t, bindings, object.GetKind(), object.GetName(), &rbacv1.ClusterRoleBinding{})
		if !slices.ContainsFunc(of(objects, binding.RoleRef.Kind), func(role *unstructured.Unstructured) bool { return role.GetName() == binding.RoleRef.Name }) {
			t.Errorf("%s: there is no %s %s", binding.Name, binding.RoleRef.Kind, binding.RoleRef.Name)
		}
		want := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: account.Namespace, Name: account.Name}}
		if diff := cmp.Diff(want, binding.Subjects); diff != "" {
			t.Errorf("whom %s binds (-want +got):\n%s", binding.Name, diff)
		}
	}
}
