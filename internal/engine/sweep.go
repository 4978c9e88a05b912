package engine

import (
	"context"
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Swept is what one sweep over a kind behind a backend found.
type Swept struct {
	// Managed is the number of objects behind the backend.
	Managed int
	// Differ are the objects that have to look at their remote.
	Differ []types.NamespacedName
}

// sweepItem is one object that a sweep compares.
type sweepItem[O Object, D backend.Model] struct {
	obj     O
	desired D
	asked   []reference.Asked
}

// Sweep compares every object of the kind behind b with the vendor's lists: one pass
// per parent instead of one read per object. Objects whose row differs from the
// digest in their status, whose remote is not listed, whose tail is due, or whose
// pinned name now means something else are forced to look, and returned.
func (r *Reconciler[O, D]) Sweep(ctx context.Context, b *Backend, tailPeriod time.Duration) (Swept, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return Swept{}, err
	}
	driver := r.Kind.Driver(b.Tenant)
	caps := driver.Capabilities()
	var out Swept
	parents := map[string][]sweepItem[O, D]{}
	for _, obj := range objects {
		if BackendKey(obj) != b.Key {
			continue
		}
		out.Managed++
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" || remote.TenantID != b.TenantID || !obj.GetDeletionTimestamp().IsZero() {
			continue
		}
		resolver := reference.NewResolver(ctx, r.Client, obj, b.TenantID, nil)
		desired, _ := r.Kind.Desire(obj, resolver)
		parents[remote.ParentID] = append(parents[remote.ParentID], sweepItem[O, D]{obj, desired, resolver.Asked()})
	}
	missing, total := 0, 0
	for parent, items := range parents {
		gone, err := r.sweepParent(ctx, b, driver, caps, parent, items, &out)
		if err != nil {
			return out, err
		}
		missing, total = missing+gone, total+len(items)
		for _, item := range items {
			if r.tailDue(item.obj, item.desired, caps.For(item.desired), tailPeriod) {
				r.differ(item.obj, &out)
			}
			if err := r.checkNames(ctx, b, item, &out); err != nil {
				return out, err
			}
		}
	}
	r.Brakes.Absent(b.Key, r.Kind.Name, missing, total)
	return out, nil
}

func (r *Reconciler[O, D]) differ(obj O, out *Swept) {
	name := client.ObjectKeyFromObject(obj)
	r.Force(name)
	out.Differ = append(out.Differ, name)
}

// sweepParent compares the rows of one parent and renews its mark index.
func (r *Reconciler[O, D]) sweepParent(ctx context.Context, b *Backend, driver backend.Driver[D], caps backend.Capabilities, parent string, items []sweepItem[O, D], out *Swept) (missing int, err error) {
	started := r.Now()
	refs := []backend.Ref{{ParentID: parent, Mark: backend.Mark{Owner: "*"}}}
	byID := map[string][]sweepItem[O, D]{}
	for _, item := range items {
		id := item.obj.GetManagedStatus().Remote.ID
		if _, ok := byID[id]; !ok {
			refs = append(refs, backend.Ref{ID: id, ParentID: parent})
		}
		byID[id] = append(byID[id], item)
	}
	seen := &view{taken: started, rows: map[string]bool{}, marks: map[string]backend.Mark{}}
	compared := map[string]bool{}
	for obs, err := range driver.ObserveMany(backend.WithPriority(ctx, backend.PrioritySweep), refs) {
		if err != nil {
			return 0, err
		}
		seen.see(obs.Exists, obs.ID, obs.Mark, obs.Date)
		if compared[obs.ID] {
			continue
		}
		for _, item := range byID[obs.ID] {
			compared[obs.ID] = true
			if !obs.Exists {
				missing++
			}
			if r.rowDiffers(item, obs, caps, started) {
				r.differ(item.obj, out)
			}
		}
	}
	r.views.keep(b.TenantKey, parent, seen)
	return missing, nil
}

// rowDiffers says whether a row is news. What was listed before our last write could
// be seen is ignored, and so is a digest that was computed another way.
func (r *Reconciler[O, D]) rowDiffers(item sweepItem[O, D], obs backend.Observation[D], caps backend.Capabilities, at time.Time) bool {
	remote := item.obj.GetManagedStatus().Remote
	if remote.LastWrittenAt != nil && at.Sub(remote.LastWrittenAt.Time) < caps.ListLag {
		return false
	}
	if !obs.Exists || obs.Twin != nil || obs.Blemished {
		return true
	}
	return backend.KnownDigest(remote.Digest) && remote.Digest != backend.RowDigest(item.desired, obs, caps)
}

// tailDue spreads the reads of tails evenly over the period, by the object's uid.
func (r *Reconciler[O, D]) tailDue(obj O, desired D, caps backend.Capabilities, period time.Duration) bool {
	if len(backend.TailOf(desired, caps)) == 0 || period <= 0 {
		return false
	}
	m := r.remember(obj.GetUID())
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	if m.tailAt.IsZero() {
		h := fnv.New64a() // 32 bits of nanoseconds are four seconds.
		_, _ = h.Write([]byte(obj.GetUID()))
		m.tailAt = now.Add(time.Duration(h.Sum64() % uint64(period)))
		return false
	}
	if now.Before(m.tailAt) {
		return false
	}
	m.tailAt = m.tailAt.Add(period)
	return true
}

// checkNames asks whether pinned names still mean what they meant; the answers are
// shared by all objects and an hour old at most.
func (r *Reconciler[O, D]) checkNames(ctx context.Context, b *Backend, item sweepItem[O, D], out *Swept) error {
	note := ""
	for _, a := range item.asked {
		if a.Pinned == "" {
			continue
		}
		matches, err := b.Find(ctx, a.Query)
		if err != nil {
			return err
		}
		if reason, message := reference.Judge(a.Query, matches); reason != "" {
			note = a.Path + ": " + message + "; the pinned id stays in use"
		} else if matches[0].ID != a.Pinned {
			note = a.Path + ": the name " + a.Query.Name + " now means " + matches[0].ID + ", and " + a.Pinned + " stays in use: write the id, or delete and apply"
		}
	}
	m := r.remember(item.obj.GetUID())
	r.mu.Lock()
	changed := m.movedNote != note
	m.movedNote = note
	r.mu.Unlock()
	if changed {
		r.differ(item.obj, out)
	}
	return nil
}
