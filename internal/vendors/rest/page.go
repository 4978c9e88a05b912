package rest

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// PageSize is what is asked for; all three vendors take it.
const PageSize = 100

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
			if seen[page.Next] {
				// A list that never ends must not pass for one that was read.
				yield(zero, backend.Errorf(backend.Retryable, "a list gives the same page token twice"))
				return
			}
			seen[page.Next] = true
			token = page.Next
		}
	}
}
