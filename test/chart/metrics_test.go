package chart_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func TestPrometheusReadsMetricsAsTheyAreServed(t *testing.T) {
	const token = "bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token"
	for name, c := range map[string]struct{ set, args, monitor string }{
		"the manager signs its own certificate": {"", "--metrics-bind-address=:8443",
			"scheme: https\ntlsConfig: {insecureSkipVerify: true}\n" + token},
		"a certificate in a Secret": {"metrics.certificateSecret=mine", "--metrics-bind-address=:8443 --metrics-cert-dir=/certificates/metrics",
			"scheme: https\ntlsConfig: {ca: {secret: {name: mine, key: ca.crt}}, serverName: " + release + "-metrics." + namespace + ".svc}\n" + token},
		"another check, another token": {"metrics.certificateSecret=mine,serviceMonitor.tlsConfig.serverName=x,serviceMonitor.authorization.credentials.name=s,serviceMonitor.authorization.credentials.key=token",
			"--metrics-bind-address=:8443 --metrics-cert-dir=/certificates/metrics", "scheme: https\ntlsConfig: {serverName: x}\nauthorization: {credentials: {name: s, key: token}}"},
		"open to everybody": {"metrics.secure=false,metrics.port=8080,metrics.certificateSecret=is-not-read",
			"--metrics-bind-address=:8080 --metrics-secure=false", "scheme: http"},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, "--set", "serviceMonitor.enabled=true", "--set", c.set)
			deployment := named(t, objects, "Deployment", release, &appsv1.Deployment{})
			pod := deployment.Spec.Template.Spec
			var args []string
			for _, arg := range pod.Containers[0].Args {
				if strings.HasPrefix(arg, "--metrics-") {
					args = append(args, arg)
				}
			}
			if diff := cmp.Diff(c.args, strings.Join(args, " ")); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
			if mounted := len(pod.Volumes) == 1 && len(pod.Containers[0].VolumeMounts) == 1 && pod.Volumes[0].Secret.SecretName == "mine" &&
				pod.Containers[0].VolumeMounts[0].MountPath == "/certificates/metrics"; mounted != strings.Contains(c.args, "cert-dir") {
				t.Errorf("volumes %v, mounts %v", pod.Volumes, pod.Containers[0].VolumeMounts)
			}
			want := map[string]any{}
			if err := yaml.Unmarshal([]byte("port: metrics\npath: /metrics\n"+c.monitor), &want); err != nil {
				t.Fatal(err)
			}
			endpoints, _, err := unstructured.NestedSlice(of(objects, "ServiceMonitor")[0].Object, "spec", "endpoints")
			if diff := cmp.Diff([]any{want}, endpoints); err != nil || diff != "" {
				t.Errorf("endpoints of the ServiceMonitor (-want +got): %v\n%s", err, diff)
			}
			roles := slices.DeleteFunc(of(objects, "ClusterRole"), func(role *unstructured.Unstructured) bool { return !strings.Contains(role.GetName(), "metrics") })
			if secure := !strings.Contains(c.args, "secure=false"); len(roles) == 2 != secure || len(roles) > 0 != secure {
				t.Errorf("%d roles for the metrics", len(roles))
			}
		})
	}
}
