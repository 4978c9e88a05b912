package chart_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func readText(t *testing.T, path ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheDashboardIsEmbeddedAsItIs(t *testing.T) {
	dashboard := named(t, render(t, "--set", "grafanaDashboard.enabled=true"), "ConfigMap", release+"-dashboard", &corev1.ConfigMap{}).Data["governance-operator.json"]
	var want, got any
	if err := json.Unmarshal([]byte(readText(t, "charts", "governance-operator", "files", "dashboard.json")), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(dashboard), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dashboard (-file +chart):\n%s", diff)
	}
}

func TestTheAlertsAreEmbeddedAsTheyAre(t *testing.T) {
	rule := of(render(t, "--set", "prometheusRule.enabled=true"), "PrometheusRule")[0]
	want := map[string]any{}
	read(t, &want, "charts", "governance-operator", "files", "alerts.yaml")
	got, _, err := unstructured.NestedMap(rule.Object, "spec")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alerts (-file +chart):\n%s", diff)
	}
}
