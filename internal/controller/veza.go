package controller

import (
	"fmt"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// desireVezaProfile fills what Veza has of its own. What a profile grants is one list
// there: where spec.veza.relationships is written it takes in spec.entitlements.
func desireVezaProfile(out *backend.AccessProfile, s *v1alpha1.AccessProfileSpec, profileType string, r *reference.Resolver) {
	const at = "spec.veza."
	p := s.Veza
	out.Veza.ProfileTypeID = optional(profileType)
	if p.Publish == v1alpha1.PublishAutomatic {
		out.Veza.Published = backend.To(true)
	}
	granted := grantedBy("spec.entitlements", s.Entitlements, out.Entitlements, r)
	if p.Relationships == nil {
		return
	}
	out.Entitlements = nil
	out.Veza.Relationships = backend.VezaRelationships{}
	known := map[string]bool{}
	for i := range p.Relationships {
		if rel, ok := relationship(fmt.Sprintf("%srelationships[%d]", at, i), &p.Relationships[i], r); ok {
			known[rel.Key()] = true
			out.Veza.Relationships = append(out.Veza.Relationships, rel)
		}
	}
	for _, rel := range granted {
		if !known[rel.Key()] {
			out.Veza.Relationships = append(out.Veza.Relationships, rel)
		}
	}
}

// grantedBy turns entitlements into relationships, and refuses ids that name no entity.
func grantedBy(path string, refs []v1alpha1.EntitlementRef, have backend.EntitlementSet, r *reference.Resolver) []backend.VezaRelationship {
	for i := range refs {
		if _, _, ok := backend.SplitVezaEntity(refs[i].ID); refs[i].ID != "" && !ok {
			r.Reject(v1alpha1.ReasonInvalidSpec, fmt.Sprintf("%s[%d].id", path, i),
				"%q names no entity of the graph: write entityType/entityID, for example OktaGroup/00g23a1f", refs[i].ID)
		}
	}
	var out []backend.VezaRelationship
	for _, e := range have {
		if entityType, entityID, ok := backend.SplitVezaEntity(e.ID); ok {
			out = append(out, backend.VezaRelationship{EntityType: entityType, DatasourceID: e.AppID, EntityID: entityID})
		}
	}
	return out
}

func relationship(path string, v *v1alpha1.VezaRelationship, r *reference.Resolver) (backend.VezaRelationship, bool) {
	out := backend.VezaRelationship{
		EntityType: v.EntityType, EntityID: v.EntityID,
		GrantBy: optional(v.GrantBy), CreatedByAccessProfile: v.CreatedByAccessProfile,
		CustomProperties: properties(v.CustomProperties), SyncIdentityAction: syncAction(v.SyncIdentityAction),
	}
	if a := v.AssignedTo; a != nil {
		out.AssignedToEntityType, out.AssignedToEntityID = a.EntityType, a.EntityID
	}
	if c := v.Condition; c != nil {
		out.Condition = &backend.VezaCondition{Type: c.Type, Expression: c.Expression}
	}
	if v.Ref == nil {
		out.DatasourceID = backend.Value(r.ID(path+".datasource", v.Datasource, backend.Name{Kind: backend.NameApp}))
		return out, out.DatasourceID != ""
	}
	e := r.Entitlement(path, v1alpha1.EntitlementRef{Ref: v.Ref})
	entityType, entityID, ok := backend.SplitVezaEntity(e.ID)
	if e.ID != "" && !ok {
		r.Reject(v1alpha1.ReasonInvalidSpec, path+".ref", "AppEntitlement %q is no entity of Veza's graph", v.Ref.Name)
	}
	out.EntityType, out.EntityID, out.DatasourceID = entityType, entityID, e.AppID
	return out, ok
}

func syncAction(a *v1alpha1.VezaSyncAction) *backend.VezaAction {
	if a == nil {
		return nil
	}
	return &backend.VezaAction{PolicyID: a.PolicyID, Name: a.Name}
}

func properties(p v1alpha1.VezaProperties) backend.Pairs {
	if p == nil {
		return nil
	}
	out := backend.Pairs{}
	for k, v := range p {
		out[k] = string(v)
	}
	return out
}

// desireVezaReview fills what Veza has of its own. Veza names people in a review by id or
// address, and has no look-up for them: they are sent as written.
func desireVezaReview(out *backend.AccessReview, s *v1alpha1.AccessReviewSpec, configuration string, r *reference.Resolver) {
	if out.AutoClose != nil && !*out.AutoClose {
		out.AutoClose = nil // A person ends it: that is all that Veza knows.
	}
	out.Veza.ConfigurationID = optional(configuration)
	if v := s.Reviewer; v != nil {
		if v.Group != nil {
			r.Reject(v1alpha1.ReasonFieldUnsupported, "spec.reviewer.group", "Veza takes users or managers as reviewers")
		}
		out.Veza.ReviewerAssignment = &backend.VezaAssignment{Reviewers: vezaUsers(v.Users)}
		if v.Manager != nil {
			out.Veza.ReviewerAssignment.UsersManager = backend.To(true)
		}
	}
}

func vezaUsers(refs []v1alpha1.UserRef) []backend.VezaUser {
	var out []backend.VezaUser
	for _, ref := range refs {
		out = append(out, backend.VezaUser(ref))
	}
	return out
}

// startHeld: a run of Veza's is its start, so it is made when the spec lets it start.
func startHeld(desired backend.AccessReview) (held bool, until time.Time) {
	if desired.Veza == nil {
		return false, time.Time{}
	}
	if desired.StartAt != nil {
		return time.Now().Before(desired.StartAt.Time), desired.StartAt.Time
	}
	return !backend.Value(desired.AutoStart), time.Time{}
}
