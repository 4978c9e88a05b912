package conductorone

import "github.com/governance-operator/governance-operator/internal/sandbox"

// Normal is what the vendor might normalise: aliases and slugs are told to be kept in lower case
// (docs/vendors/conductorone-api.md#entitlement-fields), references are sets.
func (*Vendor) Normal() sandbox.Normal {
	return sandbox.Normal{
		Texts:  []string{"displayName", "description", "reviewInstructions", "matchBatonId", "instructions", "meaningOfSignature"},
		Words:  []string{"alias", "slug"},
		Proses: []string{"description"},
		Lists: []string{
			"refs", "entitlementRefs", "userIds", "values", "complianceFrameworkValueIds", "complianceFrameworkAttributeValueIds",
			"riskLevelAttributeValueIds", "accountTypes", "appUserStatuses", "includedAccessProfileIds", "excludedAccessProfileIds",
		},
	}
}
