package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The scenarios, by the names that are given on the command line.
const (
	scenarioCreate   = "create"
	scenarioIdle     = "idle"
	scenarioRestart  = "restart"
	scenarioSweep    = "sweep"
	scenarioEdits    = "edits"
	scenarioFailover = "failover"
)

var scenarios = []string{scenarioCreate, scenarioIdle, scenarioRestart, scenarioSweep, scenarioEdits, scenarioFailover}

// step is what is measured in a world once its population is Ready.
type step struct {
	scenario string
	run      func(*world, context.Context) error
}

// stage is a population and everything that is measured with it: making ten thousand objects
// takes minutes, so they are made once.
type stage struct {
	population
	steps []step
	// floor: the bare program makes the same population, for comparison.
	floor bool
	// full: only in a full run.
	full bool
}

// stages is the plan. The cheap ones come first, so that a mistake shows early.
func (b *bench) stages() []stage {
	ms20 := 20 * time.Millisecond
	entitlements := func(n int, latency time.Duration, budget budget) population {
		return population{kind: entitlementKind, n: n, latency: latency, budget: budget}
	}
	profiles := func(latency time.Duration, budget budget) population {
		return population{kind: profileKind, n: b.small, latency: latency, budget: budget}
	}
	create := func(before ...step) []step {
		return append(before, step{scenarioCreate, (*world).stream})
	}
	return []stage{
		{population: entitlements(b.small, 0, unlimited), floor: true, steps: create(step{scenarioIdle, (*world).idle})},
		{population: entitlements(b.small, ms20, unlimited), floor: true, steps: create(
			step{scenarioSweep, (*world).sweeps}, step{scenarioFailover, (*world).failover})},
		{population: profiles(0, unlimited), steps: create()},
		{population: profiles(ms20, unlimited), steps: create()},
		{population: entitlements(b.small, ms20, usual), steps: create(step{scenarioEdits, (*world).editsDuringSweep})},
		{population: entitlements(b.large, ms20, unlimited), floor: true, steps: create()},
		{population: entitlements(b.large, 0, unlimited), floor: true, steps: create(
			step{scenarioIdle, (*world).idle}, step{scenarioRestart, (*world).restart}, step{scenarioSweep, (*world).sweeps},
			step{scenarioEdits, (*world).editsDuringSweep}, step{scenarioEdits, (*world).editsDuringRestart},
			step{scenarioEdits, (*world).editsBesideSilence})},
		{population: entitlements(b.small, 0, usual), steps: create(), full: true},
		{population: profiles(0, usual), steps: create(), full: true},
		{population: profiles(ms20, usual), steps: create(), full: true},
		{population: entitlements(b.large, 0, usual), steps: create(), full: true},
		{population: entitlements(b.large, ms20, usual), steps: create(), full: true},
	}
}

func (s stage) wanted(only []string) bool {
	return slices.ContainsFunc(s.steps, func(x step) bool { return x.wanted(only) })
}

func (s step) wanted(only []string) bool { return len(only) == 0 || slices.Contains(only, s.scenario) }

// run makes the population and takes the steps. A step that fails ends the stage: what comes
// after it would be measured in a state that nobody described.
func (s stage) run(ctx context.Context, b *bench) error {
	say("== %s", s.population)
	creating := step{scenario: scenarioCreate}.wanted(b.only)
	made, err := s.inWorld(ctx, b)
	if err != nil || !creating {
		return err
	}
	row := createRow{population: s.population, created: made.created, streamed: made.streamed}
	if s.floor {
		if row.floor, err = b.floorOf(ctx, s.population, made.created); err != nil {
			return fmt.Errorf("the floor: %w", err)
		}
	}
	b.report.create(row)
	return nil
}

// inWorld does what needs the manager's control plane, which is gone when it returns.
func (s stage) inWorld(ctx context.Context, b *bench) (made *world, err error) {
	w, err := b.newWorld(ctx, s.population)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.create(ctx); err != nil {
		return nil, w.explain(scenarioCreate, err)
	}
	for _, step := range s.steps {
		if !step.wanted(b.only) {
			continue
		}
		if err := step.run(w, ctx); err != nil {
			return nil, w.explain(step.scenario, err)
		}
	}
	return w, nil
}
