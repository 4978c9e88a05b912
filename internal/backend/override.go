package backend

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Capability is something that a driver declares of a kind and that a tenant may turn out not to have.
type Capability string

// The capabilities that may be taken away. Each has a careful way, which the engine goes without it.
const (
	// CapabilityCreate, CapabilityUpdate, CapabilityDelete and CapabilityRetire are the verbs.
	CapabilityCreate Capability = "Create"
	CapabilityUpdate Capability = "Update"
	CapabilityDelete Capability = "Delete"
	CapabilityRetire Capability = "Retire"
	// CapabilityMarks: ownership markers read back. Without it a mark that is missing proves nothing.
	CapabilityMarks Capability = "MarksReadBack"
	// CapabilityLists: lists show a write within seconds. Without it they count only minutes later.
	CapabilityLists Capability = "CurrentLists"
	// CapabilitySearch: what has a name is found by a search. Without it the place is listed.
	CapabilitySearch Capability = "NameSearch"
)

// OverridableCapabilities are all of them, in the order in which they are listed.
var OverridableCapabilities = []Capability{
	CapabilityCreate, CapabilityUpdate, CapabilityDelete, CapabilityRetire, CapabilityMarks, CapabilityLists, CapabilitySearch,
}

// carefulLag is how far a list is taken to be behind where lists are not current.
const carefulLag = 2 * time.Minute

// Override takes a capability of one kind away. It can give nothing: there is no way to write that.
type Override struct {
	Kind       string
	Capability Capability
}

// Has reports whether c declares a capability that could be taken away.
func (c Capabilities) Has(what Capability) bool {
	switch what {
	case CapabilityCreate:
		return c.Create
	case CapabilityUpdate:
		return c.Update
	case CapabilityDelete:
		return c.Delete
	case CapabilityRetire:
		return c.Retire
	case CapabilityMarks:
		return c.MarkProven
	case CapabilityLists:
		return c.ListLag > 0 && c.ListLag < carefulLag
	case CapabilitySearch:
		return c.Naming.Searched
	}
	return false
}

// Without returns c with capabilities taken away. What c does not have stays as it is.
func (c Capabilities) Without(taken ...Capability) Capabilities {
	for _, what := range taken {
		if !c.Has(what) {
			continue
		}
		switch what {
		case CapabilityCreate:
			c.Create = false
		case CapabilityUpdate:
			c.Update = false
		case CapabilityDelete:
			c.Delete = false
		case CapabilityRetire:
			c.Retire = false
		case CapabilityMarks:
			c.MarkProven = false
		case CapabilityLists:
			c.ListLag = carefulLag
		case CapabilitySearch:
			c.Naming.Searched = false
		}
	}
	return c
}

// InForce are those of the overrides that take something away which the drivers of t declare.
func InForce(t Tenant, overrides []Override) []Override {
	var out []Override
	for _, o := range overrides {
		var caps Capabilities
		switch o.Kind {
		case "AppEntitlement":
			caps = t.AppEntitlements().Capabilities()
		case "AccessProfile":
			caps = t.AccessProfiles().Capabilities()
		case "AccessReview":
			caps = t.AccessReviews().Capabilities()
		}
		if caps.Has(o.Capability) {
			out = append(out, o)
		}
	}
	return out
}

// Restrict returns t with capabilities of its drivers taken away; t itself where there is nothing to take.
func Restrict(t Tenant, overrides []Override) Tenant {
	if len(overrides) == 0 {
		return t
	}
	return &restricted{
		Tenant:       t,
		entitlements: lessen("AppEntitlement", t.AppEntitlements(), overrides),
		profiles:     lessen("AccessProfile", t.AccessProfiles(), overrides),
		reviews:      lessen("AccessReview", t.AccessReviews(), overrides),
	}
}

type restricted struct {
	Tenant
	entitlements Driver[AppEntitlement]
	profiles     Driver[AccessProfile]
	reviews      Driver[AccessReview]
}

func (t *restricted) AppEntitlements() Driver[AppEntitlement] { return t.entitlements }
func (t *restricted) AccessProfiles() Driver[AccessProfile]   { return t.profiles }
func (t *restricted) AccessReviews() Driver[AccessReview]     { return t.reviews }

// lessen keeps what a driver may be besides, as instrument does.
func lessen[D any](kind string, d Driver[D], overrides []Override) Driver[D] {
	var taken []Capability
	for _, o := range overrides {
		if o.Kind == kind && !slices.Contains(taken, o.Capability) {
			taken = append(taken, o.Capability)
		}
	}
	if len(taken) == 0 {
		return d
	}
	out := &restrictedDriver[D]{Driver: d, taken: taken}
	if r, ok := d.(Refresher); ok {
		return &restrictedRefresher[D]{out, r}
	}
	if r, ok := d.(Drafter[D]); ok {
		return &restrictedDrafter[D]{out, r}
	}
	return out
}

// restrictedDriver declares less than the driver in it, and does what that does.
type restrictedDriver[D any] struct {
	Driver[D]
	taken []Capability
}

// Capabilities are asked for anew each time: a driver may learn.
func (d *restrictedDriver[D]) Capabilities() Capabilities {
	return d.Driver.Capabilities().Without(d.taken...)
}

// ListAll is the driver's, if it has one: see ListerOf.
func (d *restrictedDriver[D]) ListAll(ctx context.Context, o ListOptions) iter.Seq2[Observation[D], error] {
	return listAll(ctx, d.Driver, o)
}

type restrictedRefresher[D any] struct {
	*restrictedDriver[D]
	refresher Refresher
}

// Refresh is the driver's.
func (d *restrictedRefresher[D]) Refresh(ctx context.Context, parentID string) error {
	return d.refresher.Refresh(ctx, parentID)
}

type restrictedDrafter[D any] struct {
	*restrictedDriver[D]
	drafter Drafter[D]
}

// Pending is the driver's.
func (d *restrictedDrafter[D]) Pending(ctx context.Context, seen Observation[D], desired D, changes Changes) ([]string, bool, error) {
	return d.drafter.Pending(ctx, seen, desired, changes)
}
