package vendorclock

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

func TestTheTenantsClockIsCarriedForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Clock{Now: time.Now}
		if _, err := c.Read("t"); !errors.Is(err, ErrUnknown) {
			t.Errorf("before any answer: %v", err)
		}
		vendor := time.Date(2031, 5, 5, 0, 0, 0, 0, time.UTC)
		c.Saw("t", vendor)
		c.Saw("t", time.Time{})
		time.Sleep(90 * time.Second)
		if got, err := c.Read("t"); err != nil || !got.Equal(vendor.Add(90*time.Second)) {
			t.Errorf("the clock says %v, %v, want %v", got, err, vendor.Add(90*time.Second))
		}
		if _, err := c.Read("other"); err == nil {
			t.Error("another tenant's clock is not known")
		}
		w := &snapshot.Snapshot{Date: vendor, Taken: time.Now().Add(-time.Minute)}
		if got := snapshot.Carried(w, time.Now()); !got.Equal(vendor.Add(time.Minute)) {
			t.Errorf("a view of a minute ago is carried to %v", got)
		}
		if got := snapshot.Carried(&snapshot.Snapshot{Taken: time.Now()}, time.Now()); !got.IsZero() {
			t.Errorf("a view without a date is carried to %v", got)
		}
	})
}
