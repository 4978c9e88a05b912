package queue_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/queue"
)

func request(name string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Name: name}}
}

// in gives a queue inside a bubble of time.
func in(t *testing.T, scenario func(t *testing.T, q *queue.Queue)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(t.Name())
		defer q.ShutDown()
		scenario(t, q)
	})
}

func at(priority int) priorityqueue.AddOpts { return priorityqueue.AddOpts{Priority: &priority} }

// drain takes n objects out, one after the other, each of which takes its time.
func drain(q *queue.Queue, n int, each time.Duration) (names []string) {
	for range n {
		item, _ := q.Get()
		names = append(names, item.Name)
		time.Sleep(each)
		q.Done(item)
	}
	return names
}

func want(t *testing.T, got []string, names ...string) {
	t.Helper()
	if !slices.Equal(got, names) {
		t.Errorf("got %v, want %v", got, names)
	}
}

func TestWhatAUserAskedForGoesFirst(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		for _, priority := range []int{queue.Initial, queue.Drift, queue.Retry, queue.Dependency, queue.Deletion} {
			q.AddWithOpts(at(priority), request(fmt.Sprint(priority)), request(fmt.Sprint(priority, " too")))
		}
		q.AddWithOpts(at(queue.Initial), request("edited"))
		q.Add(request("edited"))
		synctest.Wait()
		if got, _, _ := q.GetWithPriority(); got.Name != "edited" || q.Working(got) != queue.Edit {
			t.Errorf("%s goes first, as %d", got.Name, q.Working(got))
		}
		want(t, drain(q, 10, time.Second), "-20", "-20 too", "-40", "-40 too", "-60", "-60 too", "-80", "-80 too", "-100", "-100 too")
	})
}

func TestWhatWaitsIsRaisedAndKeepsItsName(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		begin(q)
		q.AddWithOpts(at(queue.Initial), request("initial"))
		time.Sleep(2*queue.Patience + queue.Patience/2)
		q.AddWithOpts(at(queue.Retry), request("retry")) // What is raised twice is equal to it, and gets behind it at worst.
		q.AddWithOpts(at(queue.Drift), request("drift"))
		synctest.Wait()
		want(t, drain(q, 1, 0), "initial")
		q.AddWithOpts(at(queue.Initial), request("initial"))
		synctest.Wait()
		item, priority, _ := q.GetWithPriority()
		if item.Name != "retry" || priority != queue.Retry {
			t.Errorf("%s goes next, as %d", item.Name, priority)
		}
		q.Done(item)
		time.Sleep(6 * queue.Patience)
		item, priority, _ = q.GetWithPriority()
		if item.Name != "drift" || priority != queue.Drift || q.Working(item) != queue.Drift {
			t.Errorf("%s goes next, as %d: who waited stays what it was", item.Name, priority)
		}
	})
}

// begin lets a worker ask for a first object.
func begin(q *queue.Queue) {
	q.Add(request("first"))
	drain(q, 1, 0)
}

func TestAFollowerRaisesNothing(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		q.AddWithOpts(at(queue.Initial), request("initial"))
		time.Sleep(time.Hour) // Another process leads.
		q.Add(request("edit"))
		synctest.Wait()
		want(t, drain(q, 2, 0), "edit", "initial")
	})
}

func TestWhatWaitsForATimeIsNotWokenByBeingRaised(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		later := at(queue.Retry)
		later.After = 10 * time.Minute
		q.AddWithOpts(later, request("later"))
		begin := time.Now()
		want(t, drain(q, 1, 0), "later")
		if took := time.Since(begin); took != 10*time.Minute {
			t.Errorf("it came after %s", took)
		}
	})
}

func TestTheInitialListIsNotStarvedByObjectsThatComeBackAllTheTime(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		const many = 20
		for i := range many {
			q.AddWithOpts(at(queue.Initial), request(fmt.Sprint("initial ", i)))
		}
		for i := range many {
			q.AddWithOpts(at(queue.Retry), request(fmt.Sprint("busy ", i)))
		}
		left := many
		begin := time.Now()
		for left > 0 && time.Since(begin) < time.Hour {
			item, priority, _ := q.GetWithPriority() // The only worker.
			time.Sleep(time.Second)
			if priority == queue.Retry {
				q.AddWithOpts(at(priority), item)
			} else {
				left--
			}
			q.Done(item)
		}
		if took := time.Since(begin); left > 0 || took > 5*time.Minute {
			t.Errorf("%d of %d starved, after %s", left, many, took)
		}
	})
}

func TestFailuresAreRepeatedAfterSecondsAndThenMinutes(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		failed := at(queue.Retry)
		failed.RateLimited = true
		expected := time.Second
		for range 12 {
			begin := time.Now()
			q.AddWithOpts(failed, request("failed"))
			item, _ := q.Get()
			q.Done(item)
			if took := time.Since(begin); took < expected || took > expected+expected/10 {
				t.Errorf("it came back after %s, want %s and a tenth more at most", took, expected)
			}
			expected = min(2*expected, 5*time.Minute)
		}
		q.Forget(request("failed"))
		begin := time.Now()
		q.AddRateLimited(request("failed"))
		drain(q, 1, 0)
		if took := time.Since(begin); took > 1100*time.Millisecond {
			t.Errorf("after a success it came back after %s", took)
		}
	})
}

func TestAHandlerQueuesWithItsPriority(t *testing.T) {
	in(t, func(t *testing.T, q *queue.Queue) {
		named := func(name string) client.Object {
			obj := &v1alpha1.AppEntitlement{}
			obj.Name = name
			return obj
		}
		h := queue.At(queue.Dependency, handler.EnqueueRequestsFromMapFunc(func(_ context.Context, o client.Object) []reconcile.Request {
			return []reconcile.Request{request(o.GetName())}
		}))
		newer := named("updated")
		newer.SetResourceVersion("2")
		h.Create(t.Context(), event.CreateEvent{Object: named("listed"), IsInInitialList: true}, q)
		h.Create(t.Context(), event.CreateEvent{Object: named("created")}, q)
		h.Update(t.Context(), event.UpdateEvent{ObjectOld: named("updated"), ObjectNew: newer}, q)
		h.Delete(t.Context(), event.DeleteEvent{Object: named("deleted")}, q)
		h.Generic(t.Context(), event.GenericEvent{Object: named("woken")}, q)
		synctest.Wait()
		for _, name := range []string{"created", "updated", "deleted", "woken", "listed"} {
			item, priority, _ := q.GetWithPriority()
			if expected := map[bool]int{true: queue.Initial, false: queue.Dependency}[name == "listed"]; item.Name != name || priority != expected {
				t.Errorf("%s comes as %d, want %s as %d", item.Name, priority, name, expected)
			}
			q.Done(item)
		}
	})
}
