package admission_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// TestTheOperatorIsNotHeldUp sends what the operator writes, by its own account, on protected objects that others
// could not write as they are.
func TestTheOperatorIsNotHeldUp(t *testing.T) {
	c := operator(t)
	for name, object := range map[string]*unstructured.Unstructured{
		"a profile of privileged entitlements": profile("{entitlements: " + list("a", 20) + "}"),
		"a review that one person decides":     review("{reviewer: {users: [{email: " + editor + "}]}}"),
		"an entitlement that gives another":    with("AppEntitlement", "{app: {name: GitHub}, conductorOne: {provision: {delegated: {entitlement: {ref: {name: privileged-a}}}}}}"),
		"a backend":                            parse(backend),
	} {
		t.Run(name, func(t *testing.T) {
			protect(object, "true")
			store(t, object)
			for _, text := range []string{
				"{metadata: {annotations: {" + v1alpha1.AnnotationIntent + ": '{}'}, finalizers: [" + v1alpha1.Finalizer + "]}}",
				"{metadata: {annotations: {" + v1alpha1.AnnotationIntent + ": null}, finalizers: null}}",
			} {
				if err := c.Patch(t.Context(), object, patch(t, text)); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
			if err := c.Status().Patch(t.Context(), object, patch(t, "{status: {observedGeneration: 1}}")); err != nil {
				t.Errorf("the status: %v", err)
			}
		})
	}
}

// TestTheOperatorNeedsNoDeletions is why the deletion guard has no exemption for it.
func TestTheOperatorNeedsNoDeletions(t *testing.T) {
	roles, err := testenv.ManagerRoles()
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, role := range roles {
		for _, rule := range role.Rules {
			if !slices.Contains(rule.APIGroups, v1alpha1.GroupVersion.Group) {
				continue
			}
			looked++
			for _, verb := range []string{"*", "delete", "deletecollection"} {
				if slices.Contains(rule.Verbs, verb) {
					t.Errorf("%s grants %s on %v", role.Name, verb, rule.Resources)
				}
			}
		}
	}
	if looked == 0 {
		t.Error("no rule about our kinds")
	}
}

func TestEverySampleIsAdmitted(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, "config", "samples", "*_*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 20 {
		t.Fatalf("only %d samples", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// The editor may write a backend of the cluster here.
			if err := person(t, editor).Create(t.Context(), parse(string(raw)), client.DryRunAll); err != nil {
				t.Error(err)
			}
		})
	}
}
