package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
)

const brakeKey = "GovernanceBackend/ns/prod"

func TestAbsenceAtOnce(t *testing.T) {
	for sentence, c := range map[string]struct {
		missing, total, accepted int
		on                       bool
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
		"what people accepted is really gone":       {missing: 20, total: 20, accepted: 20},
		"more than people accepted is not":          {missing: 20, total: 20, accepted: 19, on: true},
		"an object of another backend says nothing": {missing: 0, total: 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := &Brakes{}
			b.AcceptAbsence(brakeKey, "AppEntitlement", c.accepted)
			if on := b.Absent(brakeKey, "AppEntitlement", c.missing, c.total); on != c.on {
				t.Errorf("the brake is on: %t, want %t", on, c.on)
			}
			want := map[string]int32{}
			if c.on {
				want["AppEntitlement"] = int32(c.missing)
			}
			absent, _ := b.State(brakeKey)
			if diff := cmp.Diff(want, absent); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAbsenceEndsWhenTheyAreBackOrAccepted(t *testing.T) {
	told := 0
	b := &Brakes{Tripped: func(string) { told++ }}
	b.Absent(brakeKey, "AppEntitlement", 20, 20)
	b.Absent(brakeKey, "AppEntitlement", 20, 20)
	b.Absent(brakeKey, "AccessProfile", 0, 20)
	if told != 1 {
		t.Errorf("the backend was told %d times, want once", told)
	}
	if !b.Judged(brakeKey, "AppEntitlement") || b.Judged(brakeKey, "AccessReview") {
		t.Error("only what was counted is judged")
	}
	b.AcceptAbsence(brakeKey, "AppEntitlement", 20)
	if absent, _ := b.State(brakeKey); len(absent) != 0 {
		t.Errorf("accepted, and still %v", absent)
	}
	b = &Brakes{Tripped: func(string) { told++ }}
	told = 0
	b.Absent(brakeKey, "AppEntitlement", 20, 20)
	b.Absent(brakeKey, "AppEntitlement", 0, 20)
	if absent, _ := b.State(brakeKey); len(absent) != 0 || told != 2 {
		t.Errorf("they are back, and still %v; told %d times", absent, told)
	}
}

func TestDeletionsAtOnce(t *testing.T) {
	uid := func(i int) types.UID { return types.UID(fmt.Sprint("uid-", i)) }
	for sentence, c := range map[string]struct {
		deleting, total, allowed int
		every                    time.Duration
		send                     bool
		held                     int
	}{
		"ten at once are fine":                           {deleting: 10, total: 12},
		"the eleventh of few is held":                    {deleting: 11, total: 12, held: 1},
		"a tenth of many at once is fine":                {deleting: 20, total: 200},
		"more than a tenth of many is held":              {deleting: 25, total: 200, held: 5},
		"those that were sent count too":                 {deleting: 14, total: 14, send: true, held: 4},
		"one a minute is fine":                           {deleting: 40, total: 40, every: time.Minute, send: true},
		"those that wait count however long they waited": {deleting: 15, total: 15, every: time.Minute, held: 5},
		"what people accepted goes on":                   {deleting: 40, total: 40, allowed: 40},
		"more than people accepted is held":              {deleting: 41, total: 41, allowed: 40, held: 1},
		"in doubt about the total ten are fine":          {deleting: 11, total: 0, held: 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
			b := &Brakes{Now: func() time.Time { return now }}
			b.AcceptDeletions(brakeKey, c.allowed)
			held := 0
			for i := range c.deleting {
				if b.Deleting(brakeKey, uid(i), c.total) {
					held++
				} else if c.send {
					b.Deleted(brakeKey, uid(i))
					b.Released(brakeKey, uid(i))
				}
				now = now.Add(c.every)
			}
			if held != c.held {
				t.Errorf("%d were held, want %d", held, c.held)
			}
			if _, state := b.State(brakeKey); (state > 0) != (c.held > 0) {
				t.Errorf("the state says %d", state)
			}
		})
	}
}

func TestDeletionsAreHeldUntilAcceptedOrGone(t *testing.T) {
	b := &Brakes{}
	for i := range 12 {
		b.Deleting(brakeKey, types.UID(fmt.Sprint(i)), 12)
	}
	if _, held := b.State(brakeKey); held != 12 {
		t.Fatalf("%d are held, want 12", held)
	}
	for i := range 12 {
		b.Released(brakeKey, types.UID(fmt.Sprint(i)))
	}
	if _, held := b.State(brakeKey); held != 0 {
		t.Errorf("nobody waits, and %d are held", held)
	}
	for i := range 12 {
		b.Deleting(brakeKey, types.UID(fmt.Sprint("again", i)), 12)
	}
	b.AcceptDeletions(brakeKey, 12)
	if _, held := b.State(brakeKey); held != 0 || b.Deleting(brakeKey, "again0", 12) {
		t.Errorf("accepted, and %d are held", held)
	}
}
