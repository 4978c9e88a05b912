package controller

import (
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/queue"
)

func TestAStartLooksFirstAtWhatIsUnfinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(t.Name())
		defer q.ShutDown()
		list := func(name string, change func(*v1alpha1.AppEntitlement)) {
			obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Name: name, Generation: 2}}
			obj.Status.ObservedGeneration = 2
			change(obj)
			unfinishedFirst().Create(t.Context(), event.CreateEvent{Object: obj, IsInInitialList: true}, q)
		}
		list("converged", func(*v1alpha1.AppEntitlement) {})
		list("edited", func(e *v1alpha1.AppEntitlement) { e.Generation = 3 })
		list("deleted", func(e *v1alpha1.AppEntitlement) { e.DeletionTimestamp = &metav1.Time{Time: time.Now()} })
		unfinishedFirst().Create(t.Context(), event.CreateEvent{Object: &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Name: "new"}}}, q)
		synctest.Wait()
		for _, want := range []struct {
			name     string
			priority int
		}{{"new", queue.Edit}, {"edited", queue.Retry}, {"deleted", queue.Retry}, {"converged", queue.Initial}} {
			item, priority, _ := q.GetWithPriority()
			if item.Name != want.name || priority != want.priority {
				t.Errorf("%s comes as %d, want %s as %d", item.Name, priority, want.name, want.priority)
			}
			q.Done(item)
		}
	})
}
