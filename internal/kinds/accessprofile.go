package kinds

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// AccessProfile is what the engine must know of AccessProfile.
func AccessProfile() managed.Kind[*v1alpha1.AccessProfile, backend.AccessProfile] {
	return managed.Kind[*v1alpha1.AccessProfile, backend.AccessProfile]{
		Name:                 v1alpha1.KindAccessProfile,
		New:                  func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} },
		NewList:              func() client.ObjectList { return &v1alpha1.AccessProfileList{} },
		Driver:               func(t backend.Tenant) backend.Driver[backend.AccessProfile] { return t.AccessProfiles() },
		Desire:               Profiles.Desire,
		Project:              projectAccessProfile,
		Grants:               projectGrants,
		SkipFigureOnlyWrites: true,
	}
}

// mostGrants is how many entitlements a status lists.
const mostGrants = 100

// projectGrants lists what a profile grants, where it was read.
func projectGrants(obj *v1alpha1.AccessProfile, seen backend.AccessProfile, describe func(backend.EntitlementID) v1alpha1.GrantedEntitlement) {
	if seen.Entitlements == nil {
		return
	}
	granted := slices.SortedFunc(slices.Values(seen.Entitlements.Minus(nil)), func(a, b backend.EntitlementID) int {
		return cmp.Or(strings.Compare(a.AppID, b.AppID), strings.Compare(a.ID, b.ID))
	})
	obj.Status.Grants = &v1alpha1.ProfileGrants{Count: int64(len(granted))}
	for _, e := range granted[:min(len(granted), mostGrants)] {
		obj.Status.Grants.Entitlements = append(obj.Status.Grants.Entitlements, describe(e))
	}
}

func projectAccessProfile(obj *v1alpha1.AccessProfile, obs backend.Observation[backend.AccessProfile]) {
	f, st := obs.Actual.Facts, &obj.Status
	st.Version, st.DraftVersion = obs.VersionNumber, obs.DraftNumber
	st.State, st.LastSyncError = f.State, f.LastSyncError
	st.StartedAt, st.LastSyncedAt = Moment(f.StartedAt), Moment(f.LastSyncedAt)
	st.CreatedEntitlements = f.CreatedEntitlements
	if f.MemberCount != nil {
		st.MemberCount = f.MemberCount
	}
	if f.CELExpression != "" {
		st.CELExpression = f.CELExpression
	}
	if obs.Actual.Requestable != nil {
		st.Requestable = obs.Actual.Requestable
	}
	if f.AutomationStatus != "" || f.CircuitBreaker != "" {
		st.Automation = &v1alpha1.ProfileAutomationStatus{
			Status: f.AutomationStatus, LastRunAt: Moment(f.AutomationLastRunAt), CircuitBreaker: f.CircuitBreaker, Message: f.AutomationError,
		}
	}
}
