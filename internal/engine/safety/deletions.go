package safety

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// deletionWindow is the time in which deletions are counted together.
const deletionWindow = 5 * time.Minute

// Leaving is an object that is being deleted and whose deletion would remove something at the vendor.
type Leaving struct {
	UID types.UID
	// At is when it was deleted, by the API server's clock.
	At time.Time
}

// Deletions are the deletions behind one backend that were not sent yet.
type Deletions struct {
	// Waiting is how many there are, Newest when the last of them was asked for.
	Waiting int
	Newest  time.Time
	// Many: they are far too many at once. Held: and nobody confirmed them.
	Many, Held bool
}

// tooManyDeletions: more than max(10, 10 %).
func tooManyDeletions(count, total int) bool { return count > max(10, total/10) }

// Count counts from the cache the deletions that wait behind the backend, and says what is held.
func (b *Limits) Count(ctx context.Context, key string, also ...Leaving) (Deletions, error) {
	var total int
	var leaving []Leaving
	if b.Behind != nil {
		var err error
		if total, leaving, err = b.Behind(ctx, key); err != nil {
			return Deletions{}, err
		}
	}
	b.mu.Lock()
	x := b.get(key)
	before := x.deletions
	x.deletions = x.count(b.now(), total, append(leaving, also...))
	after := x.deletions
	b.mu.Unlock()
	b.changed(key, before.Held != after.Held || after.Held && before != after)
	return after, nil
}

// count judges the deletions that wait, and those that were sent just now, as one.
func (x *state) count(now time.Time, total int, leaving []Leaving) (d Deletions) {
	for uid, at := range x.sent {
		// As long as too many are held, those that went before them stay counted. Once people confirmed them, they do not: one that
		// cannot go would hold all that come later.
		if !x.deletions.Held && now.Sub(at) > deletionWindow {
			delete(x.sent, uid)
		}
	}
	waiting := map[types.UID]bool{}
	for _, l := range leaving {
		if _, sent := x.sent[l.UID]; sent || waiting[l.UID] {
			continue
		}
		waiting[l.UID] = true
		if l.At.After(d.Newest) {
			d.Newest = l.At
		}
	}
	if d.Waiting = len(waiting); d.Waiting == 0 {
		x.recalled = false
		return Deletions{}
	}
	d.Many = x.recalled || tooManyDeletions(d.Waiting+len(x.sent), total+len(x.sent))
	d.Held = d.Many && !x.said.ConfirmDeletions.allows(d, now)
	return d
}

// allows reports whether people confirmed just these deletions: no more of them, and none that was
// asked for later. A moment that is still to come confirms nothing.
func (c Confirmation) allows(d Deletions, now time.Time) bool {
	return d.Waiting <= c.Count && !d.Newest.After(c.At) && !c.At.After(now)
}

// Deleted records that the deletion of an object was sent to the vendor.
func (b *Limits) Deleted(key string, uid types.UID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.get(key).sent[uid] = b.now()
}
