package chart_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
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

// passedThrough are the values that are nobody's, or maps whose keys are the user's: labels, annotations, names of resources.
var passedThrough = []string{
	"global", "commonLabels", "crds.annotations", "serviceAccount.annotations", "metrics.service.annotations", "metrics.service.labels",
	"serviceMonitor.labels", "serviceMonitor.annotations", "prometheusRule.labels", "prometheusRule.annotations", "grafanaDashboard.labels",
	"grafanaDashboard.annotations", "resources.requests", "resources.limits", "sandbox.resources.requests", "sandbox.resources.limits",
	"nodeSelector", "deploymentAnnotations", "podAnnotations", "podLabels",
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
		"at the top":                         {"replicas: 2", `at '': additional properties 'replicas' not allowed`},
		"two deep":                           {"metrics: {service: {label: {}}}", `at '/metrics/service': additional properties 'label' not allowed`},
		"of a policy":                        {"admissionPolicies: {selfReview: {namespaceSelector: {matchLabel: {}}}}", `at '/admissionPolicies/selfReview/namespaceSelector': additional properties 'matchLabel' not allowed`},
		"in a list":                          {"imagePullSecrets: [{nam: x}]", `at '/imagePullSecrets/0': additional properties 'nam' not allowed`},
		"of the image":                       {"sandbox: {image: {registri: x}}", `at '/sandbox/image': additional properties 'registri' not allowed`},
		"of the environment":                 {"extraEnv: [{name: x, valu: y}]", `at '/extraEnv/0': additional properties 'valu' not allowed`},
		"where the environment is from":      {"extraEnv: [{name: x, valueFrom: {secretKeyReff: {name: x, key: y}}}]", `at '/extraEnv/0/valueFrom': additional properties 'secretKeyReff' not allowed`},
		"of a Secret in the environment":     {"extraEnvFrom: [{secretRef: {nam: x}}]", `at '/extraEnvFrom/0/secretRef': additional properties 'nam' not allowed`},
		"of a volume":                        {"extraVolumes: [{name: x, secrets: {secretName: y}}]", `at '/extraVolumes/0': additional properties 'secrets' not allowed`},
		"deep in a volume":                   {"extraVolumes: [{name: x, projected: {sources: [{serviceAccountToken: {path: x, expirationSecond: 600}}]}}]", `at '/extraVolumes/0/projected/sources/0/serviceAccountToken': additional properties 'expirationSecond' not allowed`},
		"in the claim of a volume":           {"extraVolumes: [{name: x, ephemeral: {volumeClaimTemplate: {spec: {accessMode: [ReadWriteOnce]}}}}]", `at '/extraVolumes/0/ephemeral/volumeClaimTemplate/spec': additional properties 'accessMode' not allowed`},
		"of a mount":                         {"extraVolumeMounts: [{name: x, mountPath: /x, readonly: true}]", `at '/extraVolumeMounts/0': additional properties 'readonly' not allowed`},
		"of resources":                       {"resources: {limit: {cpu: 1}}", `at '/resources': additional properties 'limit' not allowed`},
		"of the sandbox's resources":         {"sandbox: {resources: {request: {cpu: 1}}}", `at '/sandbox/resources': additional properties 'request' not allowed`},
		"of a probe":                         {"livenessProbe: {initialDelaySecond: 1}", `at '/livenessProbe': additional properties 'initialDelaySecond' not allowed`},
		"of a probe that is the chart's own": {"readinessProbe: {httpGet: {path: /x, port: 1}}", `at '/readinessProbe': additional properties 'httpGet' not allowed`},
		"of the strategy":                    {"strategy: {rollingUpdate: {maxSurges: 1}}", `at '/strategy/rollingUpdate': additional properties 'maxSurges' not allowed`},
		"of a toleration":                    {"tolerations: [{key: x, efect: NoSchedule}]", `at '/tolerations/0': additional properties 'efect' not allowed`},
		"in what a toleration can say":       {"tolerations: [{key: x, effect: NoSchedul}]", `at '/tolerations/0/effect': value must be one of`},
		"of the affinity":                    {"affinity: {nodeAfinity: {}}", `at '/affinity': additional properties 'nodeAfinity' not allowed`},
		"deep in the affinity":               {"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpression: []}]}}}", `at '/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0': additional properties 'matchExpression' not allowed`},
		"of a spread":                        {"topologySpreadConstraints: [{maxSkew: 1, topologyKey: x, whenUnsatisfiable: DoNotSchedule, minDomain: 2}]", `at '/topologySpreadConstraints/0': additional properties 'minDomain' not allowed`},
		"what a spread has to say":           {"topologySpreadConstraints: [{maxSkew: 1, topologyKey: x}]", `at '/topologySpreadConstraints/0': missing property 'whenUnsatisfiable'`},
		"of the pod's security":              {"podSecurityContext: {runAsNonRot: true}", `at '/podSecurityContext': additional properties 'runAsNonRot' not allowed`},
		"deep in the pod's security":         {"podSecurityContext: {seccompProfile: {typ: RuntimeDefault}}", `at '/podSecurityContext/seccompProfile': additional properties 'typ' not allowed`},
		"of the container's security":        {"securityContext: {capabilities: {drops: [ALL]}}", `at '/securityContext/capabilities': additional properties 'drops' not allowed`},
		"of who reads metrics":               {"networkPolicy: {metricsFrom: [{namespaceSelectr: {}}]}", `at '/networkPolicy/metricsFrom/0': additional properties 'namespaceSelectr' not allowed`},
		"of what may be called":              {"networkPolicy: {egress: {rules: [{ports: [{port: 53, protcol: UDP}]}]}}", `at '/networkPolicy/egress/rules/0/ports/0': additional properties 'protcol' not allowed`},
		"of the certificate that is checked": {"serviceMonitor: {tlsConfig: {ca: {secrt: {}}}}", `at '/serviceMonitor/tlsConfig/ca': additional properties 'secrt' not allowed`},
		"of the Secret to sign in with":      {"serviceMonitor: {authorization: {credentials: {name: x, kei: y}}}", `at '/serviceMonitor/authorization/credentials': additional properties 'kei' not allowed`},
		"of a target's labels":               {"serviceMonitor: {relabelings: [{sourceLabel: [x]}]}", `at '/serviceMonitor/relabelings/0': additional properties 'sourceLabel' not allowed`},
		"of a metric's labels":               {"serviceMonitor: {metricRelabelings: [{action: dropp}]}", `at '/serviceMonitor/metricRelabelings/0/action': value must be one of`},
		"of an alert":                        {"prometheusRule: {extraGroups: [{name: x, rules: [{alert: x, exp: y}]}]}", `at '/prometheusRule/extraGroups/0/rules/0': additional properties 'exp' not allowed`},
		"of an issuer":                       {"webhook: {certManager: {issuerRef: {names: x}}}", `at '/webhook/certManager/issuerRef': additional properties 'names' not allowed`},
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

// A null takes a default of the chart's away, as on platforms that choose the user themselves.
func TestADefaultIsTakenAwayByNull(t *testing.T) {
	objects := render(t, "--set", "podSecurityContext.runAsUser=null,resources.limits.cpu=null,livenessProbe=null")
	deployment := named(t, objects, "Deployment", release, &appsv1.Deployment{})
	if user := deployment.Spec.Template.Spec.SecurityContext.RunAsUser; user != nil {
		t.Errorf("runs as user %d", *user)
	}
	if limits := deployment.Spec.Template.Spec.Containers[0].Resources.Limits; len(limits) != 1 {
		t.Errorf("limits are %v", limits)
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
	for values, want := range map[string]string{
		"{metrics: {enabled: false}, serviceMonitor: {enabled: true}}":                       "serviceMonitor.enabled needs metrics.enabled",
		"{replicaCount: 2, leaderElection: {enabled: false}}":                                "replicaCount: 2 needs leaderElection.enabled",
		"{leaderElection: {leaseDuration: 5s}}":                                              "leaderElection.leaseDuration: 5s must be longer than leaderElection.renewDeadline, 10s",
		"{leaderElection: {leaseDuration: 1m, renewDeadline: 1m}}":                           "leaderElection.leaseDuration: 1m must be longer than leaderElection.renewDeadline, 1m",
		"{leaderElection: {leaseDuration: 1m30s, renewDeadline: 90.5s}}":                     "leaderElection.leaseDuration: 1m30s must be longer",
		"{leaderElection: {renewDeadline: 3s, retryPeriod: 2500ms}}":                         "leaderElection.renewDeadline: 3s must be longer than 1.2 times leaderElection.retryPeriod, 2500ms",
		"{leaderElection: {leaseDuration: 900ms, renewDeadline: 500ms, retryPeriod: 100ms}}": "leaderElection.leaseDuration: 900ms is less than the second",
		"{health: {port: 8443}}":                                                             "metrics.port: 8443 is health.port, too",
		"{webhook: {enabled: true, port: 8081}}":                                             "webhook.port: 8081 is health.port, too",
		"{webhook: {enabled: true, port: 8443}}":                                             "webhook.port: 8443 is metrics.port, too",
		"{podLabels: {app.kubernetes.io/name: mine}}":                                        "podLabels: app.kubernetes.io/name is the chart's own",
		"{commonLabels: {app.kubernetes.io/instance: mine}}":                                 "commonLabels: app.kubernetes.io/instance is the chart's own",
		"{networkPolicy: {egress: {enabled: true}}}":                                         "networkPolicy.egress.enabled needs networkPolicy.enabled",
		"{webhook: {certManager: {enabled: true}}}":                                          "webhook.certManager.enabled needs webhook.enabled",
		"{image: {registry: registry.example/}}":                                             "at '/image/registry'",
		"{image: {repository: 'operator:v1'}}":                                               "at '/image/repository'",
		"{image: {tag: 'v1 '}}":                                                              "at '/image/tag'",
		"{sandbox: {image: {registry: 'registry.example//x'}}}":                              "at '/sandbox/image/registry'",
	} {
		var v any
		if err := yaml.Unmarshal([]byte(values), &v); err != nil {
			t.Fatal(err)
		}
		if said := refusal(t, v); !strings.Contains(said, want) {
			t.Errorf("%s: %s", values, said)
		}
	}
	for _, fine := range []string{
		"leaderElection.leaseDuration=1m,leaderElection.renewDeadline=40s", "leaderElection.enabled=false,leaderElection.leaseDuration=1s", "replicaCount=0",
		"metrics.enabled=false,health.port=8443", "webhook.port=8081", "image.registry=registry.example:5000/mirror", "image.registry=",
	} {
		render(t, "--set", fine)
	}
}

// A chart that has this one as a part, and switches it on and off as Helm documents it.
func TestItIsAPartOfAnotherChart(t *testing.T) {
	parent := t.TempDir()
	here, err := filepath.Abs(chart)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(parent, "charts", "governance-operator"), os.DirFS(here)); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var about struct{ Version string }
	if err := yaml.Unmarshal(raw, &about); err != nil {
		t.Fatal(err)
	}
	text := "apiVersion: v2\nname: platform\nversion: 1.0.0\ndependencies:\n  - {name: governance-operator, version: " + about.Version + ", condition: governance-operator.enabled}\n"
	if err := os.WriteFile(filepath.Join(parent, "Chart.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for enabled, want := range map[string]int{"true": 1, "false": 0} {
		out, err := runHelm(t.Context(), "template", release, parent, "--namespace", namespace, "--set", "global.team=iam,governance-operator.enabled="+enabled)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := parse(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(of(objects, "Deployment")); got != want {
			t.Errorf("enabled=%s: %d Deployments", enabled, got)
		}
	}
}
