package veza_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// drafted is a profile of ours in which somebody opened a draft that gives more.
func drafted(k vendortest.Kept[profile], desired profile) backend.Observation[profile] {
	k.T.Helper()
	obs := converge(k, k.Created(plain, desired), desired)
	wide := related(payroll)
	edit(k.Fixture, obs.ID, map[string]any{"openDraft": true})
	edit(k.Fixture, obs.ID, map[string]any{"openDraft": true, "entities_to_create_relationships_to": []any{map[string]any{
		"entity_type": wide.EntityType, "datasource_id": wide.DatasourceID, "entity_id": wide.EntityID,
	}}})
	k.ResetCalls()
	return obs
}

func TestADraftIsLeftAlone(t *testing.T) {
	for sentence, allow := range map[string][]string{"not allowed": nil, "allowed and not asked for": {"PublishDraft"}} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t, allow...)
			seen := drafted(k, running())
			obs := k.Again(seen, running())
			if !obs.Locked || backend.Value(obs.DraftNumber) != 2 || backend.Value(obs.VersionNumber) != 1 || *profileBlock(obs.Actual).Published {
				t.Errorf("locked %t, draft %v, version %v", obs.Locked, obs.DraftNumber, obs.VersionNumber)
			}
			k.Same(obs, running()) // What counts is what is in force.
			desired := running()
			profileBlock(desired).Relationships = veza.Relationships{related(team)}
			// It was opened after the look.
			_, err := k.Update(t.Context(), seen, desired, k.Diff(seen, desired))
			vendortest.Class(t, err, backend.Conflict)
			if sent := writes(k.Fixture); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
			adopted, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: backend.PathMark}, {Path: "veza.relationships"}})
			if err != nil || !adopted.Locked {
				t.Errorf("%+v, %v", adopted, err)
			}
			same(t, "an adoption writes the mark alone", writes(k.Fixture), []string{"PATCH profile"})
		})
	}
}

func TestADraftThatOpensMeanwhile(t *testing.T) {
	k := profiles(t)
	obs := converge(k, k.Created(plain, running()), running())
	desired := running()
	profileBlock(desired).Relationships, profileBlock(desired).Members = veza.Relationships{related(team)}, backend.Set{}
	k.ResetCalls()
	ctx := backend.WithFence(t.Context(), func() error {
		if len(writes(k.Fixture)) == 0 {
			edit(k.Fixture, obs.ID, map[string]any{"openDraft": true})
		}
		return nil
	})
	partly, err := k.Update(ctx, obs, desired, k.Diff(obs, desired))
	vendortest.Class(t, err, backend.Conflict)
	if partly.ID != obs.ID {
		t.Error("a part was written")
	}
	same(t, "writes", writes(k.Fixture), []string{"PUT members REMOVE"})
}

func TestADraftIsWrittenAndPublished(t *testing.T) {
	k := profiles(t, "PublishDraft")
	desired := running()
	drafted(k, desired)
	k = vendortest.Keep(k.Fixture, open(k.Fixture, "PublishDraft").AccessProfiles())
	found, err := k.Observe(t.Context(), backend.Ref{ParentID: plain, Mark: mark})
	if err != nil {
		t.Fatal(err)
	}
	profileBlock(desired).Published = backend.To(true)
	profileBlock(desired).Relationships = append(profileBlock(desired).Relationships, related(team))
	same(t, "changes", k.Diff(k.Again(found, desired), desired).Paths(), []string{"veza.relationships", "veza.publish"})
	obs := converge(k, found, desired)
	same(t, "writes", writes(k.Fixture), []string{"PATCH version", "PATCH version PUBLISHED"})
	if obs.Locked || backend.Value(obs.VersionNumber) != 2 || obs.DraftNumber != nil {
		t.Errorf("locked %t, draft %v, version %v", obs.Locked, obs.DraftNumber, obs.VersionNumber)
	}
}

// TestADraftOfSomebodyElse is put into force only where nothing in it but the spec's own is new.
func TestADraftOfSomebodyElse(t *testing.T) {
	opened := func(more map[string]any) map[string]any {
		out := map[string]any{"openDraft": true}
		maps.Copy(out, more)
		return out
	}
	relationship := func(e backend.EntitlementID, more map[string]any) map[string]any {
		r := related(e)
		out := map[string]any{"entity_type": r.EntityType, "datasource_id": r.DatasourceID, "entity_id": r.EntityID}
		maps.Copy(out, more)
		return out
	}
	own := running()
	with := func(change func(*profile)) profile {
		p := running()
		profileBlock(p).Published = backend.To(true)
		change(&p)
		return p
	}
	more := with(func(p *profile) { profileBlock(p).Relationships = append(profileBlock(p).Relationships, related(team)) })
	var kept []any
	for _, r := range profileBlock(own).Relationships {
		kept = append(kept, relationship(entitlementIn(r), nil))
	}
	for sentence, tc := range map[string]struct {
		draft   map[string]any
		desired profile
		differ  []string
		may     bool
	}{
		"the same as what is in force": {nil, more, nil, true},
		"what the spec writes anyway":  {map[string]any{"entities_to_create_relationships_to": append(slices.Clone(kept), any(relationship(payroll, nil)))}, more, nil, true},
		"a field that nobody manages": {map[string]any{"access_request_policy_id": auto}, with(func(p *profile) {
			profileBlock(p).AccessRequestPolicyID = nil
			profileBlock(p).Relationships = append(profileBlock(p).Relationships, related(team))
		}), []string{"veza.accessRequestPolicyID"}, false},
		"a part of an entry that nobody wrote": {map[string]any{"entities_to_create_relationships_to": append(slices.Clone(kept[1:]), any(relationship(entitlementIn(profileBlock(own).Relationships[0]), map[string]any{"custom_properties": map[string]any{"k": "v"}})))}, more, []string{"veza.relationships"}, false},
		"the spec has nothing to write":        {map[string]any{"entities_to_create_relationships_to": append(slices.Clone(kept), any(relationship(payroll, nil)))}, with(func(*profile) {}), nil, false},
		"the spec has only its text to write":  {nil, with(func(p *profile) { p.Description = backend.To("another") }), nil, false},
		"the spec manages no contents":         {map[string]any{"entities_to_create_relationships_to": []any{relationship(payroll, nil)}}, with(func(p *profile) { profileBlock(p).Relationships = nil }), []string{"entitlements"}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t, "PublishDraft")
			obs := converge(k, k.Created(plain, own), own)
			edit(k.Fixture, obs.ID, opened(nil))
			edit(k.Fixture, obs.ID, opened(tc.draft))
			obs = k.Again(obs, tc.desired)
			changes := k.Diff(obs, tc.desired)
			k.ResetCalls()
			differ, may, err := k.Driver.(backend.Drafter[profile]).Pending(t.Context(), obs, tc.desired, changes)
			if err != nil || may != tc.may || !slices.Equal(differ, tc.differ) {
				t.Errorf("differ %v, may %t, %v; want %v, %t", differ, may, err, tc.differ, tc.may)
			}
			_, err = k.Update(t.Context(), obs, tc.desired, changes)
			if tc.may {
				if err != nil {
					t.Fatal(err)
				}
				converge(k, obs, tc.desired)
				return
			}
			vendortest.Class(t, err, backend.Conflict)
			if sent := writes(k.Fixture); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

func entitlementIn(r veza.Relationship) backend.EntitlementID {
	return backend.EntitlementID{AppID: r.DatasourceID, ID: veza.Entity(r.EntityType, r.EntityID)}
}

func TestAPublicationThatDoesNotTake(t *testing.T) {
	for sentence, tc := range map[string]struct {
		fault sandbox.Fault
		why   string
	}{
		"accepted, and not done": {sandbox.Fault{Status: 200, Body: "{}"}, "did not put it into force"},
		"not offered":            {sandbox.Fault{Status: 501}, "does not offer the publication of a draft"},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t, "PublishDraft")
			k.Feature("createDraft")
			desired := leastProfile(plain)("P")
			k.Created(plain, desired)
			profileBlock(desired).Published = backend.To(true)
			tc.fault.Method, tc.fault.PathPattern, tc.fault.Kind = "PATCH", "/versions/", sandbox.FaultStatus
			k.Fault(tc.fault)
			found, err := k.Observe(t.Context(), backend.Ref{ParentID: plain, Mark: mark})
			if err != nil {
				t.Fatal(err)
			}
			_, err = k.Update(t.Context(), found, desired, k.Diff(found, desired))
			vendortest.Class(t, err, backend.Terminal)
			if err == nil || !strings.Contains(err.Error(), tc.why) {
				t.Error(err)
			}
		})
	}
}

func TestPublishingTakesLeave(t *testing.T) {
	k := profiles(t)
	desired := leastProfile(plain)("P")
	profileBlock(desired).Published = backend.To(true)
	problems := k.Capabilities().Check(desired)
	if len(problems) != 1 || problems[0].Path != "veza.publish" || !strings.Contains(problems[0].Message, "spec.veza.allow of the backend") {
		t.Errorf("%v", problems)
	}
	if problems := profiles(t, "PublishDraft").Capabilities().Check(desired); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

func TestAProfileOfWhichOnlyADraftExists(t *testing.T) {
	k := profiles(t)
	k.Feature("createDraft")
	desired := running()
	obs := k.Again(k.Created(plain, desired), desired)
	if !obs.Locked || obs.VersionNumber != nil || backend.Value(obs.DraftNumber) != 1 || len(profileBlock(obs.Actual).Relationships) != 0 || len(profileBlock(obs.Actual).Members) != 0 {
		t.Errorf("%+v", obs)
	}
}

func TestRetiring(t *testing.T) {
	retired := backend.Changes{{Path: backend.PathRetired}}
	k := profiles(t)
	obs := converge(k, k.Created(plain, running()), running())
	edit(k.Fixture, obs.ID, map[string]any{"members": []any{
		map[string]any{"identity_id": ada}, map[string]any{"identity_id": grace}, map[string]any{"identity_id": alan, "created_from": "BIRTHRIGHT"},
	}})
	k.ResetCalls()
	for range 2 {
		out, err := k.Update(t.Context(), obs, profile{}, retired)
		if err != nil || !out.Retired || out.Mark != mark {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	same(t, "writes", writes(k.Fixture), []string{"PUT members REMOVE", "PATCH profile PAUSED"})
	labels := stored(k.Fixture, obs.ID)["labels"].([]any)
	if !slices.Contains(labels, any("governance-operator.io/retired")) {
		t.Errorf("labels %v", labels)
	}
	if rows := k.Many(backend.Ref{ID: obs.ID, ParentID: plain}); len(rows) != 1 || !rows[0].Retired {
		t.Errorf("%+v", rows)
	}
	same(t, "labels that a spec can be about", profileBlock(k.Again(obs, running()).Actual).Labels, backend.Set{})
	back := converge(k, obs, running())
	if back.Retired {
		t.Error("a profile that runs is not retired")
	}
	adopted, err := k.Update(t.Context(), back, running(), backend.Changes{{Path: backend.PathMark}})
	if err != nil || slices.Contains(stored(k.Fixture, obs.ID)["labels"].([]any), any("governance-operator.io/retired")) {
		t.Errorf("%+v, %v", adopted, err)
	}
}

func TestWhatIsInUseStays(t *testing.T) {
	for sentence, use := range map[string]func(k vendortest.Kept[profile], id string){
		"by a workflow": func(k vendortest.Kept[profile], id string) {
			edit(k.Fixture, id, map[string]any{"used_by_workflow": true})
		},
		"by an heir": func(k vendortest.Kept[profile], id string) {
			heir := leastProfile(business)("Heir")
			heir.Inherits = backend.Set{id}
			k.Created(business, heir)
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t, "DeleteProfile")
			k.Feature("deleteProfile")
			obs := converge(k, k.Created(plain, running()), running())
			use(k, obs.ID)
			k.ResetCalls()
			_, err := k.Update(t.Context(), obs, profile{}, backend.Changes{{Path: backend.PathRetired}})
			vendortest.Class(t, err, backend.Terminal)
			vendortest.Class(t, k.Driver.Delete(t.Context(), obs), backend.Terminal)
			if sent := writes(k.Fixture); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

func TestDeletingTakesLeave(t *testing.T) {
	k := profiles(t)
	obs := k.Created(plain, leastProfile(plain)("P"))
	k.ResetCalls()
	err := k.Driver.Delete(t.Context(), obs)
	vendortest.Class(t, err, backend.Terminal)
	if k.Capabilities().Delete || !strings.Contains(err.Error(), "write DeleteProfile into spec.veza.allow") || len(writes(k.Fixture)) > 0 {
		t.Errorf("%v, sent %v", err, writes(k.Fixture))
	}
	for sentence, arrange := range map[string]func(k vendortest.Kept[profile]){
		"405": func(vendortest.Kept[profile]) {},
		"501": func(k vendortest.Kept[profile]) { k.Feature("deleteUnimplemented") },
		"404 for what still is there": func(k vendortest.Kept[profile]) {
			k.Fault(sandbox.Fault{Method: "DELETE", Kind: sandbox.FaultStatus, Status: 404})
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t, "DeleteProfile")
			arrange(k)
			err := k.Driver.Delete(t.Context(), k.Created(plain, leastProfile(plain)("P")))
			vendortest.Class(t, err, backend.Terminal)
			if err == nil || !strings.Contains(err.Error(), "does not offer the deletion of an access profile") {
				t.Error(err)
			}
		})
	}
}

// TestNobodyGetsMore stops an update after each of its calls, and looks who has what: only
// what the old or the new profile gave them.
func TestNobodyGetsMore(t *testing.T) {
	states := []string{"Running", "Paused", "DryRun"}
	for _, from := range states {
		for _, to := range states {
			t.Run(from+" to "+to, func(t *testing.T) {
				before, after := running(), running()
				profileBlock(before).State, profileBlock(after).State = &from, &to
				after.Description, profileBlock(after).Members = backend.To("moved"), backend.Set{grace, alan}
				profileBlock(after).Relationships = veza.Relationships{related(reports), related(team)}
				for stop := 0; ; stop++ {
					k := profiles(t)
					obs := converge(k, k.Created(plain, before), before)
					allowed := gives(k.Fixture, obs.ID)
					n := 0
					_, err := k.Update(backend.WithFence(t.Context(), func() error {
						if n++; n > stop {
							return errors.New("stopped")
						}
						return nil
					}), obs, after, k.Diff(obs, after))
					now := gives(k.Fixture, obs.ID)
					converge(k, obs, after)
					allowed = append(allowed, gives(k.Fixture, obs.ID)...)
					for _, pair := range now {
						if !slices.Contains(allowed, pair) {
							t.Errorf("after %d calls: %s", stop, pair)
						}
					}
					if err == nil {
						break
					}
				}
			})
		}
	}
}

// gives lists who has what at the vendor: members × relationships while the profile runs.
func gives(h *vendortest.Fixture, id string) []string {
	p := stored(h, id)
	if p["state"] != "RUNNING" {
		return nil
	}
	var out []string
	for _, v := range p["versions"].([]any) {
		v := v.(map[string]any)
		if v["state"] != "PUBLISHED" {
			continue
		}
		members, _ := v["members"].([]any)
		relationships, _ := v["entities_to_create_relationships_to"].([]any)
		for _, m := range members {
			for _, r := range relationships {
				out = append(out, m.(map[string]any)["identity_id"].(string)+" → "+r.(map[string]any)["entity_id"].(string))
			}
		}
	}
	return out
}
