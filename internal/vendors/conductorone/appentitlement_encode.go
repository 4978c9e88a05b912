package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
)

// entitlementFields are the fields with one name for create and update.
func entitlementFields(e backend.AppEntitlement) []wireField {
	c := backend.Value(e.ConductorOne)
	return []wireField{
		{"displayName", "displayName", plain(e.DisplayName)},
		{"description", "description", plain(e.Description)},
		{"conductorOne.alias", "alias", plain(c.Alias)},
		{"conductorOne.slug", "slug", plain(c.Slug)},
		{"conductorOne.purpose", "purpose", enum(enumPurpose, c.Purpose)},
		{"conductorOne.policies.grant", "grantPolicyId", plain(c.GrantPolicyID)},
		{"conductorOne.policies.revoke", "revokePolicyId", plain(c.RevokePolicyID)},
		{"conductorOne.policies.certify", "certifyPolicyId", plain(c.CertifyPolicyID)},
		{"conductorOne.policies.emergencyGrant", "emergencyGrantPolicyId", plain(c.EmergencyGrantPolicyID)},
		{"conductorOne.emergencyGrantEnabled", "emergencyGrantEnabled", plain(c.EmergencyGrantEnabled)},
		{"conductorOne.riskLevel", "riskLevelValueId", plain(c.RiskLevelID)},
		{"conductorOne.complianceFrameworks", "complianceFrameworkValueIds", setValue(c.ComplianceFrameworkIDs)},
		{"conductorOne.overrideAccessRequestDefaults", "overrideAccessRequestsDefaults", plain(c.OverrideAccessRequestDefaults)},
		{"conductorOne.matchBatonID", "matchBatonId", plain(c.MatchBatonID)},
	}
}

// plain returns the value, or nil for one that is not set.
func plain[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func enum(prefix string, p *string) any {
	if p == nil {
		return nil
	}
	return upper(prefix, *p)
}

func setValue(s backend.Set) any {
	if s == nil {
		return nil
	}
	return texts(s)
}

// encodeEntitlementCreate is the body of a create (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlements).
func encodeEntitlementCreate(desired backend.AppEntitlement, mark backend.Mark) map[string]any {
	c := backend.Value(desired.ConductorOne)
	body := map[string]any{"annotations": stampNew(c.Annotations, mark)}
	for _, f := range entitlementFields(desired) {
		if f.value != nil && f.value != enumPurpose+unspecified {
			body[f.wire] = f.value
		}
	}
	if c.ResourceTypeID != nil {
		body["appResourceTypeId"] = *c.ResourceTypeID
	}
	if c.ResourceID != nil {
		body["appResourceId"] = *c.ResourceID
	}
	if c.MaxGrantDuration != nil {
		arm, value := encodeDuration(*c.MaxGrantDuration)
		body[arm] = value
	}
	if c.Provision != nil {
		// The name of this field flips after the create (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlements).
		body["provisionPolicy"] = encodeProvision(*c.Provision)
	}
	if desired.Owners != nil {
		body["appEntitlementOwnerIds"] = texts(desired.Owners)
	}
	return body
}

// encodeEntitlementUpdate is the body of an update (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlementsid):
// whole messages, and of a oneof the arm that is set.
func encodeEntitlementUpdate(seen entitlementObservation, desired backend.AppEntitlement, changes backend.Changes) *masked {
	c := backend.Value(desired.ConductorOne)
	m := &masked{}
	m.take(entitlementFields(desired), changes.Has)
	if changes.Has("conductorOne.requestSchemaID") && c.RequestSchemaID != nil {
		m.set("requestSchemaId", *c.RequestSchemaID)
	}
	if changes.Has("conductorOne.maxGrantDuration") && c.MaxGrantDuration != nil {
		m.set(encodeDuration(*c.MaxGrantDuration))
	}
	if changes.Has("conductorOne.provision") && c.Provision != nil {
		m.set("provisionerPolicy", encodeProvision(*c.Provision))
	}
	if changes.Has("conductorOne.deprovision") && c.Deprovision != nil {
		m.set("deprovisionerPolicy", encodeProvision(*c.Deprovision))
	}
	if changes.Any("conductorOne.annotations", backend.PathMark) || seen.MarkIncomplete {
		m.set("annotations", stamp(c.Annotations, seen.Mark))
	}
	return m
}

// encodeDuration chooses the arm of max_grant_duration.
func encodeDuration(d backend.Duration) (string, any) {
	if d.Unlimited {
		return "durationUnset", struct{}{}
	}
	return "durationGrant", spanOf(d.Duration)
}

// overrides is what the update says at its top level: what is wanted, else what is.
func overrides(actual, desired backend.AppEntitlement) bool {
	if c := desired.ConductorOne; c != nil && c.OverrideAccessRequestDefaults != nil {
		return *c.OverrideAccessRequestDefaults
	}
	return backend.Value(backend.Value(actual.ConductorOne).OverrideAccessRequestDefaults)
}
