package chart_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

func TestAnImageIsNamedByDigestOrTag(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	for name, c := range map[string]struct {
		set  string
		want string
	}{
		"nothing is set: the version of the app":  {"", "ghcr.io/governance-operator/governance-operator:v0.1.0"},
		"a tag":                                   {"image.tag=v9", "ghcr.io/governance-operator/governance-operator:v9"},
		"a digest beats a tag":                    {"image.tag=v9,image.digest=" + digest, "ghcr.io/governance-operator/governance-operator@" + digest},
		"no registry":                             {"image.registry=,image.repository=mine", "mine:v0.1.0"},
		"a registry of one's own, a deeper image": {"image.registry=r.example:5000,image.repository=a/b/c", "r.example:5000/a/b/c:v0.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			deployment := named(t, render(t, "--set", c.set), "Deployment", release, &appsv1.Deployment{})
			if got := deployment.Spec.Template.Spec.Containers[0].Image; got != c.want {
				t.Errorf("image %s, want %s", got, c.want)
			}
		})
	}
}

func TestSelectorsHoldNameAndInstanceOnly(t *testing.T) {
	want := map[string]string{"app.kubernetes.io/name": release, "app.kubernetes.io/instance": release}
	deployment := named(t, render(t, "--set", "commonLabels.team=x,podLabels.pod=y"), "Deployment", release, &appsv1.Deployment{})
	if diff := cmp.Diff(want, deployment.Spec.Selector.MatchLabels); diff != "" {
		t.Errorf("selector (-want +got):\n%s", diff)
	}
	for key, value := range map[string]string{"team": "x", "pod": "y"} {
		if deployment.Spec.Template.Labels[key] != value {
			t.Errorf("the pods have no label %s", key)
		}
	}
}

func TestADisruptionBudgetNeedsASecondReplica(t *testing.T) {
	for replicas, want := range map[string]int{"0": 0, "1": 0, "2": 1} {
		if got := len(of(render(t, "--set", "replicaCount="+replicas), "PodDisruptionBudget")); got != want {
			t.Errorf("%s replicas: %d budgets, want %d", replicas, got, want)
		}
	}
}

func TestNamesFitWhateverTheReleaseIsCalled(t *testing.T) {
	for _, object := range render(t, "--set", "fullnameOverride="+strings.Repeat("long-", 20)+"name,sandbox.enabled=true,watchNamespaces={"+strings.Repeat("n", 63)+"}") {
		if name := object.GetName(); object.GetKind() != "CustomResourceDefinition" && (len(name) > 63 || strings.HasSuffix(name, "-")) {
			t.Errorf("%s %s has %d characters", object.GetKind(), name, len(name))
		}
	}
}

func TestWithoutCRDsOrRolesNoneAreRendered(t *testing.T) {
	objects := render(t, "--set", "crds.enabled=false,rbac.create=false,rbac.userRoles.create=false")
	for _, kind := range []string{"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} {
		if found := of(objects, kind); len(found) > 0 {
			t.Errorf("%d %s", len(found), kind)
		}
	}
}

func TestSingleNamespacesGetRolesAndTheClusterHardlyAny(t *testing.T) {
	objects := render(t, "--set", "watchNamespaces={payroll,sales},rbac.userRoles.create=false")
	var places []string
	for _, binding := range of(objects, "RoleBinding") {
		places = append(places, binding.GetNamespace()+" "+binding.GetName())
	}
	slices.Sort(places)
	if diff := cmp.Diff([]string{namespace + " " + release + "-leader-election", "payroll " + release + "-manager", "sales " + release + "-manager"}, places); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	reviews, others := 0, 0
	for _, object := range of(objects, "ClusterRole") {
		role := named(t, objects, "ClusterRole", object.GetName(), &rbacv1.ClusterRole{})
		for _, rule := range role.Rules {
			switch {
			case len(rule.ResourceNames) > 0:
				others++
			// A question about who reads the metrics has no name.
			case slices.Contains([]string{"tokenreviews", "subjectaccessreviews"}, strings.Join(rule.Resources, " ")) && slices.Equal(rule.Verbs, []string{"create"}):
				reviews++
			default:
				t.Errorf("a rule of the cluster is not limited by name: %v", rule)
			}
		}
	}
	if reviews != 2 || others != 2 {
		t.Errorf("%d rules of the cluster for reviews and %d others, want 2 and those for definitions and for kube-system", reviews, others)
	}
}

func TestAnEmptyListOfWhoReadsMetricsLetsNobodyIn(t *testing.T) {
	for sentence, c := range map[string]struct {
		args  []string
		ports []string
	}{
		"the default":           {nil, []string{"metrics"}},
		"nobody":                {[]string{"--set-json", "networkPolicy.metricsFrom=[]"}, nil},
		"only the API server's": {[]string{"--set-json", "networkPolicy.metricsFrom=[]", "--set", "webhook.enabled=true"}, []string{"webhook"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			objects := render(t, append([]string{"--set", "networkPolicy.enabled=true"}, c.args...)...)
			policy := named(t, objects, "NetworkPolicy", release, &networkingv1.NetworkPolicy{})
			var ports []string
			for _, in := range policy.Spec.Ingress {
				ports = append(ports, in.Ports[0].Port.StrVal)
				if in.Ports[0].Port.StrVal == "metrics" && len(in.From) == 0 {
					t.Error("everybody reads the metrics")
				}
			}
			if !slices.Equal(ports, c.ports) || !slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) {
				t.Errorf("open are %v, want %v", ports, c.ports)
			}
		})
	}
}

func TestTwoRenderingsAreEqual(t *testing.T) {
	t.Parallel()
	for name, path := range valueSets(t) {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(render(t, "--values", path), render(t, "--values", path)); diff != "" {
				t.Errorf("an application in Argo CD would never be in sync:\n%s", diff)
			}
		})
	}
}
