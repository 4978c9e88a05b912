package fleet

import (
	"fmt"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// entitlements is as little of a kind as a count needs.
func entitlements() managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement] {
	return managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement]{
		Name:    v1alpha1.KindAppEntitlement,
		New:     func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} },
		NewList: func() client.ObjectList { return &v1alpha1.AppEntitlementList{} },
	}
}

func TestAbsencesAreCountedBesideWrites(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	tenant := backendtest.NewTenant()
	var objects []client.Object
	for i := range 50 {
		obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: fmt.Sprint("e", i)}}
		obj.Spec.BackendRef.Name = "prod"
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "vanished", ParentID: "app-1", TenantID: "tenant-1"}
		if i%2 == 0 {
			obj.Status.Remote.ID = tenant.Entitlements.Put("app-1", backend.Mark{Token: obj.Name}, backend.AppEntitlement{DisplayName: backend.To(obj.Name)})
		}
		objects = append(objects, obj)
	}
	r := New(entitlements(), Options{Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build(), Limits: &safety.Limits{}})
	b := &managed.Backend{Key: "GovernanceBackend/ns/prod", TenantKey: "t", TenantID: "tenant-1"}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 20 {
				got, err := r.CountAbsent(t.Context(), b, tenant.Entitlements, time.Time{})
				if err != nil || got.Missing != 25 || got.Total != 50 {
					t.Errorf("counted %+v, %v, want 25 of 50", got, err)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 20_000 {
			r.Views.RecordWrite("t", "app-1", fmt.Sprint("new", i%100), backend.Mark{Token: "T"})
		}
	})
	wg.Wait()
}
