package backendtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Verb is a method of a tenant or driver.
type Verb string

// The verbs.
const (
	VerbIdentity    Verb = "Identity"
	VerbFind        Verb = "Find"
	VerbList        Verb = "List"
	VerbHas         Verb = "Has"
	VerbObserve     Verb = "Observe"
	VerbObserveMany Verb = "ObserveMany"
	VerbListAll     Verb = "ListAll"
	VerbCreate      Verb = "Create"
	VerbUpdate      Verb = "Update"
	VerbDelete      Verb = "Delete"
)

// Always as Fault.Times lets a fault happen to every call.
const Always = -1

// Fault is what happens to the next calls of a verb.
type Fault struct {
	Verb Verb
	// Times is how many calls it happens to; zero means one.
	Times int
	// Do runs before anything is done.
	Do func()
	// Hold keeps the call waiting, before anything is done, until it is closed or the context ends.
	Hold <-chan struct{}
	// Before is returned without anything being done.
	Before error
	// After is returned although everything was done: the answer is lost.
	After error
	// Partial lets the observation come with After, as when a further call of the driver fails.
	Partial bool
}

// Tenant is a tenant that lives in memory: strict, deterministic, and as unreliable
// as a test asks. Its exported fields are set before the first call, or between calls.
type Tenant struct {
	// Now is the vendor's clock; time.Now if nil. Answers carry it in whole seconds, as HTTP does.
	Now func() time.Time
	// ID is who answers.
	ID backend.TenantID
	// Names are what Find answers from.
	Names map[backend.Name][]backend.Match
	// Asker is on whose behalf the last write was asked for.
	Asker backend.Asker
	// Nameless are the ids of what is there under another name than those of Names, by place.
	Nameless map[backend.Name][]string
	// NoLists: names can only be looked up one by one.
	NoLists bool
	// Blind: nothing can be seen, as with credentials that lost their rights where a vendor answers "not found".
	Blind bool
	// Down is returned by every call while it is set.
	Down error
	// Paces is what Pace says.
	Paces map[backend.Priority]backend.Pace

	Entitlements *Memory[backend.AppEntitlement]
	Profiles     *Memory[backend.AccessProfile]
	Reviews      *Memory[backend.AccessReview]

	mu     sync.Mutex
	faults []*Fault
	calls  map[Verb]int
}

var _ backend.Tenant = (*Tenant)(nil)

// NewTenant returns an empty tenant that can do everything and proves its marks.
func NewTenant() *Tenant {
	t := &Tenant{ID: backend.TenantID{ID: "tenant-1", Name: "Tenant 1"}, Names: map[backend.Name][]backend.Match{}, calls: map[Verb]int{}}
	all := backend.Capabilities{Create: true, Update: true, Delete: true, Retire: true, MarkProven: true, Required: []string{"displayName"}}
	all.Listing = backend.Listing{Of: "the tenant", PageSize: 100}
	t.Entitlements = &Memory[backend.AppEntitlement]{tenant: t, prefix: "entitlement", needsParent: true, Caps: all}
	t.Profiles = &Memory[backend.AccessProfile]{tenant: t, prefix: "profile", Caps: all}
	t.Entitlements.Caps.Naming = backend.Naming{Key: "the alias, else the display name with the resource", Place: "the app", Searched: true}
	t.Profiles.Caps.Naming = backend.Naming{Key: "the display name", Place: "the tenant"}
	once := all
	once.RunOnce = true
	t.Reviews = &Memory[backend.AccessReview]{tenant: t, prefix: "review", Caps: once}
	return t
}

// WithBlocks gives the kinds the blocks of a vendor: each a pointer, which may be nil.
func (t *Tenant) WithBlocks(entitlement, profile, review backend.Block) *Tenant {
	t.Entitlements.Caps.Block, t.Profiles.Caps.Block, t.Reviews.Caps.Block = entitlement, profile, review
	return t
}

// AppEntitlements implements backend.Tenant.
func (t *Tenant) AppEntitlements() backend.Driver[backend.AppEntitlement] { return t.Entitlements }

// AccessProfiles implements backend.Tenant.
func (t *Tenant) AccessProfiles() backend.Driver[backend.AccessProfile] { return t.Profiles }

// AccessReviews implements backend.Tenant.
func (t *Tenant) AccessReviews() backend.Driver[backend.AccessReview] { return t.Reviews }

// Pace implements backend.Tenant.
func (t *Tenant) Pace(p backend.Priority) backend.Pace { return t.Paces[p] }

// Identity implements backend.Tenant.
func (t *Tenant) Identity(ctx context.Context) (backend.TenantID, error) {
	after, err := t.begin(ctx, VerbIdentity)
	if err != nil {
		return backend.TenantID{}, err
	}
	return t.ID, after.After
}

// Find implements backend.Tenant.
func (t *Tenant) Find(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	if _, err := t.begin(ctx, VerbFind); err != nil {
		return nil, err
	}
	return t.Names[q], nil
}

// List implements backend.Tenant: what Names hold of the place, and what Nameless says is there besides.
func (t *Tenant) List(ctx context.Context, q backend.Name, sought int) ([]backend.Listed, error) {
	if _, err := t.begin(ctx, VerbList); err != nil {
		return nil, err
	}
	if t.NoLists {
		return nil, backend.Errorf(backend.Terminal, "no lists: %w", backend.ErrNoNames)
	}
	budget := backend.ListBudget{Sought: sought, PerName: 1, PageSize: 100}
	names := map[string][]string{}
	matches := map[string]backend.Match{}
	for name, found := range t.Names {
		if name.Place() != q {
			continue
		}
		for _, m := range found {
			names[m.ID], matches[m.ID] = append(names[m.ID], name.Name), m
			if err := budget.Spend(); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range t.Nameless[q] {
		if _, ok := matches[id]; !ok {
			matches[id] = backend.Match{ID: id}
		}
	}
	out := make([]backend.Listed, 0, len(matches))
	for _, id := range slices.Sorted(maps.Keys(matches)) {
		out = append(out, backend.Listed{Match: matches[id], Names: names[id]})
	}
	return out, nil
}

// Has implements backend.Tenant.
func (t *Tenant) Has(ctx context.Context, q backend.Name, id string) (bool, error) {
	if _, err := t.begin(ctx, VerbHas); err != nil {
		return false, err
	}
	for name, found := range t.Names {
		if name.Place() == q.Place() && slices.ContainsFunc(found, func(m backend.Match) bool { return m.ID == id }) {
			return true, nil
		}
	}
	return slices.Contains(t.Nameless[q.Place()], id), nil
}

// Inject lets f happen to the next calls of its verb, after the faults injected before.
func (t *Tenant) Inject(f Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	t.faults = append(t.faults, &f)
}

// LoseResponse lets the next create happen, and its answer be lost.
func (t *Tenant) LoseResponse() {
	t.Inject(Fault{Verb: VerbCreate, After: backend.Errorf(backend.OutcomeUnknown, "the connection broke")})
}

// Heal takes all faults away.
func (t *Tenant) Heal() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
}

// Calls is how often a verb was called, whatever became of it.
func (t *Tenant) Calls(verbs ...Verb) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, v := range verbs {
		n += t.calls[v]
	}
	return n
}

// Writes is how often something was called that changes something.
func (t *Tenant) Writes() int { return t.Calls(VerbCreate, VerbUpdate, VerbDelete) }

// TotalCalls is how often anything was called.
func (t *Tenant) TotalCalls() int {
	return t.Writes() + t.Calls(VerbIdentity, VerbFind, VerbList, VerbHas, VerbObserve, VerbObserveMany, VerbListAll)
}

// ResetCalls starts the counts again.
func (t *Tenant) ResetCalls() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.calls)
}

// begin counts a call and does what the test wants to happen before it. It returns
// the fault that is still to happen after it.
func (t *Tenant) begin(ctx context.Context, verb Verb) (Fault, error) {
	t.mu.Lock()
	t.calls[verb]++
	fault := t.take(verb)
	t.mu.Unlock()
	if fault.Do != nil {
		fault.Do()
	}
	if fault.Hold != nil {
		select {
		case <-fault.Hold:
		case <-ctx.Done():
		}
	}
	switch {
	case ctx.Err() != nil:
		return fault, &backend.Error{Class: backend.Retryable, Err: ctx.Err()}
	case fault.Before != nil:
		return fault, fault.Before
	case t.Down != nil:
		return fault, t.Down
	}
	if verb == VerbCreate || verb == VerbUpdate || verb == VerbDelete {
		t.Asker = backend.AskerOf(ctx)
		return fault, fence(ctx)
	}
	return fault, nil
}

func (t *Tenant) take(verb Verb) Fault {
	for i, f := range t.faults {
		if f.Verb != verb {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			t.faults = append(t.faults[:i:i], t.faults[i+1:]...)
		}
		return *f
	}
	return Fault{}
}

func fence(ctx context.Context) error {
	err := backend.CheckFence(ctx)
	var known *backend.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &backend.Error{Class: backend.Fenced, Err: err}
}

func (t *Tenant) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}

func (t *Tenant) date() time.Time { return t.now().UTC().Truncate(time.Second) }
