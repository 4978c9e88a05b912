package webhook

import (
	"context"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// verdict is what can be reported of an object without a call to a vendor.
type verdict struct {
	faults   []backend.Problem
	warnings []string
}

// validators report what the controller would report of an object. The backend may be unknown to them, for it may come
// later: then nothing is said about what a vendor can hold.
type validators struct {
	// reader is the cache, with the indexes of the controllers.
	reader        client.Reader
	backends      *tenancy.Pool
	vendors       []backend.Vendor
	allowInsecure bool
}

func (j *validators) entitlement(ctx context.Context, obj *v1alpha1.AppEntitlement) verdict {
	return validate(ctx, j, kinds.AppEntitlement(), obj)
}

func (j *validators) profile(ctx context.Context, obj *v1alpha1.AccessProfile) verdict {
	v := validate(ctx, j, kinds.AccessProfile(), obj)
	v.warnings = append(v.warnings, emptied(obj)...)
	return v
}

func (j *validators) review(ctx context.Context, obj *v1alpha1.AccessReview) verdict {
	v := validate(ctx, j, kinds.AccessReview(0), obj)
	v.warnings = append(v.warnings, endedByDeletion(obj)...)
	v.warnings = append(v.warnings, overBeforeItBegins(obj, time.Now())...)
	return v
}

// backendValidator validates one of the two kinds of backends.
func backendValidator[O tenancy.Object](j *validators) func(context.Context, O) verdict {
	return func(_ context.Context, obj O) (v verdict) {
		if _, err := tenancy.EndpointOf(obj.GetBackendSpec(), j.allowInsecure); err != nil {
			const path = "spec.endpoint"
			v.faults = []backend.Problem{{Path: path, Message: strings.TrimPrefix(err.Error(), path+": ")}}
		}
		for _, needless := range tenancy.Needless(obj.GetBackendSpec(), j.vendors) {
			v.warnings = append(v.warnings, "spec.capabilities.overrides: "+needless+" has no effect: "+string(obj.GetBackendSpec().Vendor)+" has no such capability")
		}
		return v
	}
}

// validate asks the mapping of the kind, and what its driver declares at the object's backend.
func validate[O managed.Object, D backend.Model](ctx context.Context, j *validators, kind managed.Kind[O, D], obj O) verdict {
	r := reference.NewResolver(ctx, nowhere{}, obj, "", nil)
	out := verdict{warnings: adopted(obj)}
	if driver, keeps := driverOf(ctx, j, kind, obj); driver == nil {
		kind.Desire(obj, r)
	} else {
		caps := driver.Capabilities()
		desired, _ := kind.Validate(obj, r, caps, creates(obj, caps))
		for _, w := range caps.Warn(desired) {
			out.warnings = append(out.warnings, "spec."+w.String())
		}
		out.warnings = append(out.warnings, managed.RemovedBy(obj, desired, r, caps.For(desired), keeps)...)
	}
	out.warnings = append(out.warnings, r.Cautions()...)
	for _, p := range r.Problems() {
		if p.Spec { // Anything else is about what is there at the vendor and in the cluster: it may come.
			out.faults = append(out.faults, backend.Problem{Path: p.Path, Message: strings.TrimPrefix(p.Message, p.Path+": ")})
		}
	}
	return out
}

// creates reports whether the object's remote would be made by the operator.
func creates(obj managed.Object, caps backend.Capabilities) bool {
	spec, remote := obj.GetManagedSpec(), obj.GetManagedStatus().Remote
	if !caps.Create || spec.RemoteID != "" || remote != nil && remote.ID != "" {
		return false
	}
	if m := spec.Management; m != nil { // What may take over what is there needs less.
		return m.Creation != v1alpha1.CreationAdopt && m.Creation != v1alpha1.CreationCreateOrAdopt
	}
	return true
}

// driverOf returns the driver of the object's kind at its backend, nil while the backend is not known, and whether what leaves a
// spec stays there.
func driverOf[O managed.Object, D backend.Model](ctx context.Context, j *validators, kind managed.Kind[O, D], obj O) (driver backend.Driver[D], keeps bool) {
	spec, err := j.backends.Spec(ctx, obj.GetNamespace(), obj.GetManagedSpec().BackendRef)
	if err != nil {
		return nil, false
	}
	for _, vendor := range j.vendors {
		if vendor.Name != string(spec.Vendor) {
			continue
		}
		if tenant, err := vendor.Declared(tenancy.ConfigOf(spec)); err == nil {
			return kind.Driver(tenant), tenancy.KeepsRemoved(spec)
		}
	}
	return nil, false
}

// nowhere is a cluster without objects: what an object refers to may be applied after it.
type nowhere struct{}

// Get finds nothing.
func (nowhere) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group}, key.Name)
}

// List finds nothing.
func (nowhere) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }
