package chart_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// declared is the object of a kind that the section about the operator itself prints in a page, and what else is printed there.
func declared(t *testing.T, page, kind string) (*unstructured.Unstructured, []*unstructured.Unstructured) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(raw), "\n## The operator itself\n")
	_, text, found := strings.Cut(text, "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	objects, err := parse(text)
	if err != nil || !found {
		t.Fatalf("%s: printed %t, %v", page, found, err)
	}
	if got := of(objects, kind); len(got) == 1 {
		return got[0], objects
	}
	t.Fatalf("%s prints no %s", page, kind)
	return nil, nil
}

func nested[T any](t *testing.T, object *unstructured.Unstructured, path ...string) T {
	t.Helper()
	value, found, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	got, ok := value.(T)
	if !found || err != nil || !ok {
		t.Fatalf("%s %s: %s is %v (%v)", object.GetKind(), object.GetName(), strings.Join(path, "."), value, err)
	}
	return got
}

// TestTheOperatorItselfIsInstalledByGitOpsAsPrinted renders the chart as the printed declarations have it rendered.
func TestTheOperatorItselfIsInstalledByGitOpsAsPrinted(t *testing.T) {
	application, _ := declared(t, "argocd.md", "Application")
	release2, others := declared(t, "flux.md", "HelmRelease")
	var parameters []string
	for _, p := range nested[[]any](t, application, "spec", "source", "helm", "parameters") {
		p := p.(map[string]any)
		parameters = append(parameters, "--set", p["name"].(string)+"="+p["value"].(string))
	}
	if source := nested[string](t, release2, "spec", "chart", "spec", "sourceRef", "name"); len(of(others, "GitRepository")) != 1 || of(others, "GitRepository")[0].GetName() != source {
		t.Errorf("the source %s is not printed", source)
	}
	for page, c := range map[string]struct {
		name, path, home string
		values           map[string]any
		args             []string
	}{
		"argocd.md": {nested[string](t, application, "spec", "source", "helm", "releaseName"), nested[string](t, application, "spec", "source", "path"),
			nested[string](t, application, "spec", "destination", "namespace"), nested[map[string]any](t, application, "spec", "source", "helm", "valuesObject"), parameters},
		"flux.md": {nested[string](t, release2, "spec", "releaseName"), nested[string](t, release2, "spec", "chart", "spec", "chart"),
			nested[string](t, release2, "spec", "targetNamespace"), nested[map[string]any](t, release2, "spec", "values"), nil},
	} {
		raw, err := yaml.Marshal(c.values)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "values.yaml")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := runHelm(t.Context(), append([]string{"template", c.name, filepath.Join(root, c.path), "--namespace", c.home, "--values", file}, c.args...)...)
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		objects, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		deployment := named(t, objects, "Deployment", "governance-operator", &appsv1.Deployment{})
		if image := deployment.Spec.Template.Spec.Containers[0].Image; image != "registry.example/governance-operator:v0.1.0" || deployment.Namespace != "governance-operator-system" {
			t.Errorf("%s: image %s in %s", page, image, deployment.Namespace)
		}
		if len(of(objects, "CustomResourceDefinition")) != 5 || len(of(objects, "ValidatingWebhookConfiguration")) != 1 {
			t.Errorf("%s: not everything is installed", page)
		}
		if page == "argocd.md" {
			ignored := nested[[]any](t, application, "spec", "ignoreDifferences")
			secret := ignored[1].(map[string]any)["name"]
			if got := of(objects, "Secret"); len(got) != 1 || got[0].GetName() != secret {
				t.Errorf("differences of %v are ignored, and the Secrets are %v", secret, got)
			}
		}
	}
}
