package reference

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// TestAnObjectThatIsGoneIsKnownByWhatItWas: the entry stays in the model, and is open all the same.
func TestAnObjectThatIsGoneIsKnownByWhatItWas(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	there := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "there"}}
	there.Status.Remote = &v1alpha1.RemoteStatus{ID: "id-there", ParentID: "app", TenantID: "tenant"}
	reader := fake.NewClientBuilder().WithScheme(scheme).WithObjects(there).Build()
	ref := func(name string) v1alpha1.EntitlementRef {
		return v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: name}}
	}
	pin := v1alpha1.ResolvedName{Kind: "ref:AppEntitlement", Name: "gone", ParentID: "app", ID: "id-gone"}
	for sentence, c := range map[string]struct {
		change              func(*v1alpha1.AccessProfile)
		want                backend.EntitlementSet
		open, unknown, pins []string
	}{
		"one that is bound keeps it": {want: backend.EntitlementSet{{AppID: "app", ID: "id-there"}, {AppID: "app", ID: "id-gone"}},
			open: []string{"spec.entitlements[1].ref", "spec.entitlements[2].ref"}, unknown: []string{"spec.entitlements[2].ref"}, pins: []string{"gone", "there"}},
		"one that was never carried out does not": {change: func(p *v1alpha1.AccessProfile) { p.Status.Remote = nil },
			want: backend.EntitlementSet{{AppID: "app", ID: "id-there"}},
			open: []string{"spec.entitlements[1].ref", "spec.entitlements[2].ref"}, unknown: []string{"spec.entitlements[1].ref", "spec.entitlements[2].ref"}, pins: []string{"there"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			p := profile(ref("there"), ref("gone"), ref("new"))
			p.Status.Resolved = []v1alpha1.ResolvedName{pin}
			if c.change != nil {
				c.change(p)
			}
			r := NewResolver(t.Context(), reader, p, "tenant", nil)
			got := r.Entitlements("spec.entitlements", p.Spec.Entitlements)
			var pins []string
			for _, kept := range r.Resolved() {
				pins = append(pins, kept.Name)
			}
			for what, diff := range map[string]string{
				"entries": cmp.Diff(c.want, got), "open": cmp.Diff(c.open, r.Open()), "unknown": cmp.Diff(c.unknown, r.Unknown()), "pins": cmp.Diff(c.pins, pins),
			} {
				if diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			if len(r.Problems()) != 2 {
				t.Errorf("problems: %v", r.Problems())
			}
		})
	}
}
