// Package spec translates Veza's blocks of the API types into its models and back.
package spec

import (
	"fmt"
	"slices"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// Vendor is what Veza adds to the API types. It names people by id or address, and has no look-up for them.
func Vendor() mapping.Vendor {
	return mapping.Vendor{
		Name: veza.Vendor().Name,
		Entitlements: mapping.Part[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]{
			Block:           mapping.Block{Type: &veza.EntitlementBlock{}},
			PeopleAsWritten: true,
		},
		Profiles: mapping.Part[v1alpha1.AccessProfileSpec, backend.AccessProfile]{
			Block:           mapping.Block{Type: &veza.ProfileBlock{}, ByHand: []string{"profileType", "relationships", "publish"}},
			PeopleAsWritten: true,
			ToModel:         profileToModel, ToSpec: profileToSpec, Trim: trimProfile, Emptied: emptied,
		},
		Reviews: mapping.Part[v1alpha1.AccessReviewSpec, backend.AccessReview]{
			Block:           mapping.Block{Type: &veza.ReviewBlock{}, ByHand: []string{"configuration"}},
			PeopleAsWritten: true, AppsByName: true,
			ToModel: reviewToModel, ToSpec: reviewToSpec,
		},
		Configure: configure,
	}
}

func configure(spec *v1alpha1.GovernanceBackendSpec, cfg *backend.Config) {
	if v := spec.Veza; v != nil {
		for _, permission := range v.Allow {
			cfg.Allow = append(cfg.Allow, string(permission))
		}
		slices.Sort(cfg.Allow)
	}
}

// emptied lists the lists that are empty, in the place of left out.
func emptied(s *v1alpha1.AccessProfileSpec) []string {
	var out []string
	if l := s.Veza.Relationships; l != nil && len(l) == 0 {
		out = append(out, "spec.veza.relationships")
	}
	if l := s.Veza.Members; l != nil && len(l) == 0 {
		out = append(out, "spec.veza.members")
	}
	return out
}

// profileToModel fills what Veza has of its own. What a profile grants is one list
// there: where spec.veza.relationships is written it takes in spec.entitlements.
func profileToModel(s *v1alpha1.AccessProfileSpec, out *backend.AccessProfile, _ string, r *reference.Resolver) string {
	p, block := s.Veza, out.Block.(*veza.ProfileBlock)
	profileType := r.Parent("spec.veza.profileType", p.ProfileType, backend.Name{Kind: backend.NameProfileType})
	block.ProfileTypeID = mapping.Text(profileType)
	if p.Publish == v1alpha1.PublishAutomatic {
		block.Published = backend.To(true)
	}
	granted := grantedBy("spec.entitlements", s.Entitlements, out.Entitlements, r)
	if p.Relationships == nil {
		return profileType
	}
	out.Entitlements = nil
	block.Relationships = veza.Relationships{}
	known := map[string]bool{}
	for i := range p.Relationships {
		if rel, ok := relationship(fmt.Sprintf("spec.veza.relationships[%d]", i), &p.Relationships[i], r); ok {
			known[rel.Key()] = true
			block.Relationships = append(block.Relationships, rel)
		}
	}
	for _, rel := range granted {
		if !known[rel.Key()] {
			block.Relationships = append(block.Relationships, rel)
		}
	}
	return profileType
}

// profileToSpec is the way back. What is nothing but entitlements is written as such.
func profileToSpec(m *backend.AccessProfile, s *v1alpha1.AccessProfileSpec, parentID string, names mapping.Names) {
	block := m.Block.(*veza.ProfileBlock)
	s.Veza.ProfileType = mapping.Ref(names, backend.Name{Kind: backend.NameProfileType}, parentID)
	if block.Published != nil {
		s.Veza.Publish = v1alpha1.PublishManual
		if *block.Published {
			s.Veza.Publish = v1alpha1.PublishAutomatic
		}
	}
	if block.Relationships == nil || m.Entitlements != nil && !slices.ContainsFunc(block.Relationships, hasParts) {
		return
	}
	s.Entitlements, s.Veza.Relationships = nil, []v1alpha1.VezaRelationship{}
	for _, rel := range block.Relationships {
		s.Veza.Relationships = append(s.Veza.Relationships, relationshipToSpec(rel, names))
	}
}

// hasParts reports whether a relationship is more than an entitlement.
func hasParts(r veza.Relationship) bool {
	return r.AssignedToEntityID != "" || backend.Value(r.GrantBy) != "" || backend.Value(r.CreatedByAccessProfile) || len(r.CustomProperties) > 0 ||
		backend.Value(r.SyncIdentityAction) != (veza.Action{}) || backend.Value(r.Condition) != (veza.Condition{})
}

// grantedBy turns entitlements into relationships, and refuses ids that name no entity.
func grantedBy(path string, refs []v1alpha1.EntitlementRef, have backend.EntitlementSet, r *reference.Resolver) []veza.Relationship {
	for i := range refs {
		if _, _, ok := veza.SplitEntity(refs[i].ID); refs[i].ID != "" && !ok {
			r.Reject(v1alpha1.ReasonInvalidSpec, fmt.Sprintf("%s[%d].id", path, i),
				"%q names no entity of the graph: write entityType/entityID, for example OktaGroup/00g23a1f", refs[i].ID)
		}
	}
	var out []veza.Relationship
	for _, e := range have {
		if entityType, entityID, ok := veza.SplitEntity(e.ID); ok {
			out = append(out, veza.Relationship{EntityType: entityType, DatasourceID: e.AppID, EntityID: entityID})
		}
	}
	return out
}

func relationship(path string, v *v1alpha1.VezaRelationship, r *reference.Resolver) (veza.Relationship, bool) {
	out := veza.Relationship{
		EntityType: v.EntityType, EntityID: v.EntityID,
		GrantBy: mapping.Text(v.GrantBy), CreatedByAccessProfile: v.CreatedByAccessProfile,
		CustomProperties: properties(v.CustomProperties), SyncIdentityAction: syncAction(v.SyncIdentityAction),
	}
	if a := v.AssignedTo; a != nil {
		out.AssignedToEntityType, out.AssignedToEntityID = a.EntityType, a.EntityID
	}
	if c := v.Condition; c != nil {
		out.Condition = &veza.Condition{Type: c.Type, Expression: c.Expression}
	}
	if v.Ref == nil {
		out.DatasourceID = backend.Value(r.ID(path+".datasource", v.Datasource, backend.Name{Kind: backend.NameApp}))
		return out, out.DatasourceID != ""
	}
	e := r.Entitlement(path, v1alpha1.EntitlementRef{Ref: v.Ref})
	entityType, entityID, ok := veza.SplitEntity(e.ID)
	if e.ID != "" && !ok {
		r.Reject(v1alpha1.ReasonInvalidSpec, path+".ref", "AppEntitlement %q is no entity of Veza's graph", v.Ref.Name)
	}
	out.EntityType, out.EntityID, out.DatasourceID = entityType, entityID, e.AppID
	return out, ok
}

func relationshipToSpec(rel veza.Relationship, names mapping.Names) v1alpha1.VezaRelationship {
	out := v1alpha1.VezaRelationship{GrantBy: backend.Value(rel.GrantBy), CreatedByAccessProfile: rel.CreatedByAccessProfile}
	if object := names.Object(v1alpha1.KindAppEntitlement, rel.DatasourceID, veza.Entity(rel.EntityType, rel.EntityID)); object != "" {
		out.Ref = &v1alpha1.LocalObjectRef{Name: object}
	} else {
		out.EntityType, out.EntityID = rel.EntityType, rel.EntityID
		out.Datasource = mapping.OptionalTo(names, backend.Name{Kind: backend.NameApp}, rel.DatasourceID)
	}
	if rel.AssignedToEntityType != "" || rel.AssignedToEntityID != "" {
		out.AssignedTo = &v1alpha1.VezaEntity{EntityType: rel.AssignedToEntityType, EntityID: rel.AssignedToEntityID}
	}
	if rel.CustomProperties != nil {
		out.CustomProperties = v1alpha1.VezaProperties{}
		for key, value := range rel.CustomProperties {
			out.CustomProperties[key] = v1alpha1.VezaProperty(value)
		}
	}
	if a := rel.SyncIdentityAction; a != nil {
		out.SyncIdentityAction = &v1alpha1.VezaSyncAction{PolicyID: a.PolicyID, Name: a.Name, None: mapping.MarkerIf(*a == (veza.Action{}))}
	}
	if c := rel.Condition; c != nil {
		out.Condition = &v1alpha1.VezaCondition{Type: c.Type, Expression: c.Expression, None: mapping.MarkerIf(*c == (veza.Condition{}))}
	}
	return out
}

func syncAction(a *v1alpha1.VezaSyncAction) *veza.Action {
	if a == nil {
		return nil
	}
	return &veza.Action{PolicyID: a.PolicyID, Name: a.Name}
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

// reviewToModel fills what Veza has of its own. Veza names people in a review by id or
// address, and has no look-up for them: they are sent as written.
func reviewToModel(s *v1alpha1.AccessReviewSpec, out *backend.AccessReview, _ string, r *reference.Resolver) string {
	block := out.Block.(*veza.ReviewBlock)
	configuration := r.Parent("spec.veza.configuration", s.Veza.Configuration, backend.Name{Kind: backend.NameConfiguration})
	if out.AutoClose != nil && !*out.AutoClose {
		out.AutoClose = nil // A person ends it: that is all that Veza knows.
	}
	block.ConfigurationID = mapping.Text(configuration)
	if v := s.Reviewer; v != nil {
		if v.Group != nil {
			r.Reject(v1alpha1.ReasonFieldUnsupported, "spec.reviewer.group", "Veza takes users or managers as reviewers")
		}
		block.ReviewerAssignment = &veza.Assignment{Reviewers: users(v.Users)}
		if v.Manager != nil {
			block.ReviewerAssignment.UsersManager = backend.To(true)
		}
	}
	return configuration
}

// reviewToSpec is the way back. Who reviews is written in the block, which can say all of it.
func reviewToSpec(_ *backend.AccessReview, s *v1alpha1.AccessReviewSpec, parentID string, names mapping.Names) {
	s.Veza.Configuration = mapping.Ref(names, backend.Name{Kind: backend.NameConfiguration}, parentID)
}

func users(refs []v1alpha1.UserRef) []veza.User {
	var out []veza.User
	for _, ref := range refs {
		out = append(out, veza.User(ref))
	}
	return out
}
