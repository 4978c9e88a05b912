package sailpoint

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// entitlement has the privilege in either of its two shapes (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
type entitlement struct {
	ID             string           `json:"id"`
	Name           string           `json:"name" field:"displayName"`
	Description    *string          `json:"description"`
	Attribute      string           `json:"attribute" field:"sailPoint.match.attribute"`
	Value          string           `json:"value" field:"sailPoint.match.value"`
	SchemaType     string           `json:"sourceSchemaObjectType" field:"sailPoint.match.type"`
	Source         *ref             `json:"source"`
	Requestable    bool             `json:"requestable" field:"requestable"`
	Owner          *ref             `json:"owner"`
	Segments       []string         `json:"segments" field:"sailPoint.segments"`
	Privileged     *bool            `json:"privileged"`
	PrivilegeLevel *privilegeLevels `json:"privilegeLevel"`
	Created        rest.Moment      `json:"created"`
	Modified       rest.Moment      `json:"modified"`
}

// entitlementCodec translates the fields with a tag `field`.
var entitlementCodec = plain.New[entitlement, backend.AppEntitlement](&EntitlementBlock{}, spelling)

// privilegeLevels is shape B.
type privilegeLevels struct {
	Direct word `json:"direct"`
}

const (
	levelHigh = "HIGH"
	levelNone = "NONE"
)

// entitlementConfig is a resource of its own (docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
type entitlementConfig struct {
	Request    members `json:"accessRequestConfig"`
	Revocation members `json:"revocationRequestConfig"`
}

func decodeEntitlement(e entitlement, date time.Time) entitlementObservation {
	obs := entitlementObservation{
		Exists:    e.ID != "",
		ID:        e.ID,
		ParentID:  idOf(e.Source),
		Version:   e.Modified.Version(), // There are no etags (docs/vendors/sailpoint-api.md#versions).
		CreatedAt: e.Created.Time,
		Phase:     backend.PhaseLive,
		Date:      date,
	}
	obs.Actual = backend.AppEntitlement{
		Description: backend.To(backend.Value(e.Description)),
		Owners:      backend.Set{},
		Facts: backend.AppEntitlementFacts{
			ExternalID:         e.Value,
			EntityType:         e.SchemaType,
			ManagedByConnector: true,
		},
	}
	obs.Actual = entitlementCodec.Decode(&e, obs.Actual)
	if id := idOf(e.Owner); id != "" {
		obs.Actual.Owners = backend.Set{id}
	}
	switch s := entitlementBlock(obs.Actual); {
	case e.PrivilegeLevel != nil:
		s.PrivilegeLevel = wordOf(e.PrivilegeLevel.Direct)
		s.Privileged = backend.To(e.PrivilegeLevel.Direct != "" && e.PrivilegeLevel.Direct != levelNone)
	case e.Privileged != nil:
		level := word(levelNone)
		if *e.Privileged {
			level = levelHigh
		}
		s.Privileged, s.PrivilegeLevel = e.Privileged, wordOf(level)
	}
	return obs
}

// decodeConfig fills the detail fields in.
func decodeConfig(c entitlementConfig, e *backend.AppEntitlement) {
	block := entitlementBlock(*e)
	block.AccessRequest = backend.To(entitlementRequests.Read(c.Request.read))
	block.Revocation = backend.To(revocations.Read(c.Revocation.read))
}

// encodeConfig lays what is wanted over the live resource, which is replaced whole.
func encodeConfig(live entitlementConfig, desired EntitlementBlock) map[string]any {
	return map[string]any{
		"accessRequestConfig":     live.Request.with(rulesOf(entitlementRequests, desired.AccessRequest)),
		"revocationRequestConfig": live.Revocation.with(rulesOf(revocations, desired.Revocation)),
	}
}
