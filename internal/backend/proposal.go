package backend

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Proposal is a change at the vendor before it is made: what a plan shows and the audit log names by its hash.
type Proposal struct {
	// Kind, Namespace and Name are those of the object.
	Kind, Namespace, Name string
	// TenantID is the tenant, and RemoteID the remote, empty where one is made.
	TenantID, RemoteID string
	// Action is what is done: Create, Adopt, Update, Retire or Delete.
	Action string
	// Fields are those that are written, sorted by path; none where a remote is deleted or retired.
	Fields []ProposedField
}

// ProposedField is a field before and after, as JSON. Ids of remotes of other objects stand as Kind/name: of one that is still to
// be made nobody knows the id.
type ProposedField struct {
	Path string `json:"path"`
	// Before is nothing where a remote is made, and where the vendor does not show the field.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after"`
	// Widens is whether access is wider then.
	Widens Widening `json:"widens,omitempty"`
	// Text is the difference for people, see Difference.
	Text string `json:"-"`
}

// Hash is equal for the same change, whoever computes it and when: no uid, no version and no time is in it.
func (p Proposal) Hash() string {
	h := sha256.New()
	// Encoding plain data does not fail.
	_ = json.NewEncoder(h).Encode([]string{"1", p.Kind, p.Namespace, p.Name, p.TenantID, p.RemoteID, p.Action})
	for _, f := range p.Fields {
		_ = json.NewEncoder(h).Encode([]string{f.Path, hashOf(f.Before), hashOf(f.After)})
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)[:16])
}

// Proposed lists what changes write: of a create, whose before is nil, all fields that are set. objects names the objects by the
// ids of their remotes.
func Proposed(after, before any, changes Changes, caps Capabilities, objects map[string]string) []ProposedField {
	want := byPath(after)
	made := before == nil
	if made {
		before, changes = struct{}{}, nil // Nothing is there.
		for _, f := range Fields(after) {
			changes = append(changes, Change{f.Path})
		}
	}
	have := byPath(before)
	var out []ProposedField
	for _, c := range changes {
		w, ok := want[c.Path]
		if !ok {
			continue // The mark, and what takes a remote out of service.
		}
		f := ProposedField{Path: c.Path}
		f.Before, f.After = proposed(w, have[c.Path], !made && !Covers(caps.WriteOnly, c.Path))
		f.Before, f.After = renamed(f.Before, objects), renamed(f.After, objects)
		f.Widens = caps.Widens(after, before, c.Path)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b ProposedField) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// proposed is a field before and after: of one of which only what is set counts, that.
func proposed(want, have Field, shown bool) (before, after json.RawMessage) {
	if p, ok := want.value.Interface().(partial); ok && shown {
		var actual any
		if have.value.IsValid() {
			actual = have.value.Interface()
		}
		w, h := p.Compared(actual)
		return encoded(h), encoded(w)
	}
	after = want.canonical()
	if shown {
		before = have.canonical()
	}
	return before, after
}

func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("backend: " + err.Error())
	}
	return raw
}

// renamed puts the names of objects in place of the ids of their remotes.
func renamed(value json.RawMessage, objects map[string]string) json.RawMessage {
	for id, name := range objects {
		if from := encoded(id); bytes.Contains(value, from) {
			value = bytes.ReplaceAll(value, from, encoded(name))
		}
	}
	return value
}
