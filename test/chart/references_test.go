package chart_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// specs are the specs of the kinds.
var specs = map[string]any{
	v1alpha1.KindAppEntitlement: v1alpha1.AppEntitlementSpec{}, v1alpha1.KindAccessProfile: v1alpha1.AccessProfileSpec{}, v1alpha1.KindAccessReview: v1alpha1.AccessReviewSpec{},
	v1alpha1.KindGovernanceBackend: v1alpha1.GovernanceBackendSpec{}, v1alpha1.KindClusterGovernanceBackend: v1alpha1.ClusterGovernanceBackendSpec{},
}

// meant are the kinds that a reference means, by the type that holds it and its field, where they are not managed kinds: those are
// in its tag.
var meant = map[string][]string{
	"Credentials.secretRef": {"Secret"}, "WorkloadIdentity.serviceAccountRef": {"ServiceAccount"}, "GovernanceBackendSpec.caBundleRef": {"ConfigMap"},
	"ManagedSpec.backendRef": {v1alpha1.KindClusterGovernanceBackend, v1alpha1.KindGovernanceBackend},
}

// references adds the paths in a type at which objects of the cluster are named, by the kind that is meant.
func references(t *testing.T, of reflect.Type, path, kind string, out map[string]map[string]bool) {
	t.Helper()
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		below := path
		if name != "" {
			below += "/" + name
		}
		inner := field.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		switch inner {
		case reflect.TypeFor[v1alpha1.LocalObjectRef](), reflect.TypeFor[v1alpha1.BackendRef](), reflect.TypeFor[v1alpha1.CABundleRef]():
			kinds := meant[of.Name()+"."+name]
			if kind := field.Tag.Get("refers"); kind != "" {
				kinds = []string{kind}
			}
			if len(kinds) == 0 {
				t.Errorf("what does %s.%s at %s mean?", of.Name(), name, below)
			}
			for _, target := range kinds {
				if out[target] == nil {
					out[target] = map[string]bool{}
				}
				out[target][kind+" "+below+"/name"] = true
			}
			continue
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == reflect.TypeFor[v1alpha1.LocalObjectRef]().PkgPath() {
			references(t, inner, below, kind, out)
		}
	}
}

// nameReferences is config/kustomize/names.yaml as it has to be.
func nameReferences(t *testing.T) string {
	t.Helper()
	found := map[string]map[string]bool{}
	for kind, spec := range specs {
		references(t, reflect.TypeOf(spec), "spec", kind, found)
	}
	var out strings.Builder
	out.WriteString("# Where the kinds name other objects, for kustomize: an overlay with this component may have a prefix, a suffix or a\n" +
		"# generated Secret. Made from the types by \"go -C test test ./chart -run TestTheReferencesOfKustomize -update\".\nnameReference:\n")
	for _, target := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&out, "  - kind: %s\n", target)
		if group := v1alpha1.GroupVersion.Group; specs[target] != nil {
			fmt.Fprintf(&out, "    group: %s\n", group)
		} else {
			out.WriteString("    version: v1\n")
		}
		out.WriteString("    fieldSpecs:\n")
		for _, at := range slices.Sorted(maps.Keys(found[target])) {
			kind, path, _ := strings.Cut(at, " ")
			fmt.Fprintf(&out, "      - {kind: %s, group: %s, path: %s}\n", kind, v1alpha1.GroupVersion.Group, path)
		}
	}
	return out.String()
}

func TestTheReferencesOfKustomizeAreThoseOfTheTypes(t *testing.T) {
	path, want := filepath.Join(root, "config", "kustomize", "names.yaml"), nameReferences(t)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update mends it):\n%s", path, diff)
	}
}

func TestAPrefixOfKustomizeReachesReferences(t *testing.T) {
	t.Parallel()
	const backend = "{apiVersion: governance-operator.io/v1alpha1, kind: GovernanceBackend, metadata: {name: prod}, spec: {vendor: ConductorOne, endpoint: 'https://a.example', credentials: {secretRef: {name: prod}}, caBundleRef: {name: ca}}}"
	const objects = backend + `
---
{apiVersion: v1, kind: Secret, metadata: {name: prod}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: ca}}
---
{apiVersion: governance-operator.io/v1alpha1, kind: AppEntitlement, metadata: {name: read}, spec: {backendRef: {name: prod}, app: {name: read}, displayName: read}}
---
{apiVersion: governance-operator.io/v1alpha1, kind: AccessProfile, metadata: {name: base}, spec: {backendRef: {name: prod}, displayName: read}}
---
{apiVersion: governance-operator.io/v1alpha1, kind: AccessProfile, metadata: {name: top}, spec: {backendRef: {name: shared, kind: ClusterGovernanceBackend}, displayName: top, inherits: [{ref: {name: base}}], entitlements: [{app: {name: read}, name: read}, {ref: {name: read}}, {ref: {name: elsewhere}}]}}
`
	for page, section := range map[string]string{"argocd.md": "A prefix in kustomize", "flux.md": "A prefix in kustomize"} {
		built := overlaidWith(t, overlayOf(t, page, section), map[string]string{"access.yaml": objects})
		at := func(kind, name string, path ...string) string {
			t.Helper()
			for _, object := range of(built, kind) {
				if object.GetName() == name {
					value, _, err := unstructured.NestedString(object.Object, append([]string{"spec"}, path...)...)
					if err != nil {
						t.Fatal(err)
					}
					return value
				}
			}
			t.Fatalf("%s: no %s %s", page, kind, name)
			return ""
		}
		entries, _, err := unstructured.NestedSlice(of(built, v1alpha1.KindAccessProfile)[1].Object, "spec", "entitlements")
		if err != nil {
			t.Fatal(err)
		}
		inherits, _, err := unstructured.NestedSlice(of(built, v1alpha1.KindAccessProfile)[1].Object, "spec", "inherits")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{
			"secret":  at(v1alpha1.KindGovernanceBackend, "team-a-prod", "credentials", "secretRef", "name"),
			"ca":      at(v1alpha1.KindGovernanceBackend, "team-a-prod", "caBundleRef", "name"),
			"backend": at(v1alpha1.KindAppEntitlement, "team-a-read", "backendRef", "name"), "app": at(v1alpha1.KindAppEntitlement, "team-a-read", "app", "name"),
			"shared": at(v1alpha1.KindAccessProfile, "team-a-top", "backendRef", "name"), "inherits": inherits, "entitlements": entries,
		}
		ref := func(name string) any { return map[string]any{"ref": map[string]any{"name": name}} }
		want := map[string]any{
			"secret": "team-a-prod", "ca": "team-a-ca", "backend": "team-a-prod", "app": "read", "shared": "shared", "inherits": []any{ref("team-a-base")},
			"entitlements": []any{map[string]any{"app": map[string]any{"name": "read"}, "name": "read"}, ref("team-a-read"), ref("elsewhere")},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", page, diff)
		}
	}
}
