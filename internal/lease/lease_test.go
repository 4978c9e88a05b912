package lease

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// lock is a lock of leader election whose next answer is set by the test.
type lock struct {
	resourcelock.Interface
	err error
}

func (l *lock) Identity() string { return "me" }

func (l *lock) Create(context.Context, resourcelock.LeaderElectionRecord) error { return l.err }

func (l *lock) Update(context.Context, resourcelock.LeaderElectionRecord) error { return l.err }

func TestTheLeaseIsHeldOnlyWhileItWasRenewedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lock{}
		w := &Watch{Interface: l, Duration: 15 * time.Second}
		mine := resourcelock.LeaderElectionRecord{HolderIdentity: "me"}
		if w.Held() == nil {
			t.Error("held before it was taken")
		}
		if err := w.Create(t.Context(), mine); err != nil || w.Held() != nil {
			t.Errorf("not held after it was taken: %v", err)
		}
		time.Sleep(10 * time.Second)
		if err := w.Update(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
		time.Sleep(14 * time.Second)
		if err := w.Held(); err != nil {
			t.Errorf("not held within its duration: %v", err)
		}
		l.err = errors.New("the API server is away")
		if w.Update(t.Context(), mine) == nil {
			t.Error("the error of the lock is gone")
		}
		time.Sleep(2 * time.Second)
		if w.Held() == nil {
			t.Error("held although it could not be renewed in time")
		}
	})
}

func TestALeaseThatWasGivenAwayIsNotHeld(t *testing.T) {
	w := &Watch{Interface: &lock{}, Duration: time.Hour}
	_ = w.Update(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: "me"})
	_ = w.Update(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: ""})
	if w.Held() == nil {
		t.Error("held after it was released")
	}
}
