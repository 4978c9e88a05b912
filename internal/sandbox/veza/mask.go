package veza

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// checkMask checks the update mask of a PATCH
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid): comma-separated, snake case, relative
// to the body, and equal to the body's top-level names. Without a mask the fields in the body are the ones that change.
func (c *call) checkMask() error {
	names := c.given()
	if len(names) == 0 {
		return wire.Violation("the body names no field")
	}
	if !c.query.Has("update_mask") {
		return nil
	}
	paths, err := c.v.schema.ParseMask(c.v.schema.Messages[c.op.request], c.query.Get("update_mask"), wire.SnakeCase)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if !slices.Contains(names, path) {
			return wire.Violation("update mask: %s is not in the body", path)
		}
	}
	for _, name := range names {
		if !slices.Contains(paths, name) {
			return wire.Violation("update mask: %s is in the body and not in the mask", name)
		}
	}
	return nil
}
