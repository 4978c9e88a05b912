package veza_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// limited is a type whose profiles grant by themselves and inherit, two things at most.
var limited = fake.SeedID("type", "Limited")

// bases are profiles from which others inherit.
var bases = []string{noSuchID[:35] + "1", noSuchID[:35] + "2"}

// drawProfile makes a profile with every field that decides who gets what: as a member, or
// because a label lets people ask.
func drawProfile(t *rapid.T) profile {
	subset := func(label string, most int, of ...string) []string {
		return append([]string{}, rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, most, rapid.ID).Draw(t, label)...)
	}
	relationships := veza.Relationships{}
	for _, e := range rapid.SliceOfNDistinct(rapid.SampledFrom([]backend.EntitlementID{developers, reports, team}), 0, 2, rapid.ID).Draw(t, "relationships") {
		relationships = append(relationships, related(e))
	}
	return profile{
		DisplayName: backend.To(rapid.SampledFrom([]string{"Developers", "Operations"}).Draw(t, "name")),
		Inherits:    subset("inherits", 2, bases...),
		Block: &veza.ProfileBlock{
			ProfileTypeID:         &limited,
			State:                 backend.To(rapid.SampledFrom([]string{"Running", "Running", "Paused", "DryRun"}).Draw(t, "state")),
			Members:               subset("members", 3, ada, grace, alan),
			Relationships:         relationships,
			Labels:                subset("labels", 2, "requestable", "sales"),
			AccessRequestPolicyID: backend.To(rapid.SampledFrom([]string{manager, auto}).Draw(t, "policy")),
		},
	}
}

func granting(running bool, members []string, contents []string, labels []string, policy string) vendortest.Grants {
	out := vendortest.Grants{}
	if running {
		out.Give(members, contents)
	}
	if slices.Contains(labels, "requestable") {
		out.Give([]string{"whoever asks"}, contents, "by "+policy)
	}
	return out
}

func meant(p profile) vendortest.Grants {
	contents := slices.Clone([]string(p.Inherits))
	for _, r := range profileBlock(p).Relationships {
		contents = append(contents, r.EntityID)
	}
	return granting(*profileBlock(p).State == "Running", profileBlock(p).Members, contents, profileBlock(p).Labels, *profileBlock(p).AccessRequestPolicyID)
}

// targets is what people have where it counts. Members and contents are carried there only
// while a profile runs (docs/vendors/veza-api.md#members): what is taken away at another time stays.
type targets struct{ have vendortest.Grants }

func (s *targets) look(k vendortest.Kept[profile], id string) vendortest.Grants {
	p := stored(k.Fixture, id)
	version := inForce(p)
	if version == nil {
		return vendortest.Grants{}
	}
	running := p["state"] == "RUNNING"
	members, contents := peopleOf(p), contentsOf(version)
	if running {
		s.have = granting(true, members, contents, nil, "")
	}
	policy, _ := version["access_request_policy_id"].(string)
	return granting(running, members, contents, words(p["labels"]), policy)
}

// left is what nobody may have any more, whether the profile runs or not.
func (s *targets) left(k vendortest.Kept[profile], id string) vendortest.Grants {
	p := stored(k.Fixture, id)
	return s.have.Minus(granting(true, peopleOf(p), contentsOf(inForce(p)), nil, ""))
}

func inForce(p map[string]any) map[string]any {
	for _, v := range p["versions"].([]any) {
		if version := v.(map[string]any); version["version_number"] == p["current_version_number"] {
			return version
		}
	}
	return nil
}

func peopleOf(p map[string]any) (out []string) {
	for _, m := range p["members"].([]any) {
		out = append(out, m.(map[string]any)["identity_id"].(string))
	}
	return out
}

func contentsOf(version map[string]any) []string {
	out := words(version["inherit_entities_from_access_profiles"])
	related, _ := version["entities_to_create_relationships_to"].([]any)
	for _, r := range related {
		out = append(out, r.(map[string]any)["entity_id"].(string))
	}
	return out
}

func words(list any) (out []string) {
	items, _ := list.([]any)
	for _, item := range items {
		out = append(out, item.(string))
	}
	return out
}

// edits are those of a tenant with some features of the fake.
func edits(features ...string) vendortest.Edits {
	at := &targets{}
	return vendortest.Edits{
		ParentID: limited, Means: meant, Granted: at.look, LeftBehind: at.left,
		Open: func(t *testing.T) vendortest.Kept[profile] { return profiles(t, "PublishDraft") },
		Prepare: func(k vendortest.Kept[profile]) {
			at.have = vendortest.Grants{}
			for _, id := range bases {
				if _, err := k.Server.Create(fake.KindAccessProfile, "", map[string]any{"id": id, "name": "base " + id}); err != nil {
					k.T.Fatal(err)
				}
			}
			k.Feature(features...)
		},
		Draw: func(t *rapid.T) profile {
			p := drawProfile(t)
			if slices.Contains(features, "createDraft") {
				profileBlock(p).Published = backend.To(true)
			}
			return p
		},
		Loose: [][]string{
			{"inherits"}, {"veza.state"}, {"veza.members"}, {"veza.relationships"}, {"veza.labels"}, {"veza.accessRequestPolicyID"},
		},
	}
}

func TestNoEditOfAProfileEverWidensAccessByAccident(t *testing.T) {
	for sentence, features := range map[string][]string{
		"as they are": nil, "with a version for each edit": {"publishPerEdit"}, "created as a draft": {"createDraft"},
	} {
		t.Run(sentence, func(t *testing.T) { vendortest.NeverWider(t, edits(features...)) })
	}
}

func TestWhatNarrowsAProfileGivesNobodyAnything(t *testing.T) {
	for sentence, features := range map[string][]string{"as they are": nil, "with a version for each edit": {"publishPerEdit"}} {
		t.Run(sentence, func(t *testing.T) { vendortest.Narrows(t, edits(features...)) })
	}
}

// TestWhatAStopTakesAwayIsTakenWhileItRuns: afterwards it would be gone from the profile, and
// left at the targets.
func TestWhatAStopTakesAwayIsTakenWhileItRuns(t *testing.T) {
	bare := func(of ...backend.EntitlementID) (out veza.Relationships) {
		for _, e := range of {
			out = append(out, related(e))
		}
		return out
	}
	for sentence, tc := range map[string]struct {
		change func(*profile)
		want   []string
	}{
		"a member":             {func(p *profile) { profileBlock(p).Members = backend.Set{ada} }, []string{"PUT members REMOVE", "PATCH profile PAUSED"}},
		"a relationship":       {func(p *profile) { profileBlock(p).Relationships = bare(reports) }, []string{"PATCH version", "PATCH profile PAUSED"}},
		"all relationships":    {func(p *profile) { profileBlock(p).Relationships = veza.Relationships{} }, []string{"PATCH version", "PATCH profile PAUSED"}},
		"one for another":      {func(p *profile) { profileBlock(p).Relationships = bare(reports, team) }, []string{"PATCH version", "PATCH profile PAUSED", "PATCH version"}},
		"nothing, one is more": {func(p *profile) { profileBlock(p).Relationships = bare(developers, reports, team) }, []string{"PATCH profile PAUSED", "PATCH version"}},
		"an entitlement": {func(p *profile) {
			profileBlock(p).Relationships, p.Entitlements = nil, backend.EntitlementSet{reports}
		}, []string{"PATCH version", "PATCH profile PAUSED"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			obs := converge(k, k.Created(plain, running()), running())
			desired := running()
			profileBlock(desired).State = backend.To("Paused")
			tc.change(&desired)
			k.ResetCalls()
			converge(k, obs, desired)
			same(t, "writes", writes(k.Fixture), tc.want)
		})
	}
}

// TestALabelThatLetsPeopleAskGoesBeforeContentsChange: whoever could ask for the old contents
// must not be able to ask for the new ones.
func TestALabelThatLetsPeopleAskGoesBeforeContentsChange(t *testing.T) {
	k := profiles(t)
	before := running()
	profileBlock(before).Labels = backend.Set{"requestable", "sales"}
	obs := converge(k, k.Created(plain, before), before)
	for sentence, tc := range map[string]struct {
		labels backend.Set
		want   []string
	}{
		"one label less":     {backend.Set{"sales"}, []string{"PATCH profile", "PATCH version"}},
		"one for another":    {backend.Set{"sales", "crm"}, []string{"PATCH profile", "PATCH version", "PATCH profile"}},
		"only a label more":  {backend.Set{"sales", "crm", "requestable"}, []string{"PATCH version", "PATCH profile"}},
		"none, and it stops": {backend.Set{}, []string{"PATCH version", "PATCH profile PAUSED", "PATCH version"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs = converge(k, k.Again(obs, before), before)
			desired := running()
			profileBlock(desired).Labels, profileBlock(desired).Relationships = tc.labels, veza.Relationships{related(operations)}
			if len(tc.labels) == 0 {
				profileBlock(desired).State = backend.To("Paused")
			}
			k.ResetCalls()
			obs = converge(k, k.Again(obs, desired), desired)
			same(t, "writes", writes(k.Fixture), tc.want)
		})
	}
}
