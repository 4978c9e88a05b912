package backend

import (
	"encoding/json"
	"slices"
	"strings"
)

// VezaAppEntitlement says which graph entity is meant (docs/vendors/veza-api.md#entitlements). It is read
// back, and nothing of it can be written.
type VezaAppEntitlement struct {
	EntityType *string `field:"entityType"`
	MatchName  *string `field:"match.name"`
	MatchID    *string `field:"match.id"`
}

// VezaAccessProfile holds the fields that only Veza has (docs/vendors/veza-api.md#access-profiles). The
// profile's type is the parent, see Ref.ParentID.
type VezaAccessProfile struct {
	ProfileTypeID *string `field:"profileType,parameter"`
	State         *string `field:"state"` // Initial, Running, Paused, DryRun, Pending
	// Relationships are all of them: where they are set AccessProfile.Entitlements is not.
	Relationships           VezaRelationships `field:"relationships"`
	Labels                  Set               `field:"labels"`
	AccessRequestPolicyID   *string           `field:"accessRequestPolicyID"`
	ApplicationDatasourceID *string           `field:"applicationDatasource"`
	ApplicationSyncAction   *VezaAction       `field:"applicationSyncIdentityAction"`
	CustomProperties        Pairs             `field:"customProperties"`
	RequireApprovalToStart  *bool             `field:"requireApprovalToStart"`
	CatalogItem             *VezaCatalogItem  `field:"catalogItem,nested"`
	// Members are identities by id.
	Members Set `field:"members"`
	// Published asks that no draft is left open: what is written is put into force.
	Published *bool `field:"publish"`
}

// VezaAction is an action of a lifecycle policy. The zero value is no action.
type VezaAction struct {
	PolicyID string `json:"policyID"`
	Name     string `json:"name"`
}

// MarshalJSON renders no action as null, as what is not there.
func (a VezaAction) MarshalJSON() ([]byte, error) {
	type plain VezaAction
	return orNull(plain(a))
}

// VezaCatalogItem is how a profile stands in the catalog of requests.
type VezaCatalogItem struct {
	Name                *string `field:"name"`
	Description         *string `field:"description"`
	MarkdownDescription *string `field:"markdownDescription"`
	Icon                *string `field:"icon"`
	Recommended         *bool   `field:"recommended"`
}

// VezaRelationship is something that a profile grants (docs/vendors/veza-api.md#relationships). The
// first five fields are its key; of the others the unset ones are left alone.
type VezaRelationship struct {
	EntityType           string `json:"entityType"`
	DatasourceID         string `json:"datasource"`
	EntityID             string `json:"entityID"`
	AssignedToEntityType string `json:"assignedToEntityType,omitempty"`
	AssignedToEntityID   string `json:"assignedToEntityID,omitempty"`

	GrantBy                *string        `json:"grantBy,omitempty"`
	CreatedByAccessProfile *bool          `json:"createdByAccessProfile,omitempty"`
	CustomProperties       Pairs          `json:"customProperties,omitempty"`
	SyncIdentityAction     *VezaAction    `json:"syncIdentityAction,omitempty"`
	Condition              *VezaCondition `json:"condition,omitempty"`
}

// VezaCondition is when a relationship counts. The zero value is no condition.
type VezaCondition struct {
	Type       string `json:"type,omitempty"`
	Expression string `json:"expression,omitempty"`
}

// Key is what tells a relationship from others of its profile.
func (r VezaRelationship) Key() string {
	return strings.Join([]string{r.DatasourceID, r.EntityType, r.EntityID, r.AssignedToEntityType, r.AssignedToEntityID}, "\x00")
}

// bare is the relationship with nothing but its key: the rest is left alone.
func (r VezaRelationship) bare() VezaRelationship {
	return VezaRelationship{EntityType: r.EntityType, DatasourceID: r.DatasourceID, EntityID: r.EntityID,
		AssignedToEntityType: r.AssignedToEntityType, AssignedToEntityID: r.AssignedToEntityID}
}

// VezaRelationships is a set by key. Nil is unset, empty is empty.
type VezaRelationships []VezaRelationship

// MarshalJSON renders the set sorted by key.
func (s VezaRelationships) MarshalJSON() ([]byte, error) {
	out := append([]VezaRelationship{}, s...)
	slices.SortStableFunc(out, func(a, b VezaRelationship) int { return strings.Compare(a.Key(), b.Key()) })
	return json.Marshal(out)
}

// compared leaves out, of what is there, the parts that nobody wants to be anything.
func (s VezaRelationships) compared(actual any) (want, have any) {
	there, _ := actual.(VezaRelationships)
	wanted := map[string]VezaRelationship{}
	for _, r := range s {
		wanted[r.Key()] = r
	}
	var w, h VezaRelationships
	for _, r := range s {
		r.CustomProperties, _ = restrict(r.CustomProperties, nil)
		if Value(r.SyncIdentityAction) == (VezaAction{}) {
			r.SyncIdentityAction = nil
		}
		if Value(r.Condition) == (VezaCondition{}) {
			r.Condition = nil
		}
		w = append(w, r)
	}
	for _, r := range there {
		want := wanted[r.Key()]
		_, r.CustomProperties = restrict(want.CustomProperties, r.CustomProperties)
		if want.GrantBy == nil {
			r.GrantBy = nil
		}
		if want.CreatedByAccessProfile == nil {
			r.CreatedByAccessProfile = nil
		} else {
			r.CreatedByAccessProfile = To(Value(r.CreatedByAccessProfile))
		}
		if want.SyncIdentityAction == nil {
			r.SyncIdentityAction = nil
		}
		switch {
		case want.Condition == nil:
			r.Condition = nil
		case want.Condition.Expression != "" && want.Condition.Type == "" && r.Condition != nil:
			r.Condition = &VezaCondition{Expression: r.Condition.Expression}
		}
		h = append(h, r)
	}
	return w, h
}

// VezaAccessReview holds the settings that only Veza has (docs/vendors/veza-api.md#reviews). The
// configuration is the parent, see Ref.ParentID.
type VezaAccessReview struct {
	ConfigurationID       *string                 `field:"configuration,parameter"`
	DataSource            *string                 `field:"dataSource"` // Current, MostRecentSnapshot, GivenSnapshot
	SnapshotID            *int64                  `field:"snapshotID"`
	ReviewerAssignment    *VezaAssignment         `field:"reviewerAssignment"`
	SecondLevelAssignment *VezaAssignment         `field:"secondLevelAssignment"`
	AutomationIDs         Set                     `field:"automationIDs"`
	FinalApprovalLevel    *int64                  `field:"finalApprovalLevel"`
	DynamicInformation    *VezaDynamicInformation `field:"dynamicInformation"`
	Notes                 *string                 `field:"notes"`
}

// VezaAssignment says who reviews.
type VezaAssignment struct {
	UsersManager      *bool      `json:"usersManager,omitempty"`
	ResourceManagers  *bool      `json:"resourceManagers,omitempty"`
	Reviewers         []VezaUser `json:"reviewers,omitempty"`
	FallbackReviewers []VezaUser `json:"fallbackReviewers,omitempty"`
}

// VezaUser is a reviewer, by id or by e-mail address.
type VezaUser struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
}

// VezaDynamicInformation names the identities that a review is about, in the words of the graph.
type VezaDynamicInformation struct {
	Identities []VezaReviewedIdentity `json:"identities,omitempty"`
}

// VezaReviewedIdentity is a graph entity.
type VezaReviewedIdentity struct {
	ID                string `json:"id"`
	Type              string `json:"type"`
	PreviousManagerID string `json:"previousManagerID,omitempty"`
}

// VezaEntity renders the id of an entitlement at Veza: a graph entity is known by its type and its id.
func VezaEntity(entityType, entityID string) string { return entityType + "/" + entityID }

// SplitVezaEntity takes the id of an entitlement apart; false where it is none.
func SplitVezaEntity(id string) (entityType, entityID string, ok bool) {
	entityType, entityID, ok = strings.Cut(id, "/")
	return entityType, entityID, ok && entityType != "" && entityID != ""
}
