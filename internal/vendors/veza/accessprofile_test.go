package veza_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

type profile = backend.AccessProfile

// running is a profile that gives two people two things.
func running() profile {
	return profile{
		DisplayName: backend.To("Developers"),
		Block: &veza.ProfileBlock{
			ProfileTypeID: &plain, State: backend.To("Running"), Members: backend.Set{ada, grace},
			Relationships: veza.Relationships{related(developers), related(reports)},
		},
	}
}

func TestAProfileStartsLast(t *testing.T) {
	k := profiles(t)
	obs := k.Created(plain, running())
	body, _ := last(k.Fixture, "POST", atProfiles)
	same(t, "the state of the create", body["state"], any("INITIAL"))
	same(t, "the labels of the create", body["labels"], any([]any{"governance-operator.io/mark=team-a/payroll;0123456789ab;tokentokentoken1"}))
	k.ResetCalls()
	obs = converge(k, obs, running())
	same(t, "writes", writes(k.Fixture), []string{"PUT members ADD", "PATCH profile RUNNING"})
	if obs.Mark != mark || backend.Value(obs.VersionNumber) != 1 || obs.DraftNumber != nil || obs.Version == "" || obs.Actual.Facts.StartedAt.IsZero() {
		t.Errorf("%+v", obs)
	}
}

// TestUpdatesKeepTheirOrder: no prefix of the calls gives anybody what neither the old nor
// the new profile gave them.
func TestUpdatesKeepTheirOrder(t *testing.T) {
	moved := func(state string) profile {
		p := running()
		p.DisplayName = backend.To("Operations")
		profileBlock(p).State, profileBlock(p).Members = &state, backend.Set{grace, alan}
		profileBlock(p).Relationships = veza.Relationships{related(operations)}
		return p
	}
	for sentence, tc := range map[string]struct {
		from, to string
		want     []string
	}{
		"while it runs":     {"Running", "Running", []string{"PUT members REMOVE", "PATCH version", "PATCH profile", "PUT members ADD"}},
		"when it pauses":    {"Running", "Paused", []string{"PUT members REMOVE", "PATCH version", "PATCH profile PAUSED", "PATCH version", "PATCH profile", "PUT members ADD"}},
		"when it starts":    {"Paused", "Running", []string{"PUT members REMOVE", "PATCH version", "PATCH profile", "PUT members ADD", "PATCH profile RUNNING"}},
		"from rest to rest": {"Paused", "DryRun", []string{"PUT members REMOVE", "PATCH version", "PATCH profile", "PUT members ADD", "PATCH profile DRY_RUN"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			before := running()
			profileBlock(before).State = &tc.from
			obs := converge(k, k.Created(plain, before), before)
			k.ResetCalls()
			converge(k, obs, moved(tc.to))
			same(t, "writes", writes(k.Fixture), tc.want)
		})
	}
}

func TestMasksNameTheBody(t *testing.T) {
	k := profiles(t)
	desired := fullProfile()
	profileBlock(desired).Published = nil
	obs := converge(k, k.Created(plain, desired), desired)
	for sentence, tc := range map[string]struct {
		change func(*profile)
		route  string
		mask   string
	}{
		"name and labels":       {func(p *profile) { p.DisplayName, profileBlock(p).Labels = backend.To("Devs"), backend.Set{} }, atProfile, "name,labels"},
		"a catalog item, whole": {func(p *profile) { profileBlock(p).CatalogItem.Icon = backend.To("lock") }, atProfile, "catalog_item_info"},
		"a policy":              {func(p *profile) { profileBlock(p).AccessRequestPolicyID = &auto }, atVersion, "access_request_policy_id"},
		"no relationships":      {func(p *profile) { profileBlock(p).Relationships = veza.Relationships{} }, atVersion, "entities_to_create_relationships_to"},
	} {
		t.Run(sentence, func(t *testing.T) {
			changed := backendtest.Clone(desired)
			tc.change(&changed)
			k.ResetCalls()
			k.Updated(k.Again(obs, changed), changed)
			body, query := last(k.Fixture, "PATCH", tc.route)
			values, err := url.ParseQuery(query)
			if err != nil || values.Get("update_mask") != tc.mask || len(body) != strings.Count(tc.mask, ",")+1 {
				t.Errorf("mask %q (%v), body %v", query, err, body)
			}
			k.Updated(k.Again(obs, desired), desired)
		})
	}
}

// TestWhatNobodySetStays: arrays and maps are replaced whole, so what others put into them
// is sent back as it was read.
func TestWhatNobodySetStays(t *testing.T) {
	k := profiles(t)
	desired := profile{
		DisplayName: backend.To("Developers"),
		Block: &veza.ProfileBlock{
			ProfileTypeID: &plain, Relationships: veza.Relationships{related(developers)},
			Labels: backend.Set{"sales"}, CustomProperties: backend.Pairs{"tier": "1"},
			CatalogItem: &veza.CatalogItem{Name: backend.To("Developers")},
		},
	}
	obs := converge(k, k.Created(plain, desired), desired)
	first := related(developers)
	edit(k.Fixture, obs.ID, map[string]any{
		"custom_properties": map[string]any{"tier": "1", "theirs": "x"},
		"catalog_item_info": map[string]any{"name": "Developers", "icon": "key"},
		"entities_to_create_relationships_to": []any{map[string]any{
			"entity_type": first.EntityType, "datasource_id": first.DatasourceID, "entity_id": first.EntityID,
			"grant_by": 3, "created_by_access_profile": true, "custom_properties": map[string]any{"k": "v"},
			"condition": map[string]any{"type": 2, "condition_string": "true"},
		}},
	})
	if obs = k.Again(obs, desired); len(k.Diff(obs, desired)) > 0 {
		t.Fatalf("what nobody manages differs: %v", k.Diff(obs, desired).Paths())
	}
	rel := profileBlock(obs.Actual).Relationships[0]
	if backend.Value(rel.GrantBy) != "3" || rel.Condition.Type != "2" || !backend.Value(rel.CreatedByAccessProfile) {
		t.Errorf("read as %+v", rel)
	}
	for name, more := range map[string]func(*profile){
		"by relationships": func(p *profile) {
			profileBlock(p).Relationships = append(profileBlock(p).Relationships, related(reports))
		},
		"by entitlements": func(p *profile) {
			profileBlock(p).Relationships, p.Entitlements = nil, backend.EntitlementSet{developers, reports, operations}
		},
		"by a condition whose kind is left alone": func(p *profile) {
			profileBlock(p).Relationships[0].Condition = &veza.Condition{Expression: "false"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := backendtest.Clone(desired)
			profileBlock(changed).CustomProperties["tier"], profileBlock(changed).CatalogItem.Recommended = name, backend.To(true)
			more(&changed)
			converge(k, obs, changed)
			live := stored(k.Fixture, obs.ID)
			same(t, "properties", live["custom_properties"], any(map[string]any{"tier": name, "theirs": "x"}))
			if icon := live["catalog_item_info"].(map[string]any)["icon"]; icon != "key" {
				t.Errorf("the icon is %v", icon)
			}
			body, _ := last(k.Fixture, "PATCH", atVersion)
			kept := body["entities_to_create_relationships_to"].([]any)[0].(map[string]any)
			if kept["grant_by"] != 3.0 || kept["created_by_access_profile"] != true || kept["condition"].(map[string]any)["type"] != 2.0 {
				t.Errorf("sent back as %v", kept)
			}
			if _, ok := kept["entity_name"]; ok {
				t.Error("a read-only member was sent")
			}
		})
	}
}

func TestLabels(t *testing.T) {
	k := profiles(t)
	id, err := k.Server.Create(fake.KindAccessProfile, "", map[string]any{"name": "By hand", "labels": []any{"theirs", "governance-operator.io/mark=team-b/x;ffff;other"}})
	if err != nil {
		t.Fatal(err)
	}
	desired := leastProfile(plain)("By hand")
	found, err := k.Observe(t.Context(), backend.Ref{ParentID: plain, Key: desired.Key()})
	if err != nil || found.ID != id || found.Mark.Owner != "team-b/x" || found.MarkIncomplete || found.MarkInProse {
		t.Fatalf("%+v, %v", found, err)
	}
	found.Mark = mark // As the engine adopts.
	adopted, err := k.Update(t.Context(), found, desired, backend.Changes{{Path: backend.PathMark}})
	if err != nil || adopted.Mark != mark {
		t.Fatalf("%+v, %v", adopted, err)
	}
	same(t, "labels", stored(k.Fixture, id)["labels"], any([]any{"theirs", "governance-operator.io/mark=team-a/payroll;0123456789ab;tokentokentoken1"}))
	same(t, "labels that a spec can be about", profileBlock(adopted.Actual).Labels, backend.Set{"theirs"})
	edit(k.Fixture, id, map[string]any{"labels": []any{}})
	if lost := k.Again(adopted, desired); !lost.Mark.IsZero() || lost.MarkInProse {
		t.Errorf("a mark that was taken away: %+v", lost.Mark)
	}
}

func TestATakenName(t *testing.T) {
	k := profiles(t)
	k.Created(plain, leastProfile(plain)("P"))
	_, err := k.Create(t.Context(), backend.Ref{ParentID: plain, Mark: mark}, leastProfile(plain)("P"))
	vendortest.Refusal(t, err, "displayName", `an access profile named "P" exists`)
	taken(t, err)
	other := k.Created(plain, leastProfile(plain)("Q"))
	_, err = k.Update(t.Context(), other, leastProfile(plain)("P"), backend.Changes{{Path: "displayName"}})
	vendortest.Refusal(t, err, "displayName", "which another profile may have")
	taken(t, err)
	k.Fault(sandbox.Fault{Method: "POST", Kind: sandbox.FaultStatus, Status: 409, Body: `{"code":6,"message":"there is one"}`})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: plain, Mark: mark}, leastProfile(plain)("R"))
	vendortest.Refusal(t, err, "displayName", "there is one")
	taken(t, err)
}

func taken(t *testing.T, err error) {
	t.Helper()
	if !backend.IsTaken(err) {
		t.Errorf("%v does not say that the name is taken", err)
	}
}

func TestMembers(t *testing.T) {
	k := profiles(t)
	desired := leastProfile(plain)("P")
	profileBlock(desired).Members = backend.Set{ada}
	obs := converge(k, k.Created(plain, desired), desired)
	edit(k.Fixture, obs.ID, map[string]any{"members": []any{
		map[string]any{"identity_id": ada}, map[string]any{"identity_id": grace, "created_from": "BIRTHRIGHT"},
		map[string]any{"identity_id": alan, "created_from": "OTHER", "workflow": "joiners"},
	}})
	k.ResetCalls()
	obs = k.Again(obs, desired)
	same(t, "members by hand", profileBlock(obs.Actual).Members, backend.Set{ada})
	profileBlock(desired).Members = backend.Set{}
	converge(k, obs, desired)
	body, _ := last(k.Fixture, "PUT", atMembers)
	same(t, "the change", body, map[string]any{"access_profile_id": obs.ID, "version_number": 1.0, "type": "REMOVE", "identity_ids": []any{ada}})
	k.Feature("memberError")
	profileBlock(desired).Members = backend.Set{ada}
	failed, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: "veza.members"}})
	vendortest.Refusal(t, err, "veza.members", "the access request could not be carried out")
	if failed.ID != "" {
		t.Error("nothing was written")
	}
}

func TestVersionsThatMoveWithEachEdit(t *testing.T) {
	k := profiles(t)
	k.Feature("publishPerEdit")
	obs := converge(k, k.Created(plain, running()), running())
	desired := running()
	profileBlock(desired).Relationships, profileBlock(desired).Members = veza.Relationships{related(team)}, backend.Set{alan}
	obs = converge(k, obs, desired)
	if n := backend.Value(obs.VersionNumber); n != 2 {
		t.Errorf("version %d", n)
	}
	body, _ := last(k.Fixture, "PUT", atMembers)
	same(t, "members are added to the new version", body["version_number"], any(2.0))
	rows := k.Many(backend.Ref{ID: obs.ID, ParentID: plain})
	if len(rows) != 1 || cmp.Diff(rows[0].VersionNumber, obs.VersionNumber) != "" {
		t.Errorf("%+v", rows)
	}
}

func TestNoEmptyListIsSentUnasked(t *testing.T) {
	k := profiles(t)
	obs := k.Created(plain, leastProfile(plain)("P"))
	body, _ := last(k.Fixture, "POST", atProfiles)
	for _, key := range []string{"entities_to_create_relationships_to", "inherit_entities_from_access_profiles", "custom_properties", "description"} {
		if _, ok := body[key]; ok {
			t.Errorf("%s was sent", key)
		}
	}
	desired := leastProfile(plain)("P")
	profileBlock(desired).AccessRequestPolicyID, desired.Entitlements = &auto, backend.EntitlementSet{}
	k.Updated(obs, desired)
	body, _ = last(k.Fixture, "PATCH", atVersion)
	same(t, "the body", body, map[string]any{"access_request_policy_id": auto})
}

func TestAPartThatWasWrittenIsTold(t *testing.T) {
	k := profiles(t)
	obs := converge(k, k.Created(plain, running()), running())
	desired := running()
	profileBlock(desired).State, desired.Description = backend.To("Paused"), backend.To("x")
	k.Fault(sandbox.Fault{Method: "PATCH", Kind: sandbox.FaultStatus, Status: 400, Count: 1})
	none, err := k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
	vendortest.Class(t, err, backend.Terminal)
	if none.ID != "" {
		t.Error("nothing was written")
	}
	n := 0
	ctx := backend.WithFence(t.Context(), func() error {
		if n++; n > 1 {
			return errors.New("the lease is lost")
		}
		return nil
	})
	partly, err := k.Update(ctx, obs, desired, k.Diff(obs, desired))
	vendortest.Class(t, err, backend.Fenced)
	if partly.ID != obs.ID {
		t.Error("a part was written")
	}
	if err := k.Server.Delete(sandbox.Target{Kind: fake.KindAccessProfile, ID: obs.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
	vendortest.Class(t, err, backend.Conflict)
}
