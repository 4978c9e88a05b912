package chart_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// credentialsOf starts the built sandbox with the arguments of a container, and asks it for its credentials.
func credentialsOf(t *testing.T, container corev1.Container) map[string]string {
	t.Helper()
	args := []string{}
	for _, arg := range container.Args {
		if strings.HasPrefix(arg, "--listen=") {
			arg = "--listen=127.0.0.1:0"
		}
		args = append(args, arg)
	}
	p, err := testenv.StartProcess(nil, strings.TrimPrefix(container.Command[0], "/"), args...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	url, err := p.WaitFor(t.Context(), "http://")
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(strings.TrimSpace(url) + "/_sandbox/credentials")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	credentials := map[string]string{}
	if err := json.NewDecoder(response.Body).Decode(&credentials); err != nil {
		t.Fatal(err)
	}
	return credentials
}

func TestTheSecretsOfTheSandboxOpenItsTenants(t *testing.T) {
	objects := render(t, "--set", "sandbox.enabled=true")
	containers := named(t, objects, "Deployment", release+"-sandbox", &appsv1.Deployment{}).Spec.Template.Spec.Containers
	if len(containers) != len(sandboxes.All()) {
		t.Fatalf("%d tenants, want one of each vendor", len(containers))
	}
	for _, container := range containers {
		t.Run(container.Name, func(t *testing.T) {
			tenant := credentialsOf(t, container)
			fake, ok := sandboxes.Named(container.Name)
			if !ok {
				t.Fatal("there is no such fake")
			}
			want := fake.Secret(sandbox.Credentials{ClientID: tenant["clientID"], ClientSecret: tenant["clientSecret"], StaticToken: tenant["staticToken"]})
			secret := named(t, objects, "Secret", release+"-sandbox-"+container.Name, &corev1.Secret{})
			if diff := cmp.Diff(want, secret.StringData); diff != "" {
				t.Errorf("credentials (-tenant +secret):\n%s", diff)
			}
			if host := release + "-sandbox." + namespace + ".svc"; container.Name == "conductorone" && !strings.Contains(secret.StringData["clientID"], "@"+host+"/") {
				t.Errorf("client id %s is not of the Service %s", secret.StringData["clientID"], host)
			}
		})
	}
}

func TestTheImageHoldsWhatTheSandboxIsStartedWith(t *testing.T) {
	objects := render(t, "--set", "sandbox.enabled=true")
	manager := named(t, objects, "Deployment", release, &appsv1.Deployment{}).Spec.Template.Spec.Containers[0]
	for _, container := range named(t, objects, "Deployment", release+"-sandbox", &appsv1.Deployment{}).Spec.Template.Spec.Containers {
		if container.Image != manager.Image || container.Command[0] != "/sandbox" {
			t.Errorf("%s runs %s of %s", container.Name, container.Command[0], container.Image)
		}
	}
	if !strings.Contains(readText(t, "Dockerfile"), "COPY --from=build /manager /sandbox /governance /\n") {
		t.Error("the Dockerfile puts no sandbox into the image")
	}
}
