package veza_test

import (
	"fmt"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

type entity = backend.AppEntitlement

func TestAnEntityIsFound(t *testing.T) {
	k := entitlements(t)
	for sentence, tc := range map[string]struct {
		parent string
		key    backend.Key
		want   string
	}{
		"by its name":                           {okta, backend.Key{Type: "OktaGroup", DisplayName: "AI Team"}, team.ID},
		"by its id":                             {okta, backend.Key{Type: "OktaGroup", ID: related(team).EntityID}, team.ID},
		"where the id has a slash or a comma":   {directory, backend.Key{Type: "ActiveDirectoryGroup", DisplayName: "Payroll"}, payroll.ID},
		"in its own datasource and not another": {emea, backend.Key{Type: "OktaGroup", DisplayName: "Engineering"}, veza.Entity("OktaGroup", fake.SeedID("entity", "Okta EMEA/Engineering"))},
		"not by the name of another datasource": {okta, backend.Key{Type: "OktaGroup", DisplayName: "Contractors"}, ""},
		"not by the name of another type":       {salesforce, backend.Key{Type: "SalesforceGroup", DisplayName: "Export Reports"}, ""},
		"not by the name in another case":       {okta, backend.Key{Type: "OktaGroup", DisplayName: "ai team"}, ""},
		"not before it is in the graph":         {okta, backend.Key{Type: "OktaGroup", DisplayName: `New "one" \ two`}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs, err := k.Observe(t.Context(), backend.Ref{ParentID: tc.parent, Key: tc.key})
			if err != nil || obs.Exists != (tc.want != "") || obs.ID != tc.want || obs.ParentID != tc.parent || obs.Date.IsZero() {
				t.Errorf("%+v, %v", obs, err)
			}
		})
	}
}

func TestFactsOfAnEntity(t *testing.T) {
	k := entitlements(t)
	obs := k.Again(backend.Observation[entity]{ID: payroll.ID, ParentID: directory}, entity{})
	id := related(payroll).EntityID
	if f := obs.Actual.Facts; f.EntityType != "ActiveDirectoryGroup" || f.ExternalID != id {
		t.Errorf("%+v", f)
	}
	if backend.Value(obs.Actual.DisplayName) != "Payroll" || backend.Value(entitlementBlock(obs.Actual).MatchName) != "Payroll" || backend.Value(entitlementBlock(obs.Actual).MatchID) != id {
		t.Errorf("%+v", entitlementBlock(obs.Actual))
	}
	if caps := k.Capabilities(); caps.Create || caps.Update || caps.Delete || caps.Retire || caps.MarkProven {
		t.Errorf("%+v", caps)
	}
	none, err := k.Observe(t.Context(), backend.Ref{ParentID: directory, Mark: mark})
	if err != nil || none.Exists || none.Date.IsZero() {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestAnEntityThatIsRenamed(t *testing.T) {
	k := entitlements(t)
	obs := k.Again(backend.Observation[entity]{ID: team.ID, ParentID: okta}, entity{})
	k.ResetCalls()
	obs = k.Again(obs, entity{})
	body, _ := last(k.Fixture, "POST", atNodes)
	same(t, "the second look asks by name", body, map[string]any{"query_type": "SOURCE_TO_DESTINATION", "source_node_types": map[string]any{"nodes": []any{map[string]any{
		"node_type": "OktaGroup", "condition_expression": map[string]any{"specs": []any{map[string]any{"property": "name", "value": "AI Team"}}},
	}}}})
	if err := k.Edit(sandbox.Target{Kind: fake.KindAppEntitlement, ID: related(team).EntityID}, map[string]any{"name": "ML Team"}); err != nil {
		t.Fatal(err)
	}
	desired := entity{DisplayName: backend.To("AI Team")}
	obs = k.Again(obs, desired)
	if changes := k.Diff(obs, desired); !obs.Exists || len(changes) != 1 || !changes.Unwritable(obs.ReadOnly) {
		t.Errorf("%+v: %v", obs, changes)
	}
	if err := k.Server.Delete(sandbox.Target{Kind: fake.KindAppEntitlement, ID: related(team).EntityID}); err != nil {
		t.Fatal(err)
	}
	if gone := k.Again(obs, desired); gone.Exists || gone.ID != team.ID {
		t.Errorf("%+v", gone)
	}
	_, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: backend.PathMark}})
	vendortest.Class(t, err, backend.Conflict)
}

func TestNothingOfAnEntityIsWritten(t *testing.T) {
	k := entitlements(t)
	seen := k.Again(backend.Observation[entity]{ID: team.ID, ParentID: okta}, entity{})
	obs, err := k.Update(t.Context(), seen, entity{DisplayName: backend.To("Other")}, backend.Changes{{Path: backend.PathMark}, {Path: "displayName"}})
	if err != nil || !obs.Exists || backend.Value(obs.Actual.DisplayName) != "AI Team" {
		t.Errorf("%+v, %v", obs, err)
	}
	_, err = k.Create(t.Context(), backend.Ref{ParentID: okta, Mark: mark}, entity{})
	vendortest.Class(t, err, backend.Terminal)
	vendortest.Class(t, k.Driver.Delete(t.Context(), seen), backend.Terminal)
	if sent := writes(k.Fixture); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}

func TestAnEntityThatIsNotMeant(t *testing.T) {
	k := entitlements(t)
	for _, name := range []string{"one", "two"} {
		if _, err := k.Server.Create(fake.KindAppEntitlement, okta, map[string]any{"id": name, "type": "OktaGroup", "name": "Twice"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := k.Observe(t.Context(), backend.Ref{ParentID: okta, Key: backend.Key{Type: "OktaGroup", DisplayName: "Twice"}})
	vendortest.Class(t, err, backend.Ambiguous)
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: emea, ID: team.ID})
	vendortest.Refusal(t, err, "app", "does not belong to the integration")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: okta, ID: "00g23a1f"})
	vendortest.Refusal(t, err, "remoteID", "write entityType/entityID")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: fake.SeedID("extraction", "Okta"), ID: team.ID})
	vendortest.Refusal(t, err, "app", "there is no lifecycle datasource")
	_, err = k.Observe(t.Context(), backend.Ref{ID: team.ID})
	vendortest.Refusal(t, err, "app", "searches for an entity in a lifecycle datasource")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: okta, Key: backend.Key{DisplayName: "AI Team"}})
	vendortest.Refusal(t, err, "veza.match", "veza.entityType")
}

func TestOneListForEachTypeOfADatasource(t *testing.T) {
	k := entitlements(t)
	for n := range 3 {
		if _, err := k.Server.Create(fake.KindAppEntitlement, okta, map[string]any{"type": "OktaGroup", "name": fmt.Sprint("more ", n)}); err != nil {
			t.Fatal(err)
		}
	}
	k.ResetCalls()
	rows := k.Many(
		backend.Ref{ID: team.ID, ParentID: okta}, backend.Ref{ID: "OktaGroup/none", ParentID: okta}, backend.Ref{ID: developers.ID, ParentID: salesforce},
		backend.Ref{ID: operations.ID, ParentID: salesforce}, backend.Ref{ID: reports.ID, ParentID: salesforce}, backend.Ref{ParentID: okta, Mark: backend.Mark{Owner: "*"}},
	)
	got := map[string]bool{}
	for _, row := range rows {
		got[row.ID] = row.Exists
	}
	same(t, "rows", got, map[string]bool{team.ID: true, "OktaGroup/none": false, developers.ID: true, operations.ID: true, reports.ID: true})
	if n := k.Counts().Routes["POST "+atNodes]; n != 3 {
		t.Errorf("%d queries, want one for each of three types: %v", n, k.Counts().Routes)
	}
	k.ResetCalls()
	if rows := k.Many(backend.Ref{ParentID: okta, Mark: backend.Mark{Owner: "*"}}); len(rows) > 0 || k.Counts().Reads > 0 {
		t.Errorf("an index of what bears no mark took %d calls and shows %v", k.Counts().Reads, rows)
	}
}

// TestANodeThatNamesNoProvider is told by its datasource, which is of the graph and not of
// lifecycle management.
func TestANodeThatNamesNoProvider(t *testing.T) {
	answer := func(properties string) sandbox.Fault {
		return sandbox.Fault{PathPattern: "query_spec", Kind: sandbox.FaultStatus, Status: 200, Count: 1,
			Body: `{"values":[{"id":"x","type":"OktaGroup","properties":{"name":"X"` + properties + `}}],"has_more":false}`}
	}
	for sentence, tc := range map[string]struct {
		properties string
		exists     bool
	}{
		"a datasource of the integration": {`,"datasource_id":"` + fake.SeedID("extraction", "Okta") + `"`, true},
		"a datasource of another":         {`,"datasource_id":"` + fake.SeedID("extraction", "Okta EMEA") + `"`, false},
		"nothing at all":                  {``, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := entitlements(t)
			k.Fault(answer(tc.properties))
			obs, err := k.Observe(t.Context(), backend.Ref{ParentID: okta, Key: backend.Key{Type: "OktaGroup", DisplayName: "X"}})
			if err != nil || obs.Exists != tc.exists {
				t.Errorf("%+v, %v", obs, err)
			}
		})
	}
}
