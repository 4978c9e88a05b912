package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// created is what it took to make a population out of a backlog.
type created struct {
	perSecond float64
	calls     sandbox.Counts
	written   written
	usage     usage
}

// streamed is how long single objects took while the manager ran.
type streamed struct {
	times     []time.Duration
	perSecond int
}

// createRow is a line of the report.
type createRow struct {
	population
	created
	streamed
	// floor is how many objects a second the bare program made; zero if it was not asked to.
	floor float64
}

// create applies the population while the manager is down, so that applying costs nothing, and
// measures how the manager works it off.
func (w *world) create(ctx context.Context) error {
	if err := w.prepare(ctx); err != nil {
		return err
	}
	say("   applying")
	if err := w.applyAll(ctx, w.n, func(i int) object { return w.object(backlogPrefix, i) }); err != nil {
		return err
	}
	say("   making them")
	p, err := w.fresh(ctx, undisturbed)
	if err != nil {
		return err
	}
	if w.created.perSecond, err = w.drain(ctx, p, w.population); err != nil {
		return err
	}
	if w.created.usage, err = usageOf(p); err != nil {
		return err
	}
	if err := w.quiet(ctx, time.Second); err != nil { // What is written after the last Ready counts as well.
		return err
	}
	w.created.calls, w.created.written = w.Counts(), w.writes.sum(backlogPrefix)
	say("   %.1f objects/s; %d vendor writes, %d reads, %d tokens; %d API writes, %d at most, %d Events; %s",
		w.created.perSecond, w.created.calls.Writes, w.created.calls.Reads, w.created.calls.Tokens,
		w.created.written.total, w.created.written.most, w.created.written.events, w.created.usage)
	return nil
}

// prepare lets the manager see its backend, and make what profiles consist of, and stops it.
func (w *world) prepare(ctx context.Context) error {
	if _, err := w.start(ctx, undisturbed); err != nil {
		return err
	}
	defer w.kill()
	if err := w.backendReady(ctx, w.tenant); err != nil || w.kind != profileKind {
		return err
	}
	if err := w.applyAll(ctx, parts, func(i int) object {
		name := objectName(partPrefix, i)
		return entitlement(name, "Benchmark "+name)
	}); err != nil {
		return err
	}
	return await(ctx, "the parts of the profiles", 3*time.Minute, func() (bool, string, error) {
		list := &v1alpha1.AppEntitlementList{}
		err := w.c.List(ctx, list, client.InNamespace(w.namespace))
		ready := 0
		for i := range list.Items {
			if isReady(&list.Items[i]) {
				ready++
			}
		}
		return ready == parts, fmt.Sprintf("%d are Ready", ready), err
	})
}

func (w *world) backendReady(ctx context.Context, t *tenant) error {
	return await(ctx, "the backend to be Ready", 2*time.Minute, func() (bool, string, error) {
		b := &v1alpha1.GovernanceBackend{}
		err := w.c.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: backendName}, b)
		return meta.IsStatusConditionTrue(b.Status.Conditions, v1alpha1.ConditionReady), fmt.Sprint(b.Status.Conditions), err
	})
}

// drain waits until the backlog is Ready and returns how many objects that was per second, from when
// the workers of p started to the last of them.
func (w *world) drain(ctx context.Context, p *process, of population) (float64, error) {
	ready, err := w.awaitReady(ctx, backlogPrefix, of.n, of.patience())
	if err != nil {
		return 0, err
	}
	last := slices.MaxFunc(slices.Collect(maps.Values(ready)), time.Time.Compare)
	return float64(of.n) / last.Sub(p.working).Seconds(), nil
}

// rate is how many objects per second are applied one by one, and how many in all: below what the
// budget admits, so that a queue that grows is not what is measured.
func (p population) rate() (perSecond, n int) {
	switch {
	case p.budget == unlimited && p.kind == entitlementKind:
		return 25, min(p.n, 500)
	case p.budget == unlimited:
		return 10, min(p.n, 200)
	case p.kind == entitlementKind:
		return 4, min(p.n, 100)
	}
	return 1, min(p.n, 30)
}

// stream applies more objects, one at a time, and measures from each one's apply to its Ready. It
// comes last, for what is there otherwise is counted exactly; one object more makes the first look-ups.
func (w *world) stream(ctx context.Context) error {
	if _, err := w.fresh(ctx, undisturbed); err != nil {
		return err
	}
	if err := w.apply(ctx, w.object(firstPrefix, 0)); err != nil {
		return err
	}
	if _, err := w.awaitReady(ctx, firstPrefix, 1, w.patience()); err != nil {
		return err
	}
	if err := w.quiet(ctx, 3*time.Second); err != nil {
		return err
	}
	perSecond, n := w.rate()
	say("   applying %d more, %d a second", n, perSecond)
	applied, err := w.applyEvenly(ctx, n, perSecond, func(i int) object { return w.object(streamPrefix, i) })
	if err != nil {
		return err
	}
	ready, err := w.awaitReady(ctx, streamPrefix, n, w.patience())
	if err != nil {
		return err
	}
	w.streamed = streamed{perSecond: perSecond}
	for name, at := range applied {
		w.streamed.times = append(w.streamed.times, ready[name].Sub(at))
	}
	say("   from apply to Ready %s", spread(w.streamed.times))
	return nil
}

// applyEvenly applies n objects at a steady pace, whatever each takes, and returns when each was sent.
func (t *tenant) applyEvenly(ctx context.Context, n, perSecond int, nth func(i int) object) (map[string]time.Time, error) {
	sent := map[string]time.Time{}
	ticker := time.NewTicker(time.Second / time.Duration(perSecond))
	defer ticker.Stop()
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		select {
		case <-ctx.Done():
			return nil, group.Wait()
		case <-ticker.C:
		}
		o := nth(i)
		sent[o.name] = time.Now()
		group.Go(func() error { return t.apply(ctx, o) })
	}
	return sent, group.Wait()
}
