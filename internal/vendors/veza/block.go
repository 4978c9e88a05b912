package veza

import (
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// block is the name of the vendor's block in the spec of each kind.
const block = "veza"

// BlockName names the block.
func (*EntitlementBlock) BlockName() string { return block }

// BlockName names the block.
func (*ProfileBlock) BlockName() string { return block }

// BlockName names the block.
func (*ReviewBlock) BlockName() string { return block }

// profileBlock is the vendor's block of a model, nil where there is none.
func profileBlock(p backend.AccessProfile) *ProfileBlock { return backend.As[*ProfileBlock](p.Block) }

// reviewBlock is the vendor's block of a model, nil where there is none.
func reviewBlock(r backend.AccessReview) *ReviewBlock { return backend.As[*ReviewBlock](r.Block) }

// EntitlementBlock says which graph entity is meant (docs/vendors/veza-api.md#entitlements). It is read
// back, and nothing of it can be written.
type EntitlementBlock struct {
	EntityType *string `field:"entityType"`
	MatchName  *string `field:"match.name"`
	MatchID    *string `field:"match.id"`
}

// ProfileBlock holds the fields that only Veza has (docs/vendors/veza-api.md#access-profiles). The
// profile's type is the parent, see Ref.ParentID.
type ProfileBlock struct {
	ProfileTypeID *string `field:"profileType,parameter"`
	State         *string `field:"state"` // Initial, Running, Paused, DryRun, Pending
	// Relationships are all of them: where they are set AccessProfile.Entitlements is not.
	Relationships           Relationships `field:"relationships"`
	Labels                  backend.Set   `field:"labels"`
	AccessRequestPolicyID   *string       `field:"accessRequestPolicyID"`
	ApplicationDatasourceID *string       `field:"applicationDatasource"`
	ApplicationSyncAction   *Action       `field:"applicationSyncIdentityAction"`
	CustomProperties        backend.Pairs `field:"customProperties"`
	RequireApprovalToStart  *bool         `field:"requireApprovalToStart"`
	CatalogItem             *CatalogItem  `field:"catalogItem,nested"`
	// Members are identities by id.
	Members backend.Set `field:"members"`
	// Published asks that no draft is left open: what is written is put into force.
	Published *bool `field:"publish"`
}

// Action is an action of a lifecycle policy. The zero value is no action.
type Action struct {
	PolicyID string `json:"policyID"`
	Name     string `json:"name"`
}

// MarshalJSON renders no action as null, as what is not there.
func (a Action) MarshalJSON() ([]byte, error) {
	type plain Action
	return backend.OrNull(plain(a))
}

// CatalogItem is how a profile stands in the catalog of requests.
type CatalogItem struct {
	Name                *string `field:"name"`
	Description         *string `field:"description"`
	MarkdownDescription *string `field:"markdownDescription"`
	Icon                *string `field:"icon"`
	Recommended         *bool   `field:"recommended"`
}

// Condition is when a relationship counts. The zero value is no condition.
type Condition struct {
	Type       string `json:"type,omitempty"`
	Expression string `json:"expression,omitempty"`
}

// ReviewBlock holds the settings that only Veza has (docs/vendors/veza-api.md#reviews). The
// configuration is the parent, see Ref.ParentID.
type ReviewBlock struct {
	ConfigurationID       *string             `field:"configuration,parameter"`
	DataSource            *string             `field:"dataSource"` // Current, MostRecentSnapshot, GivenSnapshot
	SnapshotID            *int64              `field:"snapshotID"`
	ReviewerAssignment    *Assignment         `field:"reviewerAssignment"`
	SecondLevelAssignment *Assignment         `field:"secondLevelAssignment"`
	AutomationIDs         backend.Set         `field:"automationIDs"`
	FinalApprovalLevel    *int64              `field:"finalApprovalLevel"`
	DynamicInformation    *DynamicInformation `field:"dynamicInformation"`
	Notes                 *string             `field:"notes"`
}

// Assignment says who reviews.
type Assignment struct {
	UsersManager      *bool  `json:"usersManager,omitempty"`
	ResourceManagers  *bool  `json:"resourceManagers,omitempty"`
	Reviewers         []User `json:"reviewers,omitempty"`
	FallbackReviewers []User `json:"fallbackReviewers,omitempty"`
}

// User is a reviewer, by id or by e-mail address.
type User struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
}

// DynamicInformation names the identities that a review is about, in the words of the graph.
type DynamicInformation struct {
	Identities []ReviewedIdentity `json:"identities,omitempty"`
}

// ReviewedIdentity is a graph entity.
type ReviewedIdentity struct {
	ID                string `json:"id"`
	Type              string `json:"type"`
	PreviousManagerID string `json:"previousManagerID,omitempty"`
}

// Entity renders the id of an entitlement at Veza: a graph entity is known by its type and its id.
func Entity(entityType, entityID string) string { return entityType + "/" + entityID }

// SplitEntity takes the id of an entitlement apart; false where it is none.
func SplitEntity(id string) (entityType, entityID string, ok bool) {
	entityType, entityID, ok = strings.Cut(id, "/")
	return entityType, entityID, ok && entityType != "" && entityID != ""
}

// Identify makes the entity that is matched the key.
func (b *EntitlementBlock) Identify(k *backend.Key) {
	k.Type, k.ID = backend.Value(b.EntityType), backend.Value(b.MatchID)
	if b.MatchName != nil {
		k.DisplayName = *b.MatchName
	}
}

// Identify adds the type of the profile, in which names count.
func (b *ProfileBlock) Identify(k *backend.Key) { k.Type = backend.Value(b.ProfileTypeID) }

// OpensDraft reports whether a draft that is open may be written and published.
func (b *ProfileBlock) OpensDraft() bool { return backend.Value(b.Published) }

// StartsWhenMade is true: a review runs as soon as it is there.
func (*ReviewBlock) StartsWhenMade() bool { return true }

// MarkPath is the notes of a review, which has no description.
func (*ReviewBlock) MarkPath() string { return "notes" }
