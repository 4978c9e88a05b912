package webhook

import (
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

// adopted warns of a remote that was there before the object and goes with it.
func adopted(obj managed.Object) []string {
	spec := obj.GetManagedSpec()
	m := spec.Management
	if m == nil {
		m = &v1alpha1.Management{}
	}
	adopts := spec.RemoteID != "" || m.Creation == v1alpha1.CreationAdopt || m.Creation == v1alpha1.CreationCreateOrAdopt
	if m.Deletion != v1alpha1.DeletionDelete || !adopts {
		return nil
	}
	return []string{"spec.management.deletion: Delete also deletes a remote that existed before this object adopted it"}
}

// emptied warns of lists that take everything away: unset would leave them alone.
func emptied(obj *v1alpha1.AccessProfile) []string {
	var out []string
	warn := func(path string, empty bool) {
		if empty {
			out = append(out, path+": is empty and managed, so everything in it is removed at the vendor; if you do not want that, write what the vendor has")
		}
	}
	s := &obj.Spec
	warn("spec.entitlements", s.Entitlements != nil && len(s.Entitlements) == 0)
	warn("spec.inherits", s.Inherits != nil && len(s.Inherits) == 0)
	for _, path := range kinds.Profiles.Emptied(obj) {
		warn(path, true)
	}
	return out
}

// overBeforeItBegins warns of a review that would be refused if it has to be made. Whether it has, only an observation at the
// vendor tells: it may be there, and only its object is new.
func overBeforeItBegins(obj *v1alpha1.AccessReview, now time.Time) []string {
	if remote := obj.Status.Remote; obj.Spec.RemoteID != "" || remote != nil && remote.ID != "" {
		return nil
	}
	path, why := kinds.AccessReview(0).TooLate(obj, now)
	if path == "" {
		return nil
	}
	return []string{path + ": " + why}
}

// endedByDeletion warns of a review under way whose deletion would take its decisions with it.
func endedByDeletion(obj *v1alpha1.AccessReview) []string {
	m := obj.Spec.Management
	if m == nil || m.Deletion != v1alpha1.DeletionDelete || !kinds.AccessReview(0).Started(obj) {
		return nil
	}
	return []string{"spec.management.deletion: the review has started: deleting this object deletes the review at the vendor, with the decisions made in it"}
}
