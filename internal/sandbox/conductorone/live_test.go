package conductorone_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// ownersShow is how long it takes until reads show what was written to owners.
const ownersShow = 2 * time.Minute

// feature turns one of the live rules the other way.
func (f *fake) feature(name string) {
	f.Configure(func(s *sandbox.Settings) { s.Features[name] = true })
}

func (f *fake) setCatalog(id string, fields object, mask string) {
	f.T.Helper()
	f.Must("POST", "/api/v1/catalogs/"+id, object{"catalog": fields, "updateMask": mask})
}

func TestBindingsAreTakenWhereTheyCount(t *testing.T) {
	given := object{"accessEntitlements": []any{object{"appId": github, "id": member}}}
	for name, test := range map[string]struct {
		catalog         object
		refused, gone   string
		feature, toGone string
	}{
		"published, and not visible to everyone": {catalog: object{"published": true}},
		"not published": {
			catalog: object{}, refused: "catalog must be published to add an access entitlement", feature: conductorone.FeatureBindsAnytime,
			gone: "catalog does not take changes of its access entitlements", toGone: conductorone.FeatureUnbindsAnytime,
		},
		"visible to everyone": {
			catalog: object{"published": true, "visibleToEveryone": true}, refused: "catalog is visible to everyone, cannot add access entitlements",
			feature: conductorone.FeatureBindsAnytime, gone: "catalog does not take changes of its access entitlements", toGone: conductorone.FeatureUnbindsAnytime,
		},
		"neither published nor narrow": {
			catalog: object{"visibleToEveryone": true}, refused: "catalog must be published to add an access entitlement", feature: conductorone.FeatureBindsAnytime,
			gone: "catalog does not take changes of its access entitlements", toGone: conductorone.FeatureUnbindsAnytime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, sandbox.Options{})
			path := "/api/v1/catalogs/" + f.createCatalog(test.catalog) + "/visibility_bindings"
			for _, step := range []struct{ method, refused, feature string }{{"POST", test.refused, test.feature}, {"DELETE", test.gone, test.toGone}} {
				if step.refused != "" {
					f.Refuses(400, step.refused, step.method, path, given)
					f.feature(step.feature)
				}
				f.Must(step.method, path, given)
			}
			if got := f.Rejections(); len(got) > 0 {
				t.Errorf("a client may meet that: %v", got)
			}
		})
	}
}

func TestBindingsOutliveWhatTheyDoNotCountIn(t *testing.T) {
	for feature, left := range map[string]int{"": 1, conductorone.FeatureDropsBindings: 0} {
		for field, value := range map[string]bool{"published": false, "visibleToEveryone": true} {
			f := start(t, sandbox.Options{})
			f.feature(feature)
			id := f.createCatalog(object{"published": true})
			f.Must("POST", "/api/v1/catalogs/"+id+"/visibility_bindings", object{"accessEntitlements": []any{object{"appId": github, "id": member}}})
			f.setCatalog(id, object{field: value}, field)
			if list, _ := f.Must("GET", "/api/v1/catalogs/"+id+"/visibility_entitlements", nil)["list"].([]any); len(list) != left {
				t.Errorf("%s, %s: %d bindings, want %d", feature, field, len(list), left)
			}
		}
	}
}

func TestRowsOfCatalogsCountNobody(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createCatalog(object{"published": true})
	f.Must("POST", "/api/v1/catalogs/"+id+"/visibility_bindings", object{"accessEntitlements": []any{object{"appId": github, "id": member}}})
	if err := f.Edit(sandbox.Target{Kind: conductorone.KindAccessProfile, ID: id}, object{"memberCount": 7}); err != nil {
		t.Fatal(err)
	}
	one := at(f.Must("GET", "/api/v1/catalogs/"+id, nil), "requestCatalogView")
	expect(t, one, "7", "memberCount")
	expect(t, one, member, "requestCatalog", "accessEntitlements", 0, "id")
	row := at(f.Must("GET", "/api/v1/catalogs", nil), "list", 0)
	expect(t, row, "0", "memberCount")
	expect(t, row, []any{}, "requestCatalog", "accessEntitlements")
	f.feature(conductorone.FeatureRowsCountMembers)
	expect(t, at(f.Must("GET", "/api/v1/catalogs", nil), "list", 0), "7", "memberCount")
}

func TestANewEntitlementNamesItsResource(t *testing.T) {
	f := start(t, sandbox.Options{})
	kind := conductorone.SeedID("resource-type", "GitHub/Team")
	const refusal = `value does not match regex pattern "^[a-zA-Z0-9]{27}$"`
	f.Refuses(400, "invalid CreateAppEntitlementRequest.AppResourceTypeId: "+refusal, "POST", entitlements(github), object{"displayName": "x"})
	f.Refuses(400, "invalid CreateAppEntitlementRequest.AppResourceId: "+refusal, "POST", entitlements(github), object{"displayName": "x", "appResourceTypeId": kind})
	f.Refuses(400, "invalid CreateAppEntitlementRequest.AppResourceId: "+refusal, "POST", entitlements(github), object{"displayName": "x", "appResourceTypeId": kind, "appResourceId": "platform"})
	if got := f.Rejections(); len(got) > 0 {
		t.Errorf("a client may meet that: %v", got)
	}
	f.feature(conductorone.FeatureCreatesWithoutResource)
	f.Must("POST", entitlements(github), object{"displayName": "x"})
}

func TestOwnersAreReadSomeTimeAfterTheyWereWritten(t *testing.T) {
	f := start(t, sandbox.Options{})
	item := entitlements(github) + "/" + f.createEntitlement(object{"appEntitlementOwnerIds": []string{ada}})
	second := "/api/v2/apps/" + item[len("/api/v1/apps/"):] + "/owners/users"
	reads := func(want []string) {
		t.Helper()
		expect(t, f.Must("GET", item+"/ownerids", nil), want, "userIds")
		for path, view := range map[string][]any{item + "/owners": {"list", 0, "id"}, second: {"list", 0, "user", "id"}} {
			if len(want) == 0 {
				expect(t, f.Must("GET", path, nil), []any{}, "list")
				continue
			}
			expect(t, f.Must("GET", path, nil), want[0], view...)
		}
	}
	reads([]string{})
	f.Advance(100 * time.Second)
	reads([]string{ada})
	f.Must("PUT", item+"/owners", object{"userIds": []string{grace}})
	f.Advance(99 * time.Second)
	reads([]string{ada})
	// A write goes by what was accepted, not by what is shown.
	f.Refuses(404, "not an owner", "DELETE", item+"/owners/"+ada, nil)
	f.Advance(time.Second)
	reads([]string{grace})
	f.Configure(func(s *sandbox.Settings) { s.OwnerLag = 0 })
	f.Must("DELETE", item+"/owners", nil)
	reads([]string{})
}

func TestNobodyOwnsAnythingInAnAppThatIsNotThere(t *testing.T) {
	f := start(t, sandbox.Options{})
	absent := "2zzzzzzzzzzzzzzzzzzzzzzzzzz"
	item := entitlements(absent) + "/" + member
	expect(t, f.Must("GET", item+"/ownerids", nil), []any{}, "userIds")
	expect(t, f.Must("GET", item+"/owners", nil), []any{}, "list")
	f.Refuses(404, "not found", "PUT", item+"/owners", object{"userIds": []string{ada}})
	f.Refuses(404, "not found", "POST", item+"/owners", object{"userId": ada})
	f.Refuses(404, "not found", "DELETE", item+"/owners", nil)
}

func TestEveryAppHasTheSameBuiltInEntitlement(t *testing.T) {
	f := start(t, sandbox.Options{})
	made, _ := at(f.Must("POST", "/api/v1/apps", object{"displayName": "By hand"}), "app", "id").(string)
	id := conductorone.SeedID("entitlement", "Access")
	for _, app := range []string{github, workday, c1, made} {
		expect(t, f.Must("GET", entitlements(app)+"/"+id, nil), app, "appEntitlementView", "appEntitlement", "appId")
	}
	expect(t, f.Must("GET", "/api/v1/apps/"+made+"/resource_types", nil), "Credential", "list", 0, "appResourceType", "displayName")
}

func TestAppsTypesAndResourcesCanBeMade(t *testing.T) {
	f := start(t, sandbox.Options{})
	app, _ := at(f.Must("POST", "/api/v1/apps", object{"displayName": "By hand", "owners": []string{ada}}), "app", "id").(string)
	path := "/api/v1/apps/" + app
	expect(t, f.Must("GET", path, nil), []any{}, "app", "appOwners")
	kind, _ := at(f.Must("POST", path+"/resource_types", object{"displayName": "Role", "resourceType": "ROLE"}), "appResourceType", "id").(string)
	f.Refuses(500, "app resource type already exists", "POST", path+"/resource_types", object{"displayName": "Another", "resourceType": "ROLE"})
	for range 2 {
		f.Must("POST", path+"/resource_types", object{"displayName": "Thing", "resourceType": "CUSTOM"})
	}
	f.Refuses(400, "is none of CUSTOM", "POST", path+"/resource_types", object{"displayName": "x", "resourceType": "THING"})
	resource, _ := at(f.Must("POST", path+"/resource_types/"+kind+"/resources", object{"displayName": "reader"}), "appResource", "id").(string)
	f.Refuses(404, "resource type", "POST", path+"/resource_types/"+conductorone.SeedID("resource-type", "GitHub/Team")+"/resources", object{"displayName": "x"})
	f.Must("POST", entitlements(app), object{"displayName": "Reader", "appResourceTypeId": kind, "appResourceId": resource})
	f.Must("DELETE", path, nil)
	f.Refuses(404, "not found", "GET", path, nil)
	f.Refuses(404, "not found", "GET", entitlements(app), nil)
}
