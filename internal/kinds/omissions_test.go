package kinds

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// omissionsOf are the reasons of what a spec leaves out of a remote, by path.
func omissionsOf(left []Omission) map[string]Why {
	out := map[string]Why{}
	for _, o := range left {
		out[o.Path] = o.Why
	}
	return out
}

func TestWhatASpecLeavesOutOfAProfile(t *testing.T) {
	caps := backend.Capabilities{
		Unsupported: map[string]string{"owners": "it has none"},
		Values:      map[string][]string{"conductorOne.enrollmentBehavior": {"Enforce"}},
		Narrows:     map[string]backend.Narrowing{"requestable": {Open: []string{"true"}}},
		WriteOnly:   []string{"conductorOne.cohort"},
		Usual:       map[string]string{"conductorOne.requestBundle": "true"},
		CreateOnly:  []string{"inherits"},
		Required:    []string{"veza.profileType"},
	}
	for sentence, c := range map[string]struct {
		has      backend.AccessProfile
		readOnly []string
		given    []string
		left     map[string]Why
	}{
		"what a person would write is written": {has: backend.AccessProfile{DisplayName: backend.To("a"), Entitlements: backend.EntitlementSet{{AppID: "a", ID: "e"}}}},
		"nothing is not written": {
			has:  backend.AccessProfile{Description: backend.To(""), Entitlements: backend.EntitlementSet{}, Block: &conductorone.ProfileBlock{Annotations: backend.Pairs{}}},
			left: map[string]Why{"description": WhyEmpty, "entitlements": WhyEmpty, "conductorOne.annotations": WhyEmpty},
		},
		"a switch that lets people in is written, although it is off":     {has: backend.AccessProfile{Requestable: backend.To(false)}},
		"a switch that lets nobody in is not written while it is off":     {has: backend.AccessProfile{Membership: &backend.Membership{CreateTasks: backend.To(false)}}, left: map[string]Why{"membership.createTasks": WhyEmpty}},
		"what the vendor refuses is not written":                          {has: backend.AccessProfile{Owners: backend.Owners{"u"}}, left: map[string]Why{"owners": WhyRefused}},
		"a word that the vendor does not take is not written":             {has: backend.AccessProfile{Block: &conductorone.ProfileBlock{EnrollmentBehavior: backend.To("New")}}, left: map[string]Why{"conductorOne.enrollmentBehavior": WhyRefused}},
		"what takes no edits is not written":                              {has: backend.AccessProfile{DisplayName: backend.To("a")}, readOnly: []string{"displayName"}, left: map[string]Why{"displayName": WhyFixed}},
		"what is set at the creation only is written":                     {has: backend.AccessProfile{Inherits: backend.Set{"p"}}, readOnly: []string{"inherits"}},
		"what the vendor has by itself is not written":                    {has: backend.AccessProfile{Block: &conductorone.ProfileBlock{RequestBundle: backend.To(true)}}, left: map[string]Why{"conductorOne.requestBundle": WhyUsual}},
		"what the type of a profile gives is not written":                 {has: backend.AccessProfile{Block: &veza.ProfileBlock{ProfileTypeID: backend.To("place"), AccessRequestPolicyID: backend.To("p")}}, given: []string{"veza.accessRequestPolicyID"}, left: map[string]Why{"veza.accessRequestPolicyID": WhyElsewhere}},
		"the annotations of others are not written, and the own ones are": {has: backend.AccessProfile{Block: &conductorone.ProfileBlock{Annotations: backend.Pairs{"managed_by": "me", "iac_x": "y", "9": "z", "team": "a"}}}, left: map[string]Why{"conductorOne.annotations[managed_by]": WhyElsewhere, "conductorOne.annotations[iac_x]": WhyElsewhere, "conductorOne.annotations[9]": WhyElsewhere}},
		"what only steers a call is not written":                          {has: backend.AccessProfile{Block: &conductorone.ProfileBlock{CreateRequests: backend.To(true)}}, left: map[string]Why{"conductorOne.createRequests": WhyHidden}},
	} {
		t.Run(sentence, func(t *testing.T) {
			caps := caps
			caps.Block = c.has.Block
			obs := backend.Observation[backend.AccessProfile]{Exists: true, ID: "id", ParentID: "place", ReadOnly: c.readOnly, Given: c.given, Actual: c.has}
			_, left := Profiles.Declared(obs, caps, unnamed{})
			want := map[string]Why{"conductorOne.cohort": WhyHidden}
			for path, why := range c.left {
				want[path] = why
			}
			if diff := cmp.Diff(want, omissionsOf(left)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatASpecLeavesOutOfAReview(t *testing.T) {
	soon := &backend.Instant{}
	apps := func(a backend.ScopeApps) *backend.ReviewScope {
		return &backend.ReviewScope{Apps: &a, Entitlements: backend.EntitlementSet{{AppID: "a", ID: "e"}}}
	}
	for sentence, c := range map[string]struct {
		has      backend.AccessReview
		readOnly []string
		left     map[string]Why
	}{
		"an instant of a start that a person makes": {has: backend.AccessReview{AutoStart: backend.To(false), StartAt: soon}, left: map[string]Why{"start.mode": WhyEmpty, "start.at": WhyElsewhere}},
		"a start that was made is said":             {has: backend.AccessReview{AutoStart: backend.To(true)}, readOnly: []string{"start.mode"}},
		"what becomes of undecided items, where a person ends it": {
			has:  backend.AccessReview{AutoClose: backend.To(false), Undecided: backend.To("Revoke")},
			left: map[string]Why{"close.mode": WhyEmpty, "close.undecided": WhyElsewhere},
		},
		"a list that does not count": {
			has:  backend.AccessReview{Scope: apps(backend.ScopeApps{Criteria: &backend.ScopeAppCriteria{RiskLevelIDs: backend.Set{"r"}}}), Block: &conductorone.ReviewBlock{}},
			left: map[string]Why{"scope.entitlements": WhyElsewhere},
		},
		"a list that counts is said": {has: backend.AccessReview{Scope: apps(backend.ScopeApps{SpecificResources: &struct{}{}}), Block: &conductorone.ReviewBlock{}}},
		"types of resources of which nobody knows which": {
			has:  backend.AccessReview{Scope: apps(backend.ScopeApps{ResourceTypes: &struct{}{}}), Block: &conductorone.ReviewBlock{}},
			left: map[string]Why{"scope.entitlements": WhyElsewhere, "scope.apps": WhyUnsayable},
		},
		"half a day of a number of days": {
			has:  backend.AccessReview{Scope: &backend.ReviewScope{Grants: &backend.ScopeGrants{Criteria: &backend.ScopeGrantCriteria{SinceAdded: &backend.Duration{Duration: 36 * 3600e9}}}}},
			left: map[string]Why{"scope.grants": WhyUnsayable},
		},
		"who starts and ends a campaign": {
			has:  backend.AccessReview{AutoStart: backend.To(true), AutoClose: backend.To(true), Block: &sailpoint.ReviewBlock{Type: backend.To("Manager"), CorrelatedStatus: backend.To("Correlated")}},
			left: map[string]Why{"start.mode": WhyElsewhere, "close.mode": WhyElsewhere, "sailPoint.correlatedStatus": WhyElsewhere},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs := backend.Observation[backend.AccessReview]{Exists: true, ID: "id", ReadOnly: c.readOnly, Actual: c.has}
			_, left := Reviews.Declared(obs, backend.Capabilities{Block: c.has.Block}, unnamed{})
			want := c.left
			if want == nil {
				want = map[string]Why{}
			}
			if diff := cmp.Diff(want, omissionsOf(left)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
