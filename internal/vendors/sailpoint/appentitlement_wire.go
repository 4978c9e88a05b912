package sailpoint

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// entitlement has the privilege in either of its two shapes (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
type entitlement struct {
	ID             string           `json:"id"`
	Name           string           `json:"name"`
	Description    *string          `json:"description"`
	Attribute      string           `json:"attribute"`
	Value          string           `json:"value"`
	SchemaType     string           `json:"sourceSchemaObjectType"`
	Source         *ref             `json:"source"`
	Requestable    bool             `json:"requestable"`
	Owner          *ref             `json:"owner"`
	Segments       []string         `json:"segments"`
	Privileged     *bool            `json:"privileged"`
	PrivilegeLevel *privilegeLevels `json:"privilegeLevel"`
	Created        rest.Moment      `json:"created"`
	Modified       rest.Moment      `json:"modified"`
}

// privilegeLevels is shape B.
type privilegeLevels struct {
	Direct string `json:"direct"`
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
		DisplayName: &e.Name,
		Description: backend.To(backend.Value(e.Description)),
		Owners:      backend.Set{},
		Requestable: &e.Requestable,
		Block: &EntitlementBlock{
			MatchAttribute: &e.Attribute, MatchValue: &e.Value, MatchType: &e.SchemaType,
			Segments: set(e.Segments),
		},
		Facts: backend.AppEntitlementFacts{
			ExternalID:         e.Value,
			EntityType:         e.SchemaType,
			ManagedByConnector: true,
		},
	}
	if id := idOf(e.Owner); id != "" {
		obs.Actual.Owners = backend.Set{id}
	}
	switch s := entitlementBlock(obs.Actual); {
	case e.PrivilegeLevel != nil:
		s.PrivilegeLevel = wordOf(e.PrivilegeLevel.Direct)
		s.Privileged = backend.To(e.PrivilegeLevel.Direct != "" && e.PrivilegeLevel.Direct != levelNone)
	case e.Privileged != nil:
		level := levelNone
		if *e.Privileged {
			level = levelHigh
		}
		s.Privileged, s.PrivilegeLevel = e.Privileged, wordOf(level)
	}
	return obs
}

// decodeConfig fills the detail fields in.
func decodeConfig(c entitlementConfig, e *backend.AppEntitlement) {
	r := decodeRules(c.Request, ofEntitlements)
	entitlementBlock(*e).AccessRequest = &EntitlementRequest{
		RequestCommentRequired: r.comments, DenialCommentRequired: r.denials, ReauthorizationRequired: r.reauthorization,
		RequireEndDate: r.endDate, MaxPermittedAccessDuration: r.longest, ApprovalSchemes: r.schemes, FormDefinitionID: r.form,
	}
	entitlementBlock(*e).Revocation = decodeRevocation(c.Revocation)
}

// encodeConfig lays what is wanted over the live resource, which is replaced whole.
func encodeConfig(live entitlementConfig, desired EntitlementBlock) map[string]any {
	a := backend.Value(desired.AccessRequest)
	rules := requestRules{
		comments: a.RequestCommentRequired, denials: a.DenialCommentRequired, reauthorization: a.ReauthorizationRequired,
		endDate: a.RequireEndDate, longest: a.MaxPermittedAccessDuration, schemes: a.ApprovalSchemes, form: a.FormDefinitionID,
	}
	return map[string]any{
		"accessRequestConfig":     live.Request.with(rules.encode(ofEntitlements)),
		"revocationRequestConfig": live.Revocation.with(encodeRevocation(desired.Revocation)),
	}
}
