package veza

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Relationship is something that a profile grants (docs/vendors/veza-api.md#relationships). The
// first five fields are its key; of the others the unset ones are left alone.
type Relationship struct {
	EntityType           string `json:"entityType"`
	DatasourceID         string `json:"datasource"`
	EntityID             string `json:"entityID"`
	AssignedToEntityType string `json:"assignedToEntityType,omitempty"`
	AssignedToEntityID   string `json:"assignedToEntityID,omitempty"`

	GrantBy                *string       `json:"grantBy,omitempty"`
	CreatedByAccessProfile *bool         `json:"createdByAccessProfile,omitempty"`
	CustomProperties       backend.Pairs `json:"customProperties,omitempty"`
	SyncIdentityAction     *Action       `json:"syncIdentityAction,omitempty"`
	Condition              *Condition    `json:"condition,omitempty"`
}

// Key is what tells a relationship from others of its profile.
func (r Relationship) Key() string {
	return strings.Join([]string{r.DatasourceID, r.EntityType, r.EntityID, r.AssignedToEntityType, r.AssignedToEntityID}, "\x00")
}

// Bare is the relationship with nothing but its key: the rest is left alone.
func (r Relationship) Bare() any {
	return Relationship{EntityType: r.EntityType, DatasourceID: r.DatasourceID, EntityID: r.EntityID,
		AssignedToEntityType: r.AssignedToEntityType, AssignedToEntityID: r.AssignedToEntityID}
}

// Relationships is a set by key. Nil is unset, empty is empty.
type Relationships []Relationship

// MarshalJSON renders the set sorted by key.
func (s Relationships) MarshalJSON() ([]byte, error) {
	out := append([]Relationship{}, s...)
	slices.SortStableFunc(out, func(a, b Relationship) int { return strings.Compare(a.Key(), b.Key()) })
	return json.Marshal(out)
}

// Compared leaves out, of what is there, the parts that nobody wants to be anything.
func (s Relationships) Compared(actual any) (want, have any) {
	there, _ := actual.(Relationships)
	wanted := map[string]Relationship{}
	for _, r := range s {
		wanted[r.Key()] = r
	}
	var w, h Relationships
	for _, r := range s {
		r.CustomProperties, _ = r.CustomProperties.Managed(nil)
		if backend.Value(r.SyncIdentityAction) == (Action{}) {
			r.SyncIdentityAction = nil
		}
		if backend.Value(r.Condition) == (Condition{}) {
			r.Condition = nil
		}
		w = append(w, r)
	}
	for _, r := range there {
		want := wanted[r.Key()]
		_, r.CustomProperties = want.CustomProperties.Managed(r.CustomProperties)
		if want.GrantBy == nil {
			r.GrantBy = nil
		}
		if want.CreatedByAccessProfile == nil {
			r.CreatedByAccessProfile = nil
		} else {
			r.CreatedByAccessProfile = backend.To(backend.Value(r.CreatedByAccessProfile))
		}
		if want.SyncIdentityAction == nil {
			r.SyncIdentityAction = nil
		}
		switch {
		case want.Condition == nil:
			r.Condition = nil
		case want.Condition.Expression != "" && want.Condition.Type == "" && r.Condition != nil:
			r.Condition = &Condition{Expression: r.Condition.Expression}
		}
		h = append(h, r)
	}
	return w, h
}

// The parts of a relationship. To whom it is assigned is of its key where the spec lists relationships, and a part of it where the
// spec lists entitlements.
const (
	partGrantBy    = "grantBy"
	partCreated    = "createdByAccessProfile"
	partProperties = "customProperties"
	partAction     = "syncIdentityAction"
	partCondition  = "condition"
	partAssigned   = "assignedToEntityID"
)

// Parts lists the parts that the entries set to something else than those there have.
func (s Relationships) Parts(there any) []string {
	have, _ := there.(Relationships)
	var out []string
	for _, r := range s {
		h := have.entry(r.Key())
		wanted, properties := r.CustomProperties.Managed(h.CustomProperties)
		out = append(out, partsWhere(map[string]bool{
			partGrantBy:    r.GrantBy != nil && backend.Value(r.GrantBy) != backend.Value(h.GrantBy),
			partCreated:    r.CreatedByAccessProfile != nil && backend.Value(r.CreatedByAccessProfile) != backend.Value(h.CreatedByAccessProfile),
			partProperties: !maps.Equal(wanted, properties),
			partAction:     r.SyncIdentityAction != nil && backend.Value(r.SyncIdentityAction) != backend.Value(h.SyncIdentityAction),
			partCondition:  r.Condition != nil && backend.Value(r.Condition) != backend.Value(h.Condition),
			partAssigned:   r.AssignedToEntityID != "" && h.AssignedToEntityID == "",
		})...)
	}
	return out
}

// Unsaid lists the parts that entries have and the same entries of a spec do not set.
func (s Relationships) Unsaid(spec any) []string {
	want, listed := spec.(Relationships)
	var out []string
	for _, r := range s {
		w := want.entry(r.Key())
		if listed && w.Key() != r.Key() {
			continue
		}
		properties := maps.Clone(r.CustomProperties)
		maps.DeleteFunc(properties, func(key, value string) bool { _, said := w.CustomProperties[key]; return said || value == "" })
		out = append(out, partsWhere(map[string]bool{
			partGrantBy:    w.GrantBy == nil && backend.Value(r.GrantBy) != "",
			partCreated:    w.CreatedByAccessProfile == nil && backend.Value(r.CreatedByAccessProfile),
			partProperties: len(properties) > 0,
			partAction:     w.SyncIdentityAction == nil && backend.Value(r.SyncIdentityAction) != (Action{}),
			partCondition:  w.Condition == nil && backend.Value(r.Condition) != (Condition{}),
			partAssigned:   !listed && r.AssignedToEntityID != "",
		})...)
	}
	return out
}

// entry is the relationship with a key, the zero value where there is none.
func (s Relationships) entry(key string) Relationship {
	for _, r := range s {
		if r.Key() == key {
			return r
		}
	}
	return Relationship{}
}

func partsWhere(parts map[string]bool) []string {
	var out []string
	for part, is := range parts {
		if is {
			out = append(out, part)
		}
	}
	return out
}

// IDs are the entities, for people.
func (s Relationships) IDs() []string {
	ids := make([]string, len(s))
	for i, r := range s {
		ids[i] = Entity(r.EntityType, r.EntityID)
	}
	return ids
}
