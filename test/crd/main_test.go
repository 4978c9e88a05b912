// Package crd tests the schemas and rules of the custom resources on a real API
// server: what is accepted, what is refused, and the words of the refusal.
package crd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

const namespace = "default"

var root = filepath.Join("..", "..")

// started is the control plane of this package; only tests that ask for it start it.
var started = sync.OnceValues(func() (*testenv.Environment, error) { return testenv.Start(context.Background()) })

var used bool

func TestMain(m *testing.M) {
	code := m.Run()
	if used {
		if env, err := started(); err == nil {
			if err := env.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	os.Exit(code)
}

func server(t *testing.T) client.Client {
	t.Helper()
	used = true
	env, err := started()
	if err != nil {
		t.Fatal(err)
	}
	return env.Client
}

// parse reads one object; a name is made up for an object without one.
func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict([]byte(text), &object.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if object.GetName() == "" {
		object.SetGenerateName("case-")
	}
	if object.GetKind() != "ClusterGovernanceBackend" {
		object.SetNamespace(namespace)
	}
	return object
}

// refusal is what a person reads when the API server says no: "field: message" for each cause, sorted.
func refusal(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || len(status.ErrStatus.Details.Causes) == 0 {
		return []string{err.Error()}
	}
	var lines []string
	for _, cause := range status.ErrStatus.Details.Causes {
		if strings.HasPrefix(cause.Message, "Invalid value: null: some validation rules were not checked") {
			continue
		}
		lines = append(lines, cause.Field+": "+words(cause))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// words cuts off the prefix "Invalid value: …: ", which repeats the value and not the reason.
func words(cause metav1.StatusCause) string {
	if i := strings.Index(cause.Message, cause.Field+" in body"); i > 0 {
		return cause.Message[i:]
	}
	return strings.TrimPrefix(cause.Message, "Invalid value: ")
}

// create tries to create the object without storing it.
func create(t *testing.T, object *unstructured.Unstructured) []string {
	t.Helper()
	return refusal(t, server(t).Create(t.Context(), object.DeepCopy(), client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict)))
}
