// Package chart_test tests the Helm chart: what it renders, what it refuses, and the installed operator, on a real API server.
package chart_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

const (
	release   = "governance-operator"
	namespace = "governance"
)

var (
	root  = filepath.Join("..", "..")
	chart = filepath.Join(root, "charts", "governance-operator")
)

// started is the control plane of the tests that install nothing; it has every definition they need.
var started = sync.OnceValues(func() (*testenv.Environment, error) {
	return testenv.Start(context.Background(), testenv.WithManifests([]string{filepath.Join("testdata", "crds")}, envtest.WebhookInstallOptions{}))
})

var used atomic.Bool

func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "governance-operator-helm-")
	if err == nil {
		helmHome = home
	}
	code := m.Run()
	if used.Load() {
		if env, err := started(); err == nil {
			if err := env.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	_ = os.RemoveAll(home)
	os.Exit(code)
}

func server(t *testing.T) *testenv.Environment {
	t.Helper()
	used.Store(true)
	env, err := started()
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// helmHome keeps helm away from what it has of its user.
var helmHome string

// runHelm runs the pinned helm, and returns what it prints.
func runHelm(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(root, "bin", "helm"), args...)
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+helmHome, "HELM_CONFIG_HOME="+helmHome, "HELM_DATA_HOME="+helmHome)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("helm %s: %w\n%s%s", strings.Join(args, " "), err, problems.String(), out.String())
	}
	return out.String(), nil
}

// render returns the objects of the chart with these arguments of helm.
func render(t *testing.T, args ...string) []*unstructured.Unstructured {
	t.Helper()
	text, err := runHelm(t.Context(), append([]string{"template", release, chart, "--namespace", namespace}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func parse(text string) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	for _, document := range strings.Split("\n"+text, "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict([]byte(document), &object.Object); err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, document)
		}
		if len(object.Object) > 0 {
			out = append(out, object)
		}
	}
	return out, nil
}

// of returns the objects of a kind.
func of(objects []*unstructured.Unstructured, kind string) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	for _, object := range objects {
		if object.GetKind() == kind {
			out = append(out, object)
		}
	}
	return out
}

// named returns the only object of a kind that has the name, read into a typed one.
func named[T client.Object](t *testing.T, objects []*unstructured.Unstructured, kind, name string, into T) T {
	t.Helper()
	for _, object := range of(objects, kind) {
		if object.GetName() != name {
			continue
		}
		raw, err := yaml.Marshal(object.Object)
		if err == nil {
			err = yaml.UnmarshalStrict(raw, into)
		}
		if err != nil {
			t.Fatal(err)
		}
		return into
	}
	t.Fatalf("no %s named %s", kind, name)
	return into
}

// valueSets are the files in ci/ of the chart, by name.
func valueSets(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(chart, "ci", "*-values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]string{}
	for _, path := range paths {
		sets[strings.TrimSuffix(filepath.Base(path), "-values.yaml")] = path
	}
	if len(sets) < 8 {
		t.Fatalf("%d sets of values, want 8 at least", len(sets))
	}
	return sets
}
