package engine

import (
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// wish is what Desire makes of the spec, without our own mark in a text that somebody copied from the vendor's console.
func (k Kind[O, D]) wish(obj O, r *reference.Resolver) (desired D, parentID string) {
	desired, parentID = k.Desire(obj, r)
	if intent, foreign := readIntent(obj); intent != nil && !foreign {
		backend.Unmark(&desired, intent.Token, ownerOf(obj))
	}
	return desired, parentID
}

// Judge maps the spec of obj to the model, and notes in r what it cannot hold at a vendor of these capabilities.
// create: the remote is still to be made, for which fields are needed that may be left out later.
func (k Kind[O, D]) Judge(obj O, r *reference.Resolver, caps backend.Capabilities, create bool) (desired D, parentID string) {
	desired, parentID = k.wish(obj, r)
	caps = caps.For(desired)
	for _, problem := range caps.Check(desired) {
		if path := "spec." + problem.Path; !problem.Empty || !r.Unresolved(path) {
			r.Reject(v1alpha1.ReasonFieldUnsupported, path, "%s", problem.Message)
		}
	}
	for _, path := range r.Open() { // The model does not show them.
		if path = strings.TrimPrefix(path, "spec."); caps.Foreign(path) {
			r.Reject(v1alpha1.ReasonFieldUnsupported, "spec."+path, "%s", caps.Stranger(path).Message)
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
