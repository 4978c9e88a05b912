package main

import (
	"fmt"
	"strings"
)

// The limit that cmd/manager gives its client for the API server: requests a second for one kind, and at once.
const (
	clientQPS   = 200
	clientBurst = 400
)

// clientCeiling is how many objects a second that limit allows, at two writes each.
func (p population) clientCeiling() float64 {
	return float64(p.n) / (max(float64(2*p.n-clientBurst), 1) / clientQPS)
}

// reading says in sentences what the figures come to.
func (r *report) reading() string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, "- "+fmt.Sprintf(format, args...)) }
	missed, bars := []string{}, r.bars()
	for _, x := range bars {
		if !x.met {
			missed = append(missed, fmt.Sprintf("%s (%s; asked: %s)", x.figure, x.measured, x.asked))
		}
	}
	switch {
	case len(bars) == 0:
	case len(missed) == 0:
		add("All %d bars are met.", len(bars))
	default:
		add("%d of %d bars are met. Not met: %s.", len(bars)-len(missed), len(bars), strings.Join(missed, "; "))
	}
	for _, row := range r.inOrder() {
		if ceiling := row.clientCeiling(); row.kind == entitlementKind && row.budget == unlimited && row.created.perSecond > 0.9*ceiling {
			add("%s: the manager's own limit on calls to the API server (%d a second, %d at once) allows at most %.0f objects/s, and that is what it reached: what the floor makes beyond is not the engine's doing.",
				r.name(row.population), clientQPS, clientBurst, ceiling)
		}
	}
	if slope, ok := r.slope(); ok {
		add("A thousand more objects take %s of memory, from the RSS of managers that have made %s and %s of them.", slope, thousands(r.small), thousands(r.large))
	}
	for _, row := range r.sweepRows {
		if row.n == r.large && row.changed == 0 {
			add("A check of %s objects that finds nothing takes %s from its first page to its last.", thousands(row.n), short(row.found))
		}
	}
	for _, row := range r.editRows {
		if row.budget == usual {
			add("At the default budget an edit waits behind the repairs: p99 %s while %s.", short(quantile(row.times, 0.99)), row.note)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}
