package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

// floorCommand makes this binary the bare program.
const floorCommand = "floor"

// floorWorkers is how many objects of a kind the manager works on at once for one tenant.
const floorWorkers = 8

// floorOf has the bare program make the same population in a control plane of its own, with as many Events
// for each object as the manager wrote, and returns how many objects it made per second.
func (b *bench) floorOf(ctx context.Context, p population, made created) (perSecond float64, err error) {
	say("   the floor: the same without a manager")
	w, err := b.newWorld(ctx, p)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.applyAll(ctx, p.n, func(i int) object { return p.object(backlogPrefix, i) }); err != nil {
		return 0, err
	}
	began := time.Now()
	bare, err := testenv.StartProcess(w.logFile, "benchmark", floorCommand,
		"-kubeconfig", w.kubeconfig, "-namespace", w.namespace, "-endpoint", w.URL, "-token", w.Credentials().StaticToken,
		"-workers", strconv.Itoa(floorWorkers), "-events", strconv.Itoa((made.written.events+p.n/2)/p.n))
	if err != nil {
		return 0, err
	}
	process := &process{Process: bare, began: began}
	w.managers = append(w.managers, process)
	if err := process.awaitWorkers(ctx); err != nil {
		return 0, err
	}
	if perSecond, err = w.drain(ctx, process, p); err != nil {
		return 0, w.explain(floorCommand, err)
	}
	if err := w.quiet(ctx, time.Second); err != nil {
		return 0, err
	}
	calls, written := w.Counts(), w.writes.sum(backlogPrefix)
	say("   the floor: %.1f objects/s; %d vendor writes, %d reads; %d API writes, %d Events", perSecond, calls.Writes, calls.Reads, written.total, written.events)
	if calls.Writes != p.n || written.total != 2*p.n {
		return 0, fmt.Errorf("the bare program made %d calls and %d writes for %d objects", calls.Writes, written.total, p.n)
	}
	return perSecond, nil
}
