package nametable

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// Table says which objects of this process make, or made, what has a name, who asks for names and what
// they were answered. Everything in it is found again by the first passes of a process.
type Table struct {
	mu     sync.Mutex
	turns  map[Key][]turnHolder
	taken  map[types.UID]map[Key]bool
	made   map[Key]Made
	byID   map[Key][]Key // by the place and the id
	order  []Key         // of made, the oldest first
	places map[snapshot.Key]*place
	of     map[types.NamespacedName]snapshot.Key
}

const (
	// witnessAge is how old a look at names may be that is younger than the edit which gave the name: a thousand
	// creates, one after the other, share one list.
	witnessAge = 5 * time.Minute
	// madeAge is how long it is known what this process made: longer than a look may be old that does not show it.
	madeAge = witnessAge + time.Minute
	// searchesAtOnce is how many names of a place are searched in searchSpan before a list is thought of.
	searchesAtOnce, searchSpan = 4, 5 * time.Second
	// worthAPage is how many who ask are worth a page of a list. Where fewer ask a list waits until nobody has come for a while,
	// or somebody has waited for long.
	worthAPage, longestAsk = 100, 5 * time.Second
	// QuietAsking is how long nobody has to come until it is a while.
	QuietAsking = 500 * time.Millisecond
	// Again is how often what was refused for its name is looked at again, all of a place together.
	Again = time.Minute
	// QuietTurn is how long another object of the name may take to make its remote before it is told.
	QuietTurn = 3 * time.Second
)

// Key is a name in its place: vendor and host, tenant, parent.
type Key struct{ At, Tenant, Parent, Name string }

// turnHolder is who has a turn, since when.
type turnHolder struct {
	claims.Claimant
	since time.Time
}

// Made is what this process made, or gave the name to.
type Made struct {
	snapshot.Bearer
	By claims.Claimant
	At time.Time
}

// place is what is asked in one place.
type place struct {
	asking   map[types.NamespacedName]*Asking
	searches []time.Time
	lastAsk  time.Time
	answers  map[string]Answer
}

// Asking is an object that asks whether a name is free.
type Asking struct {
	name       string
	Generation int64
	since      time.Time // when it first asked
	lonely     bool      // nobody had asked shortly before
	Seen       time.Time // when the look was begun that it was refused by, or it was woken
}

// Answer is what a search brought.
type Answer struct {
	Taken   time.Time
	Bearers []snapshot.Bearer
}

// Turn takes the turn at a name: of those who want it one goes first. It returns who has it, if that is another one that counts.
func (t *Table) Turn(k Key, c claims.Claimant, now time.Time, counts func(claims.Claimant) bool) (holder claims.Claimant, since time.Time, taken bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, holder := range t.turns[k] {
		if holder.UID != c.UID && counts(holder.Claimant) {
			return holder.Claimant, holder.since, false
		}
	}
	t.give(k, c, now)
	return claims.Claimant{}, time.Time{}, true
}

// Enter gives a turn to c, as a restart finds it.
func (t *Table) Enter(k Key, c claims.Claimant, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.give(k, c, now)
}

// give gives a turn to c, beside those who have one that does not count for it; t.mu is held.
func (t *Table) give(k Key, c claims.Claimant, now time.Time) {
	if t.turns == nil {
		t.turns, t.taken = map[Key][]turnHolder{}, map[types.UID]map[Key]bool{}
	}
	if t.taken[c.UID][k] {
		return
	}
	if t.taken[c.UID] == nil {
		t.taken[c.UID] = map[Key]bool{}
	}
	t.turns[k], t.taken[c.UID][k] = append(t.turns[k], turnHolder{c, now}), true
}

// Leave ends the turns of an object.
func (t *Table) Leave(uid types.UID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k := range t.taken[uid] {
		t.turns[k] = slices.DeleteFunc(t.turns[k], func(h turnHolder) bool { return h.UID == uid })
		if len(t.turns[k]) == 0 {
			delete(t.turns, k)
		}
	}
	delete(t.taken, uid)
}

// Note enters what has names now, and forgets those that it had before.
func (t *Table) Note(keys []Key, m Made) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(keys) == 0 {
		return
	}
	t.drop(keys[0].of(m.ID))
	if t.made == nil {
		t.made, t.byID = map[Key]Made{}, map[Key][]Key{}
	}
	for len(t.order) > 0 {
		oldest := t.order[0]
		if known, ok := t.made[oldest]; ok && m.At.Sub(known.At) < madeAge {
			break
		}
		t.drop(oldest.of(t.made[oldest].ID))
		t.order = t.order[1:]
	}
	for _, k := range keys {
		t.made[k] = m
		t.order = append(t.order, k)
	}
	t.byID[keys[0].of(m.ID)] = keys
}

// Gone forgets a remote of a place that is there no more.
func (t *Table) Gone(place Key, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(place.of(id))
}

// of is the key of a remote of the same tenant: others may use the same ids.
func (k Key) of(id string) Key { return Key{At: k.At, Tenant: k.Tenant, Name: id} }

func (t *Table) drop(remote Key) {
	for _, k := range t.byID[remote] {
		if t.made[k].ID == remote.Name {
			delete(t.made, k)
		}
	}
	delete(t.byID, remote)
}

// MadeSince returns what was given a name after a look at that time, or so shortly before that it need not show it.
func (t *Table) MadeSince(k Key, looked, now time.Time, lag time.Duration) (Made, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m, ok := t.made[k]
	return m, ok && !m.At.Add(lag).Before(looked) && now.Sub(m.At) < madeAge
}

// Ask notes that an object asks for a name in a place, and returns what is known of its asking.
func (t *Table) Ask(k snapshot.Key, who types.NamespacedName, name string, generation int64, now time.Time) Asking {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.places, t.of = map[snapshot.Key]*place{}, map[types.NamespacedName]snapshot.Key{}
	}
	if before, ok := t.of[who]; ok && before != k {
		t.quit(who)
	}
	pl := t.places[k]
	if pl == nil {
		t.sweep()
		pl = &place{asking: map[types.NamespacedName]*Asking{}, answers: map[string]Answer{}}
		t.places[k] = pl
	}
	a := pl.asking[who]
	if a == nil || a.name != name || a.Generation != generation {
		fresh := &Asking{name: name, Generation: generation, since: now}
		if a != nil {
			fresh.Seen = a.Seen
		}
		fresh.lonely = now.Sub(pl.lastAsk) >= QuietAsking
		pl.lastAsk = now
		a = fresh
		pl.asking[who], t.of[who] = a, k
	}
	return *a
}

// Stop forgets that an object asks.
func (t *Table) Stop(who types.NamespacedName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.quit(who)
}

func (t *Table) quit(who types.NamespacedName) {
	k, ok := t.of[who]
	if !ok {
		return
	}
	delete(t.of, who)
	delete(t.places[k].asking, who)
}

// mostPlaces is from how many places on those in which nobody asks are forgotten.
const mostPlaces = 100

// sweep forgets the places in which nobody asks; t.mu is held.
func (t *Table) sweep() {
	if len(t.places) > mostPlaces {
		maps.DeleteFunc(t.places, func(_ snapshot.Key, pl *place) bool { return len(pl.asking) == 0 })
	}
}

// News discards what was reported to an object earlier.
func (t *Table) News(who types.NamespacedName, now time.Time) { t.Refused(who, now) }

// Refused notes the look that refused an object: the next one has to be younger.
func (t *Table) Refused(who types.NamespacedName, looked time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k, ok := t.of[who]; ok {
		if a := t.places[k].asking[who]; a.Seen.Before(looked) {
			a.Seen = looked
		}
	}
}

// Answered keeps what a search brought, for those who asked the same before it was sent.
func (t *Table) Answered(k snapshot.Key, name string, a Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil {
		return
	}
	for name, old := range pl.answers {
		if a.Taken.Sub(old.Taken) > 2*Again {
			delete(pl.answers, name)
		}
	}
	pl.answers[name] = a
}

// Answer is what a search brought that counts for the one who asks.
func (t *Table) Answer(k snapshot.Key, a Asking, now time.Time) (Answer, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil {
		return Answer{}, false
	}
	known, ok := pl.answers[a.name]
	return known, ok && a.ServedBy(known.Taken, !a.since.After(known.Taken), len(known.Bearers) > 0, now)
}

// ServedBy reports whether a look counts: it is younger than the last one that was told, and than the edit that gave the name.
// That something has a name is told of a look a moment before, too: nothing is made by that.
func (a Asking) ServedBy(looked time.Time, younger, borne bool, now time.Time) bool {
	if !looked.After(a.Seen) || now.Sub(looked) > witnessAge {
		return false
	}
	return younger || borne && a.Seen.IsZero() && now.Sub(looked) <= snapshot.Fresh
}

// Demand is how many names are asked for in a place, or had to search there in the last seconds, and whether that is so few that one more search
// is not worth a list.
func (t *Table) Demand(k snapshot.Key, now time.Time) (n int, few bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil {
		return 0, true
	}
	for len(pl.searches) > 0 && now.Sub(pl.searches[0]) > searchSpan {
		pl.searches = pl.searches[1:]
	}
	names := map[string]bool{}
	for _, a := range pl.asking {
		names[a.name] = true
	}
	n = max(len(names), len(pl.searches))
	return n, n <= searchesAtOnce && len(pl.searches) < searchesAtOnce
}

// Due reports whether the list of a place that takes so many calls is worth it now for the one who asks.
func (t *Table) Due(k snapshot.Key, a Asking, calls int, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil || a.lonely || now.Sub(pl.lastAsk) >= QuietAsking {
		return true
	}
	waiting, oldest := 0, now
	for _, other := range pl.asking {
		if other.Seen.IsZero() {
			waiting++
			if other.since.Before(oldest) {
				oldest = other.since
			}
		}
	}
	return waiting >= worthAPage*calls || now.Sub(oldest) >= longestAsk
}

// Searched counts a search.
func (t *Table) Searched(k snapshot.Key, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if pl := t.places[k]; pl != nil {
		pl.searches = append(pl.searches, now)
	}
}

// Wanted are the names that are asked for in a place.
func (t *Table) Wanted(k snapshot.Key) map[uint64]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[uint64]bool{}
	if pl := t.places[k]; pl != nil {
		for _, a := range pl.asking {
			out[snapshot.HashOf(a.name)] = true
		}
	}
	return out
}

// Keys are the names of a remote in its place.
func Keys(place Key, names ...string) (keys []Key) {
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			place.Name = name
			keys = append(keys, place)
		}
	}
	return keys
}

// Repeat reports whether a kind may have two of a name.
func Repeat(caps backend.Capabilities) bool { return caps.RunOnce || caps.Naming.IsZero() }
