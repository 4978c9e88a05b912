package veza

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const profilesPath = "/api/private/lifecycle_management/access_profiles"

// The paths of a profile that need more than to be copied.
const (
	pathEntitlements      = "entitlements"
	pathInherits          = "inherits"
	pathState             = "veza.state"
	pathRelationships     = "veza.relationships"
	pathLabels            = "veza.labels"
	pathPolicy            = "veza.accessRequestPolicyID"
	pathApplication       = "veza.applicationDatasource"
	pathApplicationAction = "veza.applicationSyncIdentityAction"
	pathProperties        = "veza.customProperties"
	pathApproval          = "veza.requireApprovalToStart"
	pathCatalog           = "veza.catalogItem"
	pathMembers           = "veza.members"
	pathPublish           = "veza.publish"
)

// ofVersion are the fields that a version holds, and not the profile (docs/vendors/veza-api.md#profile-fields).
var ofVersion = []string{pathEntitlements, pathInherits, pathRelationships, pathPolicy, pathApplication, pathApplicationAction}

type profileObservation = backend.Observation[backend.AccessProfile]

// profileDriver drives access profiles (docs/vendors/veza-api.md#access-profiles).
type profileDriver struct {
	api
	types *profileTypes
	// mayDelete and mayPublish are what the tenant's owner opted in to.
	mayDelete, mayPublish bool
	// awaiting are profiles whose start was asked for and waits for somebody.
	awaiting sync.Map
}

// Capabilities declares what it can do with access profiles (docs/vendors/veza-api.md#access-profiles), with what the
// tenant's owner opted in to.
func (d *profileDriver) Capabilities() backend.Capabilities {
	caps := backend.Capabilities{
		Create: true, Update: true, Retire: true, Delete: d.mayDelete,
		Block:      (*ProfileBlock)(nil),
		FoldedIDs:  true,
		MarkProven: true,
		Naming:     backend.Naming{Key: "the display name, with or without the prefix that the type puts before it", Place: "the profile type", Unique: true},
		Unsupported: map[string]string{
			"owners":      "a Veza access profile has no owners that can be written",
			"requestable": "Veza derives it from the tenant's access request settings: all profiles, those with certain labels, or those of certain types",
			"membership":  "a Veza access profile has no rule of membership: name people in veza.members, or assign it by a lifecycle policy",
		},
		Values:   map[string][]string{pathState: {"Initial", "Running", "Paused", "DryRun", "Pending"}},
		Usual:    map[string]string{pathState: "Initial"},
		Required: []string{"displayName", "veza.profileType"},
		Narrows: map[string]backend.Narrowing{
			pathState:         {Open: []string{"Running", "Pending"}},
			pathEntitlements:  {Fewer: true},
			pathInherits:      {Fewer: true},
			pathRelationships: {Fewer: true, Beside: []string{pathEntitlements}},
			pathLabels:        {Fewer: true}, // Some of them may let people ask (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
			pathMembers:       {Fewer: true},
		},
		DetailFields: []string{pathMembers},
		Listing:      backend.Listing{Of: "the tenant", PageSize: pageSize, Before: "the profile types"},
		ListLag:      listLag,
		Poll:         poll,
		Removed:      removedFromProfile(),
	}
	if !d.mayPublish {
		caps.Unsupported[pathPublish] = "Veza does not document how a draft is published: try it on your tenant, then write " +
			allowPublish + " into spec.veza.allow of the backend"
	}
	return caps
}

// Observe reads one profile, see backend.Driver.
func (d *profileDriver) Observe(ctx context.Context, r backend.Ref) (profileObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists || !rows.Asked(r.DetailFields, pathMembers) {
		return obs, err
	}
	if profileBlock(obs.Actual).Members, err = d.members(ctx, obs.ID, number(backend.Value(obs.VersionNumber))); err != nil {
		return profileObservation{}, err
	}
	return obs, nil
}

func (d *profileDriver) observe(ctx context.Context, r backend.Ref) (profileObservation, error) {
	none := profileObservation{ID: r.ID, ParentID: r.ParentID}
	switch {
	case r.ID != "":
		p, date, err := d.read(ctx, r.ID, r.ParentID)
		if err != nil || p == nil {
			none.Date = date
			return none, err
		}
		if r.ParentID != "" && p.ProfileType != r.ParentID {
			return none, invalid("veza.profileType", "the access profile %s is of the type %s and not %s", p.ID, p.ProfileType, r.ParentID)
		}
		return d.decode(ctx, *p, date)
	case r.Mark.Token != "":
		return d.findToken(ctx, r)
	case r.Key.DisplayName == "":
		return none, invalid("displayName", "is needed to find the profile")
	}
	return d.findName(ctx, r)
}

// decode renders a profile with its version in force, by the rules of its type.
func (d *profileDriver) decode(ctx context.Context, p profile, date time.Time) (profileObservation, error) {
	v, err := d.inForce(ctx, p)
	if err != nil {
		return profileObservation{}, err
	}
	t, err := d.types.of(ctx, p.ProfileType)
	if err != nil {
		return profileObservation{}, err
	}
	obs := decodeProfile(p, v, t, date)
	d.await(&obs, p)
	return obs, nil
}

// await puts into the message that somebody has to approve a start that was asked for. That the state is
// then PENDING is inferred (docs/vendors/veza-api.md#profile-states); without such a rule it is a state like others.
func (d *profileDriver) await(obs *profileObservation, p profile) {
	if p.State.state() != statePending {
		d.awaiting.Delete(p.ID)
		return
	}
	if _, asked := d.awaiting.Load(p.ID); asked || p.RequireApproval {
		obs.Phase, obs.Message = backend.PhasePending, "the profile is PENDING: somebody must approve its start in Veza's console"
	}
}

// ObserveMany reads the profiles of each type that is asked for, by list pages.
func (d *profileDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[profileObservation, error] {
	asked, index, every, all := map[string]bool{}, false, false, false
	for _, r := range refs {
		asked[r.ID], index, every, all = true, index || r.ID == "", every || r.Every, all || r.Whole
	}
	return rows.ObserveMany(ctx, refs, func(ctx context.Context, typeID string, since *time.Time) iter.Seq2[profileObservation, error] {
		return d.rows(ctx, ofType(typeID), since, func(p profile) depth {
			switch {
			case p.ProfileType != typeID:
				return skipped
			case all || asked[p.ID] || index && !every && !markOf(p.Labels).IsZero():
				return whole
			case every:
				return nameAlone
			}
			return skipped
		})
	})
}
