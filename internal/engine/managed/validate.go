package managed

import (
	"slices"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Wish is what Desire makes of the spec, without our own mark in a text that somebody copied from the vendor's console.
func (k Kind[O, D]) Wish(obj O, r *reference.Resolver) (desired D, parentID string) {
	desired, parentID = k.Desire(obj, r)
	if intent, foreign := ReadIntent(obj); intent != nil && !foreign {
		backend.Unmark(&desired, intent.Token, FullName(obj))
	}
	return desired, parentID
}

// Validate maps the spec of obj to the model, and notes in r what it cannot hold at a vendor of these capabilities.
// create: the remote is still to be made, for which fields are needed that may be left out later.
func (k Kind[O, D]) Validate(obj O, r *reference.Resolver, caps backend.Capabilities, create bool) (desired D, parentID string) {
	if caps.NoKind { // Whatever else the spec says: no name of it is worth a call.
		r.Reject(v1alpha1.ReasonFieldUnsupported, "spec.backendRef", "the vendor of this backend has no %s", k.Name)
		return desired, parentID
	}
	desired, parentID = k.Wish(obj, r)
	caps = caps.For(desired)
	for _, problem := range caps.Check(desired) {
		if path := "spec." + problem.Path; !problem.Empty || !r.Unresolved(path) {
			r.Reject(v1alpha1.ReasonFieldUnsupported, path, "%s", problem.Message)
		}
	}
	for _, given := range append(r.Spelled(), reference.Spelled{Path: "spec.remoteID", ID: obj.GetManagedSpec().RemoteID}) {
		if why := caps.IDs.Misshapen(given.ID); why != "" {
			r.Reject(v1alpha1.ReasonInvalidSpec, given.Path, "%q %s", given.ID, why)
		}
	}
	for _, path := range r.Open() { // The model does not show them.
		if block := backend.BlockOf(desired); block != nil && caps.Foreign(block.BlockName()) && backend.Covers([]string{"spec." + block.BlockName()}, path) {
			r.Reject(v1alpha1.ReasonFieldUnsupported, path, "%s", caps.ForeignBlockProblem(path).Message)
		}
	}
	if !create {
		return desired, parentID
	}
	for _, missing := range caps.Missing(desired) {
		if path := "spec." + missing; !r.Unresolved(path) {
			r.Reject(v1alpha1.ReasonInvalidSpec, path, "is needed to create this at the vendor")
		}
	}
	return desired, parentID
}

// RemovedBy says what an edit does at the vendor by what it leaves out of the spec, a sentence for each field. keeps: what
// leaves a spec stays, unless the object says otherwise.
func RemovedBy[D any](obj Object, desired D, r *reference.Resolver, caps backend.Capabilities, keeps bool) []string {
	written := obj.GetManagedStatus().Written
	if written == nil || !obj.GetDeletionTimestamp().IsZero() {
		return nil
	}
	if m := obj.GetManagedSpec().Management; m != nil && m.Removed != "" {
		keeps = m.Removed == v1alpha1.RemovedKeep
	}
	paths := slices.DeleteFunc(slices.Clone(written.Paths), func(path string) bool { return r.Unresolved("spec." + path) })
	removed := backend.Revert(&desired, paths, caps, backend.Keeping{All: keeps})
	var out []string
	say := func(paths []string, what string) {
		for _, path := range paths {
			out = append(out, "spec."+path+": "+what)
		}
	}
	for _, path := range removed.Held {
		means := ""
		if empty := caps.Removed[path].Empty; empty != "" {
			means = ", or [] (" + empty + ")"
		}
		say([]string{path}, "leaves the spec and stays at the vendor, and until it is written again nothing is written that gives access (FieldRemoved); write it"+means+", or choose management.removed: Keep")
	}
	say(removed.Closing, "leaves the spec, and what it opened is closed at the vendor")
	say(removed.Clearing, "leaves the spec and is cleared at the vendor")
	say(removed.Left, "leaves the spec and stays at the vendor as it is")
	say(removed.Kept, "leaves the spec and stays at the vendor as it is")
	say(removed.Overruled, "is not carried out: what it needs leaves the spec")
	return out
}
