package kinds

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// TestEveryPathOfAModelIsAPathOfItsSpec keeps messages and status.remote.changes from
// naming fields that nobody can write.
func TestEveryPathOfAModelIsAPathOfItsSpec(t *testing.T) {
	for kind, c := range map[string]struct {
		model  any
		spec   reflect.Type
		blocks []backend.Block
		// capabilities of a tenant for this kind.
		capabilities func(backend.Tenant) backend.Capabilities
		// without lists fields that no path is, stands above or below.
		without []string
	}{
		v1alpha1.KindAppEntitlement: {
			model: backend.AppEntitlement{}, spec: reflect.TypeFor[v1alpha1.AppEntitlementSpec](), blocks: Entitlements.Blocks(),
			capabilities: func(t backend.Tenant) backend.Capabilities { return t.AppEntitlements().Capabilities() },
			// The app is the parent of the remote, which no write names.
			without: []string{"app", "keepWhileReferenced"},
		},
		v1alpha1.KindAccessProfile: {
			model: backend.AccessProfile{}, spec: reflect.TypeFor[v1alpha1.AccessProfileSpec](), blocks: Profiles.Blocks(),
			capabilities: func(t backend.Tenant) backend.Capabilities { return t.AccessProfiles().Capabilities() },
		},
		v1alpha1.KindAccessReview: {
			model: backend.AccessReview{}, spec: reflect.TypeFor[v1alpha1.AccessReviewSpec](), blocks: Reviews.Blocks(),
			capabilities: func(t backend.Tenant) backend.Capabilities { return t.AccessReviews().Capabilities() },
		},
	} {
		t.Run(kind, func(t *testing.T) {
			fields := specPaths(c.spec)
			var paths []string
			for i, block := range c.blocks {
				model := reflect.New(reflect.TypeOf(c.model))
				backend.Open(model.Interface(), block)
				for _, path := range backend.Paths(model.Interface()) {
					if i == 0 || strings.HasPrefix(path, block.BlockName()+".") {
						paths = append(paths, path)
					}
				}
			}
			for i, path := range paths {
				if slices.Contains(paths[:i], path) {
					t.Errorf("two leaves of the model are called %q", path)
				}
				if !fields[path] {
					t.Errorf("the model has a leaf for spec.%s, which is no field", path)
				}
			}
			for vendor, tenant := range tenants(t) {
				caps := c.capabilities(tenant)
				for _, path := range slices.Concat(caps.Required, caps.CreateOnly, caps.WriteOnly, caps.DetailFields,
					slices.Collect(maps.Keys(caps.Unsupported)), slices.Collect(maps.Keys(caps.Warnings)),
					slices.Collect(maps.Keys(caps.Values)), slices.Collect(maps.Keys(caps.MaxLength)), slices.Collect(maps.Keys(caps.MaxItems)),
					slices.Collect(maps.Keys(caps.Carried)), caps.NotEmpty) {
					// A way of a document that is compared as a whole has a name in the model only.
					if !fields[path] && !slices.ContainsFunc(paths, func(leaf string) bool { return fields[leaf] && backend.Covers([]string{leaf}, path) }) {
						t.Errorf("%s declares something about spec.%s, which is no field", vendor, path)
					}
				}
			}
			var without []string
			for field := range fields {
				covered := slices.ContainsFunc(paths, func(path string) bool {
					return backend.Covers([]string{path}, field) || backend.Covers([]string{field}, path)
				})
				if !covered && !ofEveryKind(field) && !backend.Covers(c.without, field) {
					without = append(without, field)
				}
			}
			if slices.Sort(without); len(without) > 0 {
				t.Errorf("no path of the model is, or is near, %q", without)
			}
		})
	}
}

// tenants opens every vendor, without a call to any.
func tenants(t *testing.T) map[string]backend.Tenant {
	t.Helper()
	out := map[string]backend.Tenant{}
	for _, v := range vendors.All() {
		tenant, err := v.Open(backend.Config{Endpoint: "https://tenant.example", Credentials: backend.Credentials{ClientID: "id", ClientSecret: "a secret", Token: "a-token."}})
		if err != nil {
			t.Fatal(err)
		}
		out[v.Name] = tenant
	}
	return out
}

// ofEveryKind: what the operator is asked for, and no vendor is told.
func ofEveryKind(field string) bool {
	return specPaths(reflect.TypeFor[v1alpha1.ManagedSpec]())[field]
}

// specPaths lists the paths of all fields below a struct, by their names in JSON. It
// does not go into lists, which are compared as a whole.
func specPaths(spec reflect.Type) map[string]bool {
	out := map[string]bool{}
	var walk func(of reflect.Type, prefix string, above []reflect.Type)
	walk = func(of reflect.Type, prefix string, above []reflect.Type) {
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || slices.Contains(above, of) {
			return
		}
		for i := range of.NumField() {
			name, option, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			switch {
			case option == "inline":
				walk(of.Field(i).Type, prefix, append(above, of))
			case name != "" && name != "-":
				out[prefix+name] = true
				walk(of.Field(i).Type, prefix+name+".", append(above, of))
			}
		}
	}
	walk(spec, "", nil)
	return out
}
