package veza

import (
	"bytes"
	"encoding/json"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// profile is an access profile (docs/vendors/veza-api.md#profile-fields).
type profile struct {
	ID              string            `json:"id"`
	Name            string            `json:"name" field:"displayName"`
	Description     string            `json:"description" field:"description"`
	State           enum              `json:"state"`
	ProfileType     string            `json:"profile_type" field:"veza.profileType"`
	Current         number            `json:"current_version_number"`
	Draft           number            `json:"draft_version_number"`
	CurrentVersion  versionOrNumber   `json:"current_version"`
	UsedByWorkflow  bool              `json:"used_by_workflow"`
	InheritedByAny  bool              `json:"inherited_by_other_profiles"`
	InheritedBy     []string          `json:"access_profiles_inherited_by"`
	Integrations    []string          `json:"integrations"`
	Labels          []string          `json:"labels" field:"veza.labels"`
	Properties      map[string]string `json:"custom_properties" field:"veza.customProperties"`
	Requestable     *bool             `json:"requestable" field:"requestable"`
	RequireApproval bool              `json:"require_approval_to_start" field:"veza.requireApprovalToStart"`
	StartedAt       rest.Moment       `json:"started_at"`
	Catalog         *catalogItem      `json:"catalog_item_info"`
	Created         []created         `json:"created_entitlements"`
	LastSyncedAt    rest.Moment       `json:"last_synced_at"`
	LastSyncError   string            `json:"last_sync_error_message"`
	CreatedAt       rest.Moment       `json:"created_at"`
	UpdatedAt       rest.Moment       `json:"updated_at"`
}

// The fields with a tag `field`, and how a profile stands in the catalog.
var (
	profileCodec = plain.New[profile, backend.AccessProfile](&ProfileBlock{}, forms)
	versionCodec = plain.New[version, backend.AccessProfile](&ProfileBlock{}, forms)
	catalogItems = plain.NewDocument[catalogItem, CatalogItem](forms)
)

func (p profile) running() bool { return p.State.state() == stateRunning }

// created is an entitlement that the vendor made for the profile (docs/vendors/veza-api.md#entitlements).
type created struct {
	ID       string `json:"id"`
	EntityID string `json:"created_entity_id"`
}

// catalogItem is how the profile stands in the catalog; all of it is written
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid).
type catalogItem struct {
	Name                string `json:"name"`
	Description         string `json:"description"`
	MarkdownDescription string `json:"markdown_description"`
	Icon                string `json:"icon"`
	Recommended         bool   `json:"recommended"`
}

// version holds what a profile grants (docs/vendors/veza-api.md#profile-fields).
type version struct {
	Number        number         `json:"version_number"`
	Relationships []relationship `json:"entities_to_create_relationships_to"`
	Inherits      []string       `json:"inherit_entities_from_access_profiles" field:"inherits"`
	Members       []string       `json:"members"`
	PolicyID      string         `json:"access_request_policy_id" field:"veza.accessRequestPolicyID"`
	ApplicationID string         `json:"application_datasource_id" field:"veza.applicationDatasource"`
	Action        *action        `json:"application_sync_identity_action" field:"veza.applicationSyncIdentityAction"`
}

// versionOrNumber is a version, or only its number where the vendor shows no more (docs/vendors/veza-api.md#profile-fields).
type versionOrNumber struct {
	version *version
	number  number
}

// UnmarshalJSON reads an object, a number or nothing.
func (v *versionOrNumber) UnmarshalJSON(data []byte) error {
	*v = versionOrNumber{}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return json.Unmarshal(data, &v.version)
	}
	return json.Unmarshal(data, &v.number)
}

// action names an action of a lifecycle policy.
type action struct {
	PolicyID string `json:"policy_id"`
	Name     string `json:"name"`
}

// relationship has the members that can be written and no others: the rest is read-only
// and must not be sent back (docs/vendors/veza-api.md#relationships).
type relationship struct {
	EntityType             string            `json:"entity_type"`
	DatasourceID           string            `json:"datasource_id"`
	EntityID               string            `json:"entity_id"`
	AssignedToEntityType   string            `json:"assigned_to_entity_type,omitempty"`
	AssignedToEntityID     string            `json:"assigned_to_entity_id,omitempty"`
	GrantBy                opaque            `json:"grant_by,omitempty"`
	CreatedByAccessProfile bool              `json:"created_by_access_profile,omitempty"`
	Properties             map[string]string `json:"custom_properties,omitempty"`
	Action                 *action           `json:"sync_identity_action,omitempty"`
	Condition              *condition        `json:"condition,omitempty"`
}

// condition is when a relationship counts.
type condition struct {
	Type opaque `json:"type,omitempty"`
	Text string `json:"condition_string,omitempty"`
}

// opaque is an enum of which no value is published: it goes back as it came (docs/vendors/veza-api.md#relationships).
type opaque json.RawMessage

func opaqueOf(word string) opaque {
	raw, _ := json.Marshal(word) // A text can always be rendered.
	return raw
}

// UnmarshalJSON keeps the value as it is; null, 0 and "" are what nobody set (docs/vendors/veza-api.md#json).
func (o *opaque) UnmarshalJSON(data []byte) error {
	*o = nil
	if text := string(data); text != "null" && text != "0" && text != `""` {
		*o = bytes.Clone(data)
	}
	return nil
}

// MarshalJSON writes the value as it came.
func (o opaque) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	return o, nil
}

// text is the name, or the digits of a number.
func (o opaque) text() string {
	var e enum
	if o == nil || json.Unmarshal(o, &e) != nil {
		return ""
	}
	return string(e)
}

// member is one identity in a profile (docs/vendors/veza-api.md#members).
type member struct {
	IdentityID  string `json:"identity_id"`
	CreatedFrom enum   `json:"created_from"`
	Workflow    string `json:"workflow"`
}

// byHand reports whether somebody put the member there; others come from policies and would return
// (docs/vendors/veza-api.md#members). An origin that is left out is the zero value of its enum, whichever that is
// (docs/vendors/veza-api.md#json): nothing says then that a policy did it, unless a workflow is named.
func (m member) byHand() bool {
	switch m.CreatedFrom {
	case "ACCESS_PROFILE_MEMBERSHIP":
		return true
	case "", "0":
		return m.Workflow == ""
	}
	return false
}

// memberChange is a delta. All four are required, though two repeat the path (docs/vendors/veza-api.md#members).
type memberChange struct {
	ProfileID   string   `json:"access_profile_id"`
	Version     number   `json:"version_number"`
	Type        string   `json:"type"`
	IdentityIDs []string `json:"identity_ids"`
}
