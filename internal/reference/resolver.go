package reference

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// Problem is why an object is blocked.
type Problem struct {
	// Reason is a condition reason.
	Reason string
	// Path of the field.
	Path string
	// Message begins with the path.
	Message string
	// Spec: only an edit of the spec fixes it.
	Spec bool
}

// Asked is a name that was looked up, or would have been but for its pin.
type Asked struct {
	Path   string
	Query  backend.Name
	Pinned string
}

// Spelled is an id that the spec spells out.
type Spelled struct{ Path, ID string }

// Resolver resolves the references and names of one object in one pass. It never
// guesses: what cannot be resolved is a problem, and its id is empty. It asks nobody: names
// that are neither pinned nor answered are listed, to be answered before the next try.
type Resolver struct {
	ctx      context.Context
	reader   client.Reader
	object   Managed
	tenantID string
	// formerly: see AlsoKnownAs.
	formerly string
	answers  map[backend.Name]backend.Answer
	// started: see Started.
	started bool

	pins     pins
	asked    []Asked
	open     []string
	unknown  []string
	spelled  []Spelled
	problems []Problem
	cautions []string
	err      error
}

// NewResolver returns a resolver for object, whose remotes are in tenantID, that knows
// what is pinned in the status and the answers that the vendor gave to the rest.
func NewResolver(ctx context.Context, reader client.Reader, object Managed, tenantID string, answers map[backend.Name]backend.Answer) *Resolver {
	return &Resolver{ctx: ctx, reader: reader, object: object, tenantID: tenantID, answers: answers, pins: pinsOf(object)}
}

// AlsoKnownAs is what objects may call the tenant still, empty for nothing.
func (r *Resolver) AlsoKnownAs(tenantID string) *Resolver {
	r.formerly = tenantID
	return r
}

// Started is for a remote that runs already: what was referred to when it began is what it is about,
// whatever became of it since.
func (r *Resolver) Started() *Resolver {
	r.started = true
	return r
}

// Resolved is what is to be pinned: each question once, in order.
func (r *Resolver) Resolved() []v1alpha1.ResolvedName { return r.pins.kept(false) }

// Pinned is what of it was pinned before.
func (r *Resolver) Pinned() []v1alpha1.ResolvedName { return r.pins.kept(true) }

// Asked lists the names of the spec, once for each field that has one.
func (r *Resolver) Asked() []Asked { return r.asked }

// Spelled lists the ids that the spec spells out.
func (r *Resolver) Spelled() []Spelled { return r.spelled }

// Unanswered lists the names that nobody has answered yet, each once.
func (r *Resolver) Unanswered() []backend.Name {
	var out []backend.Name
	seen := map[backend.Name]bool{}
	for _, a := range r.asked {
		if _, answered := r.answers[a.Query]; a.Pinned == "" && !answered && !seen[a.Query] {
			seen[a.Query] = true
			out = append(out, a.Query)
		}
	}
	return out
}

// PathOf is the first field that has the name.
func (r *Resolver) PathOf(q backend.Name) string {
	for _, a := range r.asked {
		if a.Query == q {
			return a.Path
		}
	}
	return ""
}

// Moved lists the fields whose names do not mean any more what is in use for them, with the reason
// and the message of their pins.
func (r *Resolver) Moved() []Problem {
	var out []Problem
	seen := map[backend.Name]bool{}
	for _, a := range r.asked {
		pin, ok := r.pins.of(a.Query)
		if a.Pinned == "" || seen[a.Query] || !ok || pin.Reason == "" {
			continue
		}
		seen[a.Query] = true
		out = append(out, Problem{Reason: pin.Reason, Path: a.Path, Message: a.Path + ": " + pin.Message})
	}
	return out
}

// Problems lists why the object is blocked, spec problems first.
func (r *Resolver) Problems() []Problem {
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		switch {
		case a.Spec == b.Spec:
			return 0
		case a.Spec:
			return -1
		}
		return 1
	})
	return r.problems
}

// Open lists the paths that are written and were not resolved.
func (r *Resolver) Open() []string { return r.open }

// Unknown lists those of them of which it is not known either what they meant when the spec was last carried out. The
// others are in the model as what they meant then.
func (r *Resolver) Unknown() []string { return r.unknown }

// Unresolved reports whether the field at path, or something below it, is written and was not resolved: what the
// model then lacks there is not missing in the spec.
func (r *Resolver) Unresolved(path string) bool {
	return slices.ContainsFunc(r.open, func(open string) bool { return backend.Covers([]string{path}, open) })
}

// Waits notes that the field at path is written, and that what it means depends on another one that is not resolved.
func (r *Resolver) Waits(path string) { r.open = append(r.open, path) }

// Err is the first error of a look-up; the object is then neither blocked nor resolved.
func (r *Resolver) Err() error { return r.err }

// Reject notes that the field at path cannot be so.
func (r *Resolver) Reject(reason, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{Reason: reason, Spec: true, Path: path, Message: path + ": " + fmt.Sprintf(format, args...)})
}

// Caution notes that what the field at path says may do more than is meant.
func (r *Resolver) Caution(path, text string) { r.cautions = append(r.cautions, path+": "+text) }

// Cautions lists what was noted by Caution.
func (r *Resolver) Cautions() []string { return r.cautions }

func (r *Resolver) wait(reason, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{Reason: reason, Path: path, Message: path + ": " + fmt.Sprintf(format, args...)})
}

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

// local resolves an object of the namespace to its remote, and notes where it cannot. A review
// pins them too: it outlives what it is about. So does a profile: while an object is gone its
// entry is still known by what it was.
func (r *Resolver) local(path, kind, name string) (id, parentID string) {
	pin, pinned := r.pins.object(kind, name)
	if pinned && r.started {
		r.pins.keep(pin, true)
		return pin.ID, pin.ParentID
	}
	switch id, parentID = r.remoteOf(path, kind, name); {
	case id != "" && r.pinsObjects():
		same := pinned && pin.ID == id && pin.ParentID == parentID
		r.pins.keep(v1alpha1.ResolvedName{Kind: objectPrefix + kind, Name: name, ParentID: parentID, ID: id}, same)
	case id == "" && pinned && r.settled():
		r.open = append(r.open, path)
		r.pins.keep(pin, true)
		return pin.ID, pin.ParentID
	case id == "":
		r.open, r.unknown = append(r.open, path), append(r.unknown, path)
	}
	return id, parentID
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

// PinnedObject returns the name of the object that a pin is about, and false where it is about a name at the vendor.
func PinnedObject(pin v1alpha1.ResolvedName) (name string, is bool) {
	return pin.Name, strings.HasPrefix(pin.Kind, objectPrefix)
}

func (r *Resolver) pinsObjects() bool {
	_, entitlement := r.object.(*v1alpha1.AppEntitlement)
	return !entitlement
}

func (r *Resolver) remoteOf(path, kind, name string) (id, parentID string) {
	target := New(kind)
	err := r.reader.Get(r.ctx, client.ObjectKey{Namespace: r.object.GetNamespace(), Name: name}, target)
	switch {
	case apierrors.IsNotFound(err):
		r.wait(v1alpha1.ReasonReferenceNotFound, path, "there is no %s named %q in this namespace", kind, name)
		return "", ""
	case err != nil:
		r.err = errors.Join(r.err, fmt.Errorf("reading %s %q: %w", kind, name, err))
		return "", ""
	}
	remote := target.GetManagedStatus().Remote
	switch {
	case !target.GetDeletionTimestamp().IsZero():
		r.wait(v1alpha1.ReasonReferenceNotReady, path, "%s %q is being deleted", kind, name)
	case remote == nil || remote.ID == "":
		if cycle := r.cycle(target); cycle != "" {
			r.problems = append(r.problems, Problem{Reason: v1alpha1.ReasonReferenceCycle, Path: path, Message: path + ": the references form a cycle: " + cycle})
			return "", ""
		}
		r.wait(v1alpha1.ReasonReferenceNotReady, path, "%s %q has no remote yet", kind, name)
	case r.tenantID != "" && remote.TenantID != r.tenantID && (r.formerly == "" || remote.TenantID != r.formerly):
		r.Reject(v1alpha1.ReasonInvalidSpec, path, "%s %q is in another tenant", kind, name)
	default:
		return remote.ID, remote.ParentID
	}
	return "", ""
}

// cycle follows the references of unresolved objects back to the object itself.
func (r *Resolver) cycle(from Managed) string {
	self := Object{kindOf(r.object), r.object.GetNamespace(), r.object.GetName()}
	seen := map[Object]bool{}
	var walk func(o client.Object, path []string) string
	walk = func(o client.Object, path []string) string {
		here := Object{kindOf(o), o.GetNamespace(), o.GetName()}
		path = append(path, here.Kind+" "+here.Name)
		if here == self {
			return strings.Join(append([]string{self.Kind + " " + self.Name}, path...), " → ")
		}
		if seen[here] {
			return ""
		}
		seen[here] = true
		for _, next := range Of(o) {
			target := New(next.Kind)
			if r.reader.Get(r.ctx, client.ObjectKey{Namespace: next.Namespace, Name: next.Name}, target) != nil {
				continue
			}
			if remote := target.GetManagedStatus().Remote; remote != nil && remote.ID != "" {
				continue
			}
			if found := walk(target, path); found != "" {
				return found
			}
		}
		return ""
	}
	return walk(from, nil)
}

func kindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		return v1alpha1.KindAccessProfile
	case *v1alpha1.AccessReview:
		return v1alpha1.KindAccessReview
	}
	return fmt.Sprintf("%T", o)
}
