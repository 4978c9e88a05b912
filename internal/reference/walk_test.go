package reference

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// refer sets every reference below v, with one item in each list, to an object that is called after its place.
func refer(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		refer(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		refer(v.Index(0), path)
	case reflect.Struct:
		if ref, ok := v.Addr().Interface().(*v1alpha1.LocalObjectRef); ok {
			ref.Name = path
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				refer(v.Field(i), path+"."+f.Name)
			}
		}
	default: // Nothing below refers to anything.
	}
}

// TestEveryReferenceOfASpecIsFound in an order that stays: digests are made of it.
func TestEveryReferenceOfASpecIsFound(t *testing.T) {
	const step = "MultiStep.Steps."
	way := func(at string) []string {
		return []string{
			"AppEntitlement " + at + "ProvisionWay.Manual.Assignee.Group.Entitlement.Ref",
			"AppEntitlement " + at + "ProvisionWay.Delegated.Entitlement.Ref",
		}
	}
	var policies []string
	for _, policy := range []string{".ConductorOne.Provision.", ".ConductorOne.Deprovision."} {
		for _, at := range []string{policy, policy + step, policy + step + step} {
			policies = append(policies, way(at)...)
		}
	}
	for kind, want := range map[string][]string{
		v1alpha1.KindAppEntitlement: policies,
		v1alpha1.KindAccessProfile: {
			"AppEntitlement .Entitlements.Ref", "AccessProfile .Inherits.Ref",
			"AppEntitlement .ConductorOne.VisibleTo.Ref", "AppEntitlement .ConductorOne.Automation.Entitlements.Ref",
			"AppEntitlement .Veza.Relationships.Ref",
		},
		v1alpha1.KindAccessReview: {
			"AccessReview .ConductorOne.DuplicateFrom.Ref",
			"AppEntitlement .Scope.Entitlements.Ref", "AppEntitlement .Scope.Users.Criteria.ExcludedGroups.Ref",
			"AccessProfile .Scope.Grants.Criteria.AccessProfiles.Include.Ref", "AccessProfile .Scope.Grants.Criteria.AccessProfiles.Exclude.Ref",
		},
	} {
		obj := New(kind)
		refer(specOf(obj), "")
		var got []string
		for _, o := range Of(obj) {
			got = append(got, o.Kind+" "+o.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func TestAReferenceSaysWhatItNames(t *testing.T) {
	for _, c := range []struct{ spec any }{
		{struct{ To *v1alpha1.LocalObjectRef }{}},
		{struct {
			To *v1alpha1.LocalObjectRef `refers:"Secret"`
		}{}},
		{struct {
			Deep []struct{ To *v1alpha1.LocalObjectRef }
		}{}},
	} {
		if _, err := walkOf(reflect.TypeOf(c.spec), "Kind.spec"); err == nil {
			t.Errorf("%T passes", c.spec)
		} else if text := fmt.Sprint(err); len(text) < len("Kind.spec.To") {
			t.Errorf("%q does not name the field", text)
		}
	}
}

func TestAnObjectIsListedOnce(t *testing.T) {
	obj := &v1alpha1.AccessProfile{}
	obj.Namespace = "ns"
	for _, name := range []string{"b", "a", "b"} {
		obj.Spec.Entitlements = append(obj.Spec.Entitlements, v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: name}})
	}
	want := []Object{{v1alpha1.KindAppEntitlement, "ns", "b"}, {v1alpha1.KindAppEntitlement, "ns", "a"}}
	if diff := cmp.Diff(want, Of(obj)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkOf(b *testing.B) {
	obj := &v1alpha1.AccessProfile{}
	for i := range 100 {
		obj.Spec.Entitlements = append(obj.Spec.Entitlements, v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: fmt.Sprint("e", i)}})
	}
	for b.Loop() {
		Of(obj)
	}
}
