// Package spec translates ConductorOne's blocks of the API types into its models and back.
package spec

import (
	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

const at = "spec.conductorOne."

// Vendor is what ConductorOne adds to the API types.
func Vendor() mapping.Vendor {
	return mapping.Vendor{
		Name: conductorone.Vendor().Name,
		Entitlements: mapping.Part[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]{
			Block:   mapping.Block{Type: &conductorone.EntitlementBlock{}, ByHand: []string{"resource.type", "resource", "provision", "deprovision"}},
			ToModel: entitlementToModel, ToSpec: entitlementToSpec, Trim: trimEntitlement,
		},
		Profiles: mapping.Part[v1alpha1.AccessProfileSpec, backend.AccessProfile]{
			Block:   mapping.Block{Type: &conductorone.ProfileBlock{}},
			ToModel: profileToModel, Trim: trimProfile,
		},
		Reviews: mapping.Part[v1alpha1.AccessReviewSpec, backend.AccessReview]{
			Block: mapping.Block{Type: &conductorone.ReviewBlock{}},
			Trim:  trimReview,
		},
	}
}

func entitlementToModel(s *v1alpha1.AppEntitlementSpec, m *backend.AppEntitlement, app string, r *reference.Resolver) string {
	c, out := s.ConductorOne, m.Block.(*conductorone.EntitlementBlock)
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
	return app
}

func entitlementToSpec(m *backend.AppEntitlement, s *v1alpha1.AppEntitlementSpec, app string, names mapping.Names) {
	from, c, back := m.Block.(*conductorone.EntitlementBlock), s.ConductorOne, provisionBack{app, names}
	c.Provision, c.Deprovision = back.policy(from.Provision), back.policy(from.Deprovision)
	if from.ResourceTypeID != nil && from.ResourceID != nil {
		ref := mapping.Ref(names, backend.Name{Kind: backend.NameResource, ParentID: app, TypeID: *from.ResourceTypeID}, *from.ResourceID)
		c.Resource = &v1alpha1.ConductorOneResource{ID: ref.ID, Name: ref.Name,
			Type: mapping.Ref(names, backend.Name{Kind: backend.NameResourceType, ParentID: app}, *from.ResourceTypeID)}
	}
}

func profileToModel(s *v1alpha1.AccessProfileSpec, m *backend.AccessProfile, bound string, _ *reference.Resolver) string {
	if out := m.Block.(*conductorone.ProfileBlock); s.ConductorOne.VisibleTo != nil && out.VisibleToEveryone == nil {
		out.VisibleToEveryone = backend.To(false) // Else it says nothing: everybody sees it.
	}
	return bound
}
