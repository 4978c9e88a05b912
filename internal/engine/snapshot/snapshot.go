package snapshot

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Snapshot is what one list pass over a parent said. It keeps what objects of this cluster need: the remotes
// they are bound to, and those that bear the mark of one that exists. Of all other marks it keeps no more
// than that there are some: who comes later and has one takes a new snapshot.
type Snapshot struct {
	Date  time.Time // the vendor's clock
	Taken time.Time // ours
	rows  map[string]bool
	marks map[string]backend.Mark // by id
	// bearers are the ids by owner and by token of their marks; those that are gone since, or bear
	// another mark, are skipped.
	bearers map[string][]string
	// others are the hashes of the owners and tokens of marks that were not kept, in order.
	others []uint64
	// space is the namespace of the backend that was asked, and lives reports whether an owner exists.
	space   string
	lives   func(owner string) bool
	charged int // how many hashes are counted for the namespace
	Names   Names
}

// Fresh is how old a list pass may be and still serve another object.
const Fresh = 5 * time.Second

// mostBearers is how many remotes with one owner or token are kept: with two of them nothing is done already.
const mostBearers = 8

// New returns a snapshot without rows. lives reports whether the object that a mark names as its owner exists.
func New(taken time.Time, b *managed.Backend, lives func(owner string) bool) *Snapshot {
	_, rest, _ := strings.Cut(b.Key, "/")
	space, _, _ := strings.Cut(rest, "/")
	return &Snapshot{Taken: taken, space: space, lives: lives, rows: map[string]bool{}, marks: map[string]backend.Mark{}, bearers: map[string][]string{}}
}

// set records that a remote is there, and the ownership mark it bears.
func (w *Snapshot) set(id string, mark backend.Mark) {
	w.rows[id] = true
	if before, ok := w.marks[id]; mark.IsZero() || ok && before == mark {
		return
	}
	w.marks[id] = mark
	for _, key := range keysOf(mark) {
		if key != "" {
			w.bearers[key] = append(w.bearers[key], id)
		}
	}
}

func keysOf(mark backend.Mark) [2]string { return [2]string{mark.Owner, mark.Token} }

// MayHide reports whether a mark with the owner or the token was seen and not kept.
func (w *Snapshot) MayHide(owner, token string) bool {
	for _, key := range []string{owner, token} {
		if key == "" {
			continue
		}
		if _, found := slices.BinarySearch(w.others, HashOf(key)); found {
			return true
		}
	}
	return false
}

// HashOf is the hash by which names and marks are kept that nobody has asked for.
func HashOf(key string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return h.Sum64()
}

// Add takes a row over that was asked for by its id, or bears a mark. Of what is not there its date
// counts: an empty list tells the time, too.
func (w *Snapshot) Add(exists, asked bool, id string, mark backend.Mark, date time.Time) {
	if !date.IsZero() && (w.Date.IsZero() || date.Before(w.Date)) {
		w.Date = date
	}
	switch {
	case !exists || id == "":
	case asked:
		w.set(id, mark)
	case mark.IsZero():
	case strings.Contains(mark.Owner, "/") && len(w.bearers[mark.Owner]) < mostBearers && w.lives(mark.Owner):
		w.set(id, mark)
	default:
		for _, key := range keysOf(mark) {
			if key != "" {
				w.others = append(w.others, HashOf(key))
			}
		}
	}
}

// Finish puts the hashes in order, once all rows were seen.
func (w *Snapshot) Finish() {
	slices.Sort(w.others)
	w.others = slices.Clip(slices.Compact(w.others))
	w.Names.close()
}

// Carried is the vendor's time of a snapshot carried forward to now; zero if it has none.
func Carried(w *Snapshot, now time.Time) time.Time {
	if w.Date.IsZero() {
		return time.Time{}
	}
	return w.Date.Add(now.Sub(w.Taken))
}

// Hit is a remote that bears a mark.
type Hit struct {
	ID   string
	Mark backend.Mark
}
