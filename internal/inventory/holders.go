package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Objects reads the managed objects of all namespaces: whoever has a remote may be in any of them.
func Objects(ctx context.Context, reader client.Reader) ([]reference.Managed, error) {
	var out []reference.Managed
	for _, list := range []client.ObjectList{&v1alpha1.AppEntitlementList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AccessReviewList{}} {
		if err := reader.List(ctx, list); err != nil {
			return nil, fmt.Errorf("reading the objects of all namespaces, to tell what they manage: %w", err)
		}
		if err := meta.EachListItem(list, func(o runtime.Object) error {
			out = append(out, o.(reference.Managed))
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// holders tell which objects of the cluster have which remote of a tenant.
type holders struct {
	// bound is by the id as it is, and folded by the id in lower case.
	bound, folded map[remote][]string
	// tokens are those of objects that may have made one that they do not know yet.
	tokens map[string]string
}

// remote is one in a tenant.
type remote struct{ kind, parentID, id string }

func holdersOf(v tenancy.Visitor, objects []reference.Managed) holders {
	out := holders{bound: map[remote][]string{}, folded: map[remote][]string{}, tokens: map[string]string{}}
	for _, obj := range objects {
		if intent, _ := managed.ReadIntent(obj); intent != nil && v.Lives(intent.Tenant) {
			out.tokens[intent.Token] = managed.FullName(obj)
		}
		if r := obj.GetManagedStatus().Remote; r != nil && r.ID != "" && v.Lives(r.TenantID) {
			at := remote{reference.KindOf(obj), r.ParentID, r.ID}
			out.bound[at] = append(out.bound[at], managed.FullName(obj))
			at.id = strings.ToLower(at.id)
			out.folded[at] = append(out.folded[at], managed.FullName(obj))
		}
	}
	return out
}

// itemOf completes an item with who manages it. What bears another cluster's ownership marker is that one's, also where an object
// of this cluster has it.
func (h holders) itemOf(kind, cluster string, folded bool, item Item, token string) Item {
	at := remote{kind, item.ParentID, item.ID}
	objects := h.bound[at]
	if folded {
		at.id = strings.ToLower(at.id)
		objects = h.folded[at]
	}
	item.Objects = slices.Sorted(slices.Values(objects))
	if owner := h.tokens[token]; token != "" && owner == item.Owner && !slices.Contains(item.Objects, owner) {
		item.Objects = append(item.Objects, owner)
	}
	switch {
	case item.Cluster != "" && item.Cluster != cluster:
		item.Manager = OtherCluster
	case len(item.Objects) > 0:
		item.Manager = ThisCluster
	case item.Cluster != "":
		item.Manager = NoObject
	default:
		item.Manager = Unmarked
	}
	return item
}

// Judge returns what completes an item with who manages it, as an inventory does: from the objects of the cluster, which ownership
// markers call cluster.
func Judge(v tenancy.Visitor, objects []reference.Managed, cluster string) func(item Item, token string, folded bool) Item {
	have := holdersOf(v, objects)
	return func(item Item, token string, folded bool) Item {
		return have.itemOf(item.Kind, cluster, folded, item, token)
	}
}
