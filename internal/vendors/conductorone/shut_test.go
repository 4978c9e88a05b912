package conductorone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
)

// TestARuleThatIsShutWhileAnEditWaitsIsTold: an edit takes the entries away, which is held, and brings another condition. Whom the
// present condition means gets nothing meanwhile: the rule, which somebody else made, is switched off. That is told as long as the
// spec does not say whether the rule runs, also when the edit is taken back before it was carried out.
func TestARuleThatIsShutWhileAnEditWaitsIsTold(t *testing.T) {
	for sentence, dies := range map[string]int{"nothing else happens": 0, "the process dies before the status is written": 2} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			first := backend.AccessProfile{DisplayName: backend.To("Payroll reader"), Requestable: backend.To(false), Entitlements: backend.EntitlementSet{member}}
			h := enginetest.Begin(t, enginetest.Profiles, k, "", first)
			h.Run()
			theirs := first
			theirs.Membership = &backend.Membership{Expression: backend.To(`subject.department == "Sales"`), Enabled: backend.To(true)}
			k.Updated(k.Observed(h.Says().RemoteID, "", theirs), theirs)
			if got := h.Run(); got != inSync {
				t.Fatal(got)
			}
			edited := first
			edited.Entitlements = nil
			edited.Membership = &backend.Membership{Expression: backend.To(`subject.department == "Finance"`)}
			h.Edit(edited)
			if dies > 0 {
				h.DiesAt(dies)
			}
			if got := h.Run(); got != "FieldRemoved" {
				t.Fatalf("%s: %s", got, h.Says().Message)
			}
			if enabled := k.Observed(h.Says().RemoteID, "", theirs).Actual.Membership.Enabled; backend.Value(enabled) {
				t.Fatal("the rule runs, and means others than the spec")
			}
			want := []string{"membership.enabled Closed"}
			if diff := cmp.Diff(want, h.Says().LeftBehind); diff != "" {
				t.Errorf("left behind while the edit waits (-want +got):\n%s", diff)
			}
			h.Edit(first)
			if got := h.Run(); got != inSync {
				t.Fatal(got)
			}
			if diff := cmp.Diff(want, h.Says().LeftBehind); diff != "" {
				t.Errorf("left behind (-want +got):\n%s", diff)
			}
		})
	}
}

// TestARuleThatNeverRanIsNotSaidToBeShut: an object that gives a condition and does not say that the rule runs has made one that is off.
func TestARuleThatNeverRanIsNotSaidToBeShut(t *testing.T) {
	k := profiles(t)
	first := backend.AccessProfile{DisplayName: backend.To("Payroll reader"), Requestable: backend.To(false), Entitlements: backend.EntitlementSet{member}}
	first.Membership = &backend.Membership{Expression: backend.To(`subject.department == "Sales"`)}
	h := enginetest.Begin(t, enginetest.Profiles, k, "", first)
	if got := h.Run(); got != inSync {
		t.Fatal(got)
	}
	edited := first
	edited.Entitlements = nil
	edited.Membership = &backend.Membership{Expression: backend.To(`subject.department == "Finance"`)}
	h.Edit(edited)
	if got := h.Run(); got != "FieldRemoved" {
		t.Fatalf("%s: %s", got, h.Says().Message)
	}
	if left := h.Says().LeftBehind; len(left) > 0 {
		t.Errorf("left behind while the edit waits: %q", left)
	}
	h.Edit(first)
	if got := h.Run(); got != inSync {
		t.Fatal(got)
	}
	if left := h.Says().LeftBehind; len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
