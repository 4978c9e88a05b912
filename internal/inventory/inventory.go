// Package inventory lists what a tenant has, and who manages it as far as anybody can tell.
package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Manager says who manages a remote.
type Manager string

// Who manages a remote. A remote without an ownership marker need not be nobody's: other tools leave no sign.
const (
	// ThisCluster: an object of this cluster has it.
	ThisCluster Manager = "ThisCluster"
	// NoObject: it bears this cluster's ownership marker, and none of its objects has it: it was orphaned, or its object is lost.
	NoObject Manager = "NoObject"
	// OtherCluster: it bears another cluster's ownership marker.
	OtherCluster Manager = "OtherCluster"
	// Unmarked: nothing tells whose it is.
	Unmarked Manager = "Unmarked"
)

// Item is a remote, and who manages it.
type Item struct {
	Kind     string  `json:"kind"`
	ParentID string  `json:"parentID,omitempty"`
	ID       string  `json:"id"`
	Name     string  `json:"name,omitempty"`
	Manager  Manager `json:"manager"`
	// Objects of this cluster that have it, as namespace/name: more than one is a mistake.
	Objects []string `json:"objects,omitempty"`
	// Owner and Cluster are what its ownership marker says.
	Owner   string `json:"owner,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	// Undeletable: it is built in, or a connector owns it.
	Undeletable bool `json:"undeletable,omitempty"`
	// Namesakes is how many others have its name in the same place.
	Namesakes int    `json:"namesakes,omitempty"`
	URL       string `json:"url,omitempty"`
}

// Count is how many remotes of a kind there are, by who manages them. They add up to Total.
type Count struct {
	Kind         string `json:"kind"`
	Total        int    `json:"total"`
	ThisCluster  int    `json:"thisCluster"`
	NoObject     int    `json:"noObject"`
	OtherCluster int    `json:"otherCluster"`
	Unmarked     int    `json:"unmarked"`
	// Namesakes is how many of them share their name with another one in the same place.
	Namesakes int `json:"namesakes"`
	// Failed says why the kind was not listed; nothing is known of it then, and the figures are zero.
	Failed string `json:"failed,omitempty"`
}

// Inventory is what a tenant has.
type Inventory struct {
	Tenant string  `json:"tenant"`
	Counts []Count `json:"counts"`
	Items  []Item  `json:"items"`
}

// Failed is the error of an inventory in which a kind is missing, nil where it is whole.
func (i Inventory) Failed() error {
	var kinds []string
	for _, c := range i.Counts {
		if c.Failed != "" {
			kinds = append(kinds, c.Kind)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return fmt.Errorf("the inventory is incomplete: %s could not be listed", strings.Join(kinds, ", "))
}

// Asked is what an inventory is taken of.
type Asked struct {
	// Kinds to list.
	Kinds []string
	// Cluster is what ownership markers call this cluster.
	Cluster string
	// Progress is told what was listed; nil tells nobody.
	Progress func(kind string, listed int)
}

// Kinds are all of them, in the order in which they are listed.
var Kinds = []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview}

// Take lists what the visited tenant has, and compares it with the objects of the cluster. A kind that cannot be listed is counted
// as Failed and the next one is listed; what concerns all of them is an error.
func Take(ctx context.Context, v tenancy.Visitor, objects []reference.Managed, asked Asked) (Inventory, error) {
	ctx = tenancy.Visiting(ctx)
	have, out := holdersOf(v, objects), Inventory{Tenant: cmp.Or(v.ID.Name, v.ID.ID)}
	for _, kind := range asked.Kinds {
		var err error
		switch kind {
		case v1alpha1.KindAppEntitlement:
			err = take(ctx, &out, kind, v.Tenant.AppEntitlements(), have, asked)
		case v1alpha1.KindAccessProfile:
			err = take(ctx, &out, kind, v.Tenant.AccessProfiles(), have, asked)
		case v1alpha1.KindAccessReview:
			err = take(ctx, &out, kind, v.Tenant.AccessReviews(), have, asked)
		}
		if err != nil {
			return Inventory{}, err
		}
	}
	return out, nil
}

// take lists one kind. Nothing of a list that did not come to its end is kept.
func take[D backend.Model](ctx context.Context, out *Inventory, kind string, driver backend.Driver[D], have holders, asked Asked) error {
	caps := driver.Capabilities()
	if caps.NoKind {
		return nil
	}
	lister, ok := backend.ListerOf(driver)
	if !ok {
		out.Counts = append(out.Counts, Count{Kind: kind, Failed: "the vendor has no list of everything of this kind"})
		return nil
	}
	var items []Item
	for obs, err := range lister.ListAll(ctx, backend.ListOptions{NamesAlone: true}) {
		if err != nil {
			return notListed(ctx, out, kind, err)
		}
		items = append(items, have.itemOf(kind, asked.Cluster, caps.FoldedIDs, Item{
			Kind: kind, ParentID: obs.ParentID, ID: obs.ID, Name: backend.Value(nameOf(obs.Actual)), Owner: obs.Mark.Owner, Cluster: obs.Mark.Cluster,
			Undeletable: obs.Undeletable, URL: obs.URL,
		}, obs.Mark.Token))
	}
	if asked.Progress != nil {
		asked.Progress(kind, len(items))
	}
	countNamesakes(items)
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(strings.Compare(a.ParentID, b.ParentID), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	out.Counts, out.Items = append(out.Counts, countOf(kind, items)), append(out.Items, items...)
	return nil
}

// notListed notes a kind that could not be listed, or returns the error where no other kind could be listed either.
func notListed(ctx context.Context, out *Inventory, kind string, err error) error {
	switch class := backend.ClassOf(err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case class == backend.Throttled || class == backend.Unauthorized:
		return fmt.Errorf("listing %s: %w", kind, err)
	}
	out.Counts = append(out.Counts, Count{Kind: kind, Failed: backend.Printable(err.Error())})
	return nil
}

// nameOf is where a model has its name.
func nameOf(model any) *string {
	switch m := model.(type) {
	case backend.AppEntitlement:
		return m.DisplayName
	case backend.AccessProfile:
		return m.DisplayName
	case backend.AccessReview:
		return m.DisplayName
	}
	return nil
}

// countNamesakes counts those that have one name in one place.
func countNamesakes(items []Item) {
	type place struct{ parentID, name string }
	called := map[place]int{}
	for _, i := range items {
		called[place{i.ParentID, i.Name}]++
	}
	for at := range items {
		if i := &items[at]; i.Name != "" {
			i.Namesakes = called[place{i.ParentID, i.Name}] - 1
		}
	}
}

func countOf(kind string, items []Item) Count {
	out := Count{Kind: kind, Total: len(items)}
	for _, i := range items {
		switch i.Manager {
		case ThisCluster:
			out.ThisCluster++
		case NoObject:
			out.NoObject++
		case OtherCluster:
			out.OtherCluster++
		case Unmarked:
			out.Unmarked++
		}
		if i.Namesakes > 0 {
			out.Namesakes++
		}
	}
	return out
}
