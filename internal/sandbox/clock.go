package sandbox

import (
	"math/rand"
	"sync"
	"time"
)

// clock is the time the fake vendor lives in: a base clock plus what tests advanced it by.
type clock struct {
	base   func() time.Time
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset).UTC()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// random is a seeded source that is safe for concurrent use. The same seed gives the same ids and the same faults.
type random struct {
	mu     sync.Mutex
	source *rand.Rand
}

const idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func (r *random) id() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := make([]byte, 27)
	for i := range id {
		id[i] = idAlphabet[r.source.Intn(len(idAlphabet))]
	}
	// Real identifiers begin with their time, so that all of an era share the first letter.
	id[0] = '3'
	return string(id)
}

// Read makes it a source of credentials that are known before they are made.
func (r *random) Read(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(data)
}

func (r *random) float() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Float64()
}
