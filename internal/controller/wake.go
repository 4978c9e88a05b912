package controller

import (
	"context"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/queue"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// watched is what wakes objects of a kind beside what is asked of them themselves.
type watched struct {
	by     decision.Waker
	target client.Object
	wakes  handler.MapFunc
	when   predicate.Predicate
}

// watches lists what wakes the objects of a kind. What the engine names in its table of effects
// is here, or is the engine's own.
func watches(reader client.Reader, kind string, clusterKind bool) []watched {
	out := []watched{{decision.ByBackend, &v1alpha1.GovernanceBackend{}, usersOf(reader, kind), backendChanged()}}
	for _, target := range managedKinds {
		out = append(out, watched{decision.ByReference, reference.New(target), dependents(reader, kind, target), referenceTargetChanged()})
	}
	if kind == v1alpha1.KindAppEntitlement {
		for _, user := range managedKinds {
			out = append(out, watched{decision.ByReferrer, reference.New(user), kept(reader), predicate.Funcs{CreateFunc: func(event.CreateEvent) bool { return false }}})
		}
	}
	if clusterKind { // With single namespaces neither may be watched, and neither plays a part.
		out = append(out,
			watched{decision.ByBackend, &v1alpha1.ClusterGovernanceBackend{}, usersOf(reader, kind), backendChanged()},
			watched{decision.ByNamespace, &corev1.Namespace{}, inNamespace(reader, kind), labelled()})
	}
	return out
}

// userChangePredicate passes what a user asks of an object: an edit, a deletion, an annotation of
// ours, a finalizer, intent or status that is gone. Our own writes pass nothing.
func userChangePredicate() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, after := e.ObjectOld, e.ObjectNew
		return before.GetGeneration() != after.GetGeneration() ||
			before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero() ||
			!maps.Equal(userAnnotations(before), userAnnotations(after)) ||
			bookkeepingRemoved(before, after)
	}}
}

// userAnnotations are the annotations of ours that people write.
func userAnnotations(o client.Object) map[string]string {
	out := map[string]string{}
	for _, key := range []string{
		v1alpha1.AnnotationReconcileRequestedAt, v1alpha1.AnnotationAcceptAbsence, v1alpha1.AnnotationSuspendedUntil, v1alpha1.AnnotationSuspendedBecause,
		v1alpha1.AnnotationAcceptDeletions, v1alpha1.AnnotationAcceptTenant,
	} {
		if v, ok := o.GetAnnotations()[key]; ok {
			out[key] = v
		}
	}
	return out
}

// unfinishedFirst queues objects for their own events. What the initial list shows to be edited or
// deleted while nobody looked goes before all that is converged.
func unfinishedFirst() handler.EventHandler {
	own := &handler.EnqueueRequestForObject{}
	unfinished := queue.At(queue.Retry, own)
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			o := e.Object.(managed.Object)
			if e.IsInInitialList && (o.GetManagedStatus().ObservedGeneration != o.GetGeneration() || !o.GetDeletionTimestamp().IsZero()) {
				e.IsInInitialList = false
				unfinished.Create(ctx, e, q)
				return
			}
			own.Create(ctx, e, q)
		},
		UpdateFunc: own.Update, DeleteFunc: own.Delete, GenericFunc: own.Generic,
	}
}

// bookkeepingRemoved reports whether something that we keep on an object is gone.
func bookkeepingRemoved(before, after client.Object) bool {
	if controllerutil.ContainsFinalizer(before, v1alpha1.Finalizer) && !controllerutil.ContainsFinalizer(after, v1alpha1.Finalizer) {
		return true
	}
	_, had := before.GetAnnotations()[v1alpha1.AnnotationIntent]
	if _, has := after.GetAnnotations()[v1alpha1.AnnotationIntent]; had && !has {
		return true
	}
	b, ok := before.(managed.Object)
	return ok && remoteOf(b) != "" && remoteOf(after.(managed.Object)) == ""
}

func remoteOf(o managed.Object) string {
	if remote := o.GetManagedStatus().Remote; remote != nil {
		return remote.TenantID + "/" + remote.ParentID + "/" + remote.ID
	}
	return ""
}

// referenceTargetChanged passes changes of an object that matter to those who refer to it.
func referenceTargetChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return remoteOf(e.ObjectOld.(managed.Object)) != remoteOf(e.ObjectNew.(managed.Object)) ||
			e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
	}}
}

// finalizerMoved passes changes of what an object still owes.
func finalizerMoved() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return controllerutil.ContainsFinalizer(e.ObjectOld, v1alpha1.Finalizer) != controllerutil.ContainsFinalizer(e.ObjectNew, v1alpha1.Finalizer)
		},
	}
}

// backendChanged passes changes of a backend that matter to the objects behind it.
func backendChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, after := e.ObjectOld.(tenancy.Object), e.ObjectNew.(tenancy.Object)
		b := meta.FindStatusCondition(before.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
		a := meta.FindStatusCondition(after.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
		return before.GetGeneration() != after.GetGeneration() || !maps.Equal(userAnnotations(before), userAnnotations(after)) ||
			(a == nil) != (b == nil) || a != nil && (a.Status != b.Status || a.Reason != b.Reason) ||
			before.GetBackendStatus().TenantID != after.GetBackendStatus().TenantID
	}}
}

// labelled passes namespaces that come late, and changes of their labels: these say which cluster
// backends their objects may use.
func labelled() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool { return !e.IsInInitialList },
		UpdateFunc: func(e event.UpdateEvent) bool { return !maps.Equal(e.ObjectOld.GetLabels(), e.ObjectNew.GetLabels()) },
		DeleteFunc: func(event.DeleteEvent) bool { return false },
	}
}

// inNamespace maps a namespace to the objects of kind in it that use a cluster backend.
func inNamespace(reader client.Reader, kind string) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		list := newList(kind)
		if err := reader.List(ctx, list, client.InNamespace(o.GetName()), client.UnsafeDisableDeepCopy); err != nil {
			return nil
		}
		return requests(names(slices.DeleteFunc(itemsOf(list), func(obj managed.Object) bool {
			return obj.GetManagedSpec().BackendRef.Kind != v1alpha1.KindClusterGovernanceBackend
		})))
	}
}

func requests(list []types.NamespacedName) []reconcile.Request {
	out := make([]reconcile.Request, len(list))
	for i, name := range list {
		out[i] = reconcile.Request{NamespacedName: name}
	}
	return out
}

// dependents maps an object of kind target to the objects of kind that refer to it.
func dependents(reader client.Reader, kind, target string) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		objects, err := indexed(ctx, reader, kind, indexReference, reference.Object{Kind: target, Namespace: o.GetNamespace(), Name: o.GetName()}.String())
		if err != nil {
			return nil
		}
		return requests(names(objects))
	}
}

// kept maps an object to the entitlements that it refers to, or did, and whose deletion waits for that to end.
func kept(reader client.Reader) handler.MapFunc {
	return func(ctx context.Context, o client.Object) (out []reconcile.Request) {
		for _, ref := range reference.Of(o) {
			if ref.Kind != v1alpha1.KindAppEntitlement {
				continue
			}
			name, obj := types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}, &v1alpha1.AppEntitlement{}
			if reader.Get(ctx, name, obj) == nil && obj.Spec.KeepWhileReferenced && !obj.DeletionTimestamp.IsZero() {
				out = append(out, reconcile.Request{NamespacedName: name})
			}
		}
		return out
	}
}

// usersOf maps a backend to the objects of kind behind it.
func usersOf(reader client.Reader, kind string) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		objects, err := indexed(ctx, reader, kind, indexBackend, tenancy.Key(o.(tenancy.Object)))
		if err != nil {
			return nil
		}
		return requests(names(objects))
	}
}

// counted wakes the backend of an object, if that is of kind, so that it counts what is
// behind it: at once when it is not held yet though objects need it, soon when it goes and
// waits for them, and else after a while, once for all that come and go meanwhile.
func counted(reader client.Reader, kind string) handler.EventHandler {
	const soon, while = time.Second, 10 * time.Second
	wake := func(ctx context.Context, o client.Object, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
		of, name := keyName(managed.BackendKey(o.(managed.Object)))
		if of != kind {
			return
		}
		request, obj := reconcile.Request{NamespacedName: name}, newBackend(kind)
		if reader.Get(ctx, name, obj) != nil {
			return // There is none to hold or to let go.
		}
		switch {
		case !obj.GetDeletionTimestamp().IsZero():
			q.AddAfter(request, soon)
		case !controllerutil.ContainsFinalizer(obj, v1alpha1.Finalizer):
			q.Add(request)
		default:
			q.AddAfter(request, while)
		}
	}
	return handler.Funcs{
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			wake(ctx, e.ObjectNew, q)
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			wake(ctx, e.Object, q)
		},
	}
}
