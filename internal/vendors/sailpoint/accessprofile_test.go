package sailpoint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	profilesRoute = "/access-profiles/v1"
	profileRoute  = profilesRoute + "/{id}"
)

// TestProfileIsCreatedNarrow: the vendor's defaults are one of each, so both switches are said.
func TestProfileIsCreatedNarrow(t *testing.T) {
	k := profiles(t)
	k.Created(database, leastProfile("Nothing yet"))
	body := last[map[string]any](k.Fixture, "POST", profilesRoute)
	want := map[string]any{
		"name": "Nothing yet", "description": mark.Line(), "enabled": false, "requestable": false, "entitlements": []any{},
		"owner": map[string]any{"type": "IDENTITY", "id": ada}, "source": map[string]any{"type": "SOURCE", "id": database},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
}

func TestProfileCreateSendsAllButMetadata(t *testing.T) {
	k := profiles(t)
	desired := fullProfile()
	desired.Entitlements = append(desired.Entitlements, read)
	obs := k.Created(database, desired)
	body := last[map[string]any](k.Fixture, "POST", profilesRoute)
	if _, sent := body["accessModelMetadata"]; sent || len(body["entitlements"].([]any)) != 2 || len(body["additionalOwners"].([]any)) != 2 {
		t.Errorf("%v", body)
	}
	if got := k.Diff(obs, desired).Paths(); !slices.Equal(got, []string{"sailPoint.accessModelMetadata"}) {
		t.Errorf("left to Update: %v", got)
	}
	k.Converge(obs, desired)
	if got := patchedBy(k.Fixture, profileRoute); len(got) != 1 || !strings.HasSuffix(got[0], " /accessModelMetadata/attributes") {
		t.Errorf("%v", got)
	}
}

func TestProfilesThatCannotBe(t *testing.T) {
	k := profiles(t)
	for sentence, c := range map[string]struct {
		change func(*backend.AccessProfile)
		source string
		path   string
	}{
		"an entitlement of another source":   {func(p *backend.AccessProfile) { p.Entitlements = backend.EntitlementSet{payroll} }, database, "entitlements"},
		"enabled and empty":                  {func(p *backend.AccessProfile) { p.Entitlements = backend.EntitlementSet{} }, database, "sailPoint.enabled"},
		"enabled without a word about items": {func(p *backend.AccessProfile) { p.Entitlements = nil }, database, "sailPoint.enabled"},
		"nobody owns it":                     {func(p *backend.AccessProfile) { p.Owners = nil }, database, "owners"},
		"no source":                          {func(*backend.AccessProfile) {}, "", "sailPoint.source"},
	} {
		t.Run(sentence, func(t *testing.T) {
			desired := fullProfile()
			c.change(&desired)
			_, err := k.Create(t.Context(), backend.Ref{ParentID: c.source, Mark: mark}, desired)
			vendortest.Refusal(t, err, c.path)
			if n := k.Counts().Writes; n != 0 {
				t.Errorf("%d writes", n)
			}
		})
	}
	obs := k.Converge(k.Created(database, fullProfile()), fullProfile())
	k.ResetCalls()
	empty := backend.AccessProfile{Entitlements: backend.EntitlementSet{}}
	_, err := k.Update(t.Context(), obs, empty, k.Diff(obs, empty))
	vendortest.Refusal(t, err, "sailPoint.enabled")
	if n := k.Counts().Writes; n != 0 {
		t.Errorf("%d writes", n)
	}
}

// TestProfilePatchIsOneUnitInASafeOrder: what narrows first, what widens last, entitlements before the switch.
func TestProfilePatchIsOneUnitInASafeOrder(t *testing.T) {
	k := profiles(t)
	obs := k.Created(database, leastProfile("Later"))
	wide := fullProfile()
	profileBlock(wide).AccessModelMetadata = nil
	obs = k.Converge(obs, wide)
	want := []string{
		"replace /name", "replace /description", "replace /additionalOwners", "add /accessRequestConfig",
		"add /revocationRequestConfig", "replace /segments", "add /provisioningCriteria", "replace /entitlements", "replace /enabled", "replace /requestable",
	}
	got := patchedBy(k.Fixture, profileRoute)
	for i, step := range got { // Whether an empty list reads null is the vendor's matter (docs/vendors/sailpoint-api.md#json).
		if strings.HasSuffix(step, "/additionalOwners") || strings.HasSuffix(step, "/segments") || strings.HasSuffix(step, "/entitlements") {
			got[i] = strings.Replace(step, "add ", "replace ", 1)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	shut := backend.AccessProfile{Requestable: backend.To(false), Entitlements: backend.EntitlementSet{}, Block: &sailpoint.ProfileBlock{Enabled: backend.To(false)}}
	k.Converge(obs, shut)
	if diff := cmp.Diff([]string{"replace /enabled", "replace /requestable", "replace /entitlements"}, patchedBy(k.Fixture, profileRoute)); diff != "" {
		t.Error(diff)
	}
}

// TestProfileBlocksKeepWhatNobodyManages: a block that is sent resets what it leaves out
// (docs/vendors/sailpoint-api.md#patch-access-profilesv1id).
func TestProfileBlocksKeepWhatNobodyManages(t *testing.T) {
	k := profiles(t)
	desired := leastProfile("Blocks")
	profileBlock(desired).AccessRequest = &sailpoint.ProfileRequest{CommentsRequired: backend.To(true)}
	obs := k.Converge(k.Created(database, desired), desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{
		"accessRequestConfig": map[string]any{
			"commentsRequired": false, "formDefinitionId": "78258e80-e9e2-4e1a-a11f-ce0b7c62f25d", "requireEndDate": true,
			"approvalSchemes": []any{map[string]any{"approverType": "MANAGER"}}, "maxPermittedAccessDuration": map[string]any{"value": 6, "timeUnit": "MONTHS"},
		},
		"additionalOwners": []any{map[string]any{"type": "GOVERNANCE_GROUP", "id": approvers}, map[string]any{"type": "IDENTITY", "id": alan}},
	}); err != nil {
		t.Fatal(err)
	}
	desired.Owners = backend.Owners{grace, ada}
	obs = k.Converge(k.Observed(obs.ID, database, desired), desired)
	a := profileBlock(obs.Actual)
	want := sailpoint.ProfileRequest{
		CommentsRequired: backend.To(true), DenialCommentsRequired: backend.To(false), ReauthorizationRequired: backend.To(false), RequireEndDate: backend.To(true),
		MaxPermittedAccessDuration: &sailpoint.Period{Value: 6, Unit: "Months"}, ApprovalSchemes: sailpoint.ApprovalSchemes{{ApproverType: "Manager"}},
		FormDefinitionID: backend.To("78258e80-e9e2-4e1a-a11f-ce0b7c62f25d"),
	}
	if diff := cmp.Diff(want, *a.AccessRequest); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(a.OwnerGroups, []string{approvers}) {
		t.Errorf("the groups went with the people: %v", a.OwnerGroups)
	}
	groups := backend.AccessProfile{Block: &sailpoint.ProfileBlock{OwnerGroups: backend.Set{reviewers}}}
	obs = k.Converge(obs, groups)
	if !slices.Equal(obs.Actual.Owners, []string{grace, ada}) {
		t.Errorf("the people went with the groups: %v", obs.Actual.Owners)
	}
}

// TestProfileMarkIsPutBack: it is a line of the description, and no part of what people wrote.
func TestProfileMarkIsPutBack(t *testing.T) {
	k := profiles(t)
	desired := leastProfile("Marked")
	obs := k.Created(database, desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{"description": "Written by hand."}); err != nil {
		t.Fatal(err)
	}
	seen := k.Observed(obs.ID, database, desired)
	if !seen.Mark.IsZero() || !seen.MarkInProse {
		t.Fatalf("%+v", seen.Mark)
	}
	seen.Mark = mark
	back, err := k.Update(t.Context(), seen, desired, backend.Changes{{Path: backend.PathMark}})
	if err != nil || back.Mark != mark || *back.Actual.Description != "Written by hand." {
		t.Errorf("%v, %+v, %q", err, back.Mark, *back.Actual.Description)
	}
	found, err := k.Observe(t.Context(), backend.Ref{ParentID: database, Mark: mark, Key: desired.Key()})
	if err != nil || found.ID != obs.ID {
		t.Errorf("%q, %v", found.ID, err)
	}
}

func TestProfileWithoutOwner(t *testing.T) {
	k := profiles(t)
	desired := leastProfile("Orphan")
	desired.Owners = backend.Owners{ada, grace}
	obs := k.Created(database, desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{"owner": nil}); err != nil {
		t.Fatal(err)
	}
	seen := k.Observed(obs.ID, database, desired)
	heir := backend.AccessProfile{Owners: backend.Owners{grace}}
	if got := k.Diff(seen, heir).Paths(); !slices.Equal(got, []string{"owners"}) {
		t.Errorf("an additional owner passes for the owner: %v", got)
	}
	k.Converge(seen, desired)
	if got := patchedBy(k.Fixture, profileRoute); !slices.Equal(got, []string{"add /owner"}) {
		t.Errorf("%v", got)
	}
}
