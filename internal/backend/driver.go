package backend

import (
	"context"
	"iter"
	"time"
)

// Tenant is an opened, authenticated account at a vendor.
type Tenant interface {
	// Identity returns the tenant the credentials belong to, by one cheap authenticated read.
	Identity(ctx context.Context) (TenantID, error)
	// Find returns everything that a name means at the vendor: none, one or several.
	// Matches are exact; an error never means none.
	Find(ctx context.Context, q Name) ([]Match, error)
	// List returns all that has a name of the kind, parent and type of q, whose own name is empty. It is
	// whole, or an error: ErrNoNames where there is no such list, and ErrLongList where sought names
	// take fewer calls one by one. With sought zero it is read at any price.
	List(ctx context.Context, q Name, sought int) ([]Listed, error)
	// Has reports whether the thing of this id is there, by a read of its own: the second witness beside a
	// list. ErrNoWitness where the vendor has no such read.
	Has(ctx context.Context, q Name, id string) (bool, error)
	AppEntitlements() Driver[AppEntitlement]
	AccessProfiles() Driver[AccessProfile]
	AccessReviews() Driver[AccessReview]
	// Pace returns whether a call of this priority could be made now, without making one.
	Pace(p Priority) Pace
}

// TenantID names a tenant. ID is what is pinned; Name is for people and may be empty.
type TenantID struct {
	ID   string
	Name string
	// Unnamed: the vendor answered and named no tenant. ID is the host that answered.
	Unnamed bool
}

// Unnamed is a tenant that is known by nothing but the host where it answers.
func Unnamed(host string) TenantID { return TenantID{ID: host, Name: host, Unnamed: true} }

// Driver is the code for one kind at one vendor. Every method is idempotent but
// Create, never waits for slow work of the vendor, and hides no retry (one with a
// new token after a 401 excepted). Errors are of type *Error.
type Driver[D any] interface {
	// Capabilities declares what this vendor can and cannot do with the kind.
	Capabilities() Capabilities
	// Observe reads the one remote that ref means: by ID, else by Mark.Token, else by Key.
	// Absent is an observation with Exists false and no error; an error never means absent.
	// Two remotes answering to a key are an Ambiguous error; two with one token are a Duplicate.
	Observe(ctx context.Context, ref Ref) (Observation[D], error)
	// ObserveMany reads the rows of all refs in the cheapest way, by list pages. It yields
	// one observation for each ref with an ID, and for each ref without one (ParentID and
	// Mark.Owner only) one for every remote of that parent that has an ownership marker. Where that is
	// nothing, an absent one without an ID has the date. Detail fields are not filled. The first
	// error ends the sequence. With Ref.Every each remote of the parent is yielded: of those that no
	// other ref asks for only ID, ParentID, Mark and what the names are made of need be filled.
	ObserveMany(ctx context.Context, refs []Ref) iter.Seq2[Observation[D], error]
	// Create makes a remote under ref.ParentID that bears ref.Mark. An error of class
	// OutcomeUnknown means that one may exist now; any other error without an ID in the
	// observation means that none does. Fields that need further calls may be left to Update.
	Create(ctx context.Context, ref Ref, desired D) (Observation[D], error)
	// Update writes the changed fields of desired to what was seen, in an order of which
	// every prefix is safe, and restores the ownership marker where it is missing. An ID in the
	// observation beside an error means that a part was written.
	Update(ctx context.Context, seen Observation[D], desired D, changes Changes) (Observation[D], error)
	// Delete asks for the removal; it is gone only when Observe says so. An absent remote is no error.
	Delete(ctx context.Context, seen Observation[D]) error
	// Forecast says, without a call, what a write would leave and cost, and what an observation by id costs. A write that Create
	// leaves to Update is not in it.
	Forecast(w Write[D]) Forecast[D]
}

// Refresher is a driver that can ask the vendor to look for new remotes of its own
// data. It makes and changes no remote of ours. It is asked only for models that ask for it, see
// Refreshing.
type Refresher interface {
	Refresh(ctx context.Context, parentID string) error
}

// Drafter is a driver of a kind of which somebody may open a draft at the vendor.
type Drafter[D any] interface {
	// Pending says of a remote that is Locked whether an update with these changes may write to the draft and put it into
	// force: it has something to write there, and nothing else in the draft differs from what is in force. differ are the
	// fields that would change besides. Where the draft cannot be read, it may not.
	Pending(ctx context.Context, seen Observation[D], desired D, changes Changes) (differ []string, may bool, err error)
}

// Ref says which remote is meant. The first of ID, Mark.Token and Key that is set counts.
type Ref struct {
	ID       string
	ParentID string
	Key      Key
	Mark     Mark
	// Every asks ObserveMany for all remotes of the parent.
	Every bool
	// Whole asks for all that their rows show, beside Every.
	Whole bool
	// DetailFields names the detail fields to read beside the row (see Capabilities.DetailFields).
	DetailFields []string
	// Since is when the create was sent whose remote a lookup by Mark.Token is for, by the vendor's clock; zero where
	// none was. See Observation.NameHolder.
	Since time.Time
}

// Key identifies a remote that has no id yet, in the words of the model.
type Key struct {
	Alias       string `json:"alias,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	ResourceID  string `json:"resourceID,omitempty"`
	// Attribute, Value and Type tell apart the entitlements of a source; Type is also the type of a profile
	// or of an entity of a graph, and ID that of an entity.
	Attribute string `json:"attribute,omitempty"`
	Value     string `json:"value,omitempty"`
	Type      string `json:"type,omitempty"`
	ID        string `json:"id,omitempty"`
}

// IsZero reports whether no key is known.
func (k Key) IsZero() bool { return k == Key{} }

// Phase says what the vendor is doing with a remote.
type Phase string

// The phases of a remote. The zero value counts as Live.
const (
	PhaseLive    Phase = "Live"
	PhasePending Phase = "Pending"
	PhaseSealed  Phase = "Sealed"
	PhaseFailed  Phase = "Failed"
)

// Observation is what the vendor has.
type Observation[D any] struct {
	Exists   bool
	ID       string
	ParentID string
	Version  string
	// VersionNumber and DraftNumber are those of the version in force and of an open draft,
	// where the vendor counts versions; nil where there is none.
	VersionNumber *int64
	DraftNumber   *int64
	URL           string
	CreatedAt     time.Time
	// Mark is what the remote bears; zero where it bears none.
	Mark Mark
	// MarkInProse reports whether the ownership marker is a line of text that people may edit: its loss is drift.
	MarkInProse bool
	Phase       Phase
	Message     string
	Actual      D
	// Unread says which field holds what cannot be read, empty in general: it must not pass for a field that holds nothing.
	Unread string
	// MarkIncomplete: secondary ownership annotations are missing; an Update with PathMark restores them.
	MarkIncomplete bool
	// Undeletable: this one cannot be deleted at the vendor (synced by a connector, built in).
	Undeletable bool
	Retired     bool
	// ReadOnly lists the fields that take no more edits.
	ReadOnly []string
	// Given lists the fields that have what something above the remote gives it, as its type does: a spec has no need to repeat it.
	Given []string
	// Locked: a draft is open, which a write must not overtake unless the model asks for it, see Drafting.
	Locked bool
	// Duplicate is a second remote that bears the same token.
	Duplicate *Duplicate
	// NameHolder is the id of a remote that has the name of Ref.Key, has no ownership marker, and was made since Ref.Since: it may be
	// ours, and somebody edited the ownership marker away. Only a lookup by token that finds nothing has it, and only for a run-once kind.
	NameHolder string
	// AlsoCalled is another spelling of the name that the remote answers to, as with a prefix that the vendor put before it.
	AlsoCalled string
	// Date is the vendor's clock when it answered, zero where it sent none.
	Date time.Time
}

// Duplicate is a second remote with the same token.
type Duplicate struct {
	ID        string
	ParentID  string
	CreatedAt time.Time
	// Empty: it has no members and has not started, so that removing it takes nothing away.
	Empty bool
}

// NameKind is a kind of thing that people know by name and vendors by id.
type NameKind string

// The kinds of names.
const (
	NameApp                 NameKind = "App"
	NameUser                NameKind = "User"
	NamePolicy              NameKind = "Policy"
	NameRiskLevel           NameKind = "RiskLevel"
	NameComplianceFramework NameKind = "ComplianceFramework"
	NameResourceType        NameKind = "ResourceType"
	NameResource            NameKind = "Resource"
	NameEntitlement         NameKind = "Entitlement"
	NameAccessProfile       NameKind = "AccessProfile"
	NameConnector           NameKind = "Connector"
	NameWebhook             NameKind = "Webhook"
	NameStepUpProvider      NameKind = "StepUpProvider"
	NameGroup               NameKind = "Group"
	NameSegment             NameKind = "Segment"
	NameCampaignFilter      NameKind = "CampaignFilter"
	NameProfileType         NameKind = "ProfileType"
	NameConfiguration       NameKind = "Configuration"
)

// Name is a look-up. Comparable, so that it can be a cache key.
type Name struct {
	Kind NameKind
	// Name as written; an e-mail address for a user.
	Name string
	// ParentID is the app of a resource type, resource, entitlement or connector.
	ParentID string
	// TypeID narrows a resource to its resource type, and a policy to its type
	// (Grant, Revoke, Certify).
	TypeID string
}

// Match is one thing that answers to a name.
type Match struct {
	ID   string
	Name string
	// Unusable says why this match must not be used ("the user is disabled"), empty if it may.
	Unusable string
}

type fenceKey struct{}

// WithFence returns a context whose unsafe calls ask fence at the last step before
// their first byte. An error from fence means that no byte may be sent. A fence that the context has already is
// asked first: what forbids writes around a pass forbids those of the pass.
func WithFence(ctx context.Context, fence func() error) context.Context {
	return context.WithValue(ctx, fenceKey{}, func() error {
		if err := CheckFence(ctx); err != nil {
			return err
		}
		return fence()
	})
}

// CheckFence asks the fence of the context; without one it permits.
func CheckFence(ctx context.Context) error {
	if fence, ok := ctx.Value(fenceKey{}).(func() error); ok {
		return fence()
	}
	return nil
}
