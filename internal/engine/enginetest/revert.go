package enginetest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Reverting is how specs of a kind are reverted and judged.
type Reverting[D backend.Model] struct {
	vendortest.Guard[D]
	// Opens says, by field, to whom a remote is open: what each word stands for is more than without it.
	Opens func(actual D) map[string][]string
	// Limits are fields that say how people get and keep what is open to them. Of two values nobody knows which one is less: each is
	// as it was, or as it was left.
	Limits []string
	// Follows names fields whose values at the vendor follow others': what is held there shows here, too.
	Follows map[string][]string
	// Elsewhere lists fields that another test of the kind makes leave the spec, or that cannot.
	Elsewhere []string
	// Pair makes of two specs a pair that gets by without anybody who acts at the vendor.
	Pair func(first, second *D)
	// Without takes the parts of the entries of a list that are listed as left behind out of a remote: the rest is compared.
	Without func(actual D, parts []string) D
	// Renewed takes the parts of entries out of a remote that the second spec took out and the first put back: what somebody else
	// had said of them went with them.
	Renewed func(actual, atSecond D) D
}

// reverts is how many pairs of specs are tried by default.
const reverts = 25

// Reverts applies a spec, another one and the first one again, over remotes that are created and adopted. What can be read at the
// vendor after the third is what could be after the first, save what the status lists as left behind or held, and nobody may see,
// ask for, skip or keep more.
func Reverts[O managed.Object, D backend.Model](t *testing.T, of Of[O, D], g Reverting[D]) {
	vendortest.Checks(t, reverts)
	k := g.Open(t)
	s := &tally{left: map[string]int{}, listed: map[string]int{}, held: map[string]int{}}
	rapid.Check(t, func(rt *rapid.T) {
		c := reverting[O, D]{T: rt, of: of, g: g, k: k, s: s, adopts: g.Existing != "" || rapid.Bool().Draw(rt, "adopted")}
		caps := k.Capabilities()
		c.console = g.Draw(rt, caps)
		c.first, c.second = c.pair(caps)
		if steps, ok := c.run(0, ""); ok && rapid.IntRange(0, cutOneIn-1).Draw(rt, "cut") == 0 {
			for at := 1; at <= steps; at++ {
				for _, how := range []sandbox.FaultKind{"", sandbox.FaultStatus, sandbox.FaultResetAfter} {
					c.run(at, how)
				}
			}
		}
	})
	s.tell(t)
	if least, err := strconv.Atoi(os.Getenv("GOVERNANCE_LEAVES")); err == nil {
		for _, path := range slices.Sorted(maps.Keys(k.Capabilities().Removed)) {
			if s.left[path] < least && !slices.Contains(g.Elsewhere, path) && k.Capabilities().Removed[path].Fate != backend.FateEnds {
				t.Errorf("%s left the spec %d times, want %d", path, s.left[path], least)
			}
		}
	}
}

// cutOneIn is the share of the runs that are made again, cut at every step.
const cutOneIn = 20

// tally counts what was seen.
type tally struct {
	pairs, cut, refused, equal int
	left, listed, held         map[string]int
}

func (s *tally) tell(t *testing.T) {
	t.Logf("%d pairs, %d cut runs, %d that the vendor refuses; %d equal, %d with something listed, %d with something held",
		s.pairs, s.cut, s.refused, s.equal, s.listed[""], s.held[""])
	for _, path := range slices.Sorted(maps.Keys(s.left)) {
		t.Logf("  %-60s left the spec %4d times, %4d listed, %4d held", path, s.left[path], s.listed[path], s.held[path])
	}
}

// reverting is one pair of specs.
type reverting[O managed.Object, D backend.Model] struct {
	*rapid.T
	of             Of[O, D]
	g              Reverting[D]
	k              vendortest.Kept[D]
	s              *tally
	adopts         bool
	console        D
	first, second  D
	atFirst, atEnd D
}

// pair draws the two specs. Half of the second is what the first says, so that what leaves stands beside what stays.
func (c *reverting[O, D]) pair(caps backend.Capabilities) (first, second D) {
	first, second = c.g.Draw(c.T, caps), c.g.Draw(c.T, caps)
	if rapid.Bool().Draw(c.T, "the second adds to the first") {
		second = backendtest.Overlay(second, first)
		if c.g.Mend != nil {
			c.g.Mend(&second)
		}
	}
	// What an adopted remote has of itself need not be said.
	if c.adopts && rapid.IntRange(0, 2).Draw(c.T, "the first says less") == 0 {
		backend.Clear(&first, caps.Required)
	}
	// What can be set at the creation only is the same in both, or nobody's.
	backend.Clear(&second, caps.CreateOnly)
	if c.adopts {
		backend.Clear(&first, caps.CreateOnly)
	}
	second = backendtest.Overlay(second, backendtest.Only(first, caps.CreateOnly))
	if c.g.Pair != nil {
		c.g.Pair(&first, &second)
	}
	return first, second
}

// run applies the three; cut says at which step of both edits together it is cut. It returns how many there are.
func (c *reverting[O, D]) run(cut int, how sandbox.FaultKind) (steps int, ok bool) {
	if refused := c.k.Rejections(); len(refused) > 0 {
		c.Fatalf("the contract was broken: %+v", refused)
	}
	c.k.Reset()
	if c.g.Prepare != nil {
		c.g.Prepare(c.k)
	}
	w := newWorld(c.of, c.k, c.g.ParentID, func(format string, args ...any) { c.Fatalf(format, args...) })
	if c.adopts {
		w.apply(c.first, c.byHand())
	} else {
		w.apply(c.first, "")
	}
	if !c.done(w) {
		return 0, false
	}
	c.atFirst = w.observed()
	w.steps, w.cut, w.how = 0, cut, how
	w.edit(c.second, func(*v1alpha1.ManagedSpec) {})
	if !c.done(w) {
		return 0, false
	}
	atSecond := w.observed()
	w.edit(c.first, func(*v1alpha1.ManagedSpec) {})
	if !c.done(w) {
		c.Fatalf("the vendor took it at first, and does not after the second: %s\nfirst %s\nsecond %s\nconsole %s", w.said(), rendered(c.first), rendered(c.second), rendered(c.console))
	}
	steps, w.cut = w.steps, 0
	c.k.ClearFaults()
	c.atEnd = w.observed()
	held := c.judge(w, atSecond, cut == 0)
	if len(held) > 0 {
		w.edit(c.first, func(m *v1alpha1.ManagedSpec) { m.Management = &v1alpha1.Management{Removed: v1alpha1.RemovedKeep} })
		if reason := w.run(); reason != v1alpha1.ReasonInSync {
			c.Fatalf("kept, it is %s", w.said())
		}
		c.atEnd = w.observed()
		c.judge(w, atSecond, false)
	}
	if cut > 0 {
		c.s.cut++
	}
	return steps, true
}

// byHand makes a remote as somebody has it in the console, and returns its id.
func (c *reverting[O, D]) byHand() string {
	ctx := c.k.T.Context()
	mark := backend.Mark{}
	if c.of.Kind != v1alpha1.KindAccessReview { // Where what runs takes no edits, a mark could not be replaced.
		mark = backend.Mark{Token: "othertokenother1", Owner: "team-a/gone", Cluster: cluster}
	}
	caps := c.k.Capabilities().For(c.console)
	var obs backend.Observation[D]
	var err error
	if c.g.Existing != "" {
		obs, err = c.k.Observe(ctx, c.k.Ref(c.g.Existing, c.g.ParentID, c.console))
	} else {
		obs, err = c.k.Create(ctx, backend.Ref{ParentID: c.g.ParentID, Key: c.console.Key(), Mark: mark, DetailFields: caps.DetailFields}, c.console)
	}
	for range 3 {
		if err != nil {
			c.Skipf("in the console: %v", err)
		}
		c.k.Advance(10 * time.Second)
		if obs, err = c.k.Observe(ctx, c.k.Ref(obs.ID, obs.ParentID, c.console)); err != nil {
			continue
		}
		changes := backend.Diff(c.console, obs.Actual, caps, backend.Memory{}).Without(slices.Concat(obs.ReadOnly, caps.CreateOnly, caps.WriteOnly))
		if len(changes) == 0 {
			break
		}
		obs.Mark = mark
		obs, err = c.k.Update(ctx, obs, c.console, changes)
	}
	c.k.ResetRejections()
	return obs.ID
}

// done runs to a stand, and reports whether the vendor takes it.
func (c *reverting[O, D]) done(w *world[O, D]) bool {
	reason := w.run()
	if reason == v1alpha1.ReasonInSync || reason == v1alpha1.ReasonFieldRemoved {
		return true
	}
	if os.Getenv("GOVERNANCE_REFUSED") != "" {
		c.k.T.Log(w.said())
	}
	c.s.refused++
	c.k.ResetRejections()
	return false
}

// judge holds what is there against what was there after the first, and returns what is held.
func (c *reverting[O, D]) judge(w *world[O, D], atSecond D, count bool) (held []string) {
	st, caps := w.get().GetManagedStatus(), c.k.Capabilities()
	listed := map[string]v1alpha1.LeftBehindState{}
	m := w.get().GetManagedSpec().Management
	keeps := m != nil && m.Removed == v1alpha1.RemovedKeep
	var parts []string
	for _, l := range st.LeftBehind {
		if backend.IsPart(l.Path) {
			parts = append(parts, l.Path)
			continue
		}
		listed[backend.LeafOf(l.Path)] = l.State
		fate := caps.Removed[backend.LeafOf(l.Path)].Fate
		replaced := slices.ContainsFunc(caps.Removed[backend.LeafOf(l.Path)].Instead, func(by string) bool { return slices.Contains(backend.SetPaths(c.first), by) })
		cleared := l.State == v1alpha1.LeftBehindCleared && c.adopts && (fate == backend.FateCleared || fate == backend.FateHeld && (replaced || backend.IsNone(atSecond, l.Path)))
		if fate != backend.FateLeft && fate != backend.FateClosed && !cleared && !keeps {
			c.Fatalf("%s is listed as %s, and its fate is %s", l.Path, l.State, fate)
		}
	}
	atFirst, atEnd := c.atFirst, c.atEnd
	if len(parts) > 0 {
		atFirst, atEnd = c.g.Without(atFirst, parts), c.g.Without(atEnd, parts)
	}
	if c.adopts && c.g.Renewed != nil {
		atFirst, atEnd = c.g.Renewed(atFirst, atSecond), c.g.Renewed(atEnd, atSecond)
	}
	set := backend.SetPaths(c.first)
	if strings.HasPrefix(w.said(), v1alpha1.ReasonFieldRemoved) {
		for _, path := range st.Written.Paths {
			if caps.Removed[path].Fate == backend.FateHeld && !slices.Contains(set, path) {
				held = append(held, path)
			}
		}
	}
	pending := backend.Diff(c.first, c.atEnd, caps, backend.Memory{}) // All that waits by FieldRemoved; the status lists some of it.
	for _, path := range c.differing(atFirst, atEnd) {
		said := slices.ContainsFunc(append(c.g.Follows[path], path), func(p string) bool {
			return slices.Contains(held, p) || listed[p] != "" || len(held) > 0 && pending.Has(p)
		})
		if !said {
			c.Fatalf("%s is %s, and was %s after the first; nothing says so: left behind %+v, %s\nfirst %s\nsecond %s\nconsole %s", path,
				text(c.atEnd, path), text(c.atFirst, path), st.LeftBehind, w.said(), rendered(c.first), rendered(c.second), rendered(c.console))
		}
	}
	c.wider(atFirst, atEnd, pending, listed, held, atSecond)
	if count {
		c.count(set, listed, held)
	}
	return held
}

// isHeld reports whether a field is held, or shows at the vendor what another one holds.
func (c *reverting[O, D]) isHeld(path string, held []string) bool {
	return slices.ContainsFunc(append(slices.Clone(c.g.Follows[path]), path), func(p string) bool { return slices.Contains(held, p) })
}

// isLeft reports whether a field is listed as left, or shows at the vendor what a listed one does.
func (c *reverting[O, D]) isLeft(path string, listed map[string]v1alpha1.LeftBehindState) bool {
	return slices.ContainsFunc(append(slices.Clone(c.g.Follows[path]), path), func(p string) bool { return listed[p] == v1alpha1.LeftBehindLeft })
}

// wider fails where anybody may see, ask for, skip or keep more than after the first.
func (c *reverting[O, D]) wider(atFirst, atEnd D, pending backend.Changes, listed map[string]v1alpha1.LeftBehindState, held []string, atSecond D) {
	if c.g.Opens != nil {
		before, now := c.g.Opens(atFirst), c.g.Opens(atEnd)
		for path, words := range now {
			for _, word := range words {
				// One list for another cannot be told in parts where none would be everybody: it is named as what waits.
				waits := len(held) > 0 && pending.Has(path) && c.k.Capabilities().Removed[path].Fate == backend.FateHeld
				if !slices.Contains(before[path], word) && !c.isHeld(path, held) && !waits && !c.isLeft(path, listed) {
					c.Fatalf("%s: %s, and after the first it was %v\nfirst %s\nsecond %s", path, word, before[path], rendered(c.first), rendered(c.second))
				}
				if listed[path] == v1alpha1.LeftBehindLeft && c.k.Capabilities().Removed[path].Fate != backend.FateHeld && !slices.Contains(before[path], word) {
					c.Fatalf("%s: %s was left open", path, word)
				}
			}
		}
	}
	for _, path := range c.g.Limits {
		before, second, now := text(atFirst, path), text(atSecond, path), text(atEnd, path)
		if now != before && (now != second || listed[path] != v1alpha1.LeftBehindLeft) && len(held) == 0 {
			c.Fatalf("%s: %s; after the first it was %s, after the second %s", path, now, before, second)
		}
	}
}

func (c *reverting[O, D]) count(set []string, listed map[string]v1alpha1.LeftBehindState, held []string) {
	c.s.pairs++
	for _, path := range backend.SetPaths(c.second) {
		if leaf := backend.LeafOf(path); !slices.Contains(set, path) {
			c.s.left[leaf]++
			if listed[leaf] != "" {
				c.s.listed[leaf]++
			}
			if slices.Contains(held, leaf) {
				c.s.held[leaf]++
			}
		}
	}
	switch {
	case len(held) > 0:
		c.s.held[""]++
	case len(listed) > 0:
		c.s.listed[""]++
	default:
		c.s.equal++
	}
}

// differing lists the leaves in which two remotes differ.
func (c *reverting[O, D]) differing(a, b D) []string {
	hashes := func(model D) map[string]string {
		out := map[string]string{}
		for _, f := range backend.Fields(model) {
			if !f.Zero() {
				out[f.Path] = f.Hash()
			}
		}
		return out
	}
	ha, hb := hashes(a), hashes(b)
	return slices.DeleteFunc(backend.Paths(a), func(path string) bool { return ha[path] == hb[path] || meanwhile(text(a, path), text(b, path)) })
}

// meanwhile reports whether two values are moments a few seconds apart: where the vendor sets one by its clock, that goes on while
// a pair is tried.
func meanwhile(a, b string) bool {
	at, err := time.Parse(time.RFC3339, strings.Trim(a, `"`))
	bt, err2 := time.Parse(time.RFC3339, strings.Trim(b, `"`))
	return err == nil && err2 == nil && at.Sub(bt).Abs() < 5*time.Second
}

func text(model any, path string) string {
	for _, f := range backend.Fields(model) {
		if f.Path == path {
			return f.Text()
		}
	}
	return "nothing"
}

func rendered(model any) string {
	var out strings.Builder
	for _, f := range backend.Fields(model) {
		fmt.Fprintf(&out, "\n\t%s = %s", f.Path, f.Text())
	}
	return out.String()
}
