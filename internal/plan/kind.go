package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
)

// kindOfObjects is what the planner does with the objects of a kind.
type kindOfObjects interface {
	// rehearse makes passes over an object until it rests, and returns what they would have written.
	rehearse(ctx context.Context, name types.NamespacedName) ([]rehearsal.Op, error)
	// seed gives an object that has no status what its remote tells, and reports whether there is such a remote.
	seed(name types.NamespacedName) bool
	// marked lists the ids of the remotes that were seen with the mark of an object.
	marked(name types.NamespacedName) (ids []string)
	// assume takes for written, of a remote whose history is not known, what nobody can compare, and reports whether there is any.
	assume(name types.NamespacedName) bool
	// again gives an object a status from before its passes.
	again(name types.NamespacedName, obj managed.Object)
	// mayWiden reports whether a write of a field of an object could give access.
	mayWiden(obj managed.Object, path string) bool
	// notDeclared lists the remotes that were seen with a mark of this cluster whose object is not among those of the plan.
	notDeclared() []Remote
	// details is how many objects have fields that no list shows, and how many calls it takes to read them.
	details(ctx context.Context, names []types.NamespacedName) (objects, calls int)
}

// performer is the engine of a kind over recorders.
type performer[O managed.Object, D backend.Model] struct {
	p         *planner
	kind      managed.Kind[O, D]
	engine    *engine.Reconciler[O, D]
	recorders map[string]*rehearsal.Recorder[D] // by the key of the opened tenant
	// desired is the model of the object of the pass.
	desired D
}

func perform[O managed.Object, D backend.Model](p *planner, kind managed.Kind[O, D], options fleet.Options) *performer[O, D] {
	x := &performer[O, D]{p: p, kind: kind, recorders: map[string]*rehearsal.Recorder[D]{}}
	over := kind
	over.Driver = func(t backend.Tenant) backend.Driver[D] { return x.recorder(t) }
	over.Desire = func(obj O, r *reference.Resolver) (D, string) {
		desired, parent := kind.Desire(obj, r)
		x.desired = desired
		return desired, parent
	}
	x.engine = engine.NewReconciler(over, options)
	return x
}

// recorder is the recorder of a tenant.
func (x *performer[O, D]) recorder(t backend.Tenant) *rehearsal.Recorder[D] {
	key := ""
	if r, ok := t.(reading); ok {
		key = r.key
	}
	if known := x.recorders[key]; known != nil {
		return known
	}
	r := &rehearsal.Recorder[D]{Driver: x.kind.Driver(t), Bulk: x.p.bulk[x.kind.Name], RowsOnly: x.p.RowsOnly}
	caps := r.Capabilities()
	r.Doubts = func(seen backend.Observation[D], _ D, path string) string {
		return x.p.doubtful(caps, seen.ReadOnly, path)
	}
	x.recorders[key] = r
	return r
}

const (
	// mostPasses bounds the passes over one object.
	mostPasses = 40
	// longestPause bounds how far the clock goes between two passes.
	longestPause = 2 * time.Minute
	// soon is a pause after which a pass goes on with what it was about.
	soon = 5 * time.Second
)

// rehearse implements kindOfObjects.
func (x *performer[O, D]) rehearse(ctx context.Context, name types.NamespacedName) (ops []rehearsal.Op, err error) {
	said, same := "", 0
	for range mostPasses {
		x.p.told = false
		x.engine.Force(name)
		result, err := x.engine.Reconcile(ctx, reconcile.Request{NamespacedName: name})
		if err != nil {
			return ops, err
		}
		wrote := 0
		for _, r := range x.recorders {
			if err := r.Err(); err != nil {
				return ops, err
			}
			made := r.Ops()
			wrote, ops = wrote+len(made), append(ops, made...)
		}
		obj := x.kind.New()
		if err := x.p.store.Get(ctx, name, obj); apierrors.IsNotFound(err) {
			return ops, nil
		}
		if letGo(obj) {
			return ops, nil
		}
		now := saidBy(obj)
		if now != said || wrote > 0 {
			said, same = now, 0
		} else {
			same++
		}
		// A pass that told nothing, since it waits for another or somebody was faster, leaves what an earlier one told: "in sync" is old.
		stale := !x.p.told && managed.Says(obj.GetManagedStatus(), v1alpha1.ReasonInSync)
		waits := !x.p.told || result.RequeueAfter > 0 && result.RequeueAfter <= soon
		if wrote == 0 && now != "" && !stale && (!waits || same > 2) {
			return ops, nil
		}
		x.p.pass(min(max(result.RequeueAfter, time.Millisecond), longestPause))
	}
	return ops, fmt.Errorf("%s %s does not come to rest within %d passes", x.kind.Name, name, mostPasses)
}

// letGo reports whether an object is deleted and the operator does not hold it, or not any more.
func letGo(obj managed.Object) bool {
	return !obj.GetDeletionTimestamp().IsZero() && !controllerutil.ContainsFinalizer(obj, v1alpha1.Finalizer)
}

// marked implements kindOfObjects.
func (x *performer[O, D]) marked(name types.NamespacedName) (ids []string) {
	for _, r := range x.recorders {
		for _, obs := range r.Marked(x.p.ClusterID, name.String()) {
			ids = append(ids, obs.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// seed implements kindOfObjects.
func (x *performer[O, D]) seed(name types.NamespacedName) bool {
	obj := x.kind.New()
	if err := x.p.store.Get(context.Background(), name, obj); err != nil || managed.BoundID(obj) != "" || len(x.marked(name)) != 1 {
		return false
	}
	for _, r := range x.recorders {
		for _, obs := range r.Marked(x.p.ClusterID, name.String()) {
			r.Forget(name.Namespace, name.Name)
			x.engine.Forget(name, obj.GetUID())
			x.p.bind(obj, obs.ID, obs.ParentID, obs.Mark)
			if x.kind.Project != nil {
				x.kind.Project(obj, obs)
			}
			x.p.store.put(obj)
		}
	}
	return true
}

// assume implements kindOfObjects.
func (x *performer[O, D]) assume(name types.NamespacedName) bool {
	obj := x.kind.New()
	if err := x.p.store.Get(context.Background(), name, obj); err != nil || managed.BoundID(obj) == "" || !obj.GetDeletionTimestamp().IsZero() {
		return false
	}
	remote := obj.GetManagedStatus().Remote
	for _, r := range x.recorders {
		obs, ok := r.Seen(remote.ParentID, remote.ID)
		if !ok {
			continue
		}
		caps := r.Capabilities().For(x.desired)
		if x.p.RowsOnly {
			x.assumeDetails(r, obs, caps)
		}
		if !x.p.Statuses {
			x.assumeStatus(name, obs, caps)
		}
		return len(x.p.unknown[x.p.target]) > 0
	}
	return false
}

// assumeDetails takes the fields that were not read for what is wanted.
func (x *performer[O, D]) assumeDetails(r *rehearsal.Recorder[D], obs backend.Observation[D], caps backend.Capabilities) {
	details := backend.DetailFieldsOf(x.desired, caps)
	obs.Actual = backend.Copy(obs.Actual)
	for _, f := range backend.Fields(x.desired) {
		if backend.Covers(caps.DetailFields, f.Path) {
			backend.CopyLeaf(&obs.Actual, x.desired, f.Path)
			x.p.doubt(f.Path, doubtRows)
		}
	}
	r.Assume(obs, details)
}

// assumeStatus takes write-only fields for applied, and another spelling for what the vendor made of it.
func (x *performer[O, D]) assumeStatus(name types.NamespacedName, obs backend.Observation[D], caps backend.Capabilities) {
	paths := backend.Paths(x.desired)
	applied, echoes := backend.Applied(x.desired, caps, paths), backend.Echoes(x.desired, obs.Actual, caps, paths)
	x.p.assumed = assumed{}
	for path, hash := range applied {
		x.p.doubt(path, doubtHidden)
		x.p.assumed.applied = append(x.p.assumed.applied, v1alpha1.AppliedInput{Path: path, Hash: hash})
	}
	for path, echo := range echoes {
		x.p.doubt(path, doubtSpelling)
		x.p.assumed.echoes = append(x.p.assumed.echoes, v1alpha1.Echo{Path: path, Sent: echo.Sent, Seen: echo.Seen})
	}
}

// again gives an object the status from before its passes, with what is assumed of it, and lets nothing be planned for it yet.
func (x *performer[O, D]) again(name types.NamespacedName, obj managed.Object) {
	for _, r := range x.recorders {
		r.Forget(name.Namespace, name.Name)
	}
	x.engine.Forget(name, obj.GetUID())
	st := obj.GetManagedStatus()
	st.AppliedInputs, st.Echoes = append(st.AppliedInputs, x.p.assumed.applied...), append(st.Echoes, x.p.assumed.echoes...)
	x.p.store.put(obj)
}

// mayWiden implements kindOfObjects.
func (x *performer[O, D]) mayWiden(obj managed.Object, path string) bool {
	tenant := x.p.declared(obj)
	if tenant == nil {
		return true
	}
	caps := x.kind.Driver(tenant).Capabilities()
	return path != backend.PathMark && !backend.Covers(caps.CreateOnly, path) && !caps.Harmless(path)
}

// notDeclared implements kindOfObjects.
func (x *performer[O, D]) notDeclared() []Remote {
	var out []Remote
	for _, r := range x.recorders {
		for _, obs := range r.Marked(x.p.ClusterID, "") {
			owner := obs.Mark.Owner
			namespace, name, _ := cutOwner(owner)
			if _, there := x.p.store.objects[reference.Object{Kind: x.kind.Name, Namespace: namespace, Name: name}]; there {
				continue
			}
			key := obs.Actual.Key()
			out = append(out, Remote{Kind: x.kind.Name, Owner: owner, ID: obs.ID, ParentID: obs.ParentID, Name: cmp.Or(key.DisplayName, key.Alias)})
		}
	}
	return out
}

// details implements kindOfObjects.
func (x *performer[O, D]) details(ctx context.Context, names []types.NamespacedName) (objects, calls int) {
	for _, name := range names {
		obj := x.kind.New()
		if err := x.p.store.Get(ctx, name, obj); err != nil || !obj.GetDeletionTimestamp().IsZero() {
			continue
		}
		tenant := x.p.declared(obj)
		if tenant == nil {
			continue
		}
		drive := x.kind.Driver(tenant)
		caps := drive.Capabilities()
		resolver := reference.NewResolver(ctx, x.p.store, obj, "", nil)
		desired, _ := x.kind.Desire(obj, resolver)
		fields := backend.DetailFieldsOf(desired, caps)
		for _, path := range resolver.Open() { // Their names are not asked yet.
			for _, detail := range caps.DetailFields {
				if backend.Covers([]string{detail}, strings.TrimPrefix(path, "spec.")) {
					fields = append(fields, detail)
				}
			}
		}
		slices.Sort(fields)
		if fields = slices.Compact(fields); len(fields) > 0 {
			objects++
			calls += drive.Forecast(backend.Write[D]{Verb: backend.VerbObserve, Ref: backend.Ref{DetailFields: fields}}).Calls
		}
	}
	return objects, calls
}
