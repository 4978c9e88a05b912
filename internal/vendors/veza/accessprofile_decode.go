package veza

import (
	"maps"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// decodeProfile renders a profile with the version that is in force; v is empty where none is.
func decodeProfile(p profile, v version, t profileType, date time.Time) profileObservation {
	mark := markOf(p.Labels)
	obs := profileObservation{
		Exists:        true,
		ID:            p.ID,
		ParentID:      p.ProfileType,
		Version:       p.UpdatedAt.Version(), // There are no etags (docs/vendors/veza-api.md#what-is-not-offered).
		VersionNumber: p.Current.counted(),
		DraftNumber:   p.Draft.counted(),
		CreatedAt:     p.CreatedAt.Time,
		Mark:          mark,
		Locked:        p.Draft != 0,
		Retired:       slices.Contains(p.Labels, retiredLabel) && !p.running(),
		Date:          date,
	}
	if p.LastSyncError != "" {
		obs.Phase, obs.Message = backend.PhaseFailed, "the last sync with the integration failed: "+cut(p.LastSyncError, longestWords)
	}
	if forbids(t.AllowOverwritePolicy) {
		obs.Given = []string{pathPolicy}
	}
	relationships := decodeRelationships(v.Relationships)
	obs.Actual = backend.AccessProfile{
		Entitlements: entitlementsOf(relationships),
		Block: &ProfileBlock{
			State:         backend.To(rest.Word(p.State.state())),
			Relationships: relationships,
			CatalogItem:   backend.To(catalogItems.Model(backend.Value(p.Catalog))),
			Published:     backend.To(p.Draft == 0 && p.Current > 0),
		},
		Facts: profileFacts(p, v),
	}
	obs.Actual = profileCodec.Decode(&p, obs.Actual)
	obs.Actual = versionCodec.Decode(&v, obs.Actual)
	profileBlock(obs.Actual).Labels = set(userLabels(p.Labels))
	if called := t.unprefixed(p.Name, p.Integrations); called != p.Name {
		obs.Actual.DisplayName, obs.AlsoCalled = &called, p.Name
	}
	return obs
}

func profileFacts(p profile, v version) backend.AccessProfileFacts {
	facts := backend.AccessProfileFacts{
		State:         rest.Word(p.State.state()),
		StartedAt:     p.StartedAt.Time,
		LastSyncedAt:  p.LastSyncedAt.Time,
		LastSyncError: p.LastSyncError,
	}
	if v.Members != nil {
		facts.MemberCount = backend.To(int64(len(v.Members)))
	}
	for _, c := range p.Created {
		if id := c.EntityID; id != "" {
			facts.CreatedEntitlements = append(facts.CreatedEntitlements, id)
		} else if c.ID != "" {
			facts.CreatedEntitlements = append(facts.CreatedEntitlements, c.ID)
		}
	}
	return facts
}

// decodeAction is nil for an action that names nothing.
func decodeAction(a *action) *Action {
	if a == nil || *a == (action{}) {
		return nil
	}
	return &Action{PolicyID: a.PolicyID, Name: a.Name}
}

// decodeRelationships never returns nil: what was read is known to be empty.
func decodeRelationships(all []relationship) Relationships {
	out := Relationships{}
	for _, r := range all {
		out = append(out, r.decode())
	}
	return out
}

func (r relationship) decode() Relationship {
	out := Relationship{
		EntityType: r.EntityType, DatasourceID: r.DatasourceID, EntityID: r.EntityID,
		AssignedToEntityType: r.AssignedToEntityType, AssignedToEntityID: r.AssignedToEntityID,
		CreatedByAccessProfile: &r.CreatedByAccessProfile,
		CustomProperties:       backend.Pairs(maps.Clone(r.Properties)),
		SyncIdentityAction:     decodeAction(r.Action),
	}
	if text := r.GrantBy.text(); text != "" {
		out.GrantBy = &text
	}
	if c := r.Condition; c != nil && (c.Type != nil || c.Text != "") {
		out.Condition = &Condition{Type: c.Type.text(), Expression: c.Text}
	}
	return out
}

// entitlementsOf is what relationships grant, whomever they are assigned to.
func entitlementsOf(all Relationships) backend.EntitlementSet {
	out := backend.EntitlementSet{}
	for _, r := range all {
		out = append(out, entitlementOf(r))
	}
	return out
}

func entitlementOf(r Relationship) backend.EntitlementID {
	return backend.EntitlementID{AppID: r.DatasourceID, ID: Entity(r.EntityType, r.EntityID)}
}
