package main

import (
	"context"
	"time"
)

// idleRow is a line of the report.
type idleRow struct {
	population
	// after says what the manager had done before.
	after   string
	share   float64 // of a core
	usage   usage
	calls   tally
	written written
}

// afterCreates is what a manager had done that made the population.
const afterCreates = "the creates"

// idleSpell is how long the manager is watched doing nothing.
const idleSpell = 30 * time.Second

// idle watches the manager that has made the population.
func (w *world) idle(ctx context.Context) error {
	say("   idle")
	if err := w.quiet(ctx, 5*time.Second); err != nil {
		return err
	}
	return w.idleAfter(ctx, afterCreates)
}

func (w *world) idleAfter(ctx context.Context, after string) error {
	p := w.managers[len(w.managers)-1]
	w.forget()
	began := time.Now()
	before, err := usageOf(p)
	if err != nil {
		return err
	}
	if err := rest(ctx, idleSpell); err != nil {
		return err
	}
	row := idleRow{population: w.population, after: after, calls: sortCalls(w.Calls(0)), written: w.writes.sum("")}
	if row.usage, err = usageOf(p); err != nil {
		return err
	}
	row.share = (row.usage.cpu - before.cpu).Seconds() / time.Since(began).Seconds()
	say("   %.2f %% of a core, RSS %s; %d calls, %d API writes", 100*row.share, mebibytes(row.usage.resident), row.calls.total(), row.written.total)
	w.report.idle(row)
	return nil
}
