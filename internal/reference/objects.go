package reference

import (
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

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
		r.pins.keep(v1alpha1.ResolvedName{Kind: ObjectPin + kind, Name: name, ParentID: parentID, ID: id}, same)
	case id == "" && pinned && r.settled():
		r.open = append(r.open, path)
		r.pins.keep(pin, true)
		return pin.ID, pin.ParentID
	case id == "":
		r.open, r.unknown = append(r.open, path), append(r.unknown, path)
	}
	return id, parentID
}

// PinnedObject returns the name of the object that a pin is about, and false where it is about a name at the vendor.
func PinnedObject(pin v1alpha1.ResolvedName) (name string, is bool) {
	return pin.Name, strings.HasPrefix(pin.Kind, ObjectPin)
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
	self := Object{KindOf(r.object), r.object.GetNamespace(), r.object.GetName()}
	seen := map[Object]bool{}
	var walk func(o client.Object, path []string) string
	walk = func(o client.Object, path []string) string {
		here := Object{KindOf(o), o.GetNamespace(), o.GetName()}
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

// KindOf is the kind of a managed object, empty for any other one.
func KindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		return v1alpha1.KindAccessProfile
	case *v1alpha1.AccessReview:
		return v1alpha1.KindAccessReview
	}
	return ""
}
