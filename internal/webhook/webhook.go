// Package webhook validates objects when they are written, as their controllers would later: by the same mapping
// and by what the drivers declare, without a call to a vendor. Nothing depends on it: what it would refuse, the
// controllers refuse in the status.
package webhook

import (
	"context"
	"errors"
	"slices"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Options configure the webhook as the controllers are configured.
type Options struct {
	// Vendors is the registry.
	Vendors []backend.Vendor
	// ClusterKind: ClusterGovernanceBackend is served.
	ClusterKind   bool
	AllowInsecure bool
}

// Setup adds a validator for every kind to the manager's webhook server, under the paths that controller-runtime
// gives them: /validate-governance-operator-io-v1alpha1-<kind>.
func Setup(mgr manager.Manager, o Options) error {
	j := &validators{
		reader: mgr.GetClient(), backends: &tenancy.Pool{Client: mgr.GetClient(), ClusterKind: o.ClusterKind},
		vendors: o.Vendors, allowInsecure: o.AllowInsecure,
	}
	return errors.Join(
		add(mgr, &v1alpha1.AppEntitlement{}, validator[*v1alpha1.AppEntitlement]{
			kind: v1alpha1.KindAppEntitlement, validate: j.entitlement, spec: func(obj *v1alpha1.AppEntitlement) any { return &obj.Spec }, leaving: j.missed,
		}),
		add(mgr, &v1alpha1.AccessProfile{}, validator[*v1alpha1.AccessProfile]{
			kind: v1alpha1.KindAccessProfile, validate: j.profile, spec: func(obj *v1alpha1.AccessProfile) any { return &obj.Spec },
		}),
		add(mgr, &v1alpha1.AccessReview{}, validator[*v1alpha1.AccessReview]{
			kind: v1alpha1.KindAccessReview, validate: j.review, spec: func(obj *v1alpha1.AccessReview) any { return &obj.Spec },
		}),
		add(mgr, &v1alpha1.GovernanceBackend{}, validator[*v1alpha1.GovernanceBackend]{
			kind: v1alpha1.KindGovernanceBackend, validate: backendValidator[*v1alpha1.GovernanceBackend](j),
			spec: func(obj *v1alpha1.GovernanceBackend) any { return &obj.Spec },
		}),
		add(mgr, &v1alpha1.ClusterGovernanceBackend{}, validator[*v1alpha1.ClusterGovernanceBackend]{
			kind: v1alpha1.KindClusterGovernanceBackend, validate: backendValidator[*v1alpha1.ClusterGovernanceBackend](j),
			spec: func(obj *v1alpha1.ClusterGovernanceBackend) any { return &obj.Spec },
		}),
	)
}

func add[O client.Object](mgr manager.Manager, obj O, v validator[O]) error {
	return builder.WebhookManagedBy(mgr, obj).WithValidator(v).Complete()
}

// validator answers the API server for one kind.
type validator[O client.Object] struct {
	kind     string
	validate func(context.Context, O) verdict
	spec     func(O) any
	// leaving is what to warn of at a deletion, nil where that is nothing.
	leaving func(context.Context, O) []string
}

// ValidateCreate refuses an object with the errors that its controller would write into the status.
func (v validator[O]) ValidateCreate(ctx context.Context, obj O) (admission.Warnings, error) {
	found := v.validate(ctx, obj)
	return found.warnings, v.refusal(obj, found.faults)
}

// ValidateUpdate looks at changes of the spec only. What was wrong before is reported as a warning, not refused: an object
// must remain editable, be it to suspend it.
func (v validator[O]) ValidateUpdate(ctx context.Context, old, obj O) (admission.Warnings, error) {
	if !obj.GetDeletionTimestamp().IsZero() || apiequality.Semantic.DeepEqual(v.spec(old), v.spec(obj)) {
		return nil, nil
	}
	found := v.validate(ctx, obj)
	if len(found.faults) == 0 {
		return found.warnings, nil
	}
	before := v.validate(ctx, old).faults
	var fresh []backend.Problem
	for _, f := range found.faults {
		if slices.Contains(before, f) {
			found.warnings = append(found.warnings, f.String())
			continue
		}
		fresh = append(fresh, f)
	}
	return found.warnings, v.refusal(obj, fresh)
}

// ValidateDelete lets every deletion pass; the configuration sends those that there is something to say of.
func (v validator[O]) ValidateDelete(ctx context.Context, obj O) (admission.Warnings, error) {
	if v.leaving == nil {
		return nil, nil
	}
	return v.leaving(ctx, obj), nil
}

// refusal is the API server's own error for invalid objects: it names the object and every field.
func (v validator[O]) refusal(obj O, faults []backend.Problem) error {
	if len(faults) == 0 {
		return nil
	}
	var list field.ErrorList
	for _, f := range faults {
		list = append(list, &field.Error{Type: field.ErrorTypeInvalid, Field: f.Path, BadValue: field.OmitValueType{}, Detail: f.Message})
	}
	return apierrors.NewInvalid(v1alpha1.GroupVersion.WithKind(v.kind).GroupKind(), obj.GetName(), list)
}
