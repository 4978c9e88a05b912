package fleet

import (
	"context"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// mostRelated is how many objects one sweep tells who refers to them: each costs a patch.
const mostRelated = 100

// ProjectUsers writes down who refers to the object, and reports whether that is news.
func (r *Fleet[O, D]) ProjectUsers(ctx context.Context, obj O) bool {
	if r.Kind.Used == nil || r.Users == nil {
		return false
	}
	users, err := r.Users(ctx, reference.Object{Kind: r.Kind.Name, Namespace: obj.GetNamespace(), Name: obj.GetName()})
	if err != nil {
		return false // It is told another time.
	}
	names := make([]string, len(users))
	for i, user := range users {
		names[i] = user.Kind + "/" + user.Name
	}
	return r.Kind.Used(obj, names)
}

// tellUsers writes down, for some of the objects, that others refer to them by now. It asks the vendor nothing.
func (r *Fleet[O, D]) tellUsers(ctx context.Context, objects []O) {
	told := 0
	for _, obj := range objects {
		if told == mostRelated || r.Kind.Used == nil {
			return
		}
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" || !obj.GetDeletionTimestamp().IsZero() {
			continue
		}
		next := obj.DeepCopyObject().(O)
		if !r.ProjectUsers(ctx, next) || apiequality.Semantic.DeepEqual(obj, next) {
			continue
		}
		told++
		err := r.Client.Status().Patch(ctx, next, client.MergeFromWithOptions(obj, client.MergeFromWithOptimisticLock{}))
		if client.IgnoreNotFound(err) != nil {
			log.FromContext(ctx).V(1).Info("who refers to an object is told another time", "object", managed.FullName(obj), "error", err.Error())
		}
	}
}
