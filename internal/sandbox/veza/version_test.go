package veza_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// entities is the part of a body that holds relationships; none is an empty list, not null.
func entities(list ...any) object {
	return object{"entities_to_create_relationships_to": append([]any{}, list...)}
}

func (f *fake) names(version any) []any {
	found := []any{}
	list, _ := at(version, "entities_to_create_relationships_to").([]any)
	for _, relationship := range list {
		found = append(found, at(relationship, "entity_name"))
	}
	return found
}

func TestVersionIsEditedInPlace(t *testing.T) {
	f := start(t, sandbox.Options{})
	ai, payroll := group("Okta", "OktaGroup", "AI Team"), group("Okta", "OktaGroup", "Payroll")
	id := f.create(entities(ai))
	path := profiles + "/" + id + "/versions/1"
	f.Advance(1)
	before := at(f.profile(id), "current_version", "entities_to_create_relationships_to", 0, "created_at")
	patched := f.Must("PATCH", path+"?update_mask=entities_to_create_relationships_to", entities(payroll, with(ai, object{"grant_by": 2})))
	expect(t, f.names(at(patched, "value")), []any{"Payroll", "AI Team"})
	expect(t, patched, 1, "value", "version_number")
	expect(t, patched, 2, "value", "entities_to_create_relationships_to", 1, "grant_by")
	expect(t, patched, before, "value", "entities_to_create_relationships_to", 1, "created_at")
	expect(t, f.profile(id), 1, "current_version_number")
	f.Must("PATCH", path, object{"access_request_policy_id": ""})
	expect(t, f.names(at(f.profile(id), "current_version")), []any{"Payroll", "AI Team"})
	expect(t, f.Must("PATCH", path, entities()), []any{}, "value", "entities_to_create_relationships_to")
	f.Must("PATCH", path, object{"state": "PUBLISHED", "application_sync_identity_action": nil})
	f.refuses(400, "cannot become RETIRED", "PATCH", path, object{"state": "RETIRED"})
	f.refuses(400, "neither live nor a draft", "PATCH", profiles+"/"+id+"/versions/2", entities(ai))
}

func TestVersionsMove(t *testing.T) {
	f := startWith(t, "publishPerEdit")
	id := f.create(nil)
	f.Must("PUT", profiles+"/"+id+"/versions/1/members", object{"access_profile_id": id, "version_number": 1, "type": "ADD", "identity_ids": []string{ada}})
	patched := f.Must("PATCH", profiles+"/"+id+"/versions/1", entities(group("Okta", "OktaGroup", "AI Team")))
	expect(t, patched, 2, "value", "version_number")
	expect(t, patched, []string{ada}, "value", "members")
	expect(t, f.profile(id), 2, "current_version_number")
	f.refuses(400, "neither live", "PATCH", profiles+"/"+id+"/versions/1", entities())
	old := f.Must("GET", profiles+"/"+id+"?version=1", nil)
	expect(t, old, "RETIRED", "value", "current_version", "state")
}

func TestFirstVersionIsADraft(t *testing.T) {
	f := startWith(t, "createDraft")
	created := f.Must("POST", profiles, object{"name": "x", "state": "RUNNING", "profile_type": plain})
	id, _ := at(created, "value", "id").(string)
	expect(t, created, 0, "value", "current_version_number")
	expect(t, created, 1, "value", "draft_version_number")
	expect(t, created, nil, "value", "current_version")
	expect(t, created, "DRAFT", "version", "state")
	f.Must("PATCH", profiles+"/"+id+"/versions/1", entities(group("Okta", "OktaGroup", "AI Team")))
	published := f.Must("PATCH", profiles+"/"+id+"/versions/1?update_mask=state", object{"state": "PUBLISHED"})
	expect(t, published, "PUBLISHED", "value", "state")
	got := f.profile(id)
	expect(t, got, 1, "current_version_number")
	expect(t, got, 0, "draft_version_number")
	expect(t, f.names(at(got, "current_version")), []any{"AI Team"})
}

func TestForeignDraft(t *testing.T) {
	f := start(t, sandbox.Options{})
	ai, payroll := group("Okta", "OktaGroup", "AI Team"), group("Okta", "OktaGroup", "Payroll")
	id := f.create(entities(ai))
	f.edit(id, with(entities(payroll), object{"openDraft": true}))
	got := f.profile(id)
	expect(t, got, 1, "current_version_number")
	expect(t, got, 2, "draft_version_number")
	expect(t, f.names(at(got, "current_version")), []any{"AI Team"})
	expect(t, f.names(at(f.Must("GET", profiles+"/"+id+"?version=2", nil), "value", "current_version")), []any{"Payroll"})
	f.edit(id, entities())
	expect(t, f.names(at(f.profile(id), "current_version")), []any{})
	f.edit(id, object{"discardDraft": true})
	expect(t, f.profile(id), 0, "draft_version_number")
	f.refuses(404, "version 2 not found", "GET", profiles+"/"+id+"?version=2", nil)
	f.edit(id, with(entities(payroll), object{"openDraft": true}))
	f.edit(id, object{"publishDraft": true})
	got = f.profile(id)
	expect(t, got, 2, "current_version_number")
	expect(t, got, 0, "draft_version_number")
	expect(t, f.names(at(got, "current_version")), []any{"Payroll"})
}

// The forms in which one tenant or another answers the same thing (docs/vendors/veza-api.md#json).
func TestForms(t *testing.T) {
	f := startWith(t, "numericEnums", "numericVersion", "noVersionInCreate")
	created := f.Must("POST", profiles, object{"name": "x", "state": "DRY_RUN", "profile_type": plain})
	expect(t, created, 3, "value", "state")
	expect(t, created, 1, "value", "current_version")
	expect(t, created, nil, "version")
	id, _ := at(created, "value", "id").(string)
	expect(t, f.Must("GET", profiles+"/"+id+"?version=1", nil), 1, "value", "current_version", "state")
	zero := f.Must("PATCH", profiles+"/"+id, object{"state": "INITIAL"})
	if _, there := at(zero, "value").(object)["state"]; there {
		t.Errorf("a zero value is on the wire: %v", zero)
	}
}

func TestMembers(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	path := profiles + "/" + id + "/versions/1/members"
	change := func(kind string, ids ...string) object {
		return object{"access_profile_id": id, "version_number": 1, "type": kind, "identity_ids": ids}
	}
	expect(t, f.Must("PUT", path, change("ADD", ada, grace)), "", "access_request_id")
	f.Must("PUT", path, change("ADD", ada))
	listed := f.Must("GET", path, nil)
	expect(t, listed, "Ada Lovelace", "values", 0, "identity_name")
	expect(t, listed, "ACCESS_PROFILE_MEMBERSHIP", "values", 0, "created_from")
	expect(t, listed, nil, "values", 2)
	f.Must("PATCH", profiles+"/"+id, object{"state": "RUNNING"})
	answer := f.Must("PUT", path, change("REMOVE", ada))
	request, _ := at(answer, "access_request_id").(string)
	if request == "" {
		t.Fatal("no access request for a profile that runs")
	}
	expect(t, f.Must("GET", lifecycle+"/access_requests/"+request, nil), "COMPLETED", "plans", 0, "state")
	expect(t, f.Must("GET", path, nil), grace, "values", 0, "identity_id")
	f.edit(id, object{"members": []any{object{"identity_id": ada, "created_from": "BIRTHRIGHT"}}})
	f.Must("PUT", path, change("REMOVE", ada))
	expect(t, f.Must("GET", path, nil), "BIRTHRIGHT", "values", 0, "created_from")
	expect(t, f.Must("GET", lifecycle+"/identities/"+ada, nil), id, "value", "access_profiles", 0)
	f.refuses(400, "identity x not found", "PUT", path, change("ADD", "x"))
	f.Configure(func(s *sandbox.Settings) { s.Features["memberError"] = true })
	failed := f.Must("PUT", path, change("ADD", grace))
	if at(failed, "access_request_error_message") == "" {
		t.Error("no error message")
	}
	expect(t, f.Must("GET", path, nil), nil, "values", 1)
	f.Configure(func(s *sandbox.Settings) { s.Features["accessRequestsDisabled"] = true })
	_, refused := f.Do("PUT", path, change("ADD", grace))
	expect(t, refused, "FailedPrecondition", "code")
}
