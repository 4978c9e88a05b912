package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// sweepRow is a line of the report: one drift check and what it mended.
type sweepRow struct {
	population
	changed int
	calls   tally
	// found is from the first page to the last, repaired from the first page to the last accepted write.
	found, repaired time.Duration
	written         written
	cpu             time.Duration
}

// consoleName is what somebody writes into the vendor's console.
const consoleName = "Edited in the console "

// sweepEvery is long enough for a sweep and what it mends to be over before the next.
const sweepEvery = time.Minute

// sweeps checks for drift with nothing, 1 % and 10 % of the population changed in the console. The first
// sweep after the start, which also asks what names mean, is not counted.
func (w *world) sweeps(ctx context.Context) error {
	say("   sweeps, one every %s", sweepEvery)
	w.kill()
	if err := w.overdue(ctx); err != nil {
		return err
	}
	p, err := w.fresh(ctx, "--resync-interval="+sweepEvery.String())
	if err != nil {
		return err
	}
	if err := w.swept(ctx, 0); err != nil {
		return err
	}
	for _, percent := range []int{0, 1, 10} {
		if err := w.quiet(ctx, 3*time.Second); err != nil {
			return err
		}
		changed := w.n * percent / 100
		say("   a sweep with %d changed", changed)
		before, err := usageOf(p)
		if err != nil {
			return err
		}
		w.forget()
		if err := w.drift(ctx, changed); err != nil {
			return err
		}
		row := sweepRow{population: w.population, changed: changed}
		if err := w.swept(ctx, changed); err != nil {
			return err
		}
		if err := w.quiet(ctx, 3*time.Second); err != nil {
			return err
		}
		if err := w.mended(); err != nil {
			return err
		}
		used, err := usageOf(p)
		if err != nil {
			return err
		}
		row.cpu = used.cpu - before.cpu
		row.measure(w.Calls(0))
		row.written = w.writes.sum("")
		say("   %d pages, %d single reads, %d writes, %d other calls; %s to the last page, %s to the last repair; %d API writes, at most %d",
			row.calls.pages, row.calls.singles, row.calls.writes, row.calls.identity+row.calls.tokens+row.calls.others,
			short(row.found), short(row.repaired), row.written.total, row.written.most)
		w.report.sweep(row)
	}
	return nil
}

func (r *sweepRow) measure(calls []sandbox.Call) {
	r.calls = sortCalls(calls)
	var first time.Time
	for _, call := range calls {
		switch {
		case isPage(call):
			if first.IsZero() {
				first = call.Time
			}
			r.found = max(r.found, ended(call).Sub(first))
		case accepted(call):
			r.repaired = max(r.repaired, ended(call).Sub(first))
		}
	}
}

// drift changes the first objects of the population in the vendor's console.
func (w *world) drift(ctx context.Context, changed int) error {
	remotes, err := w.remotes(ctx)
	if err != nil {
		return err
	}
	for i := range changed {
		target, ok := remotes[objectName(backlogPrefix, i)]
		if !ok {
			return fmt.Errorf("object %d has no remote", i)
		}
		if err := w.Edit(target, map[string]any{"displayName": fmt.Sprint(consoleName, i)}); err != nil {
			return err
		}
	}
	return nil
}

// remotes returns what each object is bound to.
func (w *world) remotes(ctx context.Context) (map[string]sandbox.Target, error) {
	list := &v1alpha1.AppEntitlementList{}
	if err := w.c.List(ctx, list, client.InNamespace(w.namespace)); err != nil {
		return nil, err
	}
	out := map[string]sandbox.Target{}
	for _, obj := range list.Items {
		if r := obj.Status.Remote; r != nil {
			out[obj.Name] = sandbox.Target{Kind: entitlementKind, ParentID: r.ParentID, ID: r.ID}
		}
	}
	return out, nil
}

// overdue writes into the backend's status that the last sweep was an hour ago, so that the next comes when
// the manager has run for five seconds. The manager is down meanwhile.
func (w *world) overdue(ctx context.Context) error {
	b := &v1alpha1.GovernanceBackend{}
	if err := w.c.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: backendName}, b); err != nil {
		return err
	}
	before := b.DeepCopy()
	ago := metav1.NewTime(time.Now().Add(-time.Hour))
	for i := range b.Status.Counts {
		b.Status.Counts[i].LastSweepAt = &ago
	}
	if len(b.Status.Counts) == 0 {
		return fmt.Errorf("the backend does not say what was swept")
	}
	return w.c.Status().Patch(ctx, b, client.MergeFrom(before))
}

// swept waits until every page was read and everything that differed was written.
func (w *world) swept(ctx context.Context, changed int) error {
	pages := (w.n + pageSize - 1) / pageSize
	return await(ctx, "the sweep", 10*time.Minute, func() (bool, string, error) {
		counts := w.Counts()
		listed := counts.Routes["GET "+routeEntitlements]
		return listed >= pages && counts.Writes >= changed, fmt.Sprintf("%d pages, %d writes", listed, counts.Writes), nil
	})
}

// pageSize is the largest that the vendor has.
const pageSize = 100
