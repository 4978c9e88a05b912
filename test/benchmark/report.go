package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// report is what was measured so far.
type report struct {
	options
	machine machine
	took    time.Duration

	creates   []createRow
	idles     []idleRow
	restarts  []restartRow
	sweepRows []sweepRow
	editRows  []editRow
	failovers []failoverRow
}

func newReport(o options) *report { return &report{options: o, machine: thisMachine()} }

func (r *report) create(row createRow)     { r.creates = append(r.creates, row) }
func (r *report) idle(row idleRow)         { r.idles = append(r.idles, row) }
func (r *report) restart(row restartRow)   { r.restarts = append(r.restarts, row) }
func (r *report) sweep(row sweepRow)       { r.sweepRows = append(r.sweepRows, row) }
func (r *report) edits(row editRow)        { r.editRows = append(r.editRows, row) }
func (r *report) failover(row failoverRow) { r.failovers = append(r.failovers, row) }

// what names a population in a table.
func (p population) what() []string {
	return []string{thousands(p.n) + " " + p.kind + "s", short(p.latency), string(p.budget)}
}

var whatHead = []string{"population", "latency", "budget"}

func (r *report) speedTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "objects/s", "floor, objects/s", "of the floor", "applied one by one", "apply to Ready p50", "p99", "longest")}
	for _, row := range r.inOrder() {
		floor, share := "–", "–"
		if row.floor > 0 {
			floor, share = fmt.Sprintf("%.1f", row.floor), fmt.Sprintf("%.0f %%", 100*row.created.perSecond/row.floor)
		}
		t.add(append(row.what(), fmt.Sprintf("%.1f", row.created.perSecond), floor, share,
			fmt.Sprintf("%d at %d/s", len(row.times), row.streamed.perSecond),
			short(quantile(row.times, 0.5)), short(quantile(row.times, 0.99)), short(quantile(row.times, 1)))...)
	}
	return t
}

func (r *report) costTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "vendor writes per object", "vendor reads in all", "tokens", "API writes per object", "most for one", "Events per object", "CPU", "CPU per object", "RSS", "peak RSS")}
	for _, row := range r.inOrder() {
		t.add(append(row.what(), each(row.calls.Writes, row.n), thousands(row.calls.Reads), thousands(row.calls.Tokens),
			each(row.written.total, row.n), thousands(row.written.most), each(row.written.events, row.n),
			short(row.usage.cpu), fmt.Sprintf("%.1f ms", float64(row.usage.cpu.Milliseconds())/float64(row.n)),
			mebibytes(row.usage.resident), mebibytes(row.usage.peak))...)
	}
	return t
}

// inOrder sorts the rows as one reads them, whatever the order they were measured in.
func (r *report) inOrder() []createRow {
	rows := slices.Clone(r.creates)
	slices.SortStableFunc(rows, func(a, b createRow) int {
		return cmp.Or(-cmp.Compare(a.kind, b.kind), cmp.Compare(a.n, b.n), -cmp.Compare(a.budget, b.budget), cmp.Compare(a.latency, b.latency))
	})
	return rows
}

func (r *report) sweepTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "changed", "list pages", "reads of one", "writes", "look-ups", "who answers", "tokens", "calls in all", "last page after", "last repair after", "API writes", "CPU")}
	for _, row := range r.sweepRows {
		repaired := "–"
		if row.changed > 0 {
			repaired = short(row.repaired)
		}
		c := row.calls
		t.add(append(row.what(), thousands(row.changed), thousands(c.pages), thousands(c.singles), thousands(c.writes), thousands(c.others),
			thousands(c.identity), thousands(c.tokens), thousands(c.total()), short(row.found), repaired, thousands(row.written.total), short(row.cpu))...)
	}
	return t
}

func (r *report) restartTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "asked of it", "workers after", "Ready after", "API writes to objects", "to others", "vendor calls", "which")}
	for _, row := range r.restarts {
		t.add(append(row.what(), "nothing, for a minute", short(row.working), "–", thousands(row.written.total),
			thousands(row.written.events+row.written.backends), thousands(totalOf(row.calls)), byRoute(row.calls))...)
		t.add(append(row.what(), "one new object", "", short(row.ready), thousands(row.newWritten.total),
			thousands(row.newWritten.events+row.newWritten.backends), thousands(totalOf(row.newCalls)), byRoute(row.newCalls))...)
	}
	return t
}

func (r *report) idleTable() *table {
	t := &table{head: []string{"population", "idle after", "CPU of a core", "RSS", "peak RSS", "vendor calls", "API writes to objects", "to others"}}
	for _, row := range r.idles {
		t.add(row.what()[0], row.after, fmt.Sprintf("%.2f %%", 100*row.share), mebibytes(row.usage.resident), mebibytes(row.usage.peak),
			thousands(row.calls.total()), thousands(row.written.total), thousands(row.written.events+row.written.backends))
	}
	return t
}

func (r *report) editTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "during", "edits", "p50", "p99", "longest", "how")}
	for _, row := range r.editRows {
		t.add(append(row.what(), row.during, thousands(len(row.times)), short(quantile(row.times, 0.5)), short(quantile(row.times, 0.99)), short(quantile(row.times, 1)), row.note)...)
	}
	return t
}

func (r *report) failoverTable() *table {
	t := &table{head: append(slices.Clone(whatHead), "gap at the vendor", "applied meanwhile", "slowest of them", "duplicates", "converged objects", "reads of those")}
	for _, row := range r.failovers {
		t.add(append(row.what(), short(row.gap), thousands(row.applied), short(row.slowest), thousands(row.duplicates), thousands(row.converged), thousands(row.singles))...)
	}
	return t
}
