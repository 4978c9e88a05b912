package main

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// restartRow is a line of the report.
type restartRow struct {
	population
	// calls and written are of the first minute, with nothing to do.
	calls   sandbox.Counts
	written written
	// working is from the start of the process to that of its workers.
	working time.Duration
	// ready is from the start to the Ready of an object that was applied then, and newCalls what was called meanwhile.
	ready      time.Duration
	newCalls   sandbox.Counts
	newWritten written
}

const newPrefix = "new-"

// restart starts the manager over a converged population: once with nothing to do, and once with one new object.
func (w *world) restart(ctx context.Context) error {
	say("   a restart with nothing to do")
	row := restartRow{population: w.population}
	w.kill()
	w.forget()
	p, err := w.start(ctx, undisturbed)
	if err != nil {
		return err
	}
	row.working = p.working.Sub(p.began)
	if err := rest(ctx, time.Until(p.began.Add(time.Minute))); err != nil {
		return err
	}
	row.calls, row.written = w.Counts(), w.writes.sum("")
	say("   working after %s; in a minute %s; %d API writes", short(row.working), byRoute(row.calls), row.written.total)
	if err := w.idleAfter(ctx, "a restart"); err != nil {
		return err
	}

	say("   a restart with a new object")
	w.kill()
	w.forget()
	if p, err = w.spawn(undisturbed); err != nil {
		return err
	}
	if err := w.apply(ctx, w.object(newPrefix, 0)); err != nil {
		return err
	}
	ready, err := w.awaitReady(ctx, newPrefix, 1, 5*time.Minute)
	if err != nil {
		return err
	}
	row.ready = ready[objectName(newPrefix, 0)].Sub(p.began)
	if err := w.quiet(ctx, time.Second); err != nil {
		return err
	}
	row.newCalls, row.newWritten = w.Counts(), w.writes.sum("")
	say("   the new object is Ready after %s; %s", short(row.ready), byRoute(row.newCalls))
	w.report.restart(row)
	return nil
}
