package backendtest

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
)

var _ backend.Lister[backend.AccessReview] = (*Memory[backend.AccessReview])(nil)

// ListAll implements backend.Lister. Each page is a call of its own.
func (m *Memory[D]) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for next := 0; next >= 0; {
			if ctx.Err() != nil {
				yield(backend.Observation[D]{}, &backend.Error{Class: backend.Retryable, Err: ctx.Err()})
				return
			}
			fault, err := m.tenant.begin(ctx, VerbListAll)
			var page []backend.Observation[D]
			if err == nil {
				page, next = m.page(next, o)
				err = fault.After
			}
			for _, obs := range page {
				if !yield(obs, nil) {
					return
				}
			}
			if err != nil {
				yield(backend.Observation[D]{}, err)
				return
			}
		}
	}
}

// page is what exists from a position on, and the next position; below zero after the last page. Positions do not move.
func (m *Memory[D]) page(from int, o backend.ListOptions) (page []backend.Observation[D], next int) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	for at := from; at < len(m.rows); at++ {
		r := m.rows[at]
		switch {
		case m.tenant.Blind || !m.exists(r) || m.tenant.now().Before(r.created.Add(m.Lag)):
		case len(page) == m.Caps.Listing.PageSize:
			return page, at
		default:
			page = append(page, m.observation(r, o.DetailFields))
		}
	}
	return page, -1
}
