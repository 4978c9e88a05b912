package spec

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// trimProfile: what a profile grants is one list, and a spec has it as entitlements where they say all of it. Parts of a
// relationship that are nothing are left alone where a spec does not have them.
func trimProfile(m backend.AccessProfile) (backend.AccessProfile, map[string]string) {
	unsaid := map[string]string{"veza.publish": "it controls how the operator writes, and nothing of it is at the vendor"}
	block := *m.Block.(*veza.ProfileBlock)
	if slices.ContainsFunc(block.Relationships, hasParts) {
		unsaid["entitlements"] = "veza.relationships says it"
	} else {
		unsaid["veza.relationships"] = "entitlements says it"
	}
	if backend.Value(block.ApplicationDatasourceID) == "" {
		unsaid["veza.applicationSyncIdentityAction"] = "it needs veza.applicationDatasource, and there is none"
	}
	block.Relationships = slices.Clone(block.Relationships)
	for i := range block.Relationships {
		r := &block.Relationships[i]
		if !backend.Value(r.CreatedByAccessProfile) {
			r.CreatedByAccessProfile = nil
		}
		if len(r.CustomProperties) == 0 {
			r.CustomProperties = nil
		}
	}
	m.Block = &block
	return m, unsaid
}
