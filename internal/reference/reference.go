// Package reference resolves what an object refers to: other objects of its
// namespace and things that people know by name, into remote ids.
package reference

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// Object is a managed object that another one refers to.
type Object struct {
	Kind, Namespace, Name string
}

// String is the form that indexes use.
func (o Object) String() string { return o.Kind + "/" + o.Namespace + "/" + o.Name }

// Of lists the objects that obj refers to, each once, in the order of the spec.
func Of(obj client.Object) []Object {
	m, ok := obj.(Managed)
	if !ok {
		return nil
	}
	spec := specOf(m)
	var found []Object
	seen := map[Object]bool{}
	walks[spec.Type()].each(spec, func(kind, name string) {
		if o := (Object{kind, obj.GetNamespace(), name}); !seen[o] {
			seen[o] = true
			found = append(found, o)
		}
	})
	// The digests of earlier versions have reviews first.
	slices.SortStableFunc(found, func(a, b Object) int {
		switch aFirst, bFirst := a.Kind == v1alpha1.KindAccessReview, b.Kind == v1alpha1.KindAccessReview; {
		case aFirst == bFirst:
			return 0
		case aFirst:
			return -1
		}
		return 1
	})
	return found
}

// Managed is what the three managed kinds have in common.
type Managed interface {
	client.Object
	GetManagedSpec() *v1alpha1.ManagedSpec
	GetManagedStatus() *v1alpha1.ManagedStatus
}

// New returns an empty object of a managed kind, nil for any other kind.
func New(kind string) Managed {
	switch kind {
	case v1alpha1.KindAppEntitlement:
		return &v1alpha1.AppEntitlement{}
	case v1alpha1.KindAccessProfile:
		return &v1alpha1.AccessProfile{}
	case v1alpha1.KindAccessReview:
		return &v1alpha1.AccessReview{}
	}
	return nil
}
