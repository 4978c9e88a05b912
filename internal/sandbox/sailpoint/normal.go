package sailpoint

import "github.com/governance-operator/governance-operator/internal/sandbox"

// Normal is what the vendor might normalise: lists of references come in any order
// (docs/vendors/sailpoint-api.md#what-reads-back-of-a-profile).
func (*Vendor) Normal() sandbox.Normal {
	return sandbox.Normal{
		Texts:  []string{"name", "description", "query"},
		Proses: []string{"description"},
		Lists:  []string{"entitlements", "segments", "additionalOwners", "additionalOwnerRefs", "attributes", "values", "identityIds", "roleIds", "ids", "sourceIds"},
	}
}
