package main

import (
	"fmt"
	"strings"
)

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
		add("%d of %d bars are met. Not met:\n  %s.", len(bars)-len(missed), len(bars), strings.Join(missed, ";\n  "))
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
			add("At the default budget, which a sweep and its repairs use up, an edit reaches the vendor with p99 %s.", short(quantile(row.times, 0.99)))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}
