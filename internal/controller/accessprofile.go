package controller

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// +kubebuilder:rbac:groups=governance-operator.io,resources=accessprofiles,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessprofiles/status,verbs=patch

// AccessProfileKind is what the engine must know of AccessProfile.
func AccessProfileKind() managed.Kind[*v1alpha1.AccessProfile, backend.AccessProfile] {
	return managed.Kind[*v1alpha1.AccessProfile, backend.AccessProfile]{
		Name:                 v1alpha1.KindAccessProfile,
		New:                  func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} },
		NewList:              func() client.ObjectList { return &v1alpha1.AccessProfileList{} },
		Driver:               func(t backend.Tenant) backend.Driver[backend.AccessProfile] { return t.AccessProfiles() },
		Desire:               desireAccessProfile,
		Project:              projectAccessProfile,
		Grants:               projectGrants,
		SkipFigureOnlyWrites: true,
	}
}

// profilePlan maps the plain fields of an AccessProfile.
var profilePlan = mapping.Must[v1alpha1.AccessProfileSpec, backend.AccessProfile](
	"owners",
	"sailPoint.source", "sailPoint.accessRequestConfig.approvalSchemes",
	"sailPoint.revocationRequestConfig.approvalSchemes", "sailPoint.provisioningCriteria", "sailPoint.accessModelMetadata",
	"veza.profileType", "veza.relationships", "veza.publish",
)

func desireAccessProfile(obj *v1alpha1.AccessProfile, r *reference.Resolver) (backend.AccessProfile, string) {
	s := &obj.Spec
	out := backend.AccessProfile{Owners: backend.Owners(people("spec.owners", s.Owners, s.Veza != nil, r))}
	profilePlan.ToModel(s, &out, r)
	if m := s.Membership; m != nil {
		check("spec.membership.expression", expression.Membership, m.Expression, r)
	}
	if c := s.ConductorOne; c != nil {
		desireConductorOneProfile(out.ConductorOne, c)
	}
	parent := r.BoundParent()
	if p := s.SailPoint; p != nil {
		parent = r.Parent("spec.sailPoint.source", p.Source, backend.Name{Kind: backend.NameApp})
		desireSailPointProfile(out.SailPoint, p, parent, r)
		ownSource(s.Entitlements, out.Entitlements, parent, r)
	}
	if p := s.Veza; p != nil {
		parent = r.Parent("spec.veza.profileType", p.ProfileType, backend.Name{Kind: backend.NameProfileType})
		desireVezaProfile(&out, s, parent, r)
	}
	return out, parent
}

func desireConductorOneProfile(out *backend.ConductorOneAccessProfile, c *v1alpha1.ConductorOneProfile) {
	if c.VisibleTo != nil && out.VisibleToEveryone == nil {
		out.VisibleToEveryone = backend.To(false) // Else it says nothing: everybody sees it.
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
	st.StartedAt, st.LastSyncedAt = moment(f.StartedAt), moment(f.LastSyncedAt)
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
			Status: f.AutomationStatus, LastRunAt: moment(f.AutomationLastRunAt), CircuitBreaker: f.CircuitBreaker, Message: f.AutomationError,
		}
	}
}
