package veza

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// typesPath has its plural in the middle (docs/vendors/veza-api.md#ids).
const typesPath = "/api/private/lifecycle_management/access_profiles_types"

// profileType is what a type says about its profiles (docs/vendors/veza-api.md#profile-types). What is left out is not
// known.
type profileType struct {
	ID                   string `json:"id"`
	Name                 string `json:"name"`
	AllowInherit         *bool  `json:"allow_inherit_entities"`
	AllowRelationships   *bool  `json:"allow_create_relationships"`
	SingleDatasource     *bool  `json:"require_single_datasource"`
	PrefixNames          *bool  `json:"add_integration_prefix_to_access_profile_names"`
	MaxEntitlements      number `json:"max_entitlements"`
	AllowOverwritePolicy *bool  `json:"allow_overwrite_of_access_request_policy"`
}

// forbids: the type says no, and does not merely leave it open.
func forbids(allowed *bool) bool { return allowed != nil && !*allowed }

// profileTypes knows the types of the tenant, by id.
type profileTypes struct {
	api
	known recent[map[string]profileType]
}

// all lists the types. The path is inferred from the one that creates them (docs/vendors/veza-api.md#profile-types).
func (t *profileTypes) all(ctx context.Context) (map[string]profileType, error) {
	return t.known.get(ctx, t.fetch)
}

// young lists the types for somebody who asks what a name means.
func (t *profileTypes) young(ctx context.Context) (map[string]profileType, error) {
	return t.known.renew(ctx, t.fetch)
}

func (t *profileTypes) fetch(ctx context.Context) (map[string]profileType, error) {
	out := map[string]profileType{}
	for r, err := range list[profileType](ctx, t.api, query{path: typesPath}, nil) {
		if err != nil {
			return nil, unlessOffered(err, "the list of profile types")
		}
		out[r.item.ID] = r.item
	}
	return out, nil
}

// of returns a type, and one that says nothing where it is not known: a tenant that does
// not list its types refuses by itself what they forbid.
func (t *profileTypes) of(ctx context.Context, id string) (profileType, error) {
	all, err := t.all(ctx)
	if err != nil && !notOffered(err) {
		return profileType{}, err
	}
	return all[id], nil
}

// named looks a type up.
func (t *profileTypes) named(ctx context.Context, name string) ([]backend.Match, error) {
	all, err := t.young(ctx)
	if err != nil {
		return nil, err
	}
	var out []backend.Match
	for _, typ := range all {
		if typ.Name == name {
			out = backend.AddMatch(out, backend.Match{ID: typ.ID, Name: typ.Name})
		}
	}
	slices.SortFunc(out, func(a, b backend.Match) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// unprefixed takes the integration's name from the front of a profile's, where the type puts
// it there. How the two are joined is not published, so any of the usual ways is read
// (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
func (t profileType) unprefixed(name string, integrations []string) string {
	if !backend.Value(t.PrefixNames) {
		return name
	}
	for _, integration := range integrations {
		for _, spelling := range []string{integration, strings.ReplaceAll(integration, "_", " ")} {
			if len(spelling) == 0 || len(name) <= len(spelling) || !strings.EqualFold(name[:len(spelling)], spelling) {
				continue
			}
			rest := name[len(spelling):]
			if bare := strings.TrimLeft(rest, " -_:/|"); bare != rest && bare != "" {
				return bare
			}
		}
	}
	return name
}

// check refuses what the type does not allow, with the field's path, and inheritance in a
// circle, of which nobody knows what the vendor makes. live is the profile as it is; changed
// says which fields are about to be written (docs/vendors/veza-api.md#profile-types).
func (t profileType) check(live profile, desired backend.AccessProfile, changed func(path string) bool) error {
	v := backend.Value(profileBlock(desired))
	path, granted := pathRelationships, v.Relationships
	if granted == nil {
		path, granted = pathEntitlements, relationshipsOf(desired.Entitlements)
	}
	if changed(path) {
		if err := t.checkGranted(path, granted); err != nil {
			return err
		}
	}
	switch {
	case changed(pathInherits) && len(desired.Inherits) > 0 && forbids(t.AllowInherit):
		return invalid(pathInherits, "profiles of the type %s do not inherit", t)
	case changed(pathInherits) && inCircle(live, desired.Inherits):
		return invalid(pathInherits, "names the profile itself, or one that inherits from it")
	case changed(pathPolicy) && backend.Value(v.AccessRequestPolicyID) != "" && forbids(t.AllowOverwritePolicy):
		return invalid(pathPolicy, "profiles of the type %s have the policy of their type", t)
	case changed(pathApplication) && backend.Value(v.ApplicationDatasourceID) != "" && (backend.Value(t.AllowRelationships) || backend.Value(t.AllowInherit)):
		return invalid(pathApplication, "is only for types that allow neither relationships nor inheritance, and the type %s does", t)
	}
	return nil
}

func inCircle(live profile, inherits backend.Set) bool {
	return slices.ContainsFunc(inherits, func(id string) bool {
		return id != "" && (id == live.ID || slices.Contains(live.InheritedBy, id))
	})
}

func (t profileType) checkGranted(path string, granted Relationships) error {
	if len(granted) == 0 {
		return nil
	}
	if forbids(t.AllowRelationships) {
		return invalid(path, "profiles of the type %s have no relationships", t)
	}
	if most := int(t.MaxEntitlements); most > 0 && len(granted) > most {
		return invalid(path, "has %d items, and profiles of the type %s take at most %d", len(granted), t, most)
	}
	first := granted[0].DatasourceID
	if backend.Value(t.SingleDatasource) && slices.ContainsFunc(granted, func(r Relationship) bool { return r.DatasourceID != first }) {
		return invalid(path, "names several datasources, and profiles of the type %s take one", t)
	}
	return nil
}

// String names the type in messages.
func (t profileType) String() string { return fmt.Sprintf("%q", t.Name) }
