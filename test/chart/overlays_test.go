package chart_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// overlayOf is the kustomization.yaml that a section of a document prints.
func overlayOf(t *testing.T, document, section string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(raw), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	_, text, fenced := strings.Cut(text, "```yaml\n# kustomization.yaml\n")
	if !found || !fenced {
		t.Fatalf("docs/%s prints no kustomization.yaml under %q", document, section)
	}
	text, _, _ = strings.Cut(text, "```")
	return text
}

// overlaid builds an overlay that is written for a folder beside a clone, with more lines in it.
func overlaid(t *testing.T, overlay string, more ...string) []*unstructured.Unstructured {
	t.Helper()
	return overlaidWith(t, overlay+strings.Join(more, "\n")+"\n", nil)
}

// overlaidWith builds it with files beside it.
func overlaidWith(t *testing.T, overlay string, files map[string]string) []*unstructured.Unstructured {
	t.Helper()
	parent, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clone, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "overlay")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	// Copied, since kustomize follows links to where relative paths mean something else.
	if err := os.CopyFS(filepath.Join(parent, "governance-operator", "config"), os.DirFS(filepath.Join(clone, "config"))); err != nil {
		t.Fatal(err)
	}
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	files["kustomization.yaml"] = overlay
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return built(t, folder)
}

func TestTheWebhookWithoutHelmSurvivesAnOverlay(t *testing.T) {
	t.Parallel()
	printed := overlayOf(t, "webhook.md", "Switch it on")
	for sentence, c := range map[string]struct {
		more            []string
		home, pre, post string
	}{
		"as printed":                     {home: "governance-operator-system"},
		"another namespace":              {more: []string{"namespace: iam"}, home: "iam"},
		"a prefix":                       {more: []string{"namePrefix: acme-"}, home: "governance-operator-system", pre: "acme-"},
		"namespace, prefix and a suffix": {more: []string{"namespace: iam", "namePrefix: acme-", "nameSuffix: -eu"}, home: "iam", pre: "acme-", post: "-eu"},
	} {
		t.Run(sentence, func(t *testing.T) {
			objects := overlaid(t, printed, c.more...)
			want := func(name string) string { return c.pre + "governance-operator-" + name + c.post }
			boundToTheManager(t, objects, 5)
			if account := of(objects, "ServiceAccount")[0]; account.GetName() != want("controller-manager") || account.GetNamespace() != c.home {
				t.Errorf("account %s in %s", account.GetName(), account.GetNamespace())
			}
			hook := want("webhook")
			if secret := named(t, objects, "Secret", hook, &corev1.Secret{}); secret.Namespace != c.home {
				t.Errorf("the Secret is in %s", secret.Namespace)
			}
			for kind, namespace := range map[string]string{"Role": c.home, "ClusterRole": ""} {
				role := named(t, objects, kind, hook, &rbacv1.ClusterRole{})
				if got := role.Rules[0].ResourceNames; role.Namespace != namespace || !slices.Equal(got, []string{hook}) {
					t.Errorf("%s in %q: of %q", kind, role.Namespace, got)
				}
			}
			service := named(t, objects, "Service", hook, &corev1.Service{})
			for _, w := range named(t, objects, "ValidatingWebhookConfiguration", hook, &admissionregistrationv1.ValidatingWebhookConfiguration{}).Webhooks {
				if to := w.ClientConfig.Service; to.Name != service.Name || to.Namespace != service.Namespace || service.Namespace != c.home {
					t.Errorf("%s: calls %s in %s, and the Service is %s in %s", w.Name, to.Name, to.Namespace, service.Name, service.Namespace)
				}
			}
			deployment := named(t, objects, "Deployment", want("controller-manager"), &appsv1.Deployment{})
			for key, value := range service.Spec.Selector {
				if deployment.Spec.Template.Labels[key] != value {
					t.Errorf("the Service looks for %s=%s, and the pods have %v", key, value, deployment.Spec.Template.Labels)
				}
			}
			manager := deployment.Spec.Template.Spec.Containers[0]
			if at := slices.Index(manager.Args, "--webhook-name"); at < 0 || at+1 == len(manager.Args) || manager.Args[at+1] != hook {
				t.Errorf("arguments %q, want --webhook-name %s", manager.Args, hook)
			}
			if manager.Image != "registry.example/governance-operator:v0.1.0" {
				t.Errorf("image %s: the one of the overlay has to be pulled", manager.Image)
			}
		})
	}
}

func TestWhatGoesBesideConfigDefaultIsBesideIt(t *testing.T) {
	t.Parallel()
	printed := overlayOf(t, "operations.md", "Install")
	for sentence, c := range map[string]struct {
		more      []string
		home, pre string
	}{
		"as printed":                     {home: "governance-operator-system"},
		"another namespace and a prefix": {more: []string{"namespace: iam", "namePrefix: acme-"}, home: "iam", pre: "acme-"},
	} {
		t.Run(sentence, func(t *testing.T) {
			objects := overlaid(t, printed, c.more...)
			deployment := named(t, objects, "Deployment", c.pre+"governance-operator-controller-manager", &appsv1.Deployment{})
			for kind, names := range map[string][]string{
				"NetworkPolicy": {"allow-metrics", "allow-webhook"}, "ServiceMonitor": {"controller-manager-metrics"}, "PrometheusRule": {"controller-manager-alerts"},
			} {
				var got []string
				for _, object := range of(objects, kind) {
					got = append(got, object.GetName())
					if object.GetNamespace() != c.home || deployment.Namespace != c.home {
						t.Errorf("%s %s is in %s, and the manager in %s", kind, object.GetName(), object.GetNamespace(), deployment.Namespace)
					}
				}
				for i := range names {
					names[i] = c.pre + "governance-operator-" + names[i]
				}
				if slices.Sort(got); !slices.Equal(got, names) {
					t.Errorf("%s %q, want %q", kind, got, names)
				}
			}
		})
	}
}
