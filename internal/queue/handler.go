package queue

import (
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

type limiting = workqueue.TypedRateLimitingInterface[reconcile.Request]

// At returns a handler that queues what h queues with the priority, and what comes with
// the initial list with the lowest.
func At(priority int, h handler.EventHandler) handler.EventHandler {
	at := func(q limiting) limiting {
		if inner, ok := q.(priorityqueue.PriorityQueue[reconcile.Request]); ok {
			return priced{inner, priority}
		}
		return q
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[client.Object], q limiting) {
			h.Create(ctx, e, at(q))
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[client.Object], q limiting) {
			h.Update(ctx, e, at(q))
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[client.Object], q limiting) {
			h.Delete(ctx, e, at(q))
		},
		GenericFunc: func(ctx context.Context, e event.TypedGenericEvent[client.Object], q limiting) {
			h.Generic(ctx, e, at(q))
		},
	}
}

// priced is a queue with another default priority.
type priced struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	priority int
}

func (p priced) AddWithOpts(o priorityqueue.AddOpts, items ...reconcile.Request) {
	if o.Priority == nil {
		o.Priority = &p.priority
	}
	p.PriorityQueue.AddWithOpts(o, items...)
}

func (p priced) Add(item reconcile.Request) { p.AddWithOpts(priorityqueue.AddOpts{}, item) }

func (p priced) AddAfter(item reconcile.Request, after time.Duration) {
	p.AddWithOpts(priorityqueue.AddOpts{After: after}, item)
}

func (p priced) AddRateLimited(item reconcile.Request) {
	p.AddWithOpts(priorityqueue.AddOpts{RateLimited: true}, item)
}
