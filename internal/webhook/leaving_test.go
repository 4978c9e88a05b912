package webhook

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func profileNamed(namespace, name, entitlement string) *v1alpha1.AccessProfile {
	return &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.AccessProfileSpec{Entitlements: []v1alpha1.EntitlementRef{{Ref: &v1alpha1.LocalObjectRef{Name: entitlement}}}}}
}

func TestWhoDeletesAnEntitlementIsToldWhoRefersToIt(t *testing.T) {
	var many []client.Object
	for i := range 12 {
		many = append(many, profileNamed("team-a", fmt.Sprintf("p%02d", i), "read"))
	}
	for sentence, c := range map[string]struct {
		others []client.Object
		keep   bool
		want   []string
	}{
		"nobody does":                    {},
		"another one is meant":           {others: []client.Object{profileNamed("team-a", "payroll", "write")}},
		"one of another namespace":       {others: []client.Object{profileNamed("team-b", "payroll", "read")}},
		"a profile does":                 {others: []client.Object{profileNamed("team-a", "payroll", "read")}, want: []string{"referred to by AccessProfile payroll, which lose it; spec.keepWhileReferenced would hold the deletion until nothing refers to it"}},
		"and it is kept as long as that": {others: []client.Object{profileNamed("team-a", "payroll", "read")}, keep: true, want: []string{"the deletion waits until nothing refers to this entitlement any more (spec.keepWhileReferenced): AccessProfile payroll"}},
		"many do": {others: many, want: []string{"referred to by AccessProfile p00, AccessProfile p01, AccessProfile p02, AccessProfile p03, AccessProfile p04, AccessProfile p05, " +
			"AccessProfile p06, AccessProfile p07, AccessProfile p08, AccessProfile p09, 2 more, which lose it; spec.keepWhileReferenced would hold the deletion until nothing refers to it"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			scheme := runtime.NewScheme()
			if err := v1alpha1.AddToScheme(scheme); err != nil {
				t.Fatal(err)
			}
			builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(c.others...)
			for _, kind := range []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
				builder = builder.WithIndex(reference.New(kind), "reference", func(o client.Object) (out []string) {
					for _, ref := range reference.Of(o) {
						out = append(out, ref.String())
					}
					return out
				})
			}
			j := &validators{reader: builder.Build()}
			obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "read"}}
			obj.Spec.KeepWhileReferenced = c.keep
			warnings, err := validator[*v1alpha1.AppEntitlement]{leaving: j.missed}.ValidateDelete(t.Context(), obj)
			if diff := cmp.Diff(c.want, []string(warnings)); diff != "" || err != nil {
				t.Errorf("%v, warnings (-want +got):\n%s", err, diff)
			}
		})
	}
}
