package webhook

import (
	"context"
	"errors"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Offline validates objects as the webhook does when they are created, without a cluster.
type Offline struct{ validators *validators }

// NewOffline takes the backends from reader. An object whose backend is not there is not checked against what a vendor can hold.
func NewOffline(reader client.Reader, vendors []backend.Vendor) *Offline {
	return &Offline{&validators{
		reader: reader, backends: &tenancy.Pool{Client: readOnly{Reader: reader}, ClusterKind: true}, vendors: vendors,
	}}
}

// readOnly is a client that only reads.
type readOnly struct {
	client.Client
	client.Reader
}

// Get reads from the reader.
func (r readOnly) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	return r.Reader.Get(ctx, key, obj, opts...)
}

// List reads from the reader.
func (r readOnly) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	return r.Reader.List(ctx, list, opts...)
}

// Validate returns what the webhook would refuse of an object, and what it would warn of. Objects of other kinds pass.
func (o *Offline) Validate(ctx context.Context, obj client.Object) (faults []backend.Problem, warnings []string) {
	var v verdict
	switch obj := obj.(type) {
	case *v1alpha1.AppEntitlement:
		v = o.validators.entitlement(ctx, obj)
	case *v1alpha1.AccessProfile:
		v = o.validators.profile(ctx, obj)
	case *v1alpha1.AccessReview:
		v = o.validators.review(ctx, obj)
	case *v1alpha1.GovernanceBackend:
		v = backendValidator[*v1alpha1.GovernanceBackend](o.validators)(ctx, obj)
	case *v1alpha1.ClusterGovernanceBackend:
		v = backendValidator[*v1alpha1.ClusterGovernanceBackend](o.validators)(ctx, obj)
	}
	return v.faults, v.warnings
}

// MayUse is nil where objects of namespace may use the backend that ref names, by the namespaces that a cluster backend allows,
// and where the backend is not there.
func (o *Offline) MayUse(ctx context.Context, namespace string, ref v1alpha1.BackendRef) *backend.Problem {
	var refused *managed.BackendError
	if err := o.validators.backends.MayUse(ctx, namespace, ref); !errors.As(err, &refused) || refused.Reason != v1alpha1.ReasonBackendNotAllowed {
		return nil
	}
	const path = "spec.backendRef"
	return &backend.Problem{Path: path, Message: strings.TrimPrefix(refused.Message, path+": ")}
}
