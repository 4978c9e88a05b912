package plan

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// bind gives an object what its status would say of the remote that bears its mark. What only a status knows stays unknown.
func (p *planner) bind(obj managed.Object, id, parentID string, mark backend.Mark) {
	tenant := ""
	if b, ok := p.store.objects[backendOf(obj)].(tenancy.Object); ok {
		tenant = b.GetBackendStatus().TenantID
	}
	st := obj.GetManagedStatus()
	st.Remote = &v1alpha1.RemoteStatus{ID: id, ParentID: parentID, TenantID: tenant}
	st.ClosedAttempt = 1
	annotations := map[string]string{}
	for key, value := range obj.GetAnnotations() {
		annotations[key] = value
	}
	annotations[v1alpha1.AnnotationIntent] = managed.Intent{Token: mark.Token, Attempt: 1, Owner: managed.FullName(obj), Tenant: tenant, ParentID: parentID}.Encode()
	obj.SetAnnotations(annotations)
	controllerutil.AddFinalizer(obj, v1alpha1.Finalizer)
}

// backendOf names the backend of an object.
func backendOf(obj managed.Object) reference.Object {
	ref := obj.GetManagedSpec().BackendRef
	if ref.Kind == v1alpha1.KindClusterGovernanceBackend {
		return reference.Object{Kind: ref.Kind, Name: ref.Name}
	}
	return reference.Object{Kind: v1alpha1.KindGovernanceBackend, Namespace: obj.GetNamespace(), Name: ref.Name}
}

// The reasons for which it is not known whether a field would be written.
const (
	doubtRows     = "it is not part of a list, and --rows-only reads nothing else"
	doubtHidden   = "the vendor does not show it, and only the status knows what was written"
	doubtSpelling = "the vendor shows it in another spelling, and only the status knows whether that is what became of it"
	doubtUnmarked = "it takes no ownership marker at this vendor, and only the status knows whether it was taken over"
	doubtDrift    = "it is written if the spec was edited, and only reported if somebody else changed it (drift: Report); only the status knows"
)

// assumed is what is put into a status of which nothing is known.
type assumed struct {
	applied []v1alpha1.AppliedInput
	echoes  []v1alpha1.Echo
}

// doubt notes that it is not known whether a field would be written.
func (p *planner) doubt(path, why string) {
	if p.unknown[p.target] == nil {
		p.unknown[p.target] = map[string]string{}
	}
	p.unknown[p.target][path] = why
}

// doubtful says why it is not known whether a field that differs would be written, empty where it is.
func (p *planner) doubtful(caps backend.Capabilities, readOnly []string, path string) string {
	if p.Statuses {
		return ""
	}
	if path == backend.PathMark {
		if !caps.MarkProven || backend.Covers(readOnly, backend.PathMark) {
			return doubtUnmarked
		}
		return ""
	}
	if m := p.current.GetManagedSpec().Management; m != nil && m.Drift == v1alpha1.DriftReport {
		return doubtDrift
	}
	return ""
}

// declared is a tenant of the vendor of an object's backend, for what its drivers declare; nil where there is none.
func (p *planner) declared(obj managed.Object) backend.Tenant {
	b, ok := p.store.objects[backendOf(obj)].(tenancy.Object)
	if !ok {
		return nil
	}
	at := slices.IndexFunc(p.Vendors, func(v backend.Vendor) bool { return v.Name == string(b.GetBackendSpec().Vendor) })
	if at < 0 {
		return nil
	}
	tenant, err := p.Vendors[at].Declared(tenancy.ConfigOf(b.GetBackendSpec()))
	if err != nil {
		return nil
	}
	return tenant
}
