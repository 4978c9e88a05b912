package webhook

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

func TestAnEditIsToldWhatItTakesOutOfTheSpec(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	keeping := &v1alpha1.BackendManagement{Removed: v1alpha1.RemovedKeep}
	for sentence, c := range map[string]struct {
		spec    v1alpha1.AccessProfileSpec
		written []string
		backend *v1alpha1.BackendManagement
		want    []string
	}{
		"nothing was written": {},
		"everything is still there": {
			spec: v1alpha1.AccessProfileSpec{Requestable: new(bool), Entitlements: []v1alpha1.EntitlementRef{{Ref: &v1alpha1.LocalObjectRef{Name: "later"}}}}, written: []string{"entitlements", "requestable"},
		},
		"some of each sort left": {written: []string{"conductorOne.maxGrantDuration", "description", "entitlements", "membership.expression"}, want: []string{
			"spec.entitlements: leaves the spec and stays at the vendor, and until it is written again nothing is written that gives access (FieldRemoved); write it, or [] (the profile gives nothing), or choose management.removed: Keep",
			"spec.membership.expression: leaves the spec, and what it opened is closed at the vendor",
			"spec.description: leaves the spec and is cleared at the vendor",
			"spec.conductorOne.maxGrantDuration: leaves the spec and stays at the vendor as it is",
		}},
		"the backend keeps it": {written: []string{"requestable"}, backend: keeping, want: []string{"spec.requestable: leaves the spec and stays at the vendor as it is"}},
		"the object overrules the backend": {written: []string{"requestable"}, backend: keeping,
			spec: v1alpha1.AccessProfileSpec{ManagedSpec: v1alpha1.ManagedSpec{Management: &v1alpha1.Management{Removed: v1alpha1.RemovedRevert}}},
			want: []string{"spec.requestable: leaves the spec, and what it opened is closed at the vendor"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "prod"}}
			b.Spec.Vendor, b.Spec.Endpoint, b.Spec.Management = v1alpha1.VendorConductorOne, "https://acme.conductor.one", c.backend
			j := &validators{backends: &tenancy.Pool{Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(b).Build()}, vendors: vendors.All()}
			obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "payroll"}, Spec: c.spec}
			obj.Spec.BackendRef, obj.Spec.DisplayName = v1alpha1.BackendRef{Name: "prod"}, "Payroll"
			obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "1"}
			if c.written != nil {
				obj.Status.Written = &v1alpha1.WrittenFields{Paths: c.written}
			}
			v := j.profile(t.Context(), obj)
			if diff := cmp.Diff(c.want, v.warnings); diff != "" || len(v.faults) > 0 {
				t.Errorf("faults %v, warnings (-want +got):\n%s", v.faults, diff)
			}
		})
	}
}
