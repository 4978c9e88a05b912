package backend_test

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func entitlementBlock[M backend.AppEntitlement | *backend.AppEntitlement](model M) *conductorone.EntitlementBlock {
	return backend.As[*conductorone.EntitlementBlock](backend.BlockOf(model))
}
