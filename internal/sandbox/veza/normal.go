package veza

import "github.com/governance-operator/governance-operator/internal/sandbox"

// Normal is what the vendor might normalise: the order of relationships is not documented as
// significant (docs/vendors/veza-api.md#relationships).
func (*Vendor) Normal() sandbox.Normal {
	return sandbox.Normal{
		Texts:  []string{"name", "description", "markdown_description", "notes"},
		Words:  []string{"email"},
		Proses: []string{"notes"},
		Lists: []string{
			"entities_to_create_relationships_to", "inherit_entities_from_access_profiles", "labels", "members", "member_details",
			"automation_ids", "reviewers", "fallback_reviewers",
		},
	}
}
