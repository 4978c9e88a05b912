package chart_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// refusal renders the chart with values that are wrong, and returns what helm says.
func refusal(t *testing.T, values any) string {
	t.Helper()
	raw, err := yaml.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = runHelm(t.Context(), "template", release, chart, "--namespace", namespace, "--values", path)
	if err == nil {
		t.Fatalf("accepted:\n%s", raw)
	}
	return err.Error()
}

// passedThrough are the values that hold Kubernetes objects or labels, or are nobody's: their keys are not the chart's.
var passedThrough = []string{
	"global", "commonLabels", "crds.annotations", "serviceAccount.annotations", "metrics.service.annotations", "metrics.service.labels",
	"webhook.certManager.issuerRef", "serviceMonitor.labels", "serviceMonitor.annotations", "serviceMonitor.tlsConfig", "serviceMonitor.authorization", "prometheusRule.labels", "prometheusRule.annotations", "grafanaDashboard.labels",
	"grafanaDashboard.annotations", "resources", "livenessProbe", "readinessProbe", "strategy", "nodeSelector", "affinity",
	"deploymentAnnotations", "podAnnotations", "podLabels", "podSecurityContext", "securityContext", "sandbox.resources",
}

// misspelt returns the values with every key of the chart misspelt, and these keys by the object they are in.
func misspelt(path string, values map[string]any, typos map[string][]string) map[string]any {
	out := map[string]any{}
	for key, value := range values {
		typos[path] = append(typos[path], key+"x")
		out[key+"x"] = value
		below := strings.TrimPrefix(path+"."+key, ".")
		if nested, ok := value.(map[string]any); ok && !slices.Contains(passedThrough, below) {
			out[key] = misspelt(below, nested, typos)
		}
	}
	return out
}

func TestEveryValueHasASchemaThatRefusesItMisspelt(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	if err := yaml.UnmarshalStrict(raw, &values); err != nil {
		t.Fatal(err)
	}
	typos := map[string][]string{}
	wrong := misspelt("", values, typos)
	if len(typos) < 15 {
		t.Fatalf("only %d objects of values: %v", len(typos), slices.Sorted(maps.Keys(typos)))
	}
	said := refusal(t, wrong)
	for path, keys := range typos {
		line := lineOf(said, pointer(path)+" additional properties")
		for _, key := range keys {
			if !strings.Contains(line, "'"+key+"'") {
				t.Errorf("%q is not refused %s the line is %q", key, pointer(path), line)
			}
		}
	}
}

// pointer is how helm names an object of values.
func pointer(path string) string {
	if path == "" {
		return "at '':"
	}
	return "at '/" + strings.ReplaceAll(path, ".", "/") + "':"
}

func lineOf(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func TestOneTypoIsRefusedByItsPath(t *testing.T) {
	for name, c := range map[string]struct{ values, want string }{
		"at the top":   {"replicas: 2", `at '': additional properties 'replicas' not allowed`},
		"two deep":     {"metrics: {service: {label: {}}}", `at '/metrics/service': additional properties 'label' not allowed`},
		"of a policy":  {"admissionPolicies: {selfReview: {namespaceSelector: {matchLabel: {}}}}", `at '/admissionPolicies/selfReview/namespaceSelector': additional properties 'matchLabel' not allowed`},
		"in a list":    {"imagePullSecrets: [{nam: x}]", `at '/imagePullSecrets/0': additional properties 'nam' not allowed`},
		"of the image": {"sandbox: {image: {registri: x}}", `at '/sandbox/image': additional properties 'registri' not allowed`},
	} {
		t.Run(name, func(t *testing.T) {
			values := map[string]any{}
			if err := yaml.Unmarshal([]byte(c.values), &values); err != nil {
				t.Fatal(err)
			}
			if said := refusal(t, values); !strings.Contains(said, c.want) {
				t.Errorf("refused with %s\nwant %s", said, c.want)
			}
		})
	}
}

func TestAValueOfTheWrongFormIsRefusedByItsPath(t *testing.T) {
	wrong := map[string]any{
		"replicaCount": "two", "logLevel": "verbose", "logFormat": "xml", "resyncInterval": "1d", "clusterID": "has space", "concurrency": 0,
		"watchNamespaces": []any{"Payroll"}, "extraArgs": []any{"tail"}, "image": map[string]any{"digest": "2c26b46b", "pullPolicy": "Sometimes"},
		"metrics": map[string]any{"port": 70000}, "leaderElection": map[string]any{"leaseDuration": "15"}, "crds": map[string]any{"keep": "yes"},
		"podDisruptionBudget": map[string]any{"minAvailable": "half"}, "sandbox": map[string]any{"vendors": []any{"okta"}},
		"admissionPolicies": map[string]any{
			"deletionGuard":          map[string]any{"validationActions": []any{}},
			"privilegedEntitlements": map[string]any{"validationActions": []any{"Deny", "Warn"}},
			"selfReview":             map[string]any{"validationActions": []any{"deny"}},
		},
	}
	said := refusal(t, wrong)
	for _, path := range []string{
		"replicaCount", "logLevel", "logFormat", "resyncInterval", "clusterID", "concurrency", "watchNamespaces.0", "extraArgs.0", "image.digest",
		"image.pullPolicy", "metrics.port", "leaderElection.leaseDuration", "crds.keep", "podDisruptionBudget.minAvailable", "sandbox.vendors.0",
		"admissionPolicies.deletionGuard.validationActions", "admissionPolicies.privilegedEntitlements.validationActions", "admissionPolicies.selfReview.validationActions.0",
	} {
		if lineOf(said, pointer(path)) == "" {
			t.Errorf("%s is not refused:\n%s", path, said)
		}
	}
}

func TestValuesThatContradictEachOtherAreRefused(t *testing.T) {
	values := map[string]any{"metrics": map[string]any{"enabled": false}, "serviceMonitor": map[string]any{"enabled": true}}
	if said := refusal(t, values); !strings.Contains(said, "serviceMonitor.enabled needs metrics.enabled") {
		t.Error(said)
	}
}
