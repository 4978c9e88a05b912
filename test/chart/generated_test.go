package chart_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func read(t *testing.T, object any, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err == nil {
		err = yaml.UnmarshalStrict(raw, object)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheDefinitionsAreThoseOfTheRepository(t *testing.T) {
	rendered := of(render(t), "CustomResourceDefinition")
	paths, err := filepath.Glob(filepath.Join(root, "config", "crd", "bases", "*.yaml"))
	if err != nil || len(paths) != len(rendered) || len(paths) == 0 {
		t.Fatalf("%d CRDs in the chart, %d in config/crd/bases (%v)", len(rendered), len(paths), err)
	}
	for _, path := range paths {
		want := &unstructured.Unstructured{}
		read(t, &want.Object, "config", "crd", "bases", filepath.Base(path))
		i := slices.IndexFunc(rendered, func(got *unstructured.Unstructured) bool { return got.GetName() == want.GetName() })
		if i < 0 {
			t.Errorf("%s is not in the chart", want.GetName())
			continue
		}
		got := rendered[i]
		annotations := got.GetAnnotations()
		if annotations["helm.sh/resource-policy"] != "keep" {
			t.Errorf("%s goes with the release", want.GetName())
		}
		delete(annotations, "helm.sh/resource-policy")
		got.SetAnnotations(annotations)
		got.SetLabels(nil)
		if diff := cmp.Diff(want.Object, got.Object); diff != "" {
			t.Errorf("%s (-repository +chart):\n%s", want.GetName(), diff)
		}
	}
}

func TestThePoliciesAreThoseOfTheRepository(t *testing.T) {
	rendered := render(t, "--values", valueSets(t)["admission-policies"])
	count := 0
	for _, file := range []string{"deletion_guard.yaml", "privileged_entitlements.yaml", "self_review.yaml"} {
		objects, err := parse(readText(t, "config", "admission", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range of(objects, "ValidatingAdmissionPolicy") {
			count++
			name, _, _ := strings.Cut(want.GetName(), ".")
			got := named(t, rendered, want.GetKind(), release+"-"+name, &unstructured.Unstructured{})
			if diff := cmp.Diff(want.Object["spec"], got.Object["spec"]); diff != "" {
				t.Errorf("%s (-repository +chart):\n%s", name, diff)
			}
		}
	}
	if count != 3 {
		t.Errorf("%d policies, want 3", count)
	}
	want := map[string]admissionv1.ValidatingAdmissionPolicyBindingSpec{
		"deletion-guard":          {ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}},
		"privileged-entitlements": {ValidationActions: []admissionv1.ValidationAction{admissionv1.Warn, admissionv1.Audit}},
		"self-review": {ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}, MatchResources: &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{
			MatchLabels:      map[string]string{"governed": "true"},
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"sandbox"}}},
		}}},
	}
	for name, spec := range want {
		spec.PolicyName = release + "-" + name
		binding := named(t, rendered, "ValidatingAdmissionPolicyBinding", release+"-"+name, &admissionv1.ValidatingAdmissionPolicyBinding{})
		if diff := cmp.Diff(spec, binding.Spec); diff != "" {
			t.Errorf("binding of %s (-want +got):\n%s", name, diff)
		}
	}
	for _, object := range render(t) {
		if strings.HasPrefix(object.GetKind(), "ValidatingAdmissionPolicy") {
			t.Errorf("%s %s is there unasked", object.GetKind(), object.GetName())
		}
	}
}

func TestTheRolesAreThoseOfTheRepository(t *testing.T) {
	rendered := render(t)
	manager := &rbacv1.ClusterRole{}
	read(t, manager, "config", "rbac", "role.yaml")
	if diff := cmp.Diff(manager.Rules, named(t, rendered, "ClusterRole", release+"-manager", &rbacv1.ClusterRole{}).Rules); diff != "" {
		t.Errorf("rules of the manager (-repository +chart):\n%s", diff)
	}
	election := &rbacv1.Role{}
	read(t, election, "config", "rbac", "leader_election_role.yaml")
	if diff := cmp.Diff(election.Rules, named(t, rendered, "Role", release+"-leader-election", &rbacv1.Role{}).Rules); diff != "" {
		t.Errorf("rules of leader election (-repository +chart):\n%s", diff)
	}
	for file, name := range map[string]string{"metrics_auth_role.yaml": release + "-" + namespace + "-metrics-auth", "metrics_reader_role.yaml": release + "-metrics-reader"} {
		want := &rbacv1.ClusterRole{}
		read(t, want, "config", "rbac", file)
		if diff := cmp.Diff(want.Rules, named(t, rendered, "ClusterRole", name, &rbacv1.ClusterRole{}).Rules); diff != "" {
			t.Errorf("rules of %s (-repository +chart):\n%s", name, diff)
		}
	}
	paths, err := filepath.Glob(filepath.Join(root, "config", "rbac", "*_*_role.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	people := 0
	for _, path := range paths {
		kind, rest, _ := strings.Cut(filepath.Base(path), "_")
		role, _, _ := strings.Cut(rest, "_")
		if kind == "leader" || kind == "metrics" {
			continue
		}
		people++
		want := &rbacv1.ClusterRole{}
		read(t, want, "config", "rbac", filepath.Base(path))
		if diff := cmp.Diff(want.Rules, named(t, rendered, "ClusterRole", release+"-"+kind+"-"+role, &rbacv1.ClusterRole{}).Rules); diff != "" {
			t.Errorf("rules of %s (-repository +chart):\n%s", want.Name, diff)
		}
	}
	if people != 15 {
		t.Errorf("%d roles for people, want 15", people)
	}
}

func TestRolesForPeopleArePartsOfTheClustersOwn(t *testing.T) {
	all, writers, nobody := []string{"admin", "edit", "view"}, []string{"admin", "edit"}, []string(nil)
	for name, c := range map[string]struct {
		args []string
		want map[string][]string
	}{
		"by default": {nil, map[string][]string{
			"appentitlement-viewer": all, "appentitlement-editor": writers, "accessprofile-admin": {"admin"},
			// A backend says which servers the manager calls.
			"governancebackend-viewer": all, "governancebackend-editor": nobody, "governancebackend-admin": nobody,
			// A backend of the cluster can use any Secret of the operator's namespace.
			"clustergovernancebackend-viewer": all, "clustergovernancebackend-editor": nobody, "clustergovernancebackend-admin": nobody,
		}},
		"with backends": {[]string{"--set", "rbac.userRoles.backends=true"}, map[string][]string{
			"governancebackend-viewer": all, "governancebackend-editor": writers, "governancebackend-admin": {"admin"},
			"clustergovernancebackend-editor": nobody, "clustergovernancebackend-admin": nobody,
		}},
		"without any": {[]string{"--set", "rbac.userRoles.backends=true,rbac.userRoles.aggregate=false"}, map[string][]string{
			"appentitlement-viewer": nobody, "appentitlement-editor": nobody, "governancebackend-editor": nobody, "governancebackend-viewer": nobody,
		}},
	} {
		rendered := render(t, c.args...)
		for role, want := range c.want {
			var got []string
			for label := range named(t, rendered, "ClusterRole", release+"-"+role, &rbacv1.ClusterRole{}).Labels {
				if to, ok := strings.CutPrefix(label, "rbac.authorization.k8s.io/aggregate-to-"); ok {
					got = append(got, to)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, role, diff)
			}
		}
	}
}

func TestSecretsAreReadByNameOnly(t *testing.T) {
	for name, args := range map[string][]string{"all namespaces": nil, "single namespaces": {"--set", "watchNamespaces={payroll}"}} {
		t.Run(name, func(t *testing.T) {
			secrets := 0
			rendered := render(t, args...)
			for _, object := range append(of(rendered, "ClusterRole"), of(rendered, "Role")...) {
				role := named(t, []*unstructured.Unstructured{object}, object.GetKind(), object.GetName(), &rbacv1.ClusterRole{})
				for _, rule := range role.Rules {
					if slices.Contains(rule.Resources, "*") {
						t.Errorf("%s grants every resource", role.Name)
					}
					if slices.Contains(rule.Resources, "secrets") {
						secrets++
						if diff := cmp.Diff([]string{"get"}, rule.Verbs); diff != "" {
							t.Errorf("%s: %s", role.Name, diff)
						}
					}
				}
			}
			if secrets != 1 {
				t.Errorf("%d rules for Secrets, want 1", secrets)
			}
		})
	}
}
