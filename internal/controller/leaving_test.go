package controller

import (
	"context"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// The count is made at each deletion, and a backend may have thousands of objects behind it.
func TestCountingWhatLeavesReadsTheBackendAtMostOnce(t *testing.T) {
	const objects = 300
	for sentence, c := range map[string]struct {
		leave, reads int
	}{
		"nothing leaves": {},
		"all leave":      {leave: objects, reads: 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			scheme := runtime.NewScheme()
			if err := v1alpha1.AddToScheme(scheme); err != nil {
				t.Fatal(err)
			}
			reads := 0
			b := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{
				Get: func(ctx context.Context, c client.WithWatch, k client.ObjectKey, o client.Object, opts ...client.GetOption) error {
					reads++
					return c.Get(ctx, k, o, opts...)
				}})
			for _, kind := range managedKinds {
				for _, x := range indexes {
					b = b.WithIndex(reference.New(kind), x.name, x.of)
				}
			}
			b = b.WithObjects(&v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "prod"}})
			for i := range objects {
				e := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: fmt.Sprint("role-", i), Finalizers: []string{v1alpha1.Finalizer}}}
				e.Spec.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
				e.Status.Remote = &v1alpha1.RemoteStatus{ID: fmt.Sprint("id-", i)}
				if i < c.leave {
					e.DeletionTimestamp = &metav1.Time{Time: time.Now()}
				}
				b = b.WithObjects(e)
			}
			total, out, err := leaving(t.Context(), b.Build(), "GovernanceBackend/team-a/prod", nil)
			if err != nil || total != objects || len(out) != c.leave {
				t.Errorf("%d of %d leave (%v), want %d of %d", len(out), total, err, c.leave, objects)
			}
			if reads != c.reads {
				t.Errorf("the backend was read %d times, want %d", reads, c.reads)
			}
		})
	}
}
