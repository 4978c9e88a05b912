package lookup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// phoneBook is a tenant that knows names and counts how often it is asked.
type phoneBook struct {
	backend.Tenant
	mu      sync.Mutex
	asked   int
	matches []backend.Match
	err     error
	hold    chan struct{}
}

func (b *phoneBook) Find(ctx context.Context, _ backend.Name) ([]backend.Match, error) {
	b.mu.Lock()
	b.asked++
	matches, err, hold := b.matches, b.err, b.hold
	b.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return matches, err
}

func (b *phoneBook) times() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

var github = backend.Name{Kind: backend.NameApp, Name: "GitHub"}

func TestANameIsAskedOncePerHourForAllObjects(t *testing.T) {
	now := time.Now()
	book := &phoneBook{matches: []backend.Match{{ID: "one"}}}
	cache := &Cache{Now: func() time.Time { return now }}
	for range 100 {
		if got, err := cache.Find(t.Context(), "tenant", book, github); err != nil || len(got) != 1 {
			t.Fatalf("found %v, %v", got, err)
		}
	}
	now = now.Add(59 * time.Minute)
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	if n := book.times(); n != 1 {
		t.Errorf("asked %d times within the hour, want once", n)
	}
	now = now.Add(2 * time.Minute)
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	if n := book.times(); n != 2 {
		t.Errorf("asked %d times after the hour, want twice", n)
	}
	_, _ = cache.Find(t.Context(), "another tenant", book, github)
	if n := book.times(); n != 3 {
		t.Errorf("another tenant was not asked: %d", n)
	}
}

func TestANameThatDoesNotExistIsAskedAgainSoon(t *testing.T) {
	now := time.Now()
	book := &phoneBook{}
	cache := &Cache{Now: func() time.Time { return now }}
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	now = now.Add(missTTL + time.Second)
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	if n := book.times(); n != 2 {
		t.Errorf("asked %d times, want twice", n)
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	book := &phoneBook{err: errors.New("down")}
	cache := &Cache{}
	if _, err := cache.Find(t.Context(), "tenant", book, github); err == nil {
		t.Fatal("the error is gone")
	}
	book.err, book.matches = nil, []backend.Match{{ID: "one"}}
	if got, err := cache.Find(t.Context(), "tenant", book, github); err != nil || len(got) != 1 {
		t.Errorf("found %v, %v after the vendor came back", got, err)
	}
}

func TestThoseWhoAskAtOnceShareOneCall(t *testing.T) {
	book := &phoneBook{matches: []backend.Match{{ID: "one"}}, hold: make(chan struct{})}
	cache := &Cache{}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got, err := cache.Find(t.Context(), "tenant", book, github); err != nil || len(got) != 1 {
				t.Errorf("found %v, %v", got, err)
			}
		})
	}
	for book.times() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(book.hold)
	wait.Wait()
	if n := book.times(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func TestWhoWaitsIsNotCancelledWithTheOneWhoAsked(t *testing.T) {
	book := &phoneBook{matches: []backend.Match{{ID: "one"}}, hold: make(chan struct{})}
	cache := &Cache{}
	first, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = cache.Find(first, "tenant", book, github) })
	for book.times() == 0 {
		time.Sleep(time.Millisecond)
	}
	wait.Go(func() {
		if got, err := cache.Find(t.Context(), "tenant", book, github); err != nil || len(got) != 1 {
			t.Errorf("found %v, %v", got, err)
		}
	})
	cancel()
	for book.times() == 1 {
		time.Sleep(time.Millisecond)
	}
	close(book.hold)
	wait.Wait()
}

func TestATenantThatIsForgottenIsAskedAgain(t *testing.T) {
	book := &phoneBook{matches: []backend.Match{{ID: "one"}}}
	cache := &Cache{}
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	cache.Forget("tenant")
	_, _ = cache.Find(t.Context(), "tenant", book, github)
	if n := book.times(); n != 2 {
		t.Errorf("asked %d times, want twice", n)
	}
}

func TestAnswersDoNotPileUp(t *testing.T) {
	now := time.Now()
	book := &phoneBook{matches: []backend.Match{{ID: "one"}}}
	cache := &Cache{Now: func() time.Time { return now }}
	ask := func(n int) {
		now = now.Add(time.Millisecond)
		if _, err := cache.Find(t.Context(), "tenant", book, backend.Name{Kind: backend.NameApp, Name: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 * most {
		ask(n)
		if len(cache.entries) > most {
			t.Fatalf("%d answers are kept", len(cache.entries))
		}
	}
	asked := book.times()
	ask(3*most - most/3) // Young enough to be kept.
	if book.times() != asked {
		t.Error("a young answer was dropped")
	}
	now = now.Add(2 * ttl)
	for n := range most {
		ask(4*most + n)
	}
	if len(cache.entries) != most {
		t.Errorf("%d answers, want those of the last hour alone", len(cache.entries))
	}
}
