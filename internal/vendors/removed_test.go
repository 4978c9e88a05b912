package vendors_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// editable lists the fields of a kind that a vendor takes and that can be edited later.
func editable[D backend.Model](t *testing.T, caps backend.Capabilities) []string {
	t.Helper()
	out := []string{}
	for _, path := range backend.Paths(backend.Empty[D](caps)) {
		one := backend.Empty[D](caps)
		if err := backendtest.Set(&one, path); err != nil {
			t.Fatal(err)
		}
		field := backend.Fields(one)[0]
		refused := slices.ContainsFunc(slices.Collect(maps.Keys(caps.Unsupported)), func(p string) bool { return backend.Covers([]string{p}, path) })
		_, carried := caps.Carried[path]
		if !refused && !field.Parameter && !carried && !backend.Covers(caps.CreateOnly, path) && caps.Update {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

func TestOfEachFieldIsSaidWhatBecomesOfItWhenItLeavesTheSpec(t *testing.T) {
	for _, v := range vendors.All() {
		tenant, err := v.Declared(backend.Config{Allow: []string{"PublishDraft", "DeleteProfile"}})
		if err != nil {
			t.Fatal(err)
		}
		check(t, v.Name+" AppEntitlement", tenant.AppEntitlements().Capabilities(), editable[backend.AppEntitlement])
		check(t, v.Name+" AccessProfile", tenant.AccessProfiles().Capabilities(), editable[backend.AccessProfile])
		check(t, v.Name+" AccessReview", tenant.AccessReviews().Capabilities(), editable[backend.AccessReview])
	}
}

func check(t *testing.T, name string, caps backend.Capabilities, editable func(*testing.T, backend.Capabilities) []string) {
	t.Run(name, func(t *testing.T) {
		rows := slices.Sorted(maps.Keys(caps.Removed))
		if diff := cmp.Diff(editable(t, caps), append([]string{}, rows...)); diff != "" {
			t.Errorf("fields that can be edited, and rows (-want +got):\n%s", diff)
		}
		for path, row := range caps.Removed {
			if row.Why == "" {
				t.Errorf("%s: nothing says why it is %s", path, row.Fate)
			}
			if row.Fate == backend.FateHeld != (row.Empty != "") && !slices.Contains(caps.NotEmpty, path) && !choice(path) {
				t.Errorf("%s is %s, and of an empty one it says %q", path, row.Fate, row.Empty)
			}
			for _, other := range append(slices.Clone(row.Instead), row.At) {
				if _, ok := caps.Removed[other]; other != "" && !ok {
					t.Errorf("%s names %s, which has no row", path, other)
				}
			}
		}
	})
}

// choice: a scope's choice is a document, and not a list.
func choice(path string) bool {
	return slices.Contains([]string{"scope.apps", "scope.users", "scope.accounts", "scope.grants", "scope.accessConflicts"}, path)
}
