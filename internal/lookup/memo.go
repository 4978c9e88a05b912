package lookup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// memo keeps answers, and lets those who ask the same at the same time share one call. Errors are
// not kept.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	once  chan struct{} // closed when the answer is in
	value V
	err   error
	asked time.Time
}

func (e *entry[V]) answered() bool {
	select {
	case <-e.once:
		return true
	default:
		return false
	}
}

// get returns the answer to k: one that is kept and serves, the one that is on its way, or what
// ask brings.
func (m *memo[K, V]) get(ctx context.Context, k K, now time.Time, most int, serves func(*entry[V]) bool, ask func() (V, error)) (V, error) {
	for {
		e, mine := m.enter(k, now, most, serves)
		if mine {
			m.ask(k, e, ask)
			return e.value, e.err
		}
		if v, err, again := wait(ctx, e); !again {
			return v, err
		}
	}
}

// peek returns an answer that is kept, or on its way, and serves; false if there is none.
func (m *memo[K, V]) peek(ctx context.Context, k K, serves func(*entry[V]) bool) (V, bool) {
	m.mu.Lock()
	e := m.entries[k]
	m.mu.Unlock()
	var none V
	if e == nil || !serves(e) {
		return none, false
	}
	if v, err, again := wait(ctx, e); err == nil && !again {
		return v, true
	}
	return none, false
}

// enter finds the entry that serves, or makes one that the caller has to fill.
func (m *memo[K, V]) enter(k K, now time.Time, most int, serves func(*entry[V]) bool) (e *entry[V], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	if e := m.entries[k]; e != nil && serves(e) {
		return e, false
	}
	e = &entry[V]{once: make(chan struct{}), asked: now}
	m.makeRoom(now, most)
	m.entries[k] = e
	return e, true
}

// wait takes over what another asked. again: the one who asked went away, so that it has to be
// asked anew.
func wait[V any](ctx context.Context, e *entry[V]) (value V, err error, again bool) { //nolint:revive // The error is an answer.
	select {
	case <-e.once:
	case <-ctx.Done():
		return value, ctx.Err(), false
	}
	return e.value, e.err, isDone(e.err) && ctx.Err() == nil
}

// ask fills an entry, and drops one that came to nothing, also when ask panics.
func (m *memo[K, V]) ask(k K, e *entry[V], ask func() (V, error)) {
	e.err = context.Canceled
	defer func() {
		if e.err != nil {
			m.mu.Lock()
			if m.entries[k] == e {
				delete(m.entries, k)
			}
			m.mu.Unlock()
		}
		close(e.once)
	}()
	e.value, e.err = ask()
}

// makeRoom keeps fewer than most: it drops what nobody may use any more, and the older half where that
// is not enough.
func (m *memo[K, V]) makeRoom(now time.Time, most int) {
	if len(m.entries) < most {
		return
	}
	maps.DeleteFunc(m.entries, func(_ K, e *entry[V]) bool { return e.answered() && now.Sub(e.asked) > kept })
	if len(m.entries) < most {
		return
	}
	ages := make([]time.Time, 0, len(m.entries))
	for _, e := range m.entries {
		ages = append(ages, e.asked)
	}
	slices.SortFunc(ages, time.Time.Compare)
	middle := ages[len(ages)/2]
	maps.DeleteFunc(m.entries, func(_ K, e *entry[V]) bool { return !e.asked.After(middle) && e.answered() })
}

// drop forgets what goes.
func (m *memo[K, V]) drop(goes func(K, *entry[V]) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.entries, goes)
}

func isDone(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
