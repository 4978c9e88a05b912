package conductorone

import (
	"maps"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func decodeEntitlement(e entitlement, date time.Time) entitlementObservation {
	obs := entitlementObservation{
		Exists:    e.ID != "" && e.DeletedAt.IsZero(),
		ID:        e.ID,
		ParentID:  e.AppID,
		Version:   version(e.UpdatedAt),
		CreatedAt: e.CreatedAt.Time,
		Mark:      backend.MarkFromAnnotations(e.Annotations),
		Phase:     backend.PhaseLive,
		Date:      date,
		// What a connector synced comes back with the next sync, and what is built in stays
		// (docs/vendors/conductorone-api.md#deleting-entitlements).
		Undeletable: len(e.SourceConnectorIDs) > 0 || e.SystemBuiltin,
		ReadOnly:    []string{"conductorOne.resource", "conductorOne.resource.type"},
	}
	obs.MarkIncomplete = markIncomplete(obs.Mark, e.Annotations)
	description, mark, lined := lineOf(obs.Mark, e.Description)
	if lined {
		obs.MarkInProse, obs.MarkIncomplete = obs.Mark.IsZero(), true
		obs.Mark = mark
	}
	if obs.Undeletable {
		// The connector owns the name, and the built-in one cannot be renamed
		// (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlementsid).
		obs.ReadOnly = append(obs.ReadOnly, "displayName")
	}
	obs.Actual = backend.AppEntitlement{
		Block: &EntitlementBlock{
			MaxGrantDuration: grantDuration(e.DurationGrant),
			Provision:        decodeProvision(e.ProvisionerPolicy),
			Deprovision:      decodeProvision(e.DeprovisionerPolicy),
			Annotations:      decodeAnnotations(e.Annotations),
		},
		Facts: backend.AppEntitlementFacts{
			GrantCount:         backend.To(int64(e.GrantCount)),
			Alias:              e.Alias,
			ExternalID:         e.ExternalID,
			ManagedByConnector: len(e.SourceConnectorIDs) > 0,
		},
	}
	obs.Actual = entitlementCodec.Decode(&e, obs.Actual)
	obs.Actual.Description = &description
	return obs
}

// version is when it was modified last: there are no etags (docs/vendors/conductorone-api.md#versions).
func version(updated moment) string {
	if updated.IsZero() {
		return ""
	}
	return momentText(updated.Time)
}

// grantDuration: no duration means unlimited (docs/vendors/conductorone-api.md#entitlement-fields and
// docs/vendors/conductorone-api.md#access-profiles).
func grantDuration(s span) *backend.Duration {
	if d := s.duration(); d != nil {
		return d
	}
	return &backend.Duration{Unlimited: true}
}

func decodeAnnotations(all map[string]string) backend.Pairs {
	out := backend.Pairs{}
	maps.Copy(out, all)
	for key := range (backend.Mark{}).Annotations() {
		delete(out, key)
	}
	return out
}
