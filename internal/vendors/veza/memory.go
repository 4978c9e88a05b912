package veza

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// listAge is how long a list that changes rarely serves the next observation.
const listAge = time.Minute

// mostKept is how many bytes of one answer are kept: more than any tenant has, and little for one that means harm.
const mostKept = 256 << 10

// recent keeps what fetch returned for a while; an error is not kept, nor what is too large.
type recent[T any] struct {
	mu    sync.Mutex
	value T
	until time.Time
}

func (r *recent[T]) get(ctx context.Context, fetch func(ctx context.Context) (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.until) {
		return r.value, nil
	}
	return r.fetch(ctx, fetch)
}

// renew fetches whatever is kept, and keeps that.
func (r *recent[T]) renew(ctx context.Context, fetch func(ctx context.Context) (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fetch(ctx, fetch)
}

func (r *recent[T]) fetch(ctx context.Context, fetch func(ctx context.Context) (T, error)) (T, error) {
	value, err := fetch(ctx)
	if err != nil {
		return value, err
	}
	if raw, err := json.Marshal(value); err == nil && len(raw) <= mostKept {
		r.value, r.until = value, time.Now().Add(listAge)
	}
	return value, nil
}

// rememberedNames bounds names; what falls out costs a longer search.
const rememberedNames = 8192

// longestName is what is remembered of one.
const longestName = 1 << 10

// names remembers what entities are called, by id.
type names struct {
	mu   sync.Mutex
	byID map[string]string
}

func (n *names) set(id, name string) {
	if len(id)+len(name) > longestName {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byID == nil || len(n.byID) >= rememberedNames {
		n.byID = map[string]string{}
	}
	n.byID[id] = name
}

func (n *names) get(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byID[id]
}
