package engine

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/act"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/engine/status"
	"github.com/governance-operator/governance-operator/internal/queue"
)

// Reconciler is the engine for one kind.
type Reconciler[O managed.Object, D backend.Model] struct {
	*fleet.Fleet[O, D]
}

// NewReconciler returns the engine for kind.
func NewReconciler[O managed.Object, D backend.Model](kind managed.Kind[O, D], o fleet.Options) *Reconciler[O, D] {
	return &Reconciler[O, D]{fleet.New(kind, o)}
}

// Reconcile does one pass over one object.
func (r *Reconciler[O, D]) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	turn, working := r.Workers.Take(req.NamespacedName)
	defer func() {
		if working {
			r.Workers.Leave(turn)
		}
	}()
	p, result, err := r.load(ctx, req.NamespacedName)
	if p == nil {
		if working && result.Priority == nil && result.RequeueAfter > 0 { // The cache is waited for: it keeps its place.
			result.Priority = &turn.Priority
		}
		return result, err
	}
	if !working {
		turn = r.turnOf(ctx, p.Obj)
		if working = r.Workers.Enter(req.NamespacedName, turn); !working {
			r.Force(req.NamespacedName) // Whatever asked for this pass still does when its turn comes.
			return reconcile.Result{}, nil
		}
	}
	p.Turn = turn
	result, waits, err := r.work(ctx, p)
	working = !waits
	return result, err
}

// load begins a pass, and returns none where there is nothing to do: then the result is all.
func (r *Reconciler[O, D]) load(ctx context.Context, name types.NamespacedName) (*status.Writer[O, D], reconcile.Result, error) {
	if err := r.FillClaims(ctx); err != nil {
		return nil, reconcile.Result{}, err
	}
	obj := r.Kind.New()
	err := r.Client.Get(ctx, name, obj)
	if apierrors.IsNotFound(err) {
		r.Replaced(name, "")
	}
	if err != nil {
		return nil, reconcile.Result{}, client.IgnoreNotFound(err)
	}
	r.Replaced(name, obj.GetUID())
	if cleansed, err := r.cleanse(ctx, obj); cleansed || err != nil {
		return nil, later(status.AtOnce), err
	}
	p := &status.Writer[O, D]{Action: &act.Action[O, D]{Situation: gather.Begin(r.Fleet, obj)}}
	if p.FinalizerReleased() {
		r.Forget(name, obj.GetUID())
		return nil, reconcile.Result{}, nil
	}
	if p.Memory.Lags(obj.GetResourceVersion(), r.Now()) {
		return nil, reconcile.Result{RequeueAfter: fleet.LagAgain}, nil
	}
	p.Recall(ctx)
	if after, fresh := p.UpToDate(ctx); fresh {
		return nil, later(after), nil
	}
	return p, reconcile.Result{}, nil
}

// work runs a pass and writes down what became of it. waits: it stands in line again, and has no worker any more.
func (r *Reconciler[O, D]) work(ctx context.Context, p *status.Writer[O, D]) (result reconcile.Result, waits bool, err error) {
	ctx, span := startSpan(ctx, p)
	defer span.End()
	holding, release := backend.Holding(backend.WithPriority(ctx, p.Turn.Class()))
	defer release()
	out := run(holding, p)
	if out.Plan == nil {
		out.Plan = decision.Undecided // An error or a problem came first.
	}
	if p.Wait > 0 {
		// Nothing was learnt, and nothing is told. Whatever asked for this pass still does.
		r.Force(p.Name())
		return reconcile.Result{RequeueAfter: p.Wait, Priority: &p.Turn.Priority}, false, nil
	}
	if out.Paced && !out.Wrote && r.PerNamespace > 0 {
		r.Force(p.Name())
		r.Workers.Wait(p.Name(), p.Turn, backend.AfterOf(out.Err))
		return reconcile.Result{}, true, nil
	}
	after, err := p.Write(ctx, out)
	p.Record(ctx, out, err)
	if apierrors.IsConflict(err) {
		return later(time.Second), false, nil
	}
	if err == nil && after == status.AtOnce {
		return reconcile.Result{RequeueAfter: after, Priority: &p.Turn.Priority}, false, nil
	}
	return later(after), false, err
}

// run gathers, decides and acts.
func run[O managed.Object, D backend.Model](ctx context.Context, p *status.Writer[O, D]) managed.Outcome {
	defer p.LeaveTurn()
	if out, known := p.Gather(ctx); known {
		return out
	}
	return p.Do(ctx, decision.Decide(p.Facts))
}

// later comes back as a retry, however the object came this time.
func later(after time.Duration) reconcile.Result {
	return reconcile.Result{RequeueAfter: after, Priority: ptr.To(queue.Retry)}
}

// turnOf is the place in line that a pass over the object would take: with all that call the
// same place, which is known before anybody there has answered.
func (r *Reconciler[O, D]) turnOf(ctx context.Context, obj O) shares.Turn {
	t := shares.Turn{Namespace: obj.GetNamespace(), Tenant: r.Backends.Place(ctx, obj.GetNamespace(), obj.GetManagedSpec().BackendRef).At, Since: r.Now()}
	if t.Tenant == "" {
		t.Tenant = managed.BackendKey(obj)
	}
	if r.Priority != nil {
		t.Priority = r.Priority(client.ObjectKeyFromObject(obj))
	}
	if !obj.GetDeletionTimestamp().IsZero() {
		t.Priority = min(t.Priority, queue.Deletion)
	}
	return t
}
