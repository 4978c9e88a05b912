package veza_test

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func entitlementBlock[M backend.AppEntitlement | *backend.AppEntitlement](model M) *veza.EntitlementBlock {
	return backend.As[*veza.EntitlementBlock](backend.BlockOf(model))
}

func profileBlock[M backend.AccessProfile | *backend.AccessProfile](model M) *veza.ProfileBlock {
	return backend.As[*veza.ProfileBlock](backend.BlockOf(model))
}

func reviewBlock[M backend.AccessReview | *backend.AccessReview](model M) *veza.ReviewBlock {
	return backend.As[*veza.ReviewBlock](backend.BlockOf(model))
}
