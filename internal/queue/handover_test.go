package queue_test

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/governance-operator/governance-operator/internal/queue"
)

// interrupted is a queue in which something happens between its letting go of an object and the note of it.
type interrupted struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	then func()
}

func (i *interrupted) GetWithPriority() (reconcile.Request, int, bool) {
	item, priority, shutdown := i.PriorityQueue.GetWithPriority()
	if then := i.then; then != nil {
		i.then = nil
		then()
	}
	return item, priority, shutdown
}

func TestWhatIsAskedForWhileItIsHandedOutIsRaisedLikeAllElse(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		q.PriorityQueue = &interrupted{q.PriorityQueue, func() { q.AddWithOpts(at(queue.Drift), request("asked for again")) }}
		q.AddWithOpts(at(queue.Drift), request("asked for again"))
		want(t, drain(q, 1, time.Second), "asked for again")
		// Edits that never end: what waits is raised, and comes between them.
		var got []string
		for range 12 * int(queue.Patience/(10*time.Second)) {
			q.Add(request("an edit"))
			q.Add(request("another edit"))
			got = append(got, drain(q, 1, 10*time.Second)...)
		}
		for _, name := range got {
			if name == "asked for again" {
				return
			}
		}
		t.Errorf("it was never handed out among %d edits", len(got))
	})
}

func TestWhatIsAskedForOftenIsHandedOutOnce(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		for range 5 {
			q.AddWithOpts(at(queue.Retry), request("often"))
		}
		time.Sleep(time.Second)
		want(t, drain(q, 1, 0), "often")
		time.Sleep(10 * queue.Patience)
		q.Add(request("last"))
		want(t, drain(q, 1, 0), "last")
	})
}
