package controller

import (
	"reflect"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// +kubebuilder:rbac:groups=governance-operator.io,resources=appentitlements,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=appentitlements/status,verbs=patch

// AppEntitlementKind is what the engine must know of AppEntitlement.
func AppEntitlementKind() managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement] {
	return managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement]{
		Name:                 v1alpha1.KindAppEntitlement,
		New:                  func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} },
		NewList:              func() client.ObjectList { return &v1alpha1.AppEntitlementList{} },
		Driver:               func(t backend.Tenant) backend.Driver[backend.AppEntitlement] { return t.AppEntitlements() },
		Desire:               desireAppEntitlement,
		Project:              projectAppEntitlement,
		Used:                 projectUsers,
		Protected:            func(obj *v1alpha1.AppEntitlement) bool { return obj.Spec.KeepWhileReferenced },
		SkipFigureOnlyWrites: true,
	}
}

// entitlementPlan maps the plain fields of an AppEntitlement.
var entitlementPlan = mapping.Must[v1alpha1.AppEntitlementSpec, backend.AppEntitlement](
	"owners",
	"conductorOne.resource.type", "conductorOne.resource", "conductorOne.provision", "conductorOne.deprovision",
	"sailPoint.onNotFound", "sailPoint.accessRequestConfig.approvalSchemes", "sailPoint.revocationRequestConfig.approvalSchemes",
)

func desireAppEntitlement(obj *v1alpha1.AppEntitlement, r *reference.Resolver) (backend.AppEntitlement, string) {
	s := &obj.Spec
	app := r.Parent("spec.app", s.App, backend.Name{Kind: backend.NameApp})
	out := backend.AppEntitlement{Owners: people("spec.owners", s.Owners, s.Veza != nil, r)}
	entitlementPlan.ToModel(s, &out, r)
	if s.ConductorOne != nil {
		desireConductorOneEntitlement(out.ConductorOne, s.ConductorOne, app, r)
	}
	if s.SailPoint != nil {
		desireSailPointEntitlement(out.SailPoint, s.SailPoint, r)
	}
	return out, app
}

func desireConductorOneEntitlement(out *backend.ConductorOneAppEntitlement, c *v1alpha1.ConductorOneEntitlement, app string, r *reference.Resolver) {
	const at = "spec.conductorOne."
	out.Provision = provisionPolicy(at+"provision", c.Provision, app, r)
	out.Deprovision = provisionPolicy(at+"deprovision", c.Deprovision, app, r)
	if c.Resource != nil && app == "" {
		r.Waits(at + "resource")
	}
	if res := c.Resource; res != nil && app != "" {
		out.ResourceTypeID = r.ID(at+"resource.type", &res.Type, backend.Name{Kind: backend.NameResourceType, ParentID: app})
		if out.ResourceTypeID != nil {
			ref := v1alpha1.NamedRef{ID: res.ID, Name: res.Name}
			out.ResourceID = r.ID(at+"resource", &ref, backend.Name{Kind: backend.NameResource, ParentID: app, TypeID: *out.ResourceTypeID})
		}
	}
}

// mostUsers is how many objects a status names.
const mostUsers = 16

// projectUsers writes down who refers to an entitlement, and reports whether that is news.
func projectUsers(obj *v1alpha1.AppEntitlement, users []string) bool {
	if len(users) == 0 {
		news := obj.Status.UsedBy != nil
		obj.Status.UsedBy = nil
		return news
	}
	next := &v1alpha1.UsedBy{Count: int64(len(users)), Objects: users[:min(len(users), mostUsers)]}
	news := !reflect.DeepEqual(obj.Status.UsedBy, next)
	obj.Status.UsedBy = next
	return news
}

func projectAppEntitlement(obj *v1alpha1.AppEntitlement, obs backend.Observation[backend.AppEntitlement]) {
	f, st := obs.Actual.Facts, &obj.Status
	st.GrantCount, st.Alias, st.ExternalID, st.ManagedByConnector = f.GrantCount, f.Alias, f.ExternalID, &f.ManagedByConnector
	st.EntityType = f.EntityType
}
