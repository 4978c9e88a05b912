package veza_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxtest"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

const (
	lifecycle      = "/api/private/lifecycle_management"
	profiles       = lifecycle + "/access_profiles"
	types          = lifecycle + "/access_profiles_types"
	nodes          = "/api/v1/assessments/query_spec:nodes"
	providers      = "/api/v1/providers"
	workflows      = "/api/preview/awf/workflows"
	certifications = "/api/preview/awf/certifications"
)

var (
	plain      = veza.SeedID("type", "Profile")
	business   = veza.SeedID("type", "Business Role")
	salesforce = veza.SeedID("datasource", "Salesforce")
	okta       = veza.SeedID("datasource", "Okta")
	ada        = veza.SeedID("identity", "ada@corp.example")
	grace      = veza.SeedID("identity", "grace@corp.example")
	quarterly  = veza.SeedID("configuration", "Quarterly Salesforce access")
)

type object = map[string]any

// What the tests of every fake share, under the names this package knows it by.
var (
	at     = sandboxtest.At
	expect = sandboxtest.Expect
)

// fake is a sandbox and a client of it.
type fake struct{ *sandboxtest.Client }

func start(t *testing.T, options sandbox.Options) *fake {
	t.Helper()
	return &fake{sandboxtest.Start(t, veza.Start, options)}
}

// startWith starts a sandbox whose tenant has features.
func startWith(t *testing.T, features ...string) *fake {
	t.Helper()
	return start(t, sandboxtest.WithFeatures(features...))
}

// refuses expects an error with a status and a text in its message, and reports whether the request broke the contract.
func (f *fake) refuses(status int, part, method, path string, body any) (broken bool) {
	f.T.Helper()
	f.ResetRejections()
	f.Refuses(status, part, method, path, body)
	return len(f.Rejections()) > 0
}

func with(base, fields object) object {
	result := object{}
	for name, value := range base {
		result[name] = value
	}
	for name, value := range fields {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = value
		}
	}
	return result
}

// group is a relationship to a seeded entity.
func group(provider, kind, name string) object {
	return object{
		"entity_type": kind, "datasource_id": veza.SeedID("datasource", provider), "entity_id": veza.SeedID("entity", provider+"/"+name),
	}
}

// create makes a profile and returns its id.
func (f *fake) create(fields object) string {
	f.T.Helper()
	body := with(object{"name": "Developers", "state": "PAUSED", "profile_type": plain}, fields)
	id, _ := at(f.Must("POST", profiles, body), "value", "id").(string)
	return id
}

func (f *fake) profile(id string) any {
	f.T.Helper()
	return at(f.Must("GET", profiles+"/"+id, nil), "value")
}

func (f *fake) edit(id string, patch object) {
	f.T.Helper()
	if err := f.Edit(sandbox.Target{Kind: veza.KindAccessProfile, ID: id}, patch); err != nil {
		f.T.Fatal(err)
	}
}
