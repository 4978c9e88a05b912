package backend

import "maps"

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

func (s VezaRelationships) parts(there any) []string {
	have, _ := there.(VezaRelationships)
	var out []string
	for _, r := range s {
		h := have.entry(r.Key())
		wanted, properties := restrict(r.CustomProperties, h.CustomProperties)
		out = append(out, partsWhere(map[string]bool{
			partGrantBy:    r.GrantBy != nil && Value(r.GrantBy) != Value(h.GrantBy),
			partCreated:    r.CreatedByAccessProfile != nil && Value(r.CreatedByAccessProfile) != Value(h.CreatedByAccessProfile),
			partProperties: !maps.Equal(wanted, properties),
			partAction:     r.SyncIdentityAction != nil && Value(r.SyncIdentityAction) != Value(h.SyncIdentityAction),
			partCondition:  r.Condition != nil && Value(r.Condition) != Value(h.Condition),
			partAssigned:   r.AssignedToEntityID != "" && h.AssignedToEntityID == "",
		})...)
	}
	return out
}

func (s VezaRelationships) unsaid(spec any) []string {
	want, listed := spec.(VezaRelationships)
	var out []string
	for _, r := range s {
		w := want.entry(r.Key())
		if listed && w.Key() != r.Key() {
			continue
		}
		properties := maps.Clone(r.CustomProperties)
		maps.DeleteFunc(properties, func(key, value string) bool { _, said := w.CustomProperties[key]; return said || value == "" })
		out = append(out, partsWhere(map[string]bool{
			partGrantBy:    w.GrantBy == nil && Value(r.GrantBy) != "",
			partCreated:    w.CreatedByAccessProfile == nil && Value(r.CreatedByAccessProfile),
			partProperties: len(properties) > 0,
			partAction:     w.SyncIdentityAction == nil && Value(r.SyncIdentityAction) != (VezaAction{}),
			partCondition:  w.Condition == nil && Value(r.Condition) != (VezaCondition{}),
			partAssigned:   !listed && r.AssignedToEntityID != "",
		})...)
	}
	return out
}

// entry is the relationship with a key, the zero value where there is none.
func (s VezaRelationships) entry(key string) VezaRelationship {
	for _, r := range s {
		if r.Key() == key {
			return r
		}
	}
	return VezaRelationship{}
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
