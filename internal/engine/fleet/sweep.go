package fleet

import (
	"context"
	"hash/fnv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// MappingVersion moves when the way specs become models changes. It stands before the
// digest of the inputs: after an upgrade the next sweep compares what was mapped another
// way field by field, and no object is read or written for it.
const MappingVersion = "v2"

// mappedNow reports whether a status was computed by the present mapping and digest.
func mappedNow(st *v1alpha1.ManagedStatus) bool {
	return strings.HasPrefix(st.InputsDigest, MappingVersion+":") && backend.KnownDigest(st.Remote.Digest)
}

// Swept is what one sweep over a kind behind a backend found.
type Swept struct {
	// Managed is the number of objects behind the backend.
	Managed int
	// Differ are the objects that have to look at their remote.
	Differ []types.NamespacedName
	// Unmarked is how many remotes bear no ownership marker and are no object's, in the lists of Places parents. Where Places is
	// zero no list showed them.
	Unmarked, Places int
}

// Sweep compares every object of the kind behind b with the vendor's lists: one pass
// per parent instead of one read per object. Objects whose row differs from the
// digest in their status, whose remote is not listed, or whose detail fields are due are forced
// to look, and returned. It asks for no names: see AskNames.
func (r *Fleet[O, D]) Sweep(ctx context.Context, b *managed.Backend, detailPeriod time.Duration) (Swept, error) {
	ctx = backend.WithPriority(ctx, backend.PrioritySweep)
	metrics.DriftFound.WithLabelValues(r.Kind.Name, b.Key) // They begin at zero: the first drift is an increase, too.
	metrics.DriftCorrected.WithLabelValues(r.Kind.Name, b.Key)
	objects, err := r.list(ctx)
	if err != nil {
		return Swept{}, err
	}
	var out Swept
	var behind []O
	parents := map[string][]O{}
	for _, obj := range objects {
		if managed.BackendKey(obj) != b.Key {
			continue
		}
		out.Managed++
		behind = append(behind, obj)
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" || !b.Lives(remote.TenantID) || !obj.GetDeletionTimestamp().IsZero() {
			continue
		}
		parents[remote.ParentID] = append(parents[remote.ParentID], obj)
	}
	r.tellUsers(ctx, behind)
	_, unborn, err := r.boundIDs(ctx, b, "")
	if err != nil {
		return out, err
	}
	missing, total := 0, 0
	for parent, objects := range parents {
		gone, err := r.sweepParent(ctx, b, parent, objects, unborn, detailPeriod, &out)
		if err != nil {
			return out, err
		}
		missing, total = missing+gone, total+len(objects)
	}
	r.Limits.Absent(b.Key, r.Kind.Name, missing, total)
	return out, nil
}

// sweepParent compares the rows of one parent as they come, and renews its mark index. unborn are the objects that had no remote
// when the sweep began.
func (r *Fleet[O, D]) sweepParent(ctx context.Context, b *managed.Backend, parent string, objects []O, unborn map[types.UID]int64, detailPeriod time.Duration, out *Swept) (missing int, err error) {
	started, driver := r.Now(), r.Kind.Driver(b.Tenant)
	caps := driver.Capabilities()
	named := !caps.Naming.IsZero() && unborn != nil
	// Where nothing is created, only what is asked for is listed.
	every := named || caps.Create
	refs := []backend.Ref{{ParentID: parent, Mark: backend.Mark{Owner: "*"}, Every: every}}
	byID, nobodys := map[string][]O{}, newUnmarked()
	for _, obj := range objects {
		id := obj.GetManagedStatus().Remote.ID
		if _, ok := byID[id]; !ok {
			refs = append(refs, backend.Ref{ID: id, ParentID: parent})
		}
		byID[id] = append(byID[id], obj)
		nobodys.leaveOut(id)
	}
	seen, kept := snapshot.New(started, b, r.OwnerLives), false
	if named {
		seen.Names.Begin(unborn, r.Names.Wanted(snapshot.Key{Tenant: b.TenantKey, Parent: parent}))
	}
	defer func() {
		if !kept {
			r.Views.Discard(seen)
		}
	}()
	for obs, err := range driver.ObserveMany(ctx, refs) {
		if err != nil {
			return 0, err
		}
		_, asked := byID[obs.ID]
		seen.Add(obs.Exists, asked, obs.ID, obs.Mark, obs.Date)
		if named {
			snapshot.AddNames(&r.Views, seen, obs)
		}
		if obs.Exists && obs.Mark.IsZero() {
			nobodys.add(obs.ID)
		}
		if err := r.Views.Charge(seen); err != nil {
			return 0, err
		}
		for _, obj := range byID[obs.ID] {
			if !obs.Exists {
				missing++
			}
			if r.differs(ctx, b, obj, obs, caps, started, detailPeriod) {
				name := client.ObjectKeyFromObject(obj)
				r.Force(name)
				out.Differ = append(out.Differ, name)
			}
		}
		delete(byID, obs.ID) // It may be listed twice.
	}
	if every {
		out.Unmarked, out.Places = out.Unmarked+nobodys.count, out.Places+1
	}
	seen.Finish()
	kept = true
	r.Views.Replace(b.TenantKey, parent, seen)
	return missing, nil
}

// differs reports whether an object has to look at its remote: its row is news, or its detail fields are due.
func (r *Fleet[O, D]) differs(ctx context.Context, b *managed.Backend, obj O, obs backend.Observation[D], caps backend.Capabilities, at time.Time, detailPeriod time.Duration) bool {
	desired := r.desiredByPins(ctx, b, obj)
	caps = caps.For(desired)
	row, details := r.rowDiffers(obj, desired, obs, caps, at), r.detailsDue(obj, desired, caps, detailPeriod)
	return row || details
}

// rowDiffers reports whether a row is news. What was listed before our last write could
// be seen is ignored.
func (r *Fleet[O, D]) rowDiffers(obj O, desired D, obs backend.Observation[D], caps backend.Capabilities, at time.Time) bool {
	st := obj.GetManagedStatus()
	if st.Remote.LastWrittenAt != nil && at.Sub(st.Remote.LastWrittenAt.Time) < caps.ListLag {
		return false
	}
	if !obs.Exists || obs.Duplicate != nil || obs.MarkIncomplete {
		return true
	}
	if mappedNow(st) {
		return st.Remote.Digest != backend.RowDigest(desired, obs, caps)
	}
	return rowIsOff(obj, desired, obs, caps)
}

// rowIsOff compares a row field by field: the digest is of another version.
func rowIsOff[O managed.Object, D backend.Model](obj O, desired D, obs backend.Observation[D], caps backend.Capabilities) bool {
	st := obj.GetManagedStatus()
	if phase := v1alpha1.RemotePhase(obs.Phase); phase != "" && phase != st.Remote.Phase || obs.Retired || obs.Locked {
		return true
	}
	if intent, _ := managed.ReadIntent(obj); intent == nil || obs.Mark.Token != "" && obs.Mark.Token != intent.Token {
		return true
	}
	return len(backend.Diff(desired, obs.Actual, caps, managed.Remembered(st)).Without(caps.DetailFields)) > 0
}

// detailsDue spreads the reads of detail fields evenly over the period, by the object's uid.
func (r *Fleet[O, D]) detailsDue(obj O, desired D, caps backend.Capabilities, period time.Duration) bool {
	if len(backend.DetailFieldsOf(desired, caps)) == 0 || period <= 0 {
		return false
	}
	m := r.Remember(obj.GetUID())
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	if m.detailsAt.IsZero() {
		h := fnv.New64a() // 32 bits of nanoseconds are four seconds.
		_, _ = h.Write([]byte(obj.GetUID()))
		m.detailsAt = now.Add(time.Duration(h.Sum64() % uint64(period)))
		return false
	}
	if now.Before(m.detailsAt) {
		return false
	}
	m.detailsAt = m.detailsAt.Add(period)
	return true
}
