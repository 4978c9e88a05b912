package rest

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// PageSize is what is asked for; all three vendors take it.
const PageSize = 100

const (
	// mostPages is more than any tenant has; a list that goes on is one that never ends.
	mostPages = 10_000
	// mostRows and mostBytes are more than any list of a tenant holds.
	mostRows  = 200_000
	mostBytes = 256 << 20
	// longestToken is more than a request could hold.
	longestToken = 64 << 10
	// pageTries is how often a page is asked for, and pageAgain how long it is left alone in between. Where one call in
	// twenty fails, a list of a hundred pages would hardly ever be read otherwise.
	pageTries = 3
	pageAgain = time.Second
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next asks for the following page; empty on the last.
	Next string
}

// Pages walks the items of all pages. A page but the first that fails in passing is asked for again; any other error ends
// the sequence.
func Pages[T any](ctx context.Context, fetch func(ctx context.Context, token string) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen, rows, read := map[string]bool{}, 0, &meter{}
		ctx := context.WithValue(ctx, meterKey{}, read)
		for token := ""; ; {
			held, release := backend.Holding(ctx)
			page, err := fetch(held, token)
			for try := 1; inPassing(ctx, err) && token != "" && try < pageTries; try++ {
				release()
				sleep(ctx, pageAgain)
				held, release = backend.Holding(ctx)
				page, err = fetch(held, token)
			}
			rows += len(page.Items)
			if why := read.tooMuch(rows); err == nil && why != "" {
				err = backend.Errorf(backend.Retryable, "a list %s", why)
			}
			if err != nil {
				release()
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					release()
					return
				}
			}
			release()
			if page.Next == "" {
				return
			}
			// A list that never ends must not pass for one that was read.
			if why := endless(page.Next, seen); why != "" {
				yield(zero, backend.Errorf(backend.Retryable, "a list %s", why))
				return
			}
			seen[page.Next] = true
			token = page.Next
		}
	}
}

// inPassing reports whether err may be gone in a moment: not where a pause was asked for, nor where the caller gives up.
func inPassing(ctx context.Context, err error) bool {
	return err != nil && backend.ClassOf(err) == backend.Retryable && backend.AfterOf(err) == 0 && ctx.Err() == nil
}

// sleep waits, unless the caller gives up.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

type meterKey struct{}

// meter is how much of a list was read.
type meter struct {
	bytes int64
	gone  bool // nobody uses the tenant any more
}

// noteBytes counts an answer to the list that it is a part of.
func noteBytes(ctx context.Context, n int, gone bool) {
	if m, ok := ctx.Value(meterKey{}).(*meter); ok {
		m.bytes += int64(n)
		m.gone = gone
	}
}

// tooMuch says why a list must not be read on, empty if it may.
func (m *meter) tooMuch(rows int) string {
	switch {
	case m.gone:
		return "belongs to a backend that was deleted, or whose credentials changed"
	case rows > mostRows:
		return fmt.Sprintf("does not end after %d items", mostRows)
	case m.bytes > mostBytes:
		return fmt.Sprintf("does not end after %d MiB", mostBytes>>20)
	}
	return ""
}

// endless says why a page must not be asked for, empty if it may.
func endless(next string, seen map[string]bool) string {
	switch {
	case seen[next]:
		return "gives the same page token twice"
	case len(next) > longestToken:
		return "gives a page token that is too long to be sent back"
	case len(seen) >= mostPages:
		return fmt.Sprintf("does not end after %d pages", mostPages)
	}
	return ""
}
