package safety

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
)

const backendKey = "GovernanceBackend/ns/prod"

// noon is a moment of the safety limits' tests.
var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

func TestAbsenceAtOnce(t *testing.T) {
	for sentence, c := range map[string]struct {
		missing, total, confirmed int
		on                        bool
	}{
		"nothing is missing":                        {missing: 0, total: 100},
		"one of many may vanish":                    {missing: 1, total: 100},
		"five may vanish":                           {missing: 5, total: 20},
		"six of twenty are too many":                {missing: 6, total: 20, on: true},
		"a tenth of many may vanish":                {missing: 20, total: 200},
		"more than a tenth is too much":             {missing: 21, total: 200, on: true},
		"the only one may vanish":                   {missing: 1, total: 1},
		"both of two may vanish":                    {missing: 2, total: 2},
		"all of three are too many":                 {missing: 3, total: 3, on: true},
		"two of three may vanish":                   {missing: 2, total: 3},
		"what people confirmed is really gone":      {missing: 20, total: 20, confirmed: 20},
		"more than people confirmed is not":         {missing: 20, total: 20, confirmed: 19, on: true},
		"an object of another backend says nothing": {missing: 0, total: 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := &Limits{Now: func() time.Time { return noon }}
			b.Hear(backendKey, Said{ConfirmAbsence: map[string]Confirmation{"AppEntitlement": {c.confirmed, noon}}})
			if on := b.Absent(backendKey, "AppEntitlement", c.missing, c.total); on != c.on {
				t.Errorf("the safety limit is on: %t, want %t", on, c.on)
			}
			want := map[string]int32{}
			if c.on {
				want["AppEntitlement"] = int32(c.missing)
			}
			absent, _ := b.Holds(backendKey)
			if diff := cmp.Diff(want, absent); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAConfirmedAbsenceEnds: with the annotation, with the absence, with another moment, with a
// greater number; and a restart neither forgets what was held nor what was confirmed.
func TestAConfirmedAbsenceEnds(t *testing.T) {
	const kind = "AccessProfile"
	confirmed := Said{ConfirmAbsence: map[string]Confirmation{kind: {40, noon}}}
	held := Said{Absent: map[string]Absence{kind: {Count: 40, Since: noon}}}
	for sentence, c := range map[string]struct {
		then func(b *Limits)
		want bool // 40 of 40 are held
	}{
		"confirmed":           {func(*Limits) {}, false},
		"the annotation goes": {func(b *Limits) { b.Hear(backendKey, Said{}) }, true},
		"another number":      {func(b *Limits) { b.Hear(backendKey, Said{ConfirmAbsence: map[string]Confirmation{kind: {39, noon}}}) }, true},
		"another moment": {func(b *Limits) {
			b.Hear(backendKey, Said{ConfirmAbsence: map[string]Confirmation{kind: {40, noon.Add(1)}}})
		}, true},
		"another kind": {func(b *Limits) {
			b.Hear(backendKey, Said{ConfirmAbsence: map[string]Confirmation{"AccessReview": {40, noon}}})
		}, true},
		"it was over in between": {func(b *Limits) {
			b.Now = func() time.Time { return noon.Add(time.Hour) }
			b.Absent(backendKey, kind, 0, 40)
		}, true},
		"some came back and it is counted again": {func(b *Limits) { b.Absent(backendKey, kind, 20, 40) }, false},
		"the process starts anew": {func(b *Limits) {
			*b = Limits{Now: func() time.Time { return noon.Add(time.Hour) }}
			b.Hear(backendKey, Said{Absent: held.Absent, ConfirmAbsence: confirmed.ConfirmAbsence})
		}, false},
		"the process starts anew without the annotation": {func(b *Limits) {
			*b = Limits{Now: func() time.Time { return noon.Add(time.Hour) }}
			b.Hear(backendKey, held)
			if absent, _ := b.Holds(backendKey); absent[kind] != 40 {
				t.Errorf("before anything was counted %v are held", absent)
			}
		}, true},
		"the status is of a version without moments": {func(b *Limits) {
			*b = Limits{Now: func() time.Time { return noon.Add(time.Hour) }}
			b.Hear(backendKey, Said{Absent: map[string]Absence{kind: {Count: 40}}, ConfirmAbsence: map[string]Confirmation{kind: {40, time.Time{}}}})
		}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := &Limits{Now: func() time.Time { return noon }}
			b.Absent(backendKey, kind, 40, 40)
			b.Hear(backendKey, confirmed)
			c.then(b)
			if got := b.Absent(backendKey, kind, 40, 40); got != c.want {
				t.Errorf("held: %t, want %t", got, c.want)
			}
			b.Absent(backendKey, kind, 0, 40)
			if absent, _ := b.State(backendKey); len(absent) != 0 {
				t.Errorf("they are back, and still %v", absent)
			}
		})
	}
}

func TestTheBackendIsToldOfAnAbsenceOnce(t *testing.T) {
	told := 0
	b := &Limits{Tripped: func(string) { told++ }}
	b.Absent(backendKey, "AppEntitlement", 20, 20)
	b.Absent(backendKey, "AppEntitlement", 20, 20)
	b.Absent(backendKey, "AccessProfile", 0, 20)
	if told != 1 {
		t.Errorf("the backend was told %d times, want once", told)
	}
	b.Absent(backendKey, "AppEntitlement", 0, 20)
	if told != 2 {
		t.Errorf("they are back; told %d times, want twice", told)
	}
}

// counter is a backend whose objects are deleted.
type counter struct {
	*Limits
	t       *testing.T
	now     time.Time
	total   int
	drawn   int
	leaving []Leaving
}

func newCounter(t *testing.T, total int) *counter {
	c := &counter{t: t, now: noon, total: total}
	c.restart()
	return c
}

// restart is another process: what was in memory is lost.
func (c *counter) restart() {
	c.Limits = &Limits{Now: func() time.Time { return c.now }, Behind: func(context.Context, string) (int, []Leaving, error) {
		return c.total, c.leaving, nil
	}}
}

// delete is what people do: so many objects more, now.
func (c *counter) delete(n int) {
	for range n {
		c.drawn++
		c.leaving = append(c.leaving, Leaving{types.UID(fmt.Sprint("uid-", c.drawn)), c.now})
	}
}

// work sends what is not held, one after the other, at most so many, and returns how many went.
func (c *counter) work(most int) (went int) {
	c.t.Helper()
	for _, l := range append([]Leaving{}, c.leaving...) {
		d, err := c.Count(c.t.Context(), backendKey, l)
		if err != nil {
			c.t.Fatal(err)
		}
		if d.Held || went == most {
			continue
		}
		c.Deleted(backendKey, l.UID)
		c.leaving = append([]Leaving{}, c.leaving[1:]...)
		c.total--
		went++
	}
	return went
}

// status is what the backend's status would say, and people's confirmation of it.
func (c *counter) status() (said Said, confirmed Confirmation) {
	_, d := c.State(backendKey)
	if d.Many {
		said.Deletions = int32(d.Waiting)
	}
	return said, Confirmation{d.Waiting, d.Newest}
}

func TestDeletionsAtOnce(t *testing.T) {
	for sentence, c := range map[string]struct {
		deleting, total int
		every           time.Duration
		went            int
	}{
		"ten at once are fine":                     {deleting: 10, total: 12, went: 10},
		"of eleven of few none goes":               {deleting: 11, total: 12},
		"a tenth of many at once is fine":          {deleting: 20, total: 200, went: 20},
		"of more than a tenth of many none goes":   {deleting: 25, total: 200},
		"one a minute is fine":                     {deleting: 40, total: 40, every: time.Minute, went: 40},
		"ten a second later than another are many": {deleting: 14, total: 14, every: time.Second, went: 10},
		"in doubt about the total ten are fine":    {deleting: 11, total: 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			b, went := newCounter(t, c.total), 0
			if c.every == 0 {
				b.delete(c.deleting)
				went = b.work(c.deleting)
			}
			for range c.deleting * min(int(c.every), 1) {
				b.delete(1)
				went += b.work(1)
				b.now = b.now.Add(c.every)
			}
			if went != c.went {
				t.Errorf("%d went, want %d", went, c.went)
			}
		})
	}
}

func TestHeldDeletionsDoNotGoByWaitingOrByRestarts(t *testing.T) {
	b := newCounter(t, 40)
	for range 10 {
		b.delete(1)
		b.work(1)
	}
	b.delete(5)
	for range 3 {
		if went := b.work(40); went != 0 {
			t.Fatalf("%d went", went)
		}
		said, _ := b.status()
		if said.Deletions != 5 {
			t.Fatalf("the status says %d", said.Deletions)
		}
		b.now = b.now.Add(time.Hour) // The ten that went are long ago.
		if went := b.work(40); went != 0 {
			t.Fatalf("%d went after an hour", went)
		}
		b.restart()
		b.Hear(backendKey, said)
	}
	b.leaving = nil
	b.work(1)
	if _, err := b.Count(t.Context(), backendKey); err != nil {
		t.Fatal(err)
	}
	if said, _ := b.status(); said.Deletions != 0 {
		t.Errorf("nobody waits, and the status says %d", said.Deletions)
	}
}

func TestWhatAConfirmationOfDeletionsCovers(t *testing.T) {
	keep := func(_ *counter, c Confirmation) Confirmation { return c }
	for sentence, c := range map[string]struct {
		then func(b *counter, confirmed Confirmation) Confirmation
		went int // of the thirty that are left after ten were sent
	}{
		"those that wait":    {keep, 30},
		"nothing without it": {func(*counter, Confirmation) Confirmation { return Confirmation{} }, 0},
		"no greater number":  {func(_ *counter, c Confirmation) Confirmation { return Confirmation{29, c.At} }, 0},
		"none of an earlier moment": {func(_ *counter, c Confirmation) Confirmation {
			return Confirmation{1000, c.At.Add(-time.Second)}
		}, 0},
		"none of the future": {func(b *counter, _ Confirmation) Confirmation { return Confirmation{1000, b.now.Add(time.Second)} }, 0},
		"none on top": {func(b *counter, c Confirmation) Confirmation {
			b.delete(1)
			return Confirmation{1000, c.At}
		}, 0},
		"those that wait after a restart": {func(b *counter, c Confirmation) Confirmation {
			b.restart()
			return c
		}, 30},
		"none on top of them while nobody looked": {func(b *counter, c Confirmation) Confirmation {
			b.delete(1)
			b.restart()
			return c
		}, 0},
		"the last few no longer than it is there": {func(b *counter, _ Confirmation) Confirmation {
			b.work(25)
			return Confirmation{}
		}, 0},
		"the last few no longer than it is there, whoever looks": {func(b *counter, _ Confirmation) Confirmation {
			b.work(25)
			b.restart()
			return Confirmation{}
		}, 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := newCounter(t, 50)
			b.delete(40)
			b.now = b.now.Add(time.Minute)
			if went := b.work(40); went != 0 {
				t.Fatalf("%d went without a confirmation", went)
			}
			_, confirmed := b.status()
			b.Hear(backendKey, Said{ConfirmDeletions: confirmed})
			if went := b.work(10); went != 10 {
				t.Fatalf("%d went of those confirmed", went)
			}
			said, _ := b.status()
			said.ConfirmDeletions = c.then(b, confirmed)
			b.Hear(backendKey, said)
			if went := b.work(100); went != c.went {
				t.Errorf("%d went, want %d", went, c.went)
			}
		})
	}
}

func TestAConfirmationIsForOneTime(t *testing.T) {
	b := newCounter(t, 100)
	b.delete(40)
	b.now = b.now.Add(time.Minute)
	b.work(40)
	_, confirmed := b.status()
	b.Hear(backendKey, Said{ConfirmDeletions: confirmed})
	if went := b.work(100); went != 40 {
		t.Fatalf("%d went", went)
	}
	b.now = b.now.Add(time.Hour)
	b.delete(20)
	b.now = b.now.Add(time.Minute)
	if went := b.work(100); went != 0 {
		t.Errorf("the annotation that stayed let %d go", went)
	}
}

func TestOneDeletionThatNeverGoesHoldsNoOther(t *testing.T) {
	now := noon
	var leaving []Leaving
	b := &Limits{Now: func() time.Time { return now }, Behind: func(context.Context, string) (int, []Leaving, error) { return 50, leaving, nil }}
	for i := range 12 {
		leaving = append(leaving, Leaving{types.UID(fmt.Sprint(i)), noon})
	}
	b.Hear(backendKey, Said{ConfirmDeletions: Confirmation{12, noon}})
	if d, err := b.Count(t.Context(), backendKey); err != nil || !d.Many || d.Held {
		t.Fatalf("%+v, %v", d, err)
	}
	for i := range 11 {
		b.Deleted(backendKey, types.UID(fmt.Sprint(i)))
	}
	now = noon.Add(30 * 24 * time.Hour)
	leaving = append(leaving[11:], Leaving{"new", now}) // One is still there, a month later.
	if d, err := b.Count(t.Context(), backendKey); err != nil || d.Held {
		t.Errorf("a single deletion is held as one of far too many: %+v, %v", d, err)
	}
}
