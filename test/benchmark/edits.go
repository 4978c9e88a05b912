package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// editRow is a line of the report: how long edits took from their apply to the vendor.
type editRow struct {
	population
	during string
	times  []time.Duration
	note   string
}

// edit is a change of one object by its user.
type edit struct {
	displayName string
	sent        time.Time
}

// editor edits one object per second until it is stopped.
type editor struct {
	stop chan struct{}
	done chan error
	made []edit
}

// edits begins with the last object of the population and goes on with the one before it: what drifts, or
// is held, are the first.
func (w *world) edits(ctx context.Context) *editor {
	e := &editor{stop: make(chan struct{}), done: make(chan error, 1)}
	go func() { e.done <- w.edit(ctx, e) }()
	return e
}

func (w *world) edit(ctx context.Context, e *editor) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		if len(e.made) < w.n/2 {
			w.edited++
			name := objectName(backlogPrefix, w.n-1-w.edited%(w.n/2))
			change := edit{displayName: fmt.Sprintf("Edited %d", w.edited), sent: time.Now()}
			e.made = append(e.made, change)
			if err := w.apply(ctx, entitlement(name, change.displayName)); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-e.stop:
			return nil
		case <-ticker.C:
		}
	}
}

// editLimit is how long an edit may take; what has not arrived by then counts as that long.
const editLimit = 2 * time.Minute

// finish stops the editor, waits for the last edit, and returns how long each took.
func (w *world) finish(ctx context.Context, e *editor) ([]time.Duration, error) {
	close(e.stop)
	if err := <-e.done; err != nil {
		return nil, err
	}
	var times []time.Duration
	began := time.Now()
	err := await(ctx, "the edits to arrive", editLimit+time.Minute, func() (bool, string, error) {
		arrived := arrivals(w.Calls(0))
		times = times[:0]
		missing := 0
		for _, change := range e.made {
			if at, ok := arrived[change.displayName]; ok {
				times = append(times, at.Sub(change.sent))
			} else {
				missing++
				times = append(times, editLimit)
			}
		}
		return missing == 0 || time.Since(began) > editLimit, fmt.Sprintf("%d of %d have not", missing, len(e.made)), nil
	})
	return times, err
}

// arrivals says when the vendor had accepted each display name.
func arrivals(calls []sandbox.Call) map[string]time.Time {
	out := map[string]time.Time{}
	for _, call := range calls {
		if !accepted(call) {
			continue
		}
		_, after, found := strings.Cut(call.Body, `"displayName":"`)
		if name, _, ok := strings.Cut(after, `"`); found && ok {
			out[name] = ended(call)
		}
	}
	return out
}

func (w *world) addEdits(during, note string, times []time.Duration) {
	say("   edits during %s: %s", during, spread(times))
	w.report.edits(editRow{population: w.population, during: during, times: times, note: note})
}

// editsDuringSweep edits while a tenth of the population is found changed and mended, several times over where
// that takes only seconds.
func (w *world) editsDuringSweep(ctx context.Context) error {
	changed, rounds := w.n/10, 3
	if w.budget == usual {
		rounds = 1
	}
	var times []time.Duration
	for range rounds {
		say("   edits during a sweep with %d changed", changed)
		w.kill()
		if err := w.drift(ctx, changed); err != nil {
			return err
		}
		if err := w.overdue(ctx); err != nil {
			return err
		}
		if _, err := w.fresh(ctx); err != nil {
			return err
		}
		// The sweep comes five seconds after the start; edits before it would tell of an idle manager.
		if err := await(ctx, "the sweep to begin", time.Minute, func() (bool, string, error) {
			return w.Counts().Routes["GET "+routeEntitlements] > 0, "no page yet", nil
		}); err != nil {
			return err
		}
		e := w.edits(ctx)
		if err := w.swept(ctx, changed); err != nil {
			return err
		}
		took, err := w.finish(ctx, e)
		if err != nil {
			return err
		}
		times = append(times, took...)
	}
	w.addEdits("a sweep that repairs 10 %", fmt.Sprintf("%d objects to mend; %d sweeps", changed, rounds), times)
	return nil
}

// editsDuringRestart edits before, while and after the manager is killed and started again. It dies right before
// an edit, which then waits for as much of the start as an edit can.
func (w *world) editsDuringRestart(ctx context.Context) error {
	say("   edits during a restart")
	if _, err := w.fresh(ctx, undisturbed); err != nil {
		return err
	}
	if err := w.quiet(ctx, 3*time.Second); err != nil {
		return err
	}
	e := w.edits(ctx)
	if err := rest(ctx, 2950*time.Millisecond); err != nil {
		return err
	}
	w.kill()
	p, err := w.start(ctx, undisturbed)
	if err != nil {
		return err
	}
	if err := rest(ctx, time.Until(p.began.Add(30*time.Second))); err != nil {
		return err
	}
	times, err := w.finish(ctx, e)
	if err != nil {
		return err
	}
	w.addEdits("a restart", fmt.Sprintf("killed right before an edit and started at once; its workers started %s later", short(p.working.Sub(p.began))), times)
	return nil
}

// editsBesideSilence edits while another tenant answers nothing and its objects hold half of the workers.
func (w *world) editsBesideSilence(ctx context.Context) error {
	const held, prefix = 60, "held-"
	say("   edits beside a tenant that answers nothing")
	silent, err := w.newTenant(ctx, w.population)
	if err != nil {
		return err
	}
	if _, err := w.fresh(ctx, undisturbed); err != nil {
		return err
	}
	fill := func(displayName string) error {
		return silent.applyAll(ctx, held, func(i int) object { return entitlement(objectName(prefix, i), fmt.Sprint(displayName, i)) })
	}
	if err := w.backendReady(ctx, silent); err != nil {
		return err
	}
	if err := fill("First "); err != nil {
		return err
	}
	if err := await(ctx, "the other tenant's objects", time.Minute, func() (bool, string, error) {
		n := silent.Counts().Writes
		return n >= held, fmt.Sprintf("%d are made", n), nil
	}); err != nil {
		return err
	}
	if err := silent.quiet(ctx, 2*time.Second); err != nil {
		return err
	}
	if err := silent.AddFault(sandbox.Fault{Kind: sandbox.FaultHoldBefore}); err != nil {
		return err
	}
	if err := fill("Second "); err != nil {
		return err
	}
	if err := await(ctx, "the other tenant's calls to hang", time.Minute, func() (bool, string, error) {
		return silent.Held() >= floorWorkers, fmt.Sprintf("%d hang", silent.Held()), nil
	}); err != nil {
		return err
	}
	hanging := silent.Held()
	e := w.edits(ctx)
	if err := rest(ctx, 40*time.Second); err != nil {
		return err
	}
	times, err := w.finish(ctx, e)
	if err != nil {
		return err
	}
	w.addEdits("another tenant's silence", fmt.Sprintf("%d calls hang, then the breaker opens", hanging), times)
	return nil
}
