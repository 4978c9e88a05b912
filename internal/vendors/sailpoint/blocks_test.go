package sailpoint_test

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

func entitlementBlock[M backend.AppEntitlement | *backend.AppEntitlement](model M) *sailpoint.EntitlementBlock {
	return backend.As[*sailpoint.EntitlementBlock](backend.BlockOf(model))
}

func profileBlock[M backend.AccessProfile | *backend.AccessProfile](model M) *sailpoint.ProfileBlock {
	return backend.As[*sailpoint.ProfileBlock](backend.BlockOf(model))
}

func reviewBlock[M backend.AccessReview | *backend.AccessReview](model M) *sailpoint.ReviewBlock {
	return backend.As[*sailpoint.ReviewBlock](backend.BlockOf(model))
}
