package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
)

// pathRequestSchema is a field that a create does not take.
const pathRequestSchema = "conductorOne.requestSchemaID"

// setAtCreation are fields that an update does not take.
var setAtCreation = []string{"conductorOne.resource"}

// encodeEntitlementCreate is the body of a create (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlements).
func encodeEntitlementCreate(desired backend.AppEntitlement, mark backend.Mark) map[string]any {
	c := backend.Value(entitlementBlock(desired))
	body := map[string]any{"annotations": stampNew(c.Annotations, mark)}
	for _, f := range entitlementCodec.Encode(&desired, func(path string) bool { return path != pathRequestSchema }) {
		if f.Value != enumPurpose+unspecified {
			body[f.Name] = f.Value
		}
	}
	if c.MaxGrantDuration != nil {
		arm, value := encodeDuration(*c.MaxGrantDuration)
		body[arm] = value
	}
	if c.Provision != nil {
		// The name of this field flips after the create (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlements).
		body["provisionPolicy"] = provisions.Wire(*c.Provision)
	}
	if desired.Owners != nil {
		body["appEntitlementOwnerIds"] = texts(desired.Owners)
	}
	return body
}

// encodeEntitlementUpdate is the body of an update (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlementsid):
// whole messages, and of a oneof the arm that is set.
func encodeEntitlementUpdate(seen entitlementObservation, desired backend.AppEntitlement, changes backend.Changes) *masked {
	c := backend.Value(entitlementBlock(desired))
	m := &masked{}
	m.take(entitlementCodec.Encode(&desired, func(path string) bool { return changes.Has(path) && !backend.Covers(setAtCreation, path) }))
	if changes.Has("conductorOne.maxGrantDuration") && c.MaxGrantDuration != nil {
		m.set(encodeDuration(*c.MaxGrantDuration))
	}
	if changes.Has("conductorOne.provision") && c.Provision != nil {
		m.set("provisionerPolicy", provisions.Wire(*c.Provision))
	}
	if changes.Has("conductorOne.deprovision") && c.Deprovision != nil {
		m.set("deprovisionerPolicy", provisions.Wire(*c.Deprovision))
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
	if c := entitlementBlock(desired); c != nil && c.OverrideAccessRequestDefaults != nil {
		return *c.OverrideAccessRequestDefaults
	}
	return backend.Value(backend.Value(entitlementBlock(actual)).OverrideAccessRequestDefaults)
}
