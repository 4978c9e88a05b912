package safety

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Limits hold what would happen to far too many remotes of one backend at once:
// remotes that all vanish (a credential that lost its rights answers "not found"
// too), and objects that are all deleted. What they hold, and what people confirmed, is
// computed from objects alone, so that a restart forgets neither.
type Limits struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Behind counts from the cache the objects behind a backend, and lists those that are leaving.
	Behind func(ctx context.Context, backendKey string) (total int, leaving []Leaving, err error)
	// Tripped is told the backend whose safety limits changed.
	Tripped func(backendKey string)

	mu       sync.Mutex
	backends map[string]*state
}

// Said is what a backend object says of its safety limits.
type Said struct {
	// Deletions is how many deletions waited when the status was written.
	Deletions int32
	// Absent is what was absent then, by kind.
	Absent map[string]Absence
	// ConfirmDeletions and ConfirmAbsence are what people confirmed, by kind.
	ConfirmDeletions Confirmation
	ConfirmAbsence   map[string]Confirmation
}

// Confirmation is how many people confirmed, and of which moment; zero is none.
type Confirmation struct {
	Count int
	At    time.Time
}

// Absence is how many remotes of a kind are missing at once, and since when.
type Absence struct {
	Count int
	Since time.Time
	// Held: nobody confirmed it.
	Held bool
}

// state is what is known of one backend.
type state struct {
	said   Said
	absent map[string]Absence // by kind, while too many are
	judged map[string]bool    // kinds looked at since the process started

	deletions Deletions
	heard     bool                    // what the status said of deletions was taken over
	recalled  bool                    // the status told of a safety limit before this process counted
	sent      map[types.UID]time.Time // deletions that the vendor accepted
}

func (b *Limits) now() time.Time {
	if b.Now != nil {
		return b.Now()
	}
	return time.Now()
}

func (b *Limits) get(key string) *state {
	if b.backends == nil {
		b.backends = map[string]*state{}
	}
	x, ok := b.backends[key]
	if !ok {
		x = &state{absent: map[string]Absence{}, judged: map[string]bool{}, sent: map[types.UID]time.Time{}}
		b.backends[key] = x
	}
	return x
}

func (b *Limits) changed(key string, did bool) {
	if did && b.Tripped != nil {
		b.Tripped(key)
	}
}

// Hear takes over what the backend object says now. What its status tells from before a
// restart holds until it was counted anew.
func (b *Limits) Hear(key string, said Said) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.get(key)
	x.said = said
	if !x.heard {
		x.heard, x.recalled = true, said.Deletions > 0
	}
	for kind, a := range said.Absent {
		if _, known := x.absent[kind]; !known && !x.judged[kind] {
			x.absent[kind] = a
		}
	}
	for kind, a := range x.absent {
		a.Held = !said.ConfirmAbsence[kind].covers(a)
		x.absent[kind] = a
	}
}

// covers reports whether people confirmed just this absence.
func (c Confirmation) covers(a Absence) bool {
	return a.Count <= c.Count && !a.Since.IsZero() && a.Since.Equal(c.At)
}

// tooManyAbsent: more than max(5, 10 %), or all of three or more.
func tooManyAbsent(missing, total int) bool {
	return missing > max(5, total/10) || total >= 3 && missing == total
}

// Absent records that missing of total remotes of a kind are gone, and reports whether
// nothing may be created or released for that reason.
func (b *Limits) Absent(key, kind string, missing, total int) bool {
	b.mu.Lock()
	x := b.get(key)
	before := x.absent[kind]
	x.judged[kind] = true
	if tooManyAbsent(missing, total) {
		a := Absence{Count: missing, Since: before.Since}
		if a.Since.IsZero() {
			a.Since = b.now().UTC().Truncate(time.Second)
		}
		a.Held = !x.said.ConfirmAbsence[kind].covers(a)
		x.absent[kind] = a
	} else {
		delete(x.absent, kind)
	}
	after := x.absent[kind]
	b.mu.Unlock()
	b.changed(key, before.Held != after.Held || after.Held && before != after)
	return after.Held
}

// State returns the kinds whose remotes are absent at once, and the deletions as they were counted last.
func (b *Limits) State(key string) (absent map[string]Absence, deletions Deletions) {
	b.mu.Lock()
	defer b.mu.Unlock()
	absent = map[string]Absence{}
	x := b.backends[key]
	if x == nil {
		return absent, deletions // Whoever only asks leaves nothing behind.
	}
	for kind, a := range x.absent {
		absent[kind] = a
	}
	return absent, x.deletions
}

// Holds returns what is held right now: how many remotes per kind, and whether deletions are.
func (b *Limits) Holds(key string) (absent map[string]int32, deletions bool) {
	all, d := b.State(key)
	absent = map[string]int32{}
	for kind, a := range all {
		if a.Held {
			absent[kind] = int32(a.Count)
		}
	}
	return absent, d.Held
}

// Forget drops a backend that is gone.
func (b *Limits) Forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.backends, key)
}
