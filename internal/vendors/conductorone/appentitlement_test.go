package conductorone_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const entitlementRoute = "/api/v1/apps/{app_id}/entitlements/{id}"

func entitlements(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
	h := begin(t)
	return vendortest.Keep(h, h.AppEntitlements())
}

// lateOwners is a driver at a vendor that shows owners some time after they were written.
func lateOwners(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
	h := beginAt(t, fake.Start)
	return vendortest.Keep(h, h.AppEntitlements())
}

// ownersShow is how long that takes.
const ownersShow = 2 * time.Minute

// entitlementNamed is an entitlement with what every new one needs.
func entitlementNamed(name string) backend.AppEntitlement {
	return backend.AppEntitlement{DisplayName: backend.To(name), Block: &conductorone.EntitlementBlock{
		ResourceTypeID: backend.To(fake.SeedID("resource-type", "GitHub/Repository")), ResourceID: backend.To(fake.SeedID("resource", "GitHub/Repository/website")),
	}}
}

func fullEntitlement() backend.AppEntitlement {
	return backend.AppEntitlement{
		DisplayName: backend.To("Repository admin"),
		Description: backend.To("Runs the repository."),
		Owners:      backend.Set{grace, ada},
		Block: &conductorone.EntitlementBlock{
			Alias: backend.To("repo_admin"), Slug: backend.To("admin"), Purpose: backend.To("Permission"),
			ResourceTypeID: backend.To(fake.SeedID("resource-type", "GitHub/Repository")),
			ResourceID:     backend.To(fake.SeedID("resource", "GitHub/Repository/website")),
			GrantPolicyID:  &grant, RevokePolicyID: &revoke, CertifyPolicyID: &certify, EmergencyGrantPolicyID: &rescue,
			EmergencyGrantEnabled:         backend.To(true),
			MaxGrantDuration:              &backend.Duration{Duration: 36*time.Hour + 500*time.Millisecond},
			RiskLevelID:                   backend.To(fake.SeedID("risk-level", "High")),
			ComplianceFrameworkIDs:        backend.Set{fake.SeedID("framework", "SOX"), fake.SeedID("framework", "SOC 2")},
			Provision:                     &conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "Ask them.", Assignee: &conductorone.Assignee{Users: &conductorone.AssigneeUsers{UserIDs: backend.Set{alan}}}}},
			Deprovision:                   &conductorone.ProvisionPolicy{Webhook: &conductorone.ProvisionWebhook{WebhookID: fake.SeedID("webhook", "Audit hook")}},
			OverrideAccessRequestDefaults: backend.To(true),
			MatchBatonID:                  backend.To("okta-group-7"),
			RequestSchemaID:               backend.To(fake.SeedID("request-schema", "Justification form")),
			Annotations:                   backend.Pairs{"team": "payroll", "gone": ""},
		},
	}
}

func TestEntitlementCreateThenLook(t *testing.T) {
	k := entitlements(t)
	desired := fullEntitlement()
	obs := k.Created(github, desired)
	if got := k.Sent(sandbox.ClassWrite); len(got) != 1 {
		t.Errorf("a create sent %v", got)
	}
	changes := backend.Diff(desired, obs.Actual, k.Capabilities(), backend.Memory{})
	if diff := cmp.Diff([]string{"conductorOne.deprovision", "conductorOne.requestSchemaID"}, changes.Paths()); diff != "" {
		t.Errorf("left to the update: %s", diff)
	}
	obs = k.Converge(obs, desired)
	if got := maskOf(k.Fixture, entitlementRoute); got != "requestSchemaId,deprovisionerPolicy" {
		t.Errorf("mask %q", got)
	}
	if obs.ParentID != github || obs.Undeletable || obs.MarkIncomplete || obs.MarkInProse || obs.CreatedAt.IsZero() || obs.Version == "" {
		t.Errorf("%+v", obs)
	}
	row := backend.Ref{ID: obs.ID, ParentID: github}
	if got := k.Many(row); len(got) != 1 || backend.RowDigest(desired, got[0], k.Capabilities()) != backend.RowDigest(desired, obs, k.Capabilities()) {
		t.Errorf("a row and a full read differ")
	}
}

func TestEntitlementWithNothingButItsNameAndResource(t *testing.T) {
	k := entitlements(t)
	k.Created(github, entitlementNamed("First")) // Which is read, to see where its ownership marker is kept.
	k.ResetCalls()
	desired := entitlementNamed("Plain")
	obs := k.Created(github, desired)
	k.Same(obs, desired)
	if got := k.Sent(sandbox.ClassRead); len(got) != 0 {
		t.Errorf("the answer was enough, and yet %v", got)
	}
	empty := backend.AppEntitlement{DisplayName: backend.To("Plain"), Description: backend.To(""), Owners: backend.Set{},
		Block: &conductorone.EntitlementBlock{Provision: &conductorone.ProvisionPolicy{Unconfigured: &struct{}{}}, MaxGrantDuration: &backend.Duration{Unlimited: true}, ComplianceFrameworkIDs: backend.Set{}}}
	k.Same(k.Observed(obs.ID, github, empty), empty)
}

// TestEntitlementFields changes each field alone: the mask names it and nothing else.
func TestEntitlementFields(t *testing.T) {
	type block = conductorone.EntitlementBlock
	in := func(b block) backend.AppEntitlement { return backend.AppEntitlement{Block: &b} }
	policy := func(p conductorone.ProvisionPolicy) backend.AppEntitlement { return in(block{Provision: &p}) }
	by := func(a conductorone.Assignee) backend.AppEntitlement {
		return policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Assignee: &a}})
	}
	fallback := &conductorone.AssigneeFallback{FallbackUserIDs: backend.Set{ada, grace}, AllowReassignment: true}
	connector := fake.SeedID("connector", "GitHub/GitHub connector")
	for name, tc := range map[string]struct {
		desired backend.AppEntitlement
		mask    string
	}{
		"name":                {backend.AppEntitlement{DisplayName: backend.To("Renamed")}, "displayName"},
		"description":         {backend.AppEntitlement{Description: backend.To("New.")}, "description"},
		"description emptied": {backend.AppEntitlement{Description: backend.To("")}, "description"},
		"alias":               {in(block{Alias: backend.To("other")}), "alias"},
		"slug":                {in(block{Slug: backend.To("other")}), "slug"},
		"purpose":             {in(block{Purpose: backend.To("Ownership")}), "purpose"},
		"grant policy":        {in(block{GrantPolicyID: &auto}), "grantPolicyId"},
		"revoke policy":       {in(block{RevokePolicyID: &revoke2}), "revokePolicyId"},
		"certify policy":      {in(block{CertifyPolicyID: &certify2}), "certifyPolicyId"},
		"emergency policy":    {in(block{EmergencyGrantPolicyID: &auto}), "emergencyGrantPolicyId"},
		"emergency off":       {in(block{EmergencyGrantEnabled: backend.To(false)}), "emergencyGrantEnabled"},
		"duration":            {in(block{MaxGrantDuration: &backend.Duration{Duration: time.Hour}}), "durationGrant"},
		"duration unlimited":  {in(block{MaxGrantDuration: &backend.Duration{Unlimited: true}}), "durationUnset"},
		"risk level":          {in(block{RiskLevelID: backend.To("")}), "riskLevelValueId"},
		"frameworks":          {in(block{ComplianceFrameworkIDs: backend.Set{}}), "complianceFrameworkValueIds"},
		"override":            {in(block{OverrideAccessRequestDefaults: backend.To(false)}), "overrideAccessRequestsDefaults"},
		"baton":               {in(block{MatchBatonID: backend.To("")}), "matchBatonId"},
		"request schema":      {in(block{RequestSchemaID: backend.To("")}), "requestSchemaId"},
		"annotations":         {in(block{Annotations: backend.Pairs{"team": "", "unit": "7"}}), "annotations"},
		"owners":              {backend.AppEntitlement{Owners: backend.Set{alan}}, ""},
		"owners taken away":   {backend.AppEntitlement{Owners: backend.Set{}}, ""},
		"deprovision":         {in(block{Deprovision: &conductorone.ProvisionPolicy{Unconfigured: &struct{}{}}}), "deprovisionerPolicy"},
		"connector":           {policy(conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{}}), "provisionerPolicy"},
		"connector default":   {policy(conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{DefaultBehavior: &conductorone.ProvisionDefaultBehavior{ConnectorID: connector}}}), "provisionerPolicy"},
		"connector delete":    {policy(conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{DeleteAccount: &conductorone.ProvisionDeleteAccount{ConnectorID: connector}}}), "provisionerPolicy"},
		"account in a vault": {policy(conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{Account: &conductorone.ProvisionAccount{ConnectorID: connector, SchemaID: "person",
			Config: map[string]any{"email": "subject.email", "depth": map[string]any{"n": 1.5}}, SaveToVault: &conductorone.VaultIDs{VaultIDs: backend.Set{fake.SeedID("vault", "Corporate vault")}}}}}), "provisionerPolicy"},
		"account not kept":   {policy(conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{Account: &conductorone.ProvisionAccount{ConnectorID: connector, DoNotSave: &struct{}{}}}}), "provisionerPolicy"},
		"delegated":          {policy(conductorone.ProvisionPolicy{Delegated: &conductorone.ProvisionDelegated{AppID: member.AppID, EntitlementID: member.ID, Implicit: true}}), "provisionerPolicy"},
		"webhook":            {policy(conductorone.ProvisionPolicy{Webhook: &conductorone.ProvisionWebhook{WebhookID: fake.SeedID("webhook", "Audit hook")}}), "provisionerPolicy"},
		"ticket":             {policy(conductorone.ProvisionPolicy{ExternalTicket: &conductorone.ProvisionExternalTicket{AppID: github, ConnectorID: connector, ProvisionerID: "t1", Instructions: "Open one."}}), "provisionerPolicy"},
		"action":             {policy(conductorone.ProvisionPolicy{Action: &conductorone.ProvisionAction{AppID: github, ConnectorID: connector, ActionName: "invite", DisplayName: "Invite"}}), "provisionerPolicy"},
		"device":             {policy(conductorone.ProvisionPolicy{DevicePlacement: &conductorone.ProvisionDevicePlacement{VaultBoundaryID: "b1"}}), "provisionerPolicy"},
		"unconfigured":       {policy(conductorone.ProvisionPolicy{Unconfigured: &struct{}{}}), "provisionerPolicy"},
		"steps":              {policy(conductorone.ProvisionPolicy{MultiStep: &conductorone.ProvisionMultiStep{Steps: []conductorone.ProvisionPolicy{{Connector: &conductorone.ProvisionConnector{}}, {Manual: &conductorone.ProvisionManual{Instructions: "Then this.", Assignee: &conductorone.Assignee{Manager: fallback}}}}}}), "provisionerPolicy"},
		"users":              {by(conductorone.Assignee{Users: &conductorone.AssigneeUsers{UserIDs: backend.Set{ada}, AllowReassignment: true}}), "provisionerPolicy"},
		"app owners":         {by(conductorone.Assignee{AppOwners: fallback}), "provisionerPolicy"},
		"group":              {by(conductorone.Assignee{Group: &conductorone.AssigneeGroup{AppID: member.AppID, EntitlementID: member.ID, FallbackUserIDs: backend.Set{ada}}}), "provisionerPolicy"},
		"manager":            {by(conductorone.Assignee{Manager: fallback}), "provisionerPolicy"},
		"expression":         {by(conductorone.Assignee{Expression: &conductorone.AssigneeExpression{Expressions: []string{"appOwners", "subject"}, FallbackUserIDs: backend.Set{ada}}}), "provisionerPolicy"},
		"entitlement owners": {by(conductorone.Assignee{EntitlementOwners: fallback}), "provisionerPolicy"},
		"several at once": {backend.AppEntitlement{DisplayName: backend.To("Renamed"), Owners: backend.Set{alan},
			Block: &block{MaxGrantDuration: &backend.Duration{Unlimited: true}}}, "displayName,durationUnset"},
	} {
		t.Run(name, func(t *testing.T) {
			k := entitlements(t)
			obs := k.Converge(k.Created(github, fullEntitlement()), fullEntitlement())
			k.ResetCalls()
			fresh := k.Converge(obs, tc.desired)
			if tc.mask == "" {
				if got := k.Sent(sandbox.ClassWrite); !slices.Equal(got, []string{"PUT /api/v1/apps/{app_id}/entitlements/{entitlement_id}/owners"}) {
					t.Errorf("sent %v", got)
				}
			} else if got := maskOf(k.Fixture, entitlementRoute); got != tc.mask {
				t.Errorf("mask %q, want %q", got, tc.mask)
			}
			// What was not changed stays.
			for _, c := range backend.Diff(fullEntitlement(), fresh.Actual, k.Capabilities(), backend.Memory{}) {
				if backend.Diff(tc.desired, fullEntitlement(), k.Capabilities(), backend.Memory{}).Has(c.Path) || c.Path == "owners" {
					continue
				}
				t.Errorf("%s moved too", c.Path)
			}
		})
	}
}

func TestEntitlementOverrideRidesAlong(t *testing.T) {
	k := entitlements(t)
	obs := k.Converge(k.Created(github, fullEntitlement()), fullEntitlement())
	k.Converge(obs, backend.AppEntitlement{DisplayName: backend.To("Renamed")})
	if got := sentTo(k.Fixture, entitlementRoute)["overrideAccessRequestsDefaults"]; got != true {
		t.Errorf("overrideAccessRequestsDefaults %v", got)
	}
}

func TestEntitlementIsFoundAgain(t *testing.T) {
	desired := fullEntitlement()
	desired.Owners = nil
	for name, ref := range map[string]backend.Ref{
		"by mark":                       {ParentID: github, Mark: mark},
		"by mark, before the key":       {ParentID: github, Mark: mark, Key: backend.Key{Alias: "another"}},
		"by alias":                      {ParentID: github, Key: backend.Key{Alias: "repo_admin", DisplayName: "another"}},
		"by name":                       {ParentID: github, Key: backend.Key{DisplayName: "Repository admin"}},
		"by name and resource":          {ParentID: github, Key: backend.Key{DisplayName: "Repository admin", ResourceID: fake.SeedID("resource", "GitHub/Repository/website")}},
		"not in another app":            {ParentID: workday, Mark: mark},
		"not by another mark":           {ParentID: github, Mark: backend.Mark{Token: "tokentokentoken2"}},
		"not by a part of the name":     {ParentID: github, Key: backend.Key{DisplayName: "Repository"}},
		"not by the name in lower case": {ParentID: github, Key: backend.Key{DisplayName: "repository admin"}},
		"not on another resource":       {ParentID: github, Key: backend.Key{DisplayName: "Repository admin", ResourceID: "another"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := entitlements(t)
			k.Fault(sandbox.Fault{Method: "POST", Class: sandbox.ClassWrite, Kind: sandbox.FaultResetAfter, Count: 1})
			_, err := k.Create(t.Context(), backend.Ref{ParentID: github, Mark: mark}, desired)
			vendortest.Class(t, err, backend.OutcomeUnknown)
			obs, err := k.Observe(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if want := !strings.HasPrefix(name, "not"); obs.Exists != want || obs.Date.IsZero() {
				t.Errorf("exists %t, date %s", obs.Exists, obs.Date)
			}
			if obs.Exists && (obs.ID == "" || obs.Mark != mark) {
				t.Errorf("%+v", obs)
			}
		})
	}
	k := entitlements(t)
	if _, err := k.Observe(t.Context(), backend.Ref{ParentID: github}); backend.ClassOf(err) != backend.Terminal {
		t.Errorf("nothing asked: %v", err)
	}
}

func TestEntitlementDuplicatesAndNameHolders(t *testing.T) {
	k := entitlements(t)
	desired := entitlementNamed("Deployer")
	older := k.Created(github, desired)
	k.Advance(time.Minute)
	younger := k.Created(github, desired)
	obs, err := k.Observe(t.Context(), backend.Ref{ParentID: github, Mark: mark})
	if err != nil || obs.ID != older.ID || obs.Duplicate == nil || obs.Duplicate.ID != younger.ID || !obs.Duplicate.Empty {
		t.Errorf("%v %+v", err, obs.Duplicate)
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: github, Key: backend.Key{DisplayName: "Deployer"}})
	vendortest.Class(t, err, backend.Ambiguous)
}

func TestEntitlementDelete(t *testing.T) {
	for name, soft := range map[string]bool{"softly": true, "for good": false} {
		t.Run(name, func(t *testing.T) {
			k := entitlements(t)
			k.Configure(func(s *sandbox.Settings) { s.SoftDelete = soft })
			obs := k.Created(github, fullEntitlement())
			for range 2 {
				if err := k.Driver.Delete(t.Context(), obs); err != nil {
					t.Fatal(err)
				}
			}
			for what, ref := range map[string]backend.Ref{
				"id": {ID: obs.ID, ParentID: github, DetailFields: []string{"owners"}}, "mark": {ParentID: github, Mark: mark}, "alias": {ParentID: github, Key: backend.Key{Alias: "repo_admin"}},
			} {
				if gone, err := k.Observe(t.Context(), ref); err != nil || gone.Exists || gone.Date.IsZero() {
					t.Errorf("by %s: %v, exists %t", what, err, gone.Exists)
				}
			}
			got := k.Many(backend.Ref{ID: obs.ID, ParentID: github}, backend.Ref{ParentID: github, Mark: backend.Mark{Owner: mark.Owner}})
			if len(got) != 1 || got[0].Exists || got[0].ID != obs.ID || got[0].ParentID != github {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestEntitlementOfAConnector(t *testing.T) {
	k := entitlements(t)
	obs := k.Observed(member.ID, member.AppID, backend.AppEntitlement{})
	if !obs.Undeletable || !obs.Actual.Facts.ManagedByConnector || backend.Value(obs.Actual.Facts.GrantCount) != 3 || !slices.Contains(obs.ReadOnly, "displayName") || !obs.Mark.IsZero() {
		t.Errorf("%+v", obs)
	}
	// Adopted: the mark to write is the one in the observation.
	obs.Mark = mark
	desired := backend.AppEntitlement{DisplayName: backend.To("Renamed"), Description: backend.To("Ours now.")}
	next, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: "displayName"}, {Path: "description"}, {Path: backend.PathMark}})
	if err != nil || next.Mark != mark || next.MarkIncomplete {
		t.Errorf("%v %+v", err, next)
	}
	if got := maskOf(k.Fixture, entitlementRoute); got != "description,annotations" {
		t.Errorf("mask %q", got)
	}
}

func TestEntitlementEditedInTheConsole(t *testing.T) {
	k := entitlements(t)
	desired := entitlementNamed("Deployer")
	obs := k.Created(github, desired)
	if err := k.Edit(sandbox.Target{Kind: "AppEntitlement", ParentID: github, ID: obs.ID}, map[string]any{"displayName": "Edited"}); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, github, desired)
	if !obs.MarkIncomplete || obs.Mark != mark {
		t.Fatalf("markIncomplete %t, mark %v", obs.MarkIncomplete, obs.Mark)
	}
	obs, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: "displayName"}, {Path: backend.PathMark}})
	if err != nil || obs.MarkIncomplete || backend.Value(obs.Actual.DisplayName) != "Deployer" {
		t.Errorf("%v %+v", err, obs)
	}
}

func TestEntitlementErrors(t *testing.T) {
	k := entitlements(t)
	desired := fullEntitlement()
	entitlementBlock(desired).EmergencyGrantPolicyID = nil
	_, err := k.Create(t.Context(), backend.Ref{ParentID: github, Mark: mark}, desired)
	vendortest.Class(t, err, backend.Terminal)
	vendortest.Says(t, err, "POST /api/v1/apps/"+github+"/entitlements: 400: ")
	_, err = k.Create(t.Context(), backend.Ref{ParentID: nowhere, Mark: mark}, desired)
	vendortest.Class(t, err, backend.Terminal)

	// A create whose owners could not be read has an id all the same.
	k.Fault(sandbox.Fault{PathPattern: "/ownerids$", Kind: sandbox.FaultStatus, Status: 500, Count: 1})
	obs, err := k.Create(t.Context(), backend.Ref{ParentID: github, Mark: mark}, fullEntitlement())
	vendortest.Class(t, err, backend.Retryable)
	if !obs.Exists || obs.ID == "" {
		t.Errorf("%+v", obs)
	}
	k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 500})
	if _, err := k.Observe(t.Context(), backend.Ref{ParentID: github, Mark: mark}); err == nil {
		t.Error("an error must not mean absent")
	}
	for _, err := range k.ObserveMany(t.Context(), []backend.Ref{{ID: obs.ID, ParentID: github}}) {
		if err == nil {
			t.Error("an error must not mean absent")
		}
	}
}

func TestEntitlementsByList(t *testing.T) {
	k := entitlements(t)
	one := k.Created(github, entitlementNamed("One"))
	second := entitlementNamed("Two")
	entitlementBlock(second).ResourceTypeID = backend.To(fake.SeedID("resource-type", "Workday/Role"))
	entitlementBlock(second).ResourceID = backend.To(fake.SeedID("resource", "Workday/Role/Viewer"))
	two := k.Created(workday, second)
	for range 120 {
		if _, err := k.Server.Create("AppEntitlement", github, map[string]any{"displayName": "Other"}); err != nil {
			t.Fatal(err)
		}
	}
	k.ResetCalls()
	got := k.Many(backend.Ref{ID: one.ID, ParentID: github}, backend.Ref{ID: two.ID, ParentID: workday}, backend.Ref{ID: "gone", ParentID: github},
		backend.Ref{ParentID: github, Mark: backend.Mark{Owner: "team-a/payroll"}}, backend.Ref{ID: "lost", ParentID: nowhere})
	var names []string
	for _, obs := range got {
		names = append(names, strings.TrimSpace(backend.Value(obs.Actual.DisplayName)+" "+obs.ID+" "+obs.ParentID))
		if obs.Date.IsZero() {
			t.Errorf("%s has no date", obs.ID)
		}
	}
	slices.Sort(names)
	want := []string{"One " + one.ID + " " + github, "One " + one.ID + " " + github, "Two " + two.ID + " " + workday, "gone " + github, "lost " + nowhere}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if got := k.Counts().Reads; got != 4 {
		t.Errorf("%d calls for one list of two pages and two of one", got)
	}
}

// TestAnEntitlementThatIsGrantedInsteadNeedsABinding unless it is bound by itself, however deep in steps it is.
func TestAnEntitlementThatIsGrantedInsteadNeedsABinding(t *testing.T) {
	caps := (entitlements(t)).Capabilities()
	delegated := func(implicit bool) conductorone.ProvisionPolicy {
		return conductorone.ProvisionPolicy{Delegated: &conductorone.ProvisionDelegated{AppID: member.AppID, EntitlementID: member.ID, Implicit: implicit}}
	}
	steps := conductorone.ProvisionPolicy{MultiStep: &conductorone.ProvisionMultiStep{Steps: []conductorone.ProvisionPolicy{{Connector: &conductorone.ProvisionConnector{}}, delegated(false)}}}
	for name, tc := range map[string]struct {
		provision, deprovision conductorone.ProvisionPolicy
		want                   []string
	}{
		"bound by hand":     {delegated(false), delegated(true), []string{"conductorOne.provision.delegated"}},
		"bound by itself":   {delegated(true), delegated(true), nil},
		"a step among some": {steps, delegated(false), []string{"conductorOne.deprovision.delegated", "conductorOne.provision.delegated"}},
		"by another way":    {conductorone.ProvisionPolicy{Connector: &conductorone.ProvisionConnector{}}, delegated(true), nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := entitlementNamed("Deployer")
			entitlementBlock(e).Provision, entitlementBlock(e).Deprovision = &tc.provision, &tc.deprovision
			var got []string
			for _, w := range caps.Warn(e) {
				got = append(got, w.Path)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNobodyOwnsWhatIsNotThere: the vendor answers a read of owners in an app that is gone with nobody, and that is no proof of anything.
func TestNobodyOwnsWhatIsNotThere(t *testing.T) {
	k := entitlements(t)
	obs, err := k.Observe(t.Context(), backend.Ref{ID: member.ID, ParentID: noSuchID, DetailFields: []string{"owners"}})
	if err != nil || obs.Exists || obs.Actual.Owners != nil {
		t.Errorf("%v, exists %t, owned by %v", err, obs.Exists, obs.Actual.Owners)
	}
}
