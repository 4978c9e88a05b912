package main

import (
	"fmt"
	"time"
)

// bar is what the operator aims at, beside what was measured.
type bar struct {
	figure, asked, measured string
	met                     bool
}

func (b bar) verdict() string {
	if b.met {
		return "yes"
	}
	return "**no**"
}

// bars compares what was measured; what was not is left out.
func (r *report) bars() []bar {
	var bars []bar
	for _, row := range r.inOrder() {
		bars = append(bars, r.createBars(row)...)
	}
	for _, row := range r.sweepRows {
		pages := (row.n+pageSize-1)/pageSize + 2
		calls := row.calls.total()
		figure, asked, met := "nothing changed: calls", fmt.Sprintf("≤ %d calls", pages), calls <= pages
		if row.changed > 0 {
			figure = fmt.Sprintf("%s changed: calls", thousands(row.changed))
			asked = fmt.Sprintf("≤ %d calls (%d + a read and a write each)", pages+2*row.changed, pages)
			met = calls <= pages+2*row.changed
		}
		bars = append(bars, bar{r.name(row.population) + ": drift check, " + figure, asked, thousands(calls), met})
	}
	for _, row := range r.restarts {
		calls := totalOf(row.calls)
		bars = append(bars,
			bar{r.name(row.population) + ": vendor calls in the first minute after a restart", "≤ 10", thousands(calls), calls <= 10},
			bar{r.name(row.population) + ": API-server writes to objects after a restart", "0", thousands(row.written.total), row.written.total == 0})
	}
	for _, row := range r.editRows {
		if row.budget == unlimited { // The bars are about a vendor that does not hold us up.
			p99 := quantile(row.times, 0.99)
			bars = append(bars, bar{"an edit reaches the vendor during " + row.during + ": p99", "≤ 2 s", short(p99), p99 <= 2*time.Second})
		}
	}
	bars = append(bars, r.idleBars()...)
	for _, row := range r.failovers {
		bars = append(bars, bar{"failover: duplicates; reads of converged objects", "0; 0", fmt.Sprintf("%d; %d", row.duplicates, row.singles), row.duplicates+row.singles == 0})
	}
	return bars
}

func (r *report) name(p population) string {
	name := thousands(p.n) + " at " + short(p.latency)
	if p.budget == usual {
		name += ", default budget"
	}
	return name
}

func (r *report) createBars(row createRow) []bar {
	if row.kind != entitlementKind || row.budget != unlimited {
		return nil
	}
	name := r.name(row.population)
	bars := []bar{{name + ": API-server writes per created AppEntitlement, the most for one", "≤ 2", thousands(row.written.most), row.written.most <= 2}}
	shared := row.calls.Reads + row.calls.Tokens
	bars = append(bars, bar{name + ": vendor calls per created AppEntitlement", "1 write + shared look-ups",
		fmt.Sprintf("%s write and %d shared calls", each(row.calls.Writes, row.n), shared), row.calls.Writes == row.n && shared <= row.n/10})
	if row.n == r.small && row.latency > 0 {
		took := time.Duration(float64(row.n) / row.created.perSecond * float64(time.Second))
		bars = append(bars, bar{name + ": created", "≤ 10 s", short(took), took <= 10*time.Second})
	}
	if row.n == r.large && row.latency == 0 && row.floor > 0 {
		share := row.created.perSecond / row.floor
		bars = append(bars, bar{name + ": throughput to Ready", "≥ 70 % of the floor", fmt.Sprintf("%.0f %%", 100*share), share >= 0.7})
	}
	return bars
}

func (r *report) idleBars() (bars []bar) {
	for _, row := range r.idles {
		if row.n != r.large {
			continue
		}
		name := r.name(row.population) + ", idle after " + row.after
		bars = append(bars,
			bar{name + ": RSS", "≤ 200 MiB", mebibytes(row.usage.resident), row.usage.resident <= 200<<20},
			bar{name + ": CPU", "≤ 1 % of a core", fmt.Sprintf("%.2f %%", 100*row.share), row.share <= 0.01},
			bar{name + ": API-server writes to objects", "0", thousands(row.written.total), row.written.total == 0})
	}
	return bars
}

// slope is how much memory a thousand more objects take, after the creates.
func (r *report) slope() (text string, ok bool) {
	var small, large int64
	for _, row := range r.idles {
		switch {
		case row.after != afterCreates:
		case row.n == r.small:
			small = row.usage.resident
		case row.n == r.large:
			large = row.usage.resident
		}
	}
	if small == 0 || large == 0 || r.large <= r.small {
		return "", false
	}
	return fmt.Sprintf("%.1f MiB", float64(large-small)/(1<<20)/(float64(r.large-r.small)/1000)), true
}
