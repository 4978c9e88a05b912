package sailpoint_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

const (
	profilesRoute = "/access-profiles/v1"
	profileRoute  = profilesRoute + "/{id}"
)

// TestProfileIsCreatedNarrow: the vendor's defaults are one of each, so both switches are said.
func TestProfileIsCreatedNarrow(t *testing.T) {
	k := profiles(t)
	k.create(database, leastProfile("Nothing yet"))
	body := last[map[string]any](k.house, "POST", profilesRoute)
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
	obs := k.create(database, desired)
	body := last[map[string]any](k.house, "POST", profilesRoute)
	if _, sent := body["accessModelMetadata"]; sent || len(body["entitlements"].([]any)) != 2 || len(body["additionalOwners"].([]any)) != 2 {
		t.Errorf("%v", body)
	}
	if got := k.diff(obs, desired).Paths(); !slices.Equal(got, []string{"sailPoint.accessModelMetadata"}) {
		t.Errorf("left to Update: %v", got)
	}
	k.converge(obs, desired)
	if got := k.patched(profileRoute); len(got) != 1 || !strings.HasSuffix(got[0], " /accessModelMetadata/attributes") {
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
			refusal(t, err, c.path)
			if n := k.Counts().Writes; n != 0 {
				t.Errorf("%d writes", n)
			}
		})
	}
	obs := k.converge(k.create(database, fullProfile()), fullProfile())
	k.ResetCalls()
	empty := backend.AccessProfile{Entitlements: backend.EntitlementSet{}}
	_, err := k.Update(t.Context(), obs, empty, k.diff(obs, empty))
	refusal(t, err, "sailPoint.enabled")
	if n := k.Counts().Writes; n != 0 {
		t.Errorf("%d writes", n)
	}
}

// TestProfilePatchIsOneUnitInASafeOrder: what narrows first, what widens last, entitlements before the switch.
func TestProfilePatchIsOneUnitInASafeOrder(t *testing.T) {
	k := profiles(t)
	obs := k.create(database, leastProfile("Later"))
	wide := fullProfile()
	wide.SailPoint.AccessModelMetadata = nil
	obs = k.converge(obs, wide)
	want := []string{
		"replace /name", "replace /description", "replace /additionalOwners", "add /accessRequestConfig",
		"add /revocationRequestConfig", "replace /segments", "add /provisioningCriteria", "replace /entitlements", "replace /enabled", "replace /requestable",
	}
	got := k.patched(profileRoute)
	for i, step := range got { // Whether an empty list reads null is the vendor's matter (section 3.1).
		if strings.HasSuffix(step, "/additionalOwners") || strings.HasSuffix(step, "/segments") || strings.HasSuffix(step, "/entitlements") {
			got[i] = strings.Replace(step, "add ", "replace ", 1)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	shut := backend.AccessProfile{Requestable: backend.To(false), Entitlements: backend.EntitlementSet{}, SailPoint: &backend.SailPointAccessProfile{Enabled: backend.To(false)}}
	k.converge(obs, shut)
	if diff := cmp.Diff([]string{"replace /enabled", "replace /requestable", "replace /entitlements"}, k.patched(profileRoute)); diff != "" {
		t.Error(diff)
	}
}

// TestProfileBlocksKeepWhatNobodyManages: a block that is sent resets what it leaves out (section 4.3).
func TestProfileBlocksKeepWhatNobodyManages(t *testing.T) {
	k := profiles(t)
	desired := leastProfile("Blocks")
	desired.SailPoint.AccessRequest = &backend.SailPointProfileRequest{CommentsRequired: backend.To(true)}
	obs := k.converge(k.create(database, desired), desired)
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
	obs = k.converge(k.observe(obs.ID, database, desired), desired)
	a := obs.Actual.SailPoint
	want := backend.SailPointProfileRequest{
		CommentsRequired: backend.To(true), DenialCommentsRequired: backend.To(false), ReauthorizationRequired: backend.To(false), RequireEndDate: backend.To(true),
		MaxPermittedAccessDuration: &backend.SailPointPeriod{Value: 6, Unit: "Months"}, ApprovalSchemes: backend.ApprovalSchemes{{ApproverType: "Manager"}},
		FormDefinitionID: backend.To("78258e80-e9e2-4e1a-a11f-ce0b7c62f25d"),
	}
	if diff := cmp.Diff(want, *a.AccessRequest); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(a.OwnerGroups, []string{approvers}) {
		t.Errorf("the groups went with the people: %v", a.OwnerGroups)
	}
	groups := backend.AccessProfile{SailPoint: &backend.SailPointAccessProfile{OwnerGroups: backend.Set{reviewers}}}
	obs = k.converge(obs, groups)
	if !slices.Equal(obs.Actual.Owners, []string{grace, ada}) {
		t.Errorf("the people went with the groups: %v", obs.Actual.Owners)
	}
}

// TestProfileMarkIsPutBack: it is a line of the description, and no part of what people wrote.
func TestProfileMarkIsPutBack(t *testing.T) {
	k := profiles(t)
	desired := leastProfile("Marked")
	obs := k.create(database, desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{"description": "Written by hand."}); err != nil {
		t.Fatal(err)
	}
	seen := k.observe(obs.ID, database, desired)
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
	obs := k.create(database, desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{"owner": nil}); err != nil {
		t.Fatal(err)
	}
	seen := k.observe(obs.ID, database, desired)
	heir := backend.AccessProfile{Owners: backend.Owners{grace}}
	if got := k.diff(seen, heir).Paths(); !slices.Equal(got, []string{"owners"}) {
		t.Errorf("an additional owner passes for the owner: %v", got)
	}
	k.converge(seen, desired)
	if got := k.patched(profileRoute); !slices.Equal(got, []string{"add /owner"}) {
		t.Errorf("%v", got)
	}
}

func TestProfileInUseNamesItsUsers(t *testing.T) {
	for sentence, feature := range map[string]string{"as the schema spells it": "", "as the examples spell it": fake.FeatureUsages} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			if feature != "" {
				k.feature(feature)
			}
			err := k.Delete(t.Context(), k.observe(used, workday, backend.AccessProfile{}))
			class(t, err, backend.Terminal)
			want := fmt.Sprintf("the access profile is in use by ROLE Payroll clerk (%s): take it out there first", fake.SeedID("role", "Payroll clerk"))
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			if !k.observe(used, workday, backend.AccessProfile{}).Exists {
				t.Error("it is gone all the same")
			}
		})
	}
	t.Run("freed between the two calls it is deleted", func(t *testing.T) {
		k := profiles(t)
		seen := k.observe(used, workday, backend.AccessProfile{})
		k.fault(sandbox.Fault{Method: "DELETE", Kind: sandbox.FaultStatus, Status: 400, Count: 1,
			Body: `{"detailCode":"400.2.1.0 Object in use by another","trackingId":"1","messages":[],"causes":[]}`})
		if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: used}, map[string]any{"usedBy": []any{}}); err != nil {
			t.Fatal(err)
		}
		if err := k.Delete(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
		k.Advance(pace)
		if k.observe(used, workday, backend.AccessProfile{}).Exists {
			t.Error("it is still there")
		}
	})
}

func TestProfileNamesAreUnique(t *testing.T) {
	k := profiles(t)
	for _, name := range []string{"Same", "Same + more"} {
		obs := k.create(database, leastProfile(name))
		for source, known := range map[string]bool{database: true, workday: !strings.Contains(name, "+")} {
			again := leastProfile(name)
			again.SailPoint.SourceID = &source
			_, err := k.Create(t.Context(), backend.Ref{ParentID: source, Mark: mark}, again)
			refusal(t, err, "displayName")
			if known != strings.Contains(err.Error(), obs.ID) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s in %s: %v", name, source, err)
			}
		}
	}
	other := k.create(database, leastProfile("Other"))
	renamed := backend.AccessProfile{DisplayName: backend.To("Same")}
	_, err := k.Update(t.Context(), other, renamed, k.diff(other, renamed))
	refusal(t, err, "displayName")
}

func TestProfilesAreFoundByTheirNames(t *testing.T) {
	k := profiles(t)
	for _, name := range []string{"Payroll + bonus", `R&D "Lab" \ 100% #1`} {
		obs := k.create(database, leastProfile(name))
		for _, ref := range []backend.Ref{
			{ParentID: database, Key: backend.Key{DisplayName: name}},
			{ParentID: database, Key: backend.Key{DisplayName: name}, Mark: mark},
		} {
			found, err := k.Observe(t.Context(), ref)
			if err != nil || found.ID != obs.ID || found.Date.IsZero() {
				t.Errorf("%s: %q, %v", name, found.ID, err)
			}
		}
		if got, err := k.Find(t.Context(), backend.Name{Kind: backend.NameAccessProfile, Name: name}); err != nil || len(got) != 1 || got[0].ID != obs.ID {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if none, err := k.Observe(t.Context(), backend.Ref{ParentID: database, Key: backend.Key{DisplayName: strings.ToUpper(name)}}); err != nil || none.Exists {
			t.Errorf("%s in capitals: %q, %v", name, none.ID, err)
		}
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Fatal(err)
		}
	}
	_, err := k.Observe(t.Context(), backend.Ref{ParentID: database, Key: backend.Key{DisplayName: "Payroll readers"}})
	refusal(t, err, "displayName")
	if !strings.Contains(err.Error(), workday) {
		t.Errorf("the other source is not named: %v", err)
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: database, ID: used})
	class(t, err, backend.Terminal)
}

// TestProfileAbsentInBothSpellings: the contract declares no 404 for profiles (section 3.7).
func TestProfileAbsentInBothSpellings(t *testing.T) {
	for _, feature := range []string{"", fake.FeatureProfile404} {
		k := profiles(t)
		if feature != "" {
			k.feature(feature)
		}
		obs := k.create(database, leastProfile("Gone"))
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Fatal(err)
		}
		if gone := k.observe(obs.ID, database, backend.AccessProfile{}); gone.Exists || gone.ID != obs.ID || gone.Date.IsZero() {
			t.Errorf("%+v", gone)
		}
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Error(err)
		}
		_, err := k.Update(t.Context(), obs, leastProfile("Back"), backend.Changes{{Path: "displayName"}})
		class(t, err, backend.Conflict)
	}
}

// TestProfileRefusals: what the vendor says is told with its tracking id.
func TestProfileRefusals(t *testing.T) {
	k := profiles(t)
	k.feature(fake.FeatureNoRequestCenter)
	_, err := k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, leastProfile("No center"))
	class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), "trackingId") {
		t.Error(err)
	}
	gone := fullProfile()
	gone.Entitlements = backend.EntitlementSet{{AppID: database, ID: noSuchID}}
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, gone)
	class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), noSuchID) {
		t.Error(err)
	}
	k.fault(sandbox.Fault{Method: "POST", PathPattern: "access-profiles", Kind: sandbox.FaultStatus, Status: 500, Count: 1})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, fullProfile())
	class(t, err, backend.OutcomeUnknown)
	if err == nil || !strings.Contains(err.Error(), "idn:access-profile:manage") {
		t.Error(err)
	}
	k.fault(sandbox.Fault{Method: "POST", PathPattern: "access-profiles", Kind: sandbox.FaultStatus, Status: http.StatusForbidden, Count: 1})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, fullProfile())
	class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), "personal access token") || len([]rune(err.Error())) > 512 {
		t.Error(err)
	}
}

// TestProfileHalfWritten: the metadata is a patch of its own.
func TestProfileHalfWritten(t *testing.T) {
	k := profiles(t)
	obs := k.converge(k.create(database, fullProfile()), fullProfile())
	desired := fullProfile()
	desired.DisplayName = backend.To("Half")
	desired.SailPoint.AccessModelMetadata = backend.SailPointMetadata{"accessClass": {"critical"}}
	half, err := k.Update(allowing(t, 1), obs, desired, k.diff(obs, desired))
	class(t, err, backend.Fenced)
	if half.ID != obs.ID || *half.Actual.DisplayName != "Half" {
		t.Errorf("%q %q", half.ID, *half.Actual.DisplayName)
	}
}
