// Package queue is the work queue of a controller: what a user asked for goes first,
// and what waits is raised, so that nothing starves.
package queue

import (
	"math/rand/v2"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// The priorities, from first to last. A user's edit is controller-runtime's own default,
// and the initial list its lowest.
const (
	Edit       = 0
	Deletion   = Edit - Step
	Dependency = Deletion - Step
	Retry      = Dependency - Step
	Drift      = Retry - Step
	Initial    = handler.LowPriority
)

// Step lies between one priority and the next.
const Step = 20

// Patience is how long an object waits before it is raised by one step.
const Patience = 30 * time.Second

// Raised is the priority of what has waited for so long. No wait overtakes an edit; among
// equals the first to come is the first to go.
func Raised(priority int, waited time.Duration) int {
	return max(priority, min(priority+int(waited/Patience)*Step, Edit))
}

// Failures of a pass are repeated after these times, longer each time.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// NewRateLimiter returns how passes that failed are repeated: after a second first, after
// five minutes at last.
func NewRateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry)
}

// Queue is controller-runtime's priority queue, which raises what waits and knows with
// which priority an object was handed out. It is safe for concurrent use.
type Queue struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	limiter workqueue.TypedRateLimiter[reconcile.Request]
	stop    func()

	mu      sync.Mutex
	begun   time.Time // when the first object was asked for; a follower only collects
	waiting map[reconcile.Request]place
	working map[reconcile.Request]int
}

// place is where an object waits.
type place struct {
	priority int       // as asked for
	raised   int       // as it is now
	ready    time.Time // when it could be worked on
	// asked is when it was asked for last, and again that this was not the first time since it was handed out.
	asked time.Time
	again bool
}

// handOver is how long it may take from the moment in which the queue lets go of an object until that is noted here. What is
// asked for meanwhile is waiting anew, and looks as if it was asked for twice before.
const handOver = 100 * time.Millisecond

// New returns a queue whose metrics bear the name. It works until ShutDown.
func New(name string) *Queue {
	q := &Queue{
		limiter: NewRateLimiter(),
		waiting: map[reconcile.Request]place{},
		working: map[reconcile.Request]int{},
	}
	q.PriorityQueue = priorityqueue.New(name, func(o *priorityqueue.Opts[reconcile.Request]) { o.RateLimiter = q.limiter })
	done := make(chan struct{})
	q.stop = sync.OnceFunc(func() { close(done) })
	go q.raise(done)
	return q
}

// Working returns the priority with which the object that is worked on was handed out.
func (q *Queue) Working(item reconcile.Request) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.working[item]
}

// AddWithOpts queues objects; one that is queued already keeps the higher priority and the
// earlier time.
func (q *Queue) AddWithOpts(o priorityqueue.AddOpts, items ...reconcile.Request) {
	for _, item := range items {
		q.add(o, item)
	}
}

func (q *Queue) add(o priorityqueue.AddOpts, item reconcile.Request) {
	if o.RateLimited {
		if after := jittered(q.limiter.When(item)); o.After == 0 || after < o.After {
			o.After = after
		}
		o.RateLimited = false
	}
	priority := Edit
	if o.Priority != nil {
		priority = *o.Priority
	}
	now := time.Now()
	ready := now.Add(o.After)
	// Held until it is queued: whoever takes it out must find it noted, and nobody may note it as gone in between.
	q.mu.Lock()
	defer q.mu.Unlock()
	before, again := q.waiting[item]
	if again {
		priority = max(priority, before.priority)
		if before.ready.Before(ready) {
			ready = before.ready
		}
	}
	q.waiting[item] = place{priority: priority, raised: priority, ready: ready, asked: now, again: again}
	q.PriorityQueue.AddWithOpts(o, item)
}

// Add queues an object as a user's edit.
func (q *Queue) Add(item reconcile.Request) { q.AddWithOpts(priorityqueue.AddOpts{}, item) }

// AddAfter queues an object as a user's edit, to be worked on later.
func (q *Queue) AddAfter(item reconcile.Request, after time.Duration) {
	q.AddWithOpts(priorityqueue.AddOpts{After: after}, item)
}

// AddRateLimited queues an object as a user's edit, later with each failure.
func (q *Queue) AddRateLimited(item reconcile.Request) {
	q.AddWithOpts(priorityqueue.AddOpts{RateLimited: true}, item)
}

// GetWithPriority waits for an object to work on.
func (q *Queue) GetWithPriority() (item reconcile.Request, priority int, shutdown bool) {
	q.mu.Lock()
	if q.begun.IsZero() {
		q.begun = time.Now()
	}
	q.mu.Unlock()
	item, priority, shutdown = q.PriorityQueue.GetWithPriority()
	if shutdown {
		return item, priority, shutdown
	}
	taken := time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	at, ok := q.waiting[item]
	if ok {
		priority = at.priority // As asked for: having waited makes a retry no edit.
	}
	if ok && at.again && taken.Sub(at.asked) < handOver {
		// It may have been asked for once more since it left the queue. If it was not, it is worked on once too often.
		at.again = false
		q.waiting[item] = at
	} else {
		delete(q.waiting, item)
	}
	q.working[item] = priority
	return item, priority, shutdown
}

// Get waits for an object to work on.
func (q *Queue) Get() (item reconcile.Request, shutdown bool) {
	item, _, shutdown = q.GetWithPriority()
	return item, shutdown
}

// Done records that an object was worked on.
func (q *Queue) Done(item reconcile.Request) {
	q.mu.Lock()
	delete(q.working, item)
	q.mu.Unlock()
	q.PriorityQueue.Done(item)
}

// ShutDown ends the queue; who waits for an object gets none.
func (q *Queue) ShutDown() {
	q.stop()
	q.PriorityQueue.ShutDown()
}

// ShutDownWithDrain is ShutDown.
func (q *Queue) ShutDownWithDrain() { q.ShutDown() }

// raise looks for what has waited too long, until done is closed.
func (q *Queue) raise(done <-chan struct{}) {
	ticker := time.NewTicker(Patience / 6)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-ticker.C:
			for priority, items := range q.overdue(now) {
				q.PriorityQueue.AddWithOpts(priorityqueue.AddOpts{Priority: &priority}, items...)
			}
		}
	}
}

// overdue lists, by their new priority, the objects that have to be raised.
func (q *Queue) overdue(now time.Time) map[int][]reconcile.Request {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[int][]reconcile.Request{}
	if q.begun.IsZero() {
		return out
	}
	for item, at := range q.waiting {
		waited := now.Sub(at.ready)
		if at.ready.Before(q.begun) {
			waited = now.Sub(q.begun)
		}
		if priority := Raised(at.priority, waited); priority > at.raised {
			at.raised = priority
			q.waiting[item] = at
			out[priority] = append(out[priority], item)
		}
	}
	return out
}

// jittered adds up to a tenth.
func jittered(d time.Duration) time.Duration { return d + time.Duration(rand.Int64N(int64(d)/10+1)) }
