package vendortest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Grant is a pair: somebody who has or may ask for something. How is set in a second grant of
// the same pair, which says by whose leave.
type Grant struct{ Who, What, How string }

// Grants are all pairs that an access profile stands for.
type Grants map[Grant]bool

// Give adds every pair of who and what, and once more for each way of how.
func (g Grants) Give(who, what []string, how ...string) {
	for _, w := range who {
		for _, x := range what {
			g[Grant{w, x, ""}] = true
			for _, h := range how {
				g[Grant{w, x, h}] = true
			}
		}
	}
}

// Bare returns the pairs alone.
func (g Grants) Bare() Grants {
	out := maps.Clone(g)
	maps.DeleteFunc(out, func(pair Grant, _ bool) bool { return pair.How != "" })
	return out
}

// Minus returns the pairs of g that are in none of others.
func (g Grants) Minus(others ...Grants) Grants {
	out := maps.Clone(g)
	for _, other := range others {
		maps.DeleteFunc(out, func(pair Grant, _ bool) bool { return other[pair] })
	}
	return out
}

// And returns the pairs that are in both.
func (g Grants) And(other Grants) Grants { return g.Minus(g.Minus(other)) }

// String lists the pairs, sorted.
func (g Grants) String() string {
	var out []string
	for pair := range g {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s has %s %s", pair.Who, pair.What, pair.How)))
	}
	slices.Sort(out)
	return "{" + strings.Join(out, ", ") + "}"
}
