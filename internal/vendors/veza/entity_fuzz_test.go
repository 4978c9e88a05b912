package veza_test

import (
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// FuzzEntity: an id is taken apart or refused, and put together again.
func FuzzEntity(f *testing.F) {
	for _, id := range []string{"", "/", "OktaGroup/00g1", "a/", "/b", "a/b/c", "a//b", "\xff/\x00"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		entityType, entityID, ok := veza.SplitEntity(id)
		if ok && (veza.Entity(entityType, entityID) != id || entityType == "" || entityID == "" || strings.Contains(entityType, "/")) {
			t.Errorf("%q is %q and %q", id, entityType, entityID)
		}
		if !ok && strings.Trim(id, "/") == id && strings.Contains(id, "/") {
			t.Errorf("%q is refused", id)
		}
	})
}
