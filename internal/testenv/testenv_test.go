package testenv_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

func start(t *testing.T) *testenv.Environment {
	t.Helper()
	env, err := testenv.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	return env
}

func clientOf(t *testing.T, env *testenv.Environment, kubeconfig string) client.Client {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(config, client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAKubeconfigGivesTheRightsOfItsGroups(t *testing.T) {
	env := start(t)
	namespace, err := env.CreateNamespace(t.Context(), "payroll")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(namespace, "payroll-") {
		t.Errorf("namespace %q, want a name that begins with payroll-", namespace)
	}
	var profiles v1alpha1.AccessProfileList

	master, err := env.KubeconfigFile("demo", "system:masters")
	if err != nil {
		t.Fatal(err)
	}
	if err := clientOf(t, env, master).List(t.Context(), &profiles, client.InNamespace(namespace)); err != nil {
		t.Errorf("a master may not list: %v", err)
	}
	nobody, err := env.KubeconfigFile("nobody")
	if err != nil {
		t.Fatal(err)
	}
	if err := clientOf(t, env, nobody).List(t.Context(), &profiles, client.InNamespace(namespace)); !apierrors.IsForbidden(err) {
		t.Errorf("a user without groups lists with error %v, want Forbidden", err)
	}
	if info, err := os.Stat(master); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the kubeconfig is readable by others: %v, %v", info.Mode(), err)
	}
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	t.Setenv(testenv.AssetsVariable, filepath.Join(t.TempDir(), "empty"))
	_, err := testenv.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), `run "make control-plane", or set KUBEBUILDER_ASSETS`) {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := testenv.Start(ctx); err == nil || !strings.Contains(err.Error(), "starting the control plane: context canceled") {
		t.Errorf("error %v, want one that says that the context ended", err)
	}
}
