package rest

import (
	"context"
	"fmt"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// PageSize is what is asked for; all three vendors take it.
const PageSize = 100

const (
	// mostPages is more than any tenant has; a list that goes on is one that never ends.
	mostPages = 10_000
	// longestToken is more than a request could hold.
	longestToken = 64 << 10
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next asks for the following page; empty on the last.
	Next string
}

// Pages walks the items of all pages. An error ends the sequence.
func Pages[T any](ctx context.Context, fetch func(ctx context.Context, token string) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := map[string]bool{}
		for token := ""; ; {
			page, err := fetch(ctx, token)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
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
