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
	c := collector{namespace: obj.GetNamespace()}
	switch o := obj.(type) {
	case *v1alpha1.AppEntitlement:
		if o.Spec.ConductorOne != nil {
			c.policy(o.Spec.ConductorOne.Provision)
			c.policy(o.Spec.ConductorOne.Deprovision)
		}
	case *v1alpha1.AccessProfile:
		c.entitlements(o.Spec.Entitlements)
		c.profiles(o.Spec.Inherits)
		if v := o.Spec.ConductorOne; v != nil {
			c.entitlements(v.VisibleTo)
			if v.Automation != nil {
				c.entitlements(v.Automation.Entitlements)
			}
		}
		if v := o.Spec.Veza; v != nil {
			for i := range v.Relationships {
				c.add(v1alpha1.KindAppEntitlement, v.Relationships[i].Ref)
			}
		}
	case *v1alpha1.AccessReview:
		c.review(o)
	}
	return c.found
}

type collector struct {
	namespace string
	found     []Object
}

func (c *collector) add(kind string, ref *v1alpha1.LocalObjectRef) {
	if ref == nil {
		return
	}
	o := Object{kind, c.namespace, ref.Name}
	if !slices.Contains(c.found, o) {
		c.found = append(c.found, o)
	}
}

func (c *collector) entitlements(refs []v1alpha1.EntitlementRef) {
	for i := range refs {
		c.add(v1alpha1.KindAppEntitlement, refs[i].Ref)
	}
}

func (c *collector) profiles(refs []v1alpha1.ProfileRef) {
	for i := range refs {
		c.add(v1alpha1.KindAccessProfile, refs[i].Ref)
	}
}

func (c *collector) review(o *v1alpha1.AccessReview) {
	if v := o.Spec.ConductorOne; v != nil && v.DuplicateFrom != nil {
		c.add(v1alpha1.KindAccessReview, v.DuplicateFrom.Ref)
	}
	s := o.Spec.Scope
	if s == nil {
		return
	}
	c.entitlements(s.Entitlements)
	if s.Users != nil && s.Users.Criteria != nil {
		c.entitlements(s.Users.Criteria.ExcludedGroups)
	}
	if s.Grants != nil && s.Grants.Criteria != nil && s.Grants.Criteria.AccessProfiles != nil {
		c.profiles(s.Grants.Criteria.AccessProfiles.Include)
		c.profiles(s.Grants.Criteria.AccessProfiles.Exclude)
	}
}

func (c *collector) policy(p *v1alpha1.ProvisionPolicy) {
	if p == nil {
		return
	}
	c.way(p.ProvisionWay)
	if p.MultiStep == nil {
		return
	}
	for i := range p.MultiStep.Steps {
		step := &p.MultiStep.Steps[i]
		c.way(step.ProvisionWay)
		if step.MultiStep != nil {
			for j := range step.MultiStep.Steps {
				c.way(step.MultiStep.Steps[j].ProvisionWay)
			}
		}
	}
}

func (c *collector) way(w v1alpha1.ProvisionWay) {
	if w.Delegated != nil {
		c.add(v1alpha1.KindAppEntitlement, w.Delegated.Entitlement.Ref)
	}
	if w.Manual != nil && w.Manual.Assignee != nil && w.Manual.Assignee.Group != nil {
		c.add(v1alpha1.KindAppEntitlement, w.Manual.Assignee.Group.Entitlement.Ref)
	}
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
