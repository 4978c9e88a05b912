package managed

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Object is a managed object.
type Object = reference.Managed

// Kind is what the engine must know of a kind.
type Kind[O Object, D backend.Model] struct {
	// Name as in `kind:`.
	Name string
	New  func() O
	// NewList returns an empty list of them.
	NewList func() client.ObjectList
	Driver  func(backend.Tenant) backend.Driver[D]
	// Desire maps the spec to the model and returns the parent's id. What cannot be resolved
	// or cannot be so is noted in the resolver.
	Desire func(obj O, r *reference.Resolver) (desired D, parentID string)
	// Project copies figures of the observation into the kind's own status fields.
	Project func(obj O, obs backend.Observation[D])
	// Grants writes down what the remote grants; nil for a kind that grants nothing. describe says what is known of one.
	Grants func(obj O, seen D, describe func(backend.EntitlementID) v1alpha1.GrantedEntitlement)
	// Used writes down who refers to the object, in order; nil where that is not told. It reports whether that is news.
	Used func(obj O, users []string) bool
	// Protected reports whether the object is not to be deleted at the vendor while others refer to it; nil for a kind that knows
	// no such wish.
	Protected func(obj O) bool
	// SkipFigureOnlyWrites: figures alone are no reason to write the status.
	SkipFigureOnlyWrites bool
	// Started reports whether the status shows a run-once object as started.
	Started func(obj O) bool
	// ObservedStarted says the same of an observation.
	ObservedStarted func(obs backend.Observation[D]) bool
	// DetailFields lists further detail fields to read with an observation, given the last status.
	DetailFields func(obj O) []string
	// Poll is when to look again at a remote that moves by itself; zero means never.
	Poll func(obj O) time.Duration
	// TooLate says which field lets the remote be over before it is made, and why; the path is empty if none does.
	TooLate func(obj O, now time.Time) (path, why string)
	// Cleanse takes out of a status what older versions kept there and nobody should read, and reports whether there was any;
	// nil for a kind of which nothing such was kept.
	Cleanse func(obj O) bool
	// Held reports whether the spec does not allow the create yet, and until when, if known.
	Held func(desired D) (held bool, until time.Time)
}
