package engine

import (
	"context"
	"fmt"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// mostRelated is how many objects one sweep tells who refers to them: each costs a patch.
const mostRelated = 100

// projectRelations writes down what the remote grants and who refers to the object.
func (p *pass[O, D]) projectRelations(obj O) {
	if p.deleting() || p.boundID() == "" || p.boundID() != p.seen.ID {
		return
	}
	if p.r.Kind.Grants != nil {
		names, objects := p.labels()
		p.r.Kind.Grants(obj, p.seen.Actual, func(e backend.EntitlementID) v1alpha1.GrantedEntitlement {
			return v1alpha1.GrantedEntitlement{ID: e.ID, ParentID: e.AppID, Name: names[labelled(e.AppID, e.ID)], Object: objects[labelled(e.AppID, e.ID)]}
		})
	}
	p.r.projectUsers(context.Background(), obj)
}

// projectUsers writes down who refers to the object, and reports whether that is news.
func (r *Reconciler[O, D]) projectUsers(ctx context.Context, obj O) bool {
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

// referenced reports whether others refer to a deleted object that is not to go before them. In doubt they do.
func (p *pass[O, D]) referenced() bool {
	if !p.deleting() || p.r.Kind.Protected == nil || p.r.Users == nil || !p.r.Kind.Protected(p.obj) {
		return false
	}
	users, err := p.r.Users(context.Background(), reference.Object{Kind: p.r.Kind.Name, Namespace: p.obj.GetNamespace(), Name: p.obj.GetName()})
	p.users = users
	return err != nil || len(users) > 0
}

// referencedMessage names some of those who refer to the object.
func (p *pass[O, D]) referencedMessage() string {
	const most = 3
	var names []string
	for i, user := range p.users {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(p.users)-most))
			break
		}
		names = append(names, user.Kind+"/"+user.Name)
	}
	return fmt.Sprintf("kept while others refer to it: %s; take it out of them or delete them, or set spec.keepWhileReferenced to false", strings.Join(names, ", "))
}

// tellUsers writes down, for some of the objects, that others refer to them by now. It asks the vendor nothing.
func (r *Reconciler[O, D]) tellUsers(ctx context.Context, objects []O) {
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
		if !r.projectUsers(ctx, next) || apiequality.Semantic.DeepEqual(obj, next) {
			continue
		}
		told++
		err := r.Client.Status().Patch(ctx, next, client.MergeFromWithOptions(obj, client.MergeFromWithOptimisticLock{}))
		if client.IgnoreNotFound(err) != nil {
			log.FromContext(ctx).V(1).Info("who refers to an object is told another time", "object", ownerOf(obj), "error", err.Error())
		}
	}
}
