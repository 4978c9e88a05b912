package reference

import (
	"cmp"
	"errors"
	"fmt"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// ID resolves a reference by id or name; nil when the field is unset or unresolved.
func (r *Resolver) ID(path string, ref *v1alpha1.NamedRef, q backend.Name) *string {
	if ref == nil {
		return nil
	}
	id := r.id(path, ref.ID, ref.Name, q)
	if id == "" {
		return nil
	}
	return &id
}

// OptionalID is ID for a field that can also say that there is none, which is the empty id.
func (r *Resolver) OptionalID(path string, ref *v1alpha1.OptionalRef, q backend.Name) *string {
	switch {
	case ref == nil:
		return nil
	case ref.None != nil:
		return new(string)
	}
	return r.ID(path, &v1alpha1.NamedRef{ID: ref.ID, Name: ref.Name}, q)
}

// Parent resolves the app that a remote belongs to. Once the object is bound it
// stays: another spelling of the same app is fine, another app is refused.
func (r *Resolver) Parent(path string, ref v1alpha1.NamedRef, q backend.Name) string {
	remote := r.object.GetManagedStatus().Remote
	if remote == nil || remote.ID == "" || remote.ParentID == "" {
		return r.id(path, ref.ID, ref.Name, q)
	}
	bound := remote.ParentID
	if q.Name = ref.Name; q.Name != "" {
		if pin, ok := r.pins.find(path, q); ok && pin.ID == bound {
			r.asked = append(r.asked, Asked{path, q, bound})
			r.pins.keep(pin, true)
			return bound
		}
	}
	before := len(r.problems)
	if id := r.id(path, ref.ID, ref.Name, q); id != "" && id != bound && len(r.problems) == before {
		r.Reject(v1alpha1.ReasonInvalidSpec, path, "is bound to %q and cannot be moved to %q; delete and apply", bound, id)
	}
	return bound
}

// BoundParent is the parent that the remote has, empty while there is none.
func (r *Resolver) BoundParent() string {
	if remote := r.object.GetManagedStatus().Remote; remote != nil {
		return remote.ParentID
	}
	return ""
}

// IDs resolves a list; nil when the list is unset.
func (r *Resolver) IDs(path string, refs []v1alpha1.NamedRef, q backend.Name) backend.Set {
	if refs == nil {
		return nil
	}
	out := backend.Set{}
	for i := range refs {
		if id := r.id(index(path, i), refs[i].ID, refs[i].Name, q); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// Users resolves a list of users; nil when the list is unset.
func (r *Resolver) Users(path string, refs []v1alpha1.UserRef) backend.Set {
	if refs == nil {
		return nil
	}
	out := backend.Set{}
	for i := range refs {
		if id := r.User(index(path, i), refs[i]); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// User resolves one user; empty when unresolved.
func (r *Resolver) User(path string, ref v1alpha1.UserRef) string {
	return r.id(path, ref.ID, ref.Email, backend.Name{Kind: backend.NameUser})
}

// Entitlements resolves a list of entitlements; nil when the list is unset.
func (r *Resolver) Entitlements(path string, refs []v1alpha1.EntitlementRef) backend.EntitlementSet {
	if refs == nil {
		return nil
	}
	out := backend.EntitlementSet{}
	for i := range refs {
		if e := r.Entitlement(index(path, i), refs[i]); e.ID != "" {
			out = append(out, e)
		}
	}
	return out
}

// Entitlement resolves one entitlement; the zero value when it is unresolved.
func (r *Resolver) Entitlement(path string, ref v1alpha1.EntitlementRef) backend.EntitlementID {
	if ref.Ref != nil {
		id, parent := r.local(path+".ref", v1alpha1.KindAppEntitlement, ref.Ref.Name)
		return backend.EntitlementID{AppID: parent, ID: id}
	}
	if ref.App == nil {
		return backend.EntitlementID{}
	}
	app := r.id(path+".app", ref.App.ID, ref.App.Name, backend.Name{Kind: backend.NameApp})
	if app == "" {
		return backend.EntitlementID{}
	}
	id := r.id(path, ref.ID, ref.Name, backend.Name{Kind: backend.NameEntitlement, ParentID: app})
	if id == "" {
		return backend.EntitlementID{}
	}
	return backend.EntitlementID{AppID: app, ID: id}
}

// Profiles resolves a list of access profiles; nil when the list is unset.
func (r *Resolver) Profiles(path string, refs []v1alpha1.ProfileRef) backend.Set {
	if refs == nil {
		return nil
	}
	out := backend.Set{}
	for i := range refs {
		id := refs[i].ID
		if id != "" {
			r.spelled = append(r.spelled, Spelled{index(path, i), id})
		}
		if refs[i].Ref != nil {
			id, _ = r.local(index(path, i)+".ref", v1alpha1.KindAccessProfile, refs[i].Ref.Name)
		}
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}

// Review resolves a reference to a review; nil when unset or unresolved.
func (r *Resolver) Review(path string, ref *v1alpha1.ReviewRef) *string {
	if ref == nil {
		return nil
	}
	id := ref.ID
	if id != "" {
		r.spelled = append(r.spelled, Spelled{path, id})
	}
	if ref.Ref != nil {
		id, _ = r.local(path+".ref", v1alpha1.KindAccessReview, ref.Ref.Name)
	}
	if id == "" {
		return nil
	}
	return &id
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// id resolves one id or name, and notes where it cannot.
func (r *Resolver) id(path, id, name string, q backend.Name) string {
	if id == "" {
		id = r.named(path, name, q)
	} else {
		r.spelled = append(r.spelled, Spelled{path, id})
	}
	if id == "" {
		r.open, r.unknown = append(r.open, path), append(r.unknown, path)
	}
	return id
}

// named resolves a name. What the same question meant before stays, wherever it is asked.
func (r *Resolver) named(path, name string, q backend.Name) string {
	q.Name = name
	if pin, ok := r.pins.find(path, q); ok && r.settled() {
		r.asked = append(r.asked, Asked{path, q, pin.ID})
		r.pins.keep(pin, true)
		return pin.ID
	}
	r.asked = append(r.asked, Asked{Path: path, Query: q})
	answer, answered := r.answers[q]
	if !answered {
		return ""
	}
	if errors.Is(answer.Err, backend.ErrNoNames) {
		r.Reject(v1alpha1.ReasonFieldUnsupported, path, "this vendor cannot look up a %s by name; write the id instead", nouns[q.Kind])
		return ""
	}
	if reason, message := CheckMatches(q, answer.Matches); reason != "" {
		r.wait(reason, path, "%s%s", r.within(q), message)
		return ""
	}
	r.pins.keep(pinOf(q, answer.Matches[0].ID), false)
	return answer.Matches[0].ID
}

// settled reports whether the pins of the status are in use by a remote.
func (r *Resolver) settled() bool {
	remote := r.object.GetManagedStatus().Remote
	return remote != nil && remote.ID != ""
}

// within names the app, source or datasource in which a name is looked for; empty where it counts everywhere.
func (r *Resolver) within(q backend.Name) string {
	if q.ParentID == "" {
		return ""
	}
	name := ""
	for _, pin := range r.pins.used {
		// Two names may mean one thing: always the same one is told, or the message would change with each pass.
		if pin.ID == q.ParentID && pin.ParentID == "" && (name == "" || pin.Name < name) {
			name = pin.Name
		}
	}
	return fmt.Sprintf("in %q: ", cmp.Or(name, q.ParentID))
}
