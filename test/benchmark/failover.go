package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// failoverRow is a line of the report.
type failoverRow struct {
	population
	// gap is from the last write of the old leader to the first of the new one.
	gap        time.Duration
	converged  int
	duplicates int
	singles    int // reads of objects that were Ready when the leader was killed
	slowest    time.Duration
	applied    int
}

const failoverPrefix = "failover-"

// failover kills the leader of two managers while objects are applied.
func (w *world) failover(ctx context.Context) error {
	const perSecond, seconds, before = 20, 40, 10
	say("   two managers; the leader is killed under load")
	w.kill()
	w.forget()
	election := []string{undisturbed, "--leader-elect"}
	leader, err := w.start(ctx, election...)
	if err != nil {
		return err
	}
	follower, err := w.spawn(election...)
	if err != nil {
		return err
	}
	if _, err := follower.WaitFor(ctx, "starting"); err != nil {
		return err
	}
	type result struct {
		sent map[string]time.Time
		err  error
	}
	applied := make(chan result, 1)
	go func() {
		sent, err := w.applyEvenly(ctx, perSecond*seconds, perSecond, func(i int) object { return w.object(failoverPrefix, i) })
		applied <- result{sent, err}
	}()
	if err := rest(ctx, before*time.Second); err != nil {
		return err
	}
	converged, err := w.readyRemotes(ctx)
	if err != nil {
		return err
	}
	killed := time.Now()
	leader.Kill()
	load := <-applied
	if load.err != nil {
		return load.err
	}
	ready, err := w.awaitReady(ctx, failoverPrefix, perSecond*seconds, 5*time.Minute)
	if err != nil {
		return err
	}
	row := failoverRow{population: w.population, converged: len(converged), applied: len(load.sent), duplicates: w.duplicates()}
	for name, at := range ready {
		row.slowest = max(row.slowest, at.Sub(load.sent[name]))
	}
	row.measure(w.Calls(0), killed, converged)
	say("   gap %s, %d duplicates, %d reads of %d converged objects, slowest object %s", short(row.gap), row.duplicates, row.singles, row.converged, short(row.slowest))
	w.report.failover(row)
	return nil
}

// measure finds the gap. What the old leader had sent when it was killed may be accepted a moment later.
func (r *failoverRow) measure(calls []sandbox.Call, killed time.Time, converged map[string]bool) {
	var last, first time.Time
	for _, call := range calls {
		switch {
		case isSingle(call) && call.Time.After(killed) && converged[call.Path[strings.LastIndexByte(call.Path, '/')+1:]]:
			r.singles++
		case call.Class != sandbox.ClassWrite:
		case call.Time.Before(killed.Add(500 * time.Millisecond)):
			last = call.Time
		case first.IsZero():
			first = call.Time
		}
	}
	r.gap = first.Sub(last)
}

// readyRemotes returns the ids of what objects are bound to.
func (w *world) readyRemotes(ctx context.Context) (map[string]bool, error) {
	remotes, err := w.remotes(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, target := range remotes {
		out[target.ID] = true
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no object is bound to a remote")
	}
	return out, nil
}
