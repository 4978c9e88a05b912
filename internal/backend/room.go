package backend

import (
	"context"
	"sync"
)

// Room bounds what answers hold in memory at once. A nil one bounds nothing.
type Room interface {
	// Take waits until size more bytes may be held, and returns what gives them back.
	Take(ctx context.Context, size int64) (release func(), err error)
}

type heldKey struct{}

// held are answers whose parts are still in use.
type held struct {
	mu       sync.Mutex
	releases []func()
}

// Holding returns a context in whose calls large answers keep their room until release is called: what
// was decoded from them is in use so long.
func Holding(ctx context.Context) (inner context.Context, release func()) {
	h := &held{}
	return context.WithValue(ctx, heldKey{}, h), func() {
		h.mu.Lock()
		releases := h.releases
		h.releases = nil
		h.mu.Unlock()
		for _, release := range releases {
			release()
		}
	}
}

// HoldOn keeps room until the context's holding ends; without one it is given back at once.
func HoldOn(ctx context.Context, release func()) {
	h, ok := ctx.Value(heldKey{}).(*held)
	if !ok {
		release()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.releases = append(h.releases, release)
}
