package enginetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"pgregory.net/rapid"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// rehearsals is how many pairs of a spec and a state at the vendor are tried by default.
const rehearsals = 1200

// Rehearses plans what becomes of a random spec over a random state at the vendor, does it, and compares: what was planned is
// what is done, in order, with its fields and values; nothing was written while it was planned; and the calls that were announced
// are enough, and not far too many.
func Rehearses[O managed.Object, D backend.Model](t *testing.T, of Of[O, D], g Reverting[D]) {
	vendortest.Checks(t, rehearsals)
	k := g.Open(t)
	s, began := &rehearsed{shapes: map[string]int{}}, time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		c := &reverting[O, D]{T: rt, of: of, g: g, k: k, s: &tally{}, adopts: g.Existing != "" || rapid.IntRange(0, 2).Draw(rt, "adopted") == 0}
		caps := k.Capabilities()
		c.console = g.Draw(rt, caps)
		c.first, c.second = c.pair(caps)
		c.rehearse(s)
	})
	t.Logf("%d pairs, %d of which the vendor refuses; %d writes planned and made, with %d calls announced and %d made", s.pairs, s.refused, s.writes, s.announced, s.made)
	for shape, n := range s.shapes {
		t.Logf("  %5d × %s", n, shape)
	}
	// What is read for all objects together, once a minute at most, is announced for none of them.
	if shared := 1 + int(time.Since(began).Minutes()); s.announced+shared < s.made || 10*s.announced > 11*s.made+50 {
		t.Errorf("%d calls were announced and %d made", s.announced, s.made)
	}
}

// rehearsed counts what was tried.
type rehearsed struct {
	pairs, refused, writes, announced, made int
	shapes                                  map[string]int
}

// deed is a write as it was planned, or made.
type deed struct {
	text  string
	calls int
}

// told is a write in words, with placeholders for ids that only the vendor makes. What it makes of a remote of which nothing was
// said yet is not told either, where a write completes a create.
func told(p backend.Proposal, reason backend.WriteReason, completes bool, ids map[string]string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s/%s at %s for %s", p.Action, p.Kind, p.Name, p.RemoteID, reason)
	for _, f := range p.Fields {
		if completes {
			f.Before = nil
		}
		fmt.Fprintf(&out, "\n\t%s: %s → %s %s", f.Path, f.Before, f.After, f.Widens)
	}
	text := out.String()
	for id, placeholder := range ids {
		text = strings.ReplaceAll(text, id, placeholder)
	}
	return text
}

// rehearse brings an object into a state, and then plans and does what comes next.
func (c *reverting[O, D]) rehearse(s *rehearsed) {
	c.k.Reset()
	if c.g.Prepare != nil {
		c.g.Prepare(c.k)
	}
	w := newWorld(c.of, c.k, c.g.ParentID, func(format string, args ...any) { c.Fatalf(format, args...) })
	next := c.state(w)
	if next == nil {
		s.refused++
		return
	}
	next()
	if w.gone() {
		return // Nothing held it.
	}
	c.k.ResetRejections()
	planned := c.plan(w)
	var done []deed
	var writes []backend.Asker
	var calls []int
	w.told = func(a backend.Asker, n int) {
		if a.Proposal != nil { // Else the vendor was asked to look, and nothing was written.
			writes, calls = append(writes, a), append(calls, n)
		}
	}
	if !c.rests(w) {
		s.refused++
		return
	}
	ids := map[string]string{}
	if w.remoteID != "" {
		ids[w.remoteID] = "(remote)"
	}
	made := false
	for i, a := range writes {
		done = append(done, deed{told(*a.Proposal, a.Reason, made, ids), calls[i]})
		made = made || a.Proposal.Action == "Create"
	}
	ids[fmt.Sprintf("(known after apply: %s %s/%s)", c.of.Kind, namespace, name)] = "(remote)"
	c.compare(s, planned, done, ids, w.last)
	if len(planned) > 0 && planned[0].Hash() != writes[0].Proposal.Hash() {
		c.Fatalf("the change is %s in the plan and %s where it is made", planned[0].Hash(), writes[0].Proposal.Hash())
	}
}

// compare holds what was planned against what was done.
func (c *reverting[O, D]) compare(s *rehearsed, planned []rehearsal.Op, done []deed, ids map[string]string, said string) {
	s.pairs++
	var texts []string
	shape := "nothing"
	made := false
	for i, op := range planned {
		texts = append(texts, told(op.Proposal, op.Reason, made, ids))
		made = made || op.Action == "Create"
		if i == 0 {
			shape = ""
		}
		shape += op.Action + " "
		s.announced += op.Calls
	}
	s.shapes[shape]++
	var did []string
	for i, d := range done {
		did = append(did, d.text)
		s.made += d.calls
		if i < len(planned) && planned[i].Calls < d.calls {
			c.Logf("%d calls were announced for %s, which took %d", planned[i].Calls, d.text, d.calls)
		}
	}
	s.writes += len(done)
	if strings.Join(texts, "\n") != strings.Join(did, "\n") {
		c.Fatalf("planned\n%s\ndone\n%s\nin the end it is %s\nfirst %s\nsecond %s\nconsole %s", strings.Join(texts, "\n"), strings.Join(did, "\n"), said,
			rendered(c.first), rendered(c.second), rendered(c.console))
	}
}

// state brings the object and the vendor into a random state, and returns what is to happen next; nil where the vendor refuses it.
func (c *reverting[O, D]) state(w *world[O, D]) func() {
	adopt := ""
	if c.adopts {
		adopt = c.byHand()
	}
	policy := c.policy()
	switch rapid.SampledFrom([]string{"new", "edited", "edited", "changed by hand", "deleted"}).Draw(c.T, "state") {
	case "new":
		return func() { w.apply(c.first, adopt); w.manage(policy) }
	case "edited":
		w.apply(c.first, adopt)
		w.manage(policy)
		if !c.rests(w) {
			return nil
		}
		return func() { w.edit(c.second, func(*v1alpha1.ManagedSpec) {}) }
	case "changed by hand":
		w.apply(c.first, adopt)
		w.manage(policy)
		if !c.rests(w) || w.status().Remote == nil {
			return nil
		}
		return func() { c.changedByHand(w) }
	}
	w.apply(c.first, adopt)
	w.manage(policy)
	if !c.rests(w) {
		return nil
	}
	return func() { w.remove() }
}

// policy draws how the object is managed.
func (c *reverting[O, D]) policy() v1alpha1.Management {
	return v1alpha1.Management{
		Drift:    rapid.SampledFrom([]v1alpha1.DriftPolicy{"", v1alpha1.DriftReport}).Draw(c.T, "drift"),
		Deletion: rapid.SampledFrom([]v1alpha1.DeletionPolicy{"", v1alpha1.DeletionDelete, v1alpha1.DeletionOrphan, v1alpha1.DeletionRetire}).Draw(c.T, "deletion"),
		Removed:  rapid.SampledFrom([]v1alpha1.RemovedPolicy{"", "", v1alpha1.RemovedKeep}).Draw(c.T, "removed"),
	}
}

// changedByHand lets somebody change the remote in the console.
func (c *reverting[O, D]) changedByHand(w *world[O, D]) {
	ctx := c.k.T.Context()
	remote := w.status().Remote
	caps := c.k.Capabilities().For(c.console)
	obs, err := c.k.Observe(ctx, c.k.Ref(remote.ID, remote.ParentID, c.console))
	if err != nil || !obs.Exists {
		return
	}
	if changes := backend.Diff(c.console, obs.Actual, caps, backend.Memory{}).Without(append(append(obs.ReadOnly, caps.CreateOnly...), caps.WriteOnly...)); len(changes) > 0 {
		_, _ = c.k.Update(ctx, obs, c.console, changes)
	}
	c.k.ResetRejections()
}

// plan lets another process do all of it over a recorder, and returns what that would have written.
func (c *reverting[O, D]) plan(w *world[O, D]) []rehearsal.Op {
	before := c.k.Counts()
	shadow := newWorld(c.of, c.k, c.g.ParentID, func(format string, args ...any) { c.Fatalf("planning: "+format, args...) })
	shadow.recorder = &rehearsal.Recorder[D]{Driver: c.of.Driver(c.k.Fixture.Tenant), Bulk: rapid.Bool().Draw(c.T, "by lists")}
	shadow.now, shadow.spec, shadow.parent = w.now, backendtest.Clone(w.spec), w.parent
	obj := w.get().DeepCopyObject().(O)
	gone := obj.GetDeletionTimestamp() != nil
	obj.SetResourceVersion("")
	obj.SetDeletionTimestamp(nil)
	if err := shadow.client.Create(context.Background(), obj); err != nil {
		c.Fatalf("%v", err)
	}
	if gone {
		shadow.remove()
	}
	c.rests(shadow)
	after := c.k.Counts()
	if after.Writes != before.Writes {
		c.Fatalf("planning wrote: %v", c.k.Sent(sandbox.ClassWrite))
	}
	if err := shadow.recorder.Err(); err != nil {
		c.Skipf("planning: %v", err)
	}
	return shadow.recorder.Ops()
}

// restful is after how many passes in a row that write nothing and say nothing new an object rests.
const restful = 4

// rests makes passes until the object rests, and reports whether the vendor took all that was sent.
func (c *reverting[O, D]) rests(w *world[O, D]) bool {
	same := 0
	for range 60 {
		after := w.pass()
		if w.gone() {
			w.last = "gone"
			return true
		}
		if remote := w.status().Remote; remote != nil && remote.ID != "" {
			w.remoteID = remote.ID
		}
		said := w.said()
		for _, reason := range []string{v1alpha1.ReasonRefused, v1alpha1.ReasonDeletionBlocked, v1alpha1.ReasonBackendUnavailable} {
			if strings.HasPrefix(said, reason) {
				return false
			}
		}
		if same++; said != w.last {
			w.last, same = said, 0
		}
		if same == restful {
			return true
		}
		w.pause(after)
	}
	c.Fatalf("it does not come to rest: %s", w.last)
	return false
}

// status is what the object tells.
func (w *world[O, D]) status() *v1alpha1.ManagedStatus { return w.get().GetManagedStatus() }

// manage gives the object policies.
func (w *world[O, D]) manage(m v1alpha1.Management) {
	obj := w.get()
	obj.GetManagedSpec().Management = &m
	if err := w.client.Update(context.Background(), obj); err != nil {
		w.fatal("%v", err)
	}
}

// remove deletes the object.
func (w *world[O, D]) remove() {
	if err := w.client.Delete(context.Background(), w.get()); err != nil {
		w.fatal("%v", err)
	}
}

// gone reports whether there is no object any more.
func (w *world[O, D]) gone() bool {
	list := w.of.NewList()
	if err := w.client.List(context.Background(), list); err != nil {
		w.fatal("%v", err)
	}
	return meta.LenList(list) == 0
}
