package kinds

import (
	"reflect"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// AppEntitlement is what the engine must know of AppEntitlement.
func AppEntitlement() managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement] {
	return managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement]{
		Name:                 v1alpha1.KindAppEntitlement,
		New:                  func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} },
		NewList:              func() client.ObjectList { return &v1alpha1.AppEntitlementList{} },
		Driver:               func(t backend.Tenant) backend.Driver[backend.AppEntitlement] { return t.AppEntitlements() },
		Desire:               Entitlements.Desire,
		Project:              projectAppEntitlement,
		Used:                 projectUsers,
		Protected:            func(obj *v1alpha1.AppEntitlement) bool { return obj.Spec.KeepWhileReferenced },
		SkipFigureOnlyWrites: true,
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
