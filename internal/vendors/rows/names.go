package rows

import (
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Names reads a list of what has names, as far as budget lets it. listed says what a row is, and whether
// it counts.
func Names[T any](all iter.Seq2[T, error], budget *backend.ListBudget, listed func(T) (l backend.Listed, counts bool)) ([]backend.Listed, error) {
	var out []backend.Listed
	for row, err := range all {
		if err == nil {
			err = budget.Spend()
		}
		if err != nil {
			return nil, err
		}
		l, counts := listed(row)
		switch {
		case !counts:
		case l.ID == "":
			return nil, backend.Errorf(backend.Retryable, "a list contains %q without an id", l.Name)
		default:
			if err := budget.Keep(&l); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}
