package sailpoint_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestProfileInUseNamesItsUsers(t *testing.T) {
	for sentence, feature := range map[string]string{"as the schema spells it": "", "as the examples spell it": fake.FeatureUsages} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			if feature != "" {
				k.Feature(feature)
			}
			err := k.Delete(t.Context(), k.Observed(used, workday, backend.AccessProfile{}))
			vendortest.Class(t, err, backend.Terminal)
			want := fmt.Sprintf("the access profile is in use by ROLE Payroll clerk (%s): remove it there first", fake.SeedID("role", "Payroll clerk"))
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			if !k.Observed(used, workday, backend.AccessProfile{}).Exists {
				t.Error("it is gone all the same")
			}
		})
	}
	t.Run("freed between the two calls it is deleted", func(t *testing.T) {
		k := profiles(t)
		seen := k.Observed(used, workday, backend.AccessProfile{})
		k.Fault(sandbox.Fault{Method: "DELETE", Kind: sandbox.FaultStatus, Status: 400, Count: 1,
			Body: `{"detailCode":"400.2.1.0 Object in use by another","trackingId":"1","messages":[],"causes":[]}`})
		if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: used}, map[string]any{"usedBy": []any{}}); err != nil {
			t.Fatal(err)
		}
		if err := k.Delete(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
		k.Advance(pace)
		if k.Observed(used, workday, backend.AccessProfile{}).Exists {
			t.Error("it is still there")
		}
	})
}

func TestProfileNamesAreUnique(t *testing.T) {
	k := profiles(t)
	for _, name := range []string{"Same", "Same + more"} {
		obs := k.Created(database, leastProfile(name))
		for source, known := range map[string]bool{database: true, workday: !strings.Contains(name, "+")} {
			again := leastProfile(name)
			profileBlock(again).SourceID = &source
			_, err := k.Create(t.Context(), backend.Ref{ParentID: source, Mark: mark}, again)
			vendortest.Refusal(t, err, "displayName")
			if known != strings.Contains(err.Error(), obs.ID) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s in %s: %v", name, source, err)
			}
		}
	}
	other := k.Created(database, leastProfile("Other"))
	renamed := backend.AccessProfile{DisplayName: backend.To("Same")}
	_, err := k.Update(t.Context(), other, renamed, k.Diff(other, renamed))
	vendortest.Refusal(t, err, "displayName")
}

func TestProfilesAreFoundByTheirNames(t *testing.T) {
	k := profiles(t)
	for _, name := range []string{"Payroll + bonus", `R&D "Lab" \ 100% #1`} {
		obs := k.Created(database, leastProfile(name))
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
	vendortest.Refusal(t, err, "displayName")
	if !strings.Contains(err.Error(), workday) {
		t.Errorf("the other source is not named: %v", err)
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: database, ID: used})
	vendortest.Class(t, err, backend.Terminal)
}

// TestProfileAbsentInBothSpellings: the specification declares no 404 for profiles (docs/vendors/sailpoint-api.md#errors).
func TestProfileAbsentInBothSpellings(t *testing.T) {
	for _, feature := range []string{"", fake.FeatureProfile404} {
		k := profiles(t)
		if feature != "" {
			k.Feature(feature)
		}
		obs := k.Created(database, leastProfile("Gone"))
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Fatal(err)
		}
		if gone := k.Observed(obs.ID, database, backend.AccessProfile{}); gone.Exists || gone.ID != obs.ID || gone.Date.IsZero() {
			t.Errorf("%+v", gone)
		}
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Error(err)
		}
		_, err := k.Update(t.Context(), obs, leastProfile("Back"), backend.Changes{{Path: "displayName"}})
		vendortest.Class(t, err, backend.Conflict)
	}
}

// TestProfileRefusals: what the vendor says is told, and its tracking id beside it.
func TestProfileRefusals(t *testing.T) {
	k := profiles(t)
	k.Feature(fake.FeatureNoRequestCenter)
	_, err := k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, leastProfile("No center"))
	vendortest.Class(t, err, backend.Terminal)
	if err == nil || strings.Contains(err.Error(), "trackingId") || !strings.HasPrefix(backend.ReferenceOf(err), "trackingId ") {
		t.Error(err, backend.ReferenceOf(err))
	}
	gone := fullProfile()
	gone.Entitlements = backend.EntitlementSet{{AppID: database, ID: noSuchID}}
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, gone)
	vendortest.Class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), noSuchID) {
		t.Error(err)
	}
	k.Fault(sandbox.Fault{Method: "POST", PathPattern: "access-profiles", Kind: sandbox.FaultStatus, Status: 500, Count: 1})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, fullProfile())
	vendortest.Class(t, err, backend.OutcomeUnknown)
	if err == nil || !strings.Contains(err.Error(), "idn:access-profile:manage") {
		t.Error(err)
	}
	k.Fault(sandbox.Fault{Method: "POST", PathPattern: "access-profiles", Kind: sandbox.FaultStatus, Status: http.StatusForbidden, Count: 1})
	_, err = k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, fullProfile())
	vendortest.Class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), "personal access token") || len([]rune(err.Error())) > 512 {
		t.Error(err)
	}
}

// TestProfileHalfWritten: the metadata is a patch of its own.
func TestProfileHalfWritten(t *testing.T) {
	k := profiles(t)
	obs := k.Converge(k.Created(database, fullProfile()), fullProfile())
	desired := fullProfile()
	desired.DisplayName = backend.To("Half")
	profileBlock(desired).AccessModelMetadata = sailpoint.Metadata{"accessClass": {"critical"}}
	half, err := k.Update(allowing(t, 1), obs, desired, k.Diff(obs, desired))
	vendortest.Class(t, err, backend.Fenced)
	if half.ID != obs.ID || *half.Actual.DisplayName != "Half" {
		t.Errorf("%q %q", half.ID, *half.Actual.DisplayName)
	}
}

// TestATakenProfileName: who has it is told with the refusal, by the mark of that profile.
func TestATakenProfileName(t *testing.T) {
	k := profiles(t)
	holder := backend.Mark{Token: "abcdefghijklmnop", Owner: "team-a/holder", Cluster: "0123456789ab"}
	if _, err := k.Create(t.Context(), backend.Ref{ParentID: database, Mark: holder}, leastProfile("Taken")); err != nil {
		t.Fatal(err)
	}
	_, created := k.Create(t.Context(), backend.Ref{ParentID: database, Mark: mark}, leastProfile("Taken"))
	_, renamed := k.Update(t.Context(), k.Created(database, leastProfile("Other")), leastProfile("Taken"), backend.Changes{{Path: "displayName"}})
	for what, err := range map[string]error{"a create": created, "a rename": renamed} {
		vendortest.Class(t, err, backend.Terminal)
		if got := backend.HolderOf(err); !backend.IsTaken(err) || got.Owner != holder.Owner || got.Cluster != holder.Cluster {
			t.Errorf("%s: %v, held by %+v", what, err, got)
		}
	}
}
