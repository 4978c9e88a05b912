package backendtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// The ownership markers that are put on remotes: of an object of this cluster, and of one of another.
var (
	ownMark     = backend.Mark{Token: "OWNOWNOWNOWNOWN1", Owner: "team-a/own", Cluster: "0123456789ab"}
	foreignMark = backend.Mark{Token: "FOREIGNFOREIGN12", Owner: "team-b/foreign", Cluster: "ba9876543210"}
)

func everythingIsListed[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(b.Pages)
	marked := map[Spot]backend.Mark{}
	if b.Mark != nil {
		marked[b.Mark(ownMark)], marked[b.Mark(foreignMark)] = ownMark, foreignMark
	}
	b.settle()
	there, seen := b.There(), map[Spot]backend.Observation[D]{}
	for obs, err := range b.lister.ListAll(t.Context(), backend.ListOptions{}) {
		if err != nil {
			t.Fatalf("ListAll: %v", err)
		}
		at := SpotOf(obs)
		if _, again := seen[at]; again {
			t.Errorf("%+v is listed twice", at)
		}
		if !obs.Exists {
			t.Errorf("%+v is listed as absent", at)
		}
		seen[at] = obs
	}
	if diff := gocmp.Diff(sortedSpots(there), sortedSpots(keys(seen))); diff != "" {
		t.Errorf("what is there and what is listed (-there +listed):\n%s", diff)
	}
	if len(there) < b.Pages {
		t.Errorf("the vendor has %d, less than were made", len(there))
	}
	for at, mark := range marked {
		if got := seen[at].Mark; got != mark {
			t.Errorf("%+v bears %+v, want %+v", at, got, mark)
		}
	}
	for _, at := range b.Undeletable {
		if !seen[at].Undeletable {
			t.Errorf("%+v cannot be deleted, and its row does not say so", at)
		}
	}
}

func keys[D any](seen map[Spot]D) []Spot {
	var out []Spot
	for at := range seen {
		out = append(out, at)
	}
	return out
}

func sortedSpots(spots []Spot) []string {
	out := []string{}
	for _, s := range spots {
		out = append(out, s.ParentID+" "+s.ID)
	}
	slices.Sort(out)
	return out
}

// sample is some rows of a list, those that bear an ownership marker among them.
func (b *listBench[D]) sample(t *testing.T, o backend.ListOptions) []backend.Observation[D] {
	t.Helper()
	const most = 12
	b.Add(2)
	if b.Mark != nil {
		b.Mark(ownMark)
	}
	b.settle()
	var out []backend.Observation[D]
	for obs, err := range b.lister.ListAll(t.Context(), o) {
		if err != nil {
			t.Fatalf("ListAll: %v", err)
		}
		if len(out) < most || !obs.Mark.IsZero() {
			out = append(out, obs)
		}
	}
	return out
}

func listedRowSaysTheSame[D backend.Model](t *testing.T, b *listBench[D]) {
	caps := b.Driver.Capabilities()
	for _, row := range b.sample(t, backend.ListOptions{}) {
		full, err := b.Driver.Observe(t.Context(), backend.Ref{ID: row.ID, ParentID: row.ParentID})
		if err != nil {
			t.Fatalf("Observe(%+v): %v", SpotOf(row), err)
		}
		if got, want := backend.RowDigest(row.Actual, row, caps), backend.RowDigest(row.Actual, full, caps); got != want {
			t.Errorf("the digest of the row is %s, and of the look %s\nrow  %+v\nlook %+v", got, want, row, full)
		}
		facts := func(o backend.Observation[D]) string {
			return fmt.Sprintf("%+v undeletable=%t retired=%t locked=%t readonly=%v given=%v", o.Mark, o.Undeletable, o.Retired, o.Locked, o.ReadOnly, o.Given)
		}
		if diff := gocmp.Diff(facts(full), facts(row)); diff != "" {
			t.Errorf("%+v (-look +row):\n%s", SpotOf(row), diff)
		}
	}
}

func detailsAreRead[D backend.Model](t *testing.T, b *listBench[D]) {
	fields := b.Driver.Capabilities().DetailFields
	if len(fields) == 0 {
		t.Skip("rows show all there is")
	}
	shown := func(obs backend.Observation[D]) map[string]string {
		out := map[string]string{}
		for _, f := range backend.Fields(obs.Actual) {
			if backend.Covers(fields, f.Path) {
				out[f.Path] = f.Hash()
			}
		}
		return out
	}
	some := false
	for _, row := range b.sample(t, backend.ListOptions{DetailFields: fields}) {
		full, err := b.Driver.Observe(t.Context(), backend.Ref{ID: row.ID, ParentID: row.ParentID, DetailFields: fields})
		if err != nil {
			t.Fatalf("Observe(%+v): %v", SpotOf(row), err)
		}
		if diff := gocmp.Diff(shown(full), shown(row)); diff != "" {
			t.Errorf("the details of %+v (-look +listed):\n%s", SpotOf(row), diff)
		}
		some = some || len(shown(row)) > 0
	}
	if !some {
		t.Error("no remote has a detail field, so that nothing was tried")
	}
}

// placeIsListed: what a sweep lists counts what nobody marked.
func placeIsListed[D backend.Model](t *testing.T, b *listBench[D]) {
	if !b.Driver.Capabilities().Create {
		t.Skip("nothing is created")
	}
	in := b.add(3)[0].ParentID
	var want []Spot
	for _, at := range b.There() {
		if at.ParentID == in {
			want = append(want, at)
		}
	}
	var got []Spot
	for obs, err := range b.Driver.ObserveMany(t.Context(), []backend.Ref{{ParentID: in, Mark: backend.Mark{Owner: "*"}, Every: true}}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, SpotOf(obs))
	}
	if diff := gocmp.Diff(sortedSpots(want), sortedSpots(got)); diff != "" {
		t.Errorf("what is there and what is listed (-there +listed):\n%s", diff)
	}
}

func namesAreEnough[D backend.Model](t *testing.T, b *listBench[D]) {
	rows := b.sample(t, backend.ListOptions{})
	named := map[Spot]backend.Observation[D]{}
	for obs, err := range b.lister.ListAll(t.Context(), backend.ListOptions{NamesAlone: true}) {
		if err != nil {
			t.Fatalf("ListAll: %v", err)
		}
		named[SpotOf(obs)] = obs
	}
	for _, row := range rows {
		got, ok := named[SpotOf(row)]
		want := backend.NamesOf(row.Actual, row.AlsoCalled)
		if !ok || got.Mark != row.Mark || !slices.Equal(backend.NamesOf(got.Actual, got.AlsoCalled), want) {
			t.Errorf("%+v: listed %t, mark %+v, names %q, want %+v and %q", SpotOf(row), ok, got.Mark, backend.NamesOf(got.Actual, got.AlsoCalled), row.Mark, want)
		}
	}
}

// listIsStable: the list is read while rows that were listed go, rows that were not listed go, and others come.
func listIsStable[D backend.Model](t *testing.T, b *listBench[D]) {
	made := b.add(b.Pages)
	gone := map[Spot]bool{}
	remove := func(at Spot) {
		if !gone[at] {
			b.Remove(at)
			gone[at] = true
		}
	}
	before, times, n := b.There(), map[Spot]int{}, 0
	for obs, err := range b.lister.ListAll(t.Context(), backend.ListOptions{}) {
		if err != nil {
			t.Fatalf("ListAll: %v", err)
		}
		times[SpotOf(obs)]++
		if n++; n%20 != 0 {
			continue
		}
		switch step := n / 20; step % 4 {
		case 0:
			b.Add(1)
		case 1:
			remove(made[step])
		case 2:
			remove(made[len(made)-step])
		case 3:
			if slices.Contains(made, SpotOf(obs)) {
				remove(SpotOf(obs))
			}
		}
	}
	if len(gone) < 3 {
		t.Fatalf("%d went while the list was read, want more", len(gone))
	}
	for _, at := range before {
		if !gone[at] && times[at] != 1 {
			t.Errorf("%+v was there throughout and is listed %d times", at, times[at])
		}
	}
	for at, n := range times {
		if n > 1 {
			t.Errorf("%+v is listed %d times", at, n)
		}
	}
}

func errorIsNoEnd[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(b.Pages)
	calls := b.Cost()
	if calls < 3 {
		t.Fatalf("the list takes %d calls, too few to tell", calls)
	}
	for skip := range calls {
		b := &listBench[D]{ListSuite: b.ListSuite, Listed: b.Open(t)}
		b.lister, _ = backend.ListerOf(b.Driver)
		b.add(b.Pages)
		b.Refuse(skip)
		var last error
		after := 0
		for _, err := range b.lister.ListAll(t.Context(), backend.ListOptions{}) {
			if last != nil {
				after++
			}
			last = err
		}
		if last == nil {
			t.Errorf("the call after %d others was refused, and the list ended as if it were whole", skip)
		}
		if after > 0 {
			t.Errorf("%d rows came after the error", after)
		}
	}
}

func callsAreThoseOfPages[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(b.Pages)
	want, before := b.Cost(), b.Calls()
	b.all(t.Context(), t, backend.ListOptions{})
	if got := b.Calls() - before; got != want {
		t.Errorf("the list took %d calls, want %d", got, want)
	}
}

func cancelledEndsList[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(b.Pages)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	at := 0
	for _, err := range b.lister.ListAll(ctx, backend.ListOptions{}) {
		if at == 0 {
			at = b.Calls()
			cancel()
		}
		last = err
	}
	if last == nil {
		t.Error("a list that was cancelled ended as if it were whole")
	}
	if more := b.Calls() - at; more > 0 {
		t.Errorf("%d calls were made after it was cancelled", more)
	}
	for _, err := range b.lister.ListAll(ctx, backend.ListOptions{}) {
		if err == nil {
			t.Fatal("a list began with a context that was cancelled")
		}
	}
}

func leavingCostsNothing[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(b.Pages)
	at := 0
	for _, err := range b.lister.ListAll(t.Context(), backend.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		at = b.Calls()
		break
	}
	if more := b.Calls() - at; at == 0 || more > 0 {
		t.Errorf("%d calls were made for nobody, after %d", more, at)
	}
}

func listNeedsNoFence[D backend.Model](t *testing.T, b *listBench[D]) {
	b.add(2)
	ctx := backend.WithFence(t.Context(), func() error { return errors.New("nothing may be written") })
	if got, want := len(b.all(ctx, t, backend.ListOptions{})), len(b.There()); got != want {
		t.Errorf("%d are listed, want %d", got, want)
	}
}

// listIsBounded reads a long list and compares what is alive near its beginning and near its end.
func listIsBounded[D backend.Model](t *testing.T, b *listBench[D]) {
	if testing.Short() {
		t.Skip("so many remotes take a moment")
	}
	const early, most = 1_500, 1 << 20
	long := cmp.Or(b.Long, 10_000)
	late := long - 100
	b.add(long)
	var first, growth int64
	n := 0
	for _, err := range b.lister.ListAll(t.Context(), backend.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch n++; n {
		case early:
			first = alive()
		case late:
			growth = alive() - first
		}
	}
	if n < long {
		t.Fatalf("%d are listed, want %d and more", n, long)
	}
	if growth > most {
		t.Errorf("%d rows more leave %d bytes alive, want at most %d", late-early, growth, most)
	}
}

// alive is how many bytes of the heap are in use.
func alive() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
