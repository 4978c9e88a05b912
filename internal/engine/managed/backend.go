package managed

import (
	"context"
	"errors"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

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

// BackendKey names the backend of an object: kind/namespace/name.
func BackendKey(obj Object) string {
	ref := obj.GetManagedSpec().BackendRef
	if ref.Kind == v1alpha1.KindClusterGovernanceBackend {
		return ref.Kind + "//" + ref.Name
	}
	return v1alpha1.KindGovernanceBackend + "/" + obj.GetNamespace() + "/" + ref.Name
}

// BackendError says why a backend cannot be used. The object is not to blame.
type BackendError struct {
	// Reason is a reason of the backend's Ready condition, or of the object's Synced.
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
