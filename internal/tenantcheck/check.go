// Package tenantcheck asks a vendor's tenant whether what a driver assumes of it holds there, and takes everything
// away again that it made to find out.
package tenantcheck

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// removalTime is how long the removal at the end may take, also of a check that was interrupted: some vendors take
// their time.
const removalTime = 15 * time.Minute

// Options are the inputs of a check.
type Options struct {
	Vendor probe.Vendor
	Config backend.Config
	// Run names the check.
	Run string
	// Place and Owner name where things are made and who owns them, empty where nobody said.
	Place, Owner string
	// ReadOnly makes nothing.
	ReadOnly bool
	// BesideOperator goes on where something bears an operator's mark.
	BesideOperator bool
	// Only are the probes to ask; empty for all.
	Only []string
	// Announce receives the plan before anything is asked; an error of it ends the check.
	Announce func(Plan) error
	// Told receives each result when it is there; nil for nobody.
	Told func(Result)
	// Sleep and Clock are those of the world; tests have their own.
	Sleep func(ctx context.Context, d time.Duration)
	Clock func() time.Time
	// Network wraps the transport, next to the network; nil for none.
	Network func(next http.RoundTripper) http.RoundTripper
}

// Check is a check of one tenant.
type Check struct {
	o     Options
	bench *probe.Bench
	calls atomic.Int64
	lists map[string]int // calls that the list of each kind takes
}

// runName is what a run may be called: it stands in names and in a mark.
var runName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$`)

// Open opens the tenant without a call.
func Open(o Options) (*Check, error) {
	if !runName.MatchString(o.Run) {
		return nil, fmt.Errorf("the run %q: must be 1 to 24 lower-case letters, digits and hyphens", o.Run)
	}
	tenant, err := o.Vendor.Open(o.Config)
	if err != nil {
		return nil, err
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	c := &Check{o: o, lists: map[string]int{}}
	c.bench = &probe.Bench{Run: o.Run, Tenant: tenant, Do: o.Vendor.Doer(tenant), Sleep: o.Sleep, Clock: o.Clock}
	return c, nil
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Calls is how many calls were made so far.
func (c *Check) Calls() int { return int(c.calls.Load()) }

type tripper func(*http.Request) (*http.Response, error)

// RoundTrip makes the exchange.
func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// counted returns a context whose calls are counted.
func (c *Check) counted(ctx context.Context) context.Context {
	if c.o.Network != nil {
		ctx = rest.Via(ctx, c.o.Network)
	}
	return rest.Via(ctx, func(next http.RoundTripper) http.RoundTripper {
		return tripper(func(req *http.Request) (*http.Response, error) {
			c.calls.Add(1)
			return next.RoundTrip(req)
		})
	})
}

// Result is what came of one probe.
type Result struct {
	Probe  probe.Probe
	Answer probe.Answer
	// Calls is how many calls it took.
	Calls int
}

// ErrMarked is why a tenant is not touched in which something bears an operator's mark.
var ErrMarked = errors.New("something in this tenant has an operator's ownership marker")

// Run asks everything and removes what it made.
func (c *Check) Run(ctx context.Context) ([]Result, Plan, error) {
	counting := c.counted(ctx)
	plan, err := c.prepare(counting)
	if err != nil {
		return nil, plan, err
	}
	if c.o.Announce != nil {
		if err := c.o.Announce(plan); err != nil {
			return nil, plan, err
		}
	}
	results := c.ask(counting, plan)
	if len(plan.Makes) > 0 {
		// What was begun is ended, whoever pressed a key meanwhile.
		removing, cancel := context.WithTimeout(c.counted(context.WithoutCancel(ctx)), removalTime)
		defer cancel()
		err = c.removeAll(removing)
	}
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted: what the check had created is removed")
	}
	return results, plan, err
}

// prepare reads what is there, finds what was named, and plans.
func (c *Check) prepare(ctx context.Context) (Plan, error) {
	things, err := c.survey(ctx)
	if err != nil {
		return Plan{}, err
	}
	marked := 0
	for _, t := range things {
		if probe.Marked(t) {
			marked++
		}
	}
	if marked > 0 && !c.o.ReadOnly && !c.o.BesideOperator {
		return Plan{}, fmt.Errorf("%w: %d of %d things do", ErrMarked, marked, len(things))
	}
	if c.o.Vendor.Prepare != nil {
		if err := c.o.Vendor.Prepare(ctx, c.bench, c.o.Place, c.o.Owner); err != nil {
			return Plan{}, err
		}
	}
	plan := c.plan()
	plan.Marked = marked
	return plan, nil
}

// survey reads everything that could have an ownership marker, and remembers how many calls each list takes.
func (c *Check) survey(ctx context.Context) ([]probe.Thing, error) {
	var out []probe.Thing
	profiles := map[string]bool{}
	for _, kind := range probe.Kinds {
		read := c.o.Vendor.Lists[kind]
		if read == nil {
			continue
		}
		before := c.Calls()
		things, err := read(ctx, c.bench.Tenant)
		if err != nil {
			return nil, fmt.Errorf("reading the list of every %s: %w", kind, err)
		}
		c.lists[kind] = c.Calls() - before
		for _, t := range things {
			if kind == "AccessProfile" {
				profiles[t.ID] = true
			}
			if kind != "AppEntitlement" || !profiles[t.ID] { // Where a profile has an entitlement of its own, that goes with it.
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// ask asks what is planned, one probe after the other.
func (c *Check) ask(ctx context.Context, plan Plan) []Result {
	var out []Result
	verdicts := map[string]probe.Verdict{}
	for _, p := range plan.Probes {
		result := Result{Probe: p.Probe}
		before := c.Calls()
		switch {
		case p.Not != "":
			result.Answer = probe.Perhaps(p.Not, 0)
		case ctx.Err() != nil:
			result.Answer = probe.Perhaps("interrupted", 0)
		default:
			result.Answer = c.answer(ctx, p.Probe, verdicts)
		}
		result.Calls = c.Calls() - before
		verdicts[p.Probe.ID] = result.Answer.Verdict
		if c.o.Told != nil && p.Not == "" {
			c.o.Told(result)
		}
		out = append(out, result)
	}
	return out
}

// answer asks one probe, if those hold that it builds on.
func (c *Check) answer(ctx context.Context, p probe.Probe, verdicts map[string]probe.Verdict) probe.Answer {
	for _, id := range p.After {
		if verdicts[id] != probe.Holds {
			return probe.Perhaps("needs-"+id, 0)
		}
	}
	return p.Ask(ctx, c.bench)
}

// removeAll removes what is left of this run: what is remembered, and what only the lists know because nobody heard of
// its creation.
func (c *Check) removeAll(ctx context.Context) error {
	left, err := c.leftovers(ctx, c.o.Run)
	if err != nil {
		return fmt.Errorf("looking for what is left: %w; run it again with --clean", err)
	}
	for _, t := range c.bench.Made() {
		if !slices.ContainsFunc(left, func(o probe.Thing) bool { return o.Kind == t.Kind && o.ID == t.ID }) {
			left = append(left, t)
		}
	}
	return c.remove(ctx, left)
}

// leftovers are the things of a run, or of all runs where run is empty, in the order in which they may be removed.
func (c *Check) leftovers(ctx context.Context, run string) ([]probe.Thing, error) {
	things, err := c.survey(ctx)
	if err != nil {
		return nil, err
	}
	var out []probe.Thing
	for _, kind := range probe.Kinds {
		for _, t := range things {
			if of := probe.RunOf(t); t.Kind == kind && of != "" && (run == "" || of == run) {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// remove removes things, all that can be.
func (c *Check) remove(ctx context.Context, things []probe.Thing) error {
	var failed []string
	for _, t := range things {
		if err := c.o.Vendor.Remove(ctx, c.bench, t); err != nil {
			failed = append(failed, fmt.Sprintf("%s %s: %v", t.Kind, t.ID, err))
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("not removed, run it again with --clean: %s", strings.Join(failed, "; "))
	}
	return nil
}

// Clean lists what checks left behind, and removes it where confirm says so. Only what has both the name and the mark
// of a check is removed.
func (c *Check) Clean(ctx context.Context, run string, confirm func(things []probe.Thing) bool) ([]probe.Thing, error) {
	ctx = c.counted(ctx)
	left, err := c.leftovers(ctx, run)
	if err != nil || len(left) == 0 || !confirm(left) {
		return left, err
	}
	return left, c.remove(ctx, left)
}
