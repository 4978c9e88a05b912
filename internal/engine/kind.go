package engine

import (
	"context"
	"errors"
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
	// Tail lists further tail paths to read with an observation, given the last status.
	Tail func(obj O) []string
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

// Backends gives access to opened backends.
type Backends interface {
	// Get returns the backend that ref names for objects of namespace. An error is a *BackendError,
	// or of the vendor or the API server where one had to be asked.
	Get(ctx context.Context, namespace string, ref v1alpha1.BackendRef, deleting bool) (*Backend, error)
	// Place returns what is known of that backend without a call.
	Place(ctx context.Context, namespace string, ref v1alpha1.BackendRef) Place
	// Unauthorized records that the tenant refused the credentials.
	Unauthorized(key string, err error)
}

// Place is where a backend is, and who is there.
type Place struct {
	// At names the vendor and the endpoint's host and port; empty where there is no such backend.
	At string
	// Pinned is the tenant that the backend's status names: no more than what it says of itself.
	Pinned string
	// Proven is the tenant that answered the backend there since the process started. Empty if none
	// did, or where the objects may not use the backend.
	Proven string
}

// Backend is an opened backend as one pass sees it.
type Backend struct {
	// Key names the backend object: kind/namespace/name.
	Key string
	// Vendor is the name of the product.
	Vendor string
	Tenant backend.Tenant
	// TenantKey names the opened tenant; backends with the same credentials share it.
	TenantKey string
	// At is the place of the backend, see Place.
	At string
	// TenantID is who answers now; PinnedTenantID who answered at the first Ready.
	TenantID, PinnedTenantID string
	// ByHost is what the tenant was called before it told its name, empty if it never was called otherwise.
	ByHost string
	// TenantAccepted: people accepted this tenant in place of the one that objects remember.
	TenantAccepted bool
	Suspended      bool
	// KeepRemoved: what leaves a spec stays at the vendor as it is, unless the object says otherwise.
	KeepRemoved bool
	Resync      time.Duration
	// Absent is the number of remotes that are missing at once, per kind, while too many are.
	Absent map[string]int32
	// DeletionsHeld: too many deletions wait, and nobody confirmed them.
	DeletionsHeld bool
	// Verify asks the tenant who it is, unless it answered within age.
	Verify func(ctx context.Context, age time.Duration) (backend.TenantID, error)
	// Names looks names up, shared by all objects.
	Names backend.Directory
}

// Lives reports whether a remote of that tenant is behind the backend as it answers now.
func (b *Backend) Lives(tenantID string) bool {
	return tenantID == b.TenantID || tenantID != "" && tenantID == b.ByHost
}

// BackendError says why a backend cannot be used. The object is not to blame.
type BackendError struct {
	// Reason is a condition reason.
	Reason  string
	Message string
}

// Error returns the message.
func (e *BackendError) Error() string { return e.Message }

// IsGone reports whether err means that there is no such backend.
func IsGone(err error) bool {
	var e *BackendError
	return errors.As(err, &e) && e.Reason == v1alpha1.ReasonBackendNotFound
}
