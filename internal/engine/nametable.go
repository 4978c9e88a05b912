package engine

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
)

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
	worthAPage, quietAsking, longestAsk = 100, 500 * time.Millisecond, 5 * time.Second
	// lookAgain is how often what was refused for its name is looked at again, all of a place together.
	lookAgain = time.Minute
	// quietTurn is how long another object of the name may take to make its remote before it is told.
	quietTurn = 3 * time.Second
)

// nameKey is a name in its place: vendor and host, tenant, parent.
type nameKey struct{ at, tenant, parent, name string }

// nameTable says which objects of this process make, or made, what has a name, who asks for names and what
// they were answered. Everything in it is found again by the first passes of a process.
type nameTable struct {
	mu     sync.Mutex
	turns  map[nameKey][]turnHolder
	taken  map[types.UID]map[nameKey]bool
	made   map[nameKey]madeName
	byID   map[nameKey][]nameKey // by the place and the id
	order  []nameKey             // of made, the oldest first
	places map[parentKey]*namePlace
	of     map[types.NamespacedName]parentKey
}

// turnHolder is who has a turn, since when.
type turnHolder struct {
	claims.Claimant
	since time.Time
}

// madeName is what this process made, or gave the name to.
type madeName struct {
	bearer
	by claims.Claimant
	at time.Time
}

// namePlace is what is asked in one place.
type namePlace struct {
	asking   map[types.NamespacedName]*asksName
	searches []time.Time
	lastAsk  time.Time
	answers  map[string]nameAnswer
}

// asksName is an object that asks whether a name is free.
type asksName struct {
	name       string
	generation int64
	since      time.Time // when it first asked
	lonely     bool      // nobody had asked shortly before
	seen       time.Time // when the look was begun that it was refused by, or it was woken
}

// nameAnswer is what a search brought.
type nameAnswer struct {
	taken   time.Time
	bearers []bearer
}

// turn takes the turn at a name: of those who want it one goes first. It returns who has it, if that is another one that counts.
func (t *nameTable) turn(k nameKey, c claims.Claimant, now time.Time, counts func(claims.Claimant) bool) (holder claims.Claimant, since time.Time, taken bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, holder := range t.turns[k] {
		if holder.UID != c.UID && counts(holder.Claimant) {
			return holder.Claimant, holder.since, false
		}
	}
	t.enter(k, c, now)
	return claims.Claimant{}, time.Time{}, true
}

// enter gives a turn to c, beside those who have one that does not count for it; t.mu is held.
func (t *nameTable) enter(k nameKey, c claims.Claimant, now time.Time) {
	if t.turns == nil {
		t.turns, t.taken = map[nameKey][]turnHolder{}, map[types.UID]map[nameKey]bool{}
	}
	if t.taken[c.UID][k] {
		return
	}
	if t.taken[c.UID] == nil {
		t.taken[c.UID] = map[nameKey]bool{}
	}
	t.turns[k], t.taken[c.UID][k] = append(t.turns[k], turnHolder{c, now}), true
}

// leave ends the turns of an object.
func (t *nameTable) leave(uid types.UID) {
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

// note enters what has names now, and forgets those that it had before.
func (t *nameTable) note(keys []nameKey, m madeName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(keys) == 0 {
		return
	}
	t.drop(keys[0].of(m.id))
	if t.made == nil {
		t.made, t.byID = map[nameKey]madeName{}, map[nameKey][]nameKey{}
	}
	for len(t.order) > 0 {
		oldest := t.order[0]
		if known, ok := t.made[oldest]; ok && m.at.Sub(known.at) < madeAge {
			break
		}
		t.drop(oldest.of(t.made[oldest].id))
		t.order = t.order[1:]
	}
	for _, k := range keys {
		t.made[k] = m
		t.order = append(t.order, k)
	}
	t.byID[keys[0].of(m.id)] = keys
}

// gone forgets a remote of a place that is there no more.
func (t *nameTable) gone(place nameKey, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(place.of(id))
}

// of is the key of a remote of the same tenant: others may use the same ids.
func (k nameKey) of(id string) nameKey { return nameKey{at: k.at, tenant: k.tenant, name: id} }

func (t *nameTable) drop(remote nameKey) {
	for _, k := range t.byID[remote] {
		if t.made[k].id == remote.name {
			delete(t.made, k)
		}
	}
	delete(t.byID, remote)
}

// since says what was given a name after a look at that time, or so shortly before that it need not show it.
func (t *nameTable) madeSince(k nameKey, looked, now time.Time, lag time.Duration) (madeName, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m, ok := t.made[k]
	return m, ok && !m.at.Add(lag).Before(looked) && now.Sub(m.at) < madeAge
}

// ask notes that an object asks for a name in a place, and returns what is known of its asking.
func (t *nameTable) ask(k parentKey, who types.NamespacedName, name string, generation int64, now time.Time) asksName {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.places, t.of = map[parentKey]*namePlace{}, map[types.NamespacedName]parentKey{}
	}
	if before, ok := t.of[who]; ok && before != k {
		t.quit(who)
	}
	pl := t.places[k]
	if pl == nil {
		t.sweep()
		pl = &namePlace{asking: map[types.NamespacedName]*asksName{}, answers: map[string]nameAnswer{}}
		t.places[k] = pl
	}
	a := pl.asking[who]
	if a == nil || a.name != name || a.generation != generation {
		fresh := &asksName{name: name, generation: generation, since: now}
		if a != nil {
			fresh.seen = a.seen
		}
		fresh.lonely = now.Sub(pl.lastAsk) >= quietAsking
		pl.lastAsk = now
		a = fresh
		pl.asking[who], t.of[who] = a, k
	}
	return *a
}

// stop forgets that an object asks.
func (t *nameTable) stop(who types.NamespacedName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.quit(who)
}

func (t *nameTable) quit(who types.NamespacedName) {
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
func (t *nameTable) sweep() {
	if len(t.places) > mostPlaces {
		maps.DeleteFunc(t.places, func(_ parentKey, pl *namePlace) bool { return len(pl.asking) == 0 })
	}
}

// news discards what was reported to an object earlier.
func (t *nameTable) news(who types.NamespacedName, now time.Time) { t.refused(who, now) }

// refused notes the look that refused an object: the next one has to be younger.
func (t *nameTable) refused(who types.NamespacedName, looked time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k, ok := t.of[who]; ok {
		if a := t.places[k].asking[who]; a.seen.Before(looked) {
			a.seen = looked
		}
	}
}

// answered keeps what a search brought, for those who asked the same before it was sent.
func (t *nameTable) answered(k parentKey, name string, a nameAnswer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil {
		return
	}
	for name, old := range pl.answers {
		if a.taken.Sub(old.taken) > 2*lookAgain {
			delete(pl.answers, name)
		}
	}
	pl.answers[name] = a
}

// answer is what a search brought that counts for the one who asks.
func (t *nameTable) answer(k parentKey, a asksName, now time.Time) (nameAnswer, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil {
		return nameAnswer{}, false
	}
	known, ok := pl.answers[a.name]
	return known, ok && a.servedBy(known.taken, !a.since.After(known.taken), len(known.bearers) > 0, now)
}

// servedBy reports whether a look counts: it is younger than the last one that was told, and than the edit that gave the name.
// That something has a name is told of a look a moment before, too: nothing is made by that.
func (a asksName) servedBy(looked time.Time, younger, borne bool, now time.Time) bool {
	if !looked.After(a.seen) || now.Sub(looked) > witnessAge {
		return false
	}
	return younger || borne && a.seen.IsZero() && now.Sub(looked) <= shared
}

// demand is how many names are asked for in a place, or had to search there in the last seconds, and whether that is so few that one more search
// is not worth a list.
func (t *nameTable) demand(k parentKey, now time.Time) (n int, few bool) {
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

// due reports whether the list of a place that takes so many calls is worth it now for the one who asks.
func (t *nameTable) due(k parentKey, a asksName, calls int, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	pl := t.places[k]
	if pl == nil || a.lonely || now.Sub(pl.lastAsk) >= quietAsking {
		return true
	}
	waiting, oldest := 0, now
	for _, other := range pl.asking {
		if other.seen.IsZero() {
			waiting++
			if other.since.Before(oldest) {
				oldest = other.since
			}
		}
	}
	return waiting >= worthAPage*calls || now.Sub(oldest) >= longestAsk
}

// searched counts a search.
func (t *nameTable) searched(k parentKey, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if pl := t.places[k]; pl != nil {
		pl.searches = append(pl.searches, now)
	}
}

// wanted are the names that are asked for in a place.
func (t *nameTable) wanted(k parentKey) map[uint64]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[uint64]bool{}
	if pl := t.places[k]; pl != nil {
		for _, a := range pl.asking {
			out[hashOf(a.name)] = true
		}
	}
	return out
}

// keysOfNames are the names of a remote in its place.
func keysOfNames(place nameKey, names ...string) (keys []nameKey) {
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			place.name = name
			keys = append(keys, place)
		}
	}
	return keys
}

// namesRepeat reports whether a kind may have two of a name.
func namesRepeat(caps backend.Capabilities) bool { return caps.RunOnce || caps.Naming.IsZero() }
