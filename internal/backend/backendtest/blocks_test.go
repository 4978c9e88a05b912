package backendtest_test

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func entitlementBlock[M backend.AppEntitlement | *backend.AppEntitlement](model M) *conductorone.EntitlementBlock {
	return backend.As[*conductorone.EntitlementBlock](backend.BlockOf(model))
}

// newTenant is a tenant in memory with the blocks of a vendor.
func newTenant() *backendtest.Tenant {
	return backendtest.NewTenant().WithBlocks(&conductorone.EntitlementBlock{}, &conductorone.ProfileBlock{}, &conductorone.ReviewBlock{})
}
