package sailpoint_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// drawProfile makes a profile with every field that decides who may ask for what, and who has
// to agree.
func drawProfile(t *rapid.T) backend.AccessProfile {
	flag := func(label string) *bool { return backend.To(rapid.Bool().Draw(t, label)) }
	entitlements := backend.EntitlementSet{}
	for _, e := range rapid.SliceOfNDistinct(rapid.SampledFrom([]backend.EntitlementID{read, write, admin}), 0, 3, rapid.ID).Draw(t, "entitlements") {
		entitlements = append(entitlements, e)
	}
	return backend.AccessProfile{
		DisplayName:  backend.To(rapid.SampledFrom([]string{"Employee database", "The database"}).Draw(t, "name")),
		Entitlements: entitlements,
		Owners:       rapid.SliceOfNDistinct(rapid.SampledFrom([]string{ada, grace}), 1, 2, rapid.ID).Draw(t, "owners"),
		Requestable:  flag("requestable"),
		Block: &sailpoint.ProfileBlock{
			SourceID: &database, Enabled: flag("enabled"),
			Segments: append(backend.Set{}, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{employees, others}), 0, 2, rapid.ID).Draw(t, "segments")...),
			AccessRequest: &sailpoint.ProfileRequest{
				CommentsRequired: flag("comments"),
				ApprovalSchemes: rapid.SampledFrom([]sailpoint.ApprovalSchemes{
					{}, {{ApproverType: "Manager"}}, {{ApproverType: "Manager"}, {ApproverType: "GovernanceGroup", ApproverID: approvers}},
				}).Draw(t, "approvals"),
			},
			AccessModelMetadata: sailpoint.Metadata{"accessClass": {rapid.SampledFrom([]string{"low", "critical"}).Draw(t, "class")}},
		},
	}
}

// asked says who may ask for what. Without a segment everybody may.
func asked(open bool, segments, entitlements []string, approvals string) vendortest.Grants {
	out := vendortest.Grants{}
	if !open {
		return out
	}
	if len(segments) == 0 {
		segments = []string{employees, others, "anybody"}
	}
	out.Give(segments, entitlements, "after "+approvals)
	return out
}

func meant(p backend.AccessProfile) vendortest.Grants {
	var entitlements []string
	for _, e := range p.Entitlements {
		entitlements = append(entitlements, e.ID)
	}
	approvals := "nobody"
	for _, s := range profileBlock(p).AccessRequest.ApprovalSchemes {
		approvals += fmt.Sprintf(", %s %s", map[string]string{"Manager": "MANAGER", "GovernanceGroup": "GOVERNANCE_GROUP"}[s.ApproverType], s.ApproverID)
	}
	return asked(*p.Requestable && *profileBlock(p).Enabled, profileBlock(p).Segments, entitlements, approvals)
}

// granted reads the same from the fake's store.
func granted(k vendortest.Kept[backend.AccessProfile], id string) vendortest.Grants {
	for _, p := range k.Dump().(fake.Dump).Profiles {
		if p.Object["id"] != id {
			continue
		}
		var segments, entitlements []string
		listed, _ := p.Object["segments"].([]any)
		for _, s := range listed {
			segments = append(segments, s.(string))
		}
		given, _ := p.Object["entitlements"].([]any)
		for _, e := range given {
			entitlements = append(entitlements, e.(map[string]any)["id"].(string))
		}
		approvals := "nobody"
		config, _ := p.Object["accessRequestConfig"].(map[string]any)
		schemes, _ := config["approvalSchemes"].([]any)
		for _, s := range schemes {
			scheme := s.(map[string]any)
			approver, _ := scheme["approverId"].(string)
			approvals += fmt.Sprintf(", %s %s", scheme["approverType"], approver)
		}
		return asked(p.Object["requestable"] == true && p.Object["enabled"] == true, segments, entitlements, approvals)
	}
	return vendortest.Grants{}
}

func edits() vendortest.Edits {
	return vendortest.Edits{
		Open: profiles, ParentID: database, Draw: drawProfile, Means: meant, Granted: granted,
		Possible: func(p backend.AccessProfile) bool { return len(p.Entitlements) > 0 || !*profileBlock(p).Enabled },
		Loose: [][]string{
			{"entitlements"}, {"requestable"}, {"owners"}, {"sailPoint.enabled"}, {"sailPoint.segments"}, {"sailPoint.accessModelMetadata"},
			{"sailPoint.accessRequestConfig.approvalSchemes"}, {"sailPoint.accessRequestConfig"},
		},
	}
}

func TestNoEditOfAProfileEverWidensAccessByAccident(t *testing.T) { vendortest.NeverWider(t, edits()) }

func TestWhatNarrowsAProfileGivesNobodyAnything(t *testing.T) { vendortest.Narrows(t, edits()) }

// TestNewPeopleMayAskOnlyByTheNewApprovals: the row and the approvals are two calls.
func TestNewPeopleMayAskOnlyByTheNewApprovals(t *testing.T) {
	row, config := "PATCH "+entitlementRoute, "PUT "+configRoute
	for sentence, tc := range map[string]struct {
		before, after backend.Set
		want          []string
	}{
		"a segment more":           {backend.Set{employees}, backend.Set{employees, others}, []string{config, row}},
		"one for another":          {backend.Set{employees}, backend.Set{others}, []string{config, row}},
		"everybody":                {backend.Set{employees}, backend.Set{}, []string{config, row}},
		"a segment less":           {backend.Set{employees, others}, backend.Set{others}, []string{row, config}},
		"a segment, not everybody": {backend.Set{}, backend.Set{others}, []string{row, config}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := entitlements(t)
			model := func(segments backend.Set, schemes sailpoint.ApprovalSchemes) backend.AppEntitlement {
				return backend.AppEntitlement{Requestable: backend.To(true), Block: &sailpoint.EntitlementBlock{
					Segments: segments, AccessRequest: &sailpoint.EntitlementRequest{ApprovalSchemes: schemes},
				}}
			}
			before := model(tc.before, sailpoint.ApprovalSchemes{})
			obs := k.Converge(k.Observed(read.ID, database, before), before)
			k.ResetCalls()
			k.Converge(obs, model(tc.after, sailpoint.ApprovalSchemes{{ApproverType: "Manager"}}))
			if got := k.Sent(sandbox.ClassWrite); !slices.Equal(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}
