package conductorone

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const searchEntitlementsPath = "/api/v1/search/entitlements"

type entitlementObservation = backend.Observation[backend.AppEntitlement]

// entitlementDriver drives app entitlements (docs/vendors/conductorone-api.md#entitlements).
type entitlementDriver struct{ api }

// Capabilities declares what it can do with entitlements (docs/vendors/conductorone-api.md#entitlements).
func (*entitlementDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true,
		Block:      (*EntitlementBlock)(nil),
		MarkProven: true,
		IDs:        idForm,
		Naming:     backend.Naming{Key: "the alias where there is one, else the display name with the resource", Place: "the app", Searched: true},
		Unsupported: map[string]string{
			"requestable": "ConductorOne has no such switch on an entitlement: it is requestable through the access profiles that contain it",
		},
		Warnings:     map[string]string{"conductorOne.provision.delegated": unbound, "conductorOne.deprovision.delegated": unbound},
		Values:       map[string][]string{"conductorOne.purpose": {"Assignment", "Permission", "Ownership"}},
		Usual:        map[string]string{"conductorOne.provision": unconfigured, "conductorOne.deprovision": unconfigured, "conductorOne.maxGrantDuration": unlimited},
		Required:     []string{"displayName", "conductorOne.resource"},
		CreateOnly:   []string{"conductorOne.resource", "conductorOne.resource.type"},
		Narrows:      map[string]backend.Narrowing{"conductorOne.emergencyGrantEnabled": {Open: []string{"true"}}},
		Removed:      removedFromEntitlement(),
		DetailFields: []string{"owners"},
		Listing:      backend.Listing{Of: "each app", PageSize: rest.PageSize, Before: "the apps"},
		Settling:     map[string]time.Duration{"owners": ownersSettle},
		ListLag:      listLag,
		Poll:         poll,
	}
}

// What reads show where nothing was set (docs/vendors/conductorone-api.md#entitlements).
const (
	unconfigured = `{"unconfigured":{}}`
	unlimited    = `"Unlimited"`
)

// unbound is what a person has to do for an entitlement that is granted instead of another one.
const unbound = "bind the other entitlement to this one as a proxy, in the console: without that ConductorOne accepts the policy and provisions nothing; implicit: true needs no binding"

const (
	listLag = 5 * time.Second
	// ownersSettle is how long after a write reads may show who owned an entitlement before: 45 to 150 seconds were seen.
	ownersSettle = 5 * time.Minute
	poll         = 10 * time.Second
)

func entitlementsPath(appID string) string { return rest.Path("/api/v1/apps/%s/entitlements", appID) }

func entitlementPath(appID, id string) string {
	return rest.Path("/api/v1/apps/%s/entitlements/%s", appID, id)
}

// Observe reads one entitlement, see backend.Driver.
func (d *entitlementDriver) Observe(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists {
		return obs, err
	}
	if obs, err = d.readOwners(ctx, obs, r.DetailFields); err != nil {
		return entitlementObservation{}, err
	}
	return obs, nil
}

func (d *entitlementDriver) observe(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	switch {
	case r.ID != "":
		return d.read(ctx, r.ParentID, r.ID)
	case r.Mark.Token != "":
		return rows.FindToken(ctx, r, d.rows, func(o entitlementObservation) bool {
			return backend.Value(o.Actual.Facts.GrantCount) == 0
		})
	}
	return d.findKey(ctx, r)
}

func (d *entitlementDriver) read(ctx context.Context, appID, id string) (entitlementObservation, error) {
	var answer entitlementAnswer
	res, err := d.get(ctx, entitlementPath(appID, id), nil, &answer)
	if rest.IsNotFound(err) {
		return entitlementObservation{ID: id, ParentID: appID, Date: res.Date}, nil
	}
	if err != nil {
		return entitlementObservation{}, err
	}
	if answer.View.Entitlement.ID == "" {
		return entitlementObservation{}, empty(http.MethodGet, entitlementPath(appID, id))
	}
	if e := answer.View.Entitlement; e.ID != id || e.AppID != "" && e.AppID != appID {
		return entitlementObservation{}, another(entitlementPath(appID, id))
	}
	return decodeEntitlement(answer.View.Entitlement, res.Date), nil
}

// findKey takes the alias, which is unique, else the display name with the resource.
func (d *entitlementDriver) findKey(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	none := entitlementObservation{ParentID: r.ParentID, Date: d.client.Now()}
	filter := map[string]any{"appIds": []string{r.ParentID}}
	var key string
	var same func(e entitlement) bool
	switch {
	case r.Key.Alias != "":
		key, filter["alias"] = fmt.Sprintf("the alias %q", r.Key.Alias), r.Key.Alias
		same = func(e entitlement) bool { return e.Alias == r.Key.Alias }
	case r.Key.DisplayName != "":
		key, filter["displayName"] = fmt.Sprintf("the name %q", r.Key.DisplayName), r.Key.DisplayName
		same = func(e entitlement) bool {
			return e.DisplayName == r.Key.DisplayName && (r.Key.ResourceID == "" || e.AppResourceID == r.Key.ResourceID)
		}
	default:
		return none, backend.Errorf(backend.Terminal, "no name and no alias identifies the entitlement")
	}
	hits := search[entitlementView](ctx, d.api, searchEntitlementsPath, filter)
	return rows.Only(&none, key, func(yield func(entitlementObservation, error) bool) {
		for hit, err := range hits {
			if err == nil && (hit.item.Entitlement.AppID != r.ParentID || !same(hit.item.Entitlement)) {
				continue
			}
			if !yield(decodeEntitlement(hit.item.Entitlement, hit.date), err) {
				return
			}
		}
	})
}

// rows reads the entitlements of an app. An app that is gone has none.
func (d *entitlementDriver) rows(ctx context.Context, appID string, since *time.Time) iter.Seq2[entitlementObservation, error] {
	return func(yield func(entitlementObservation, error) bool) {
		for row, err := range list[entitlementView](ctx, d.api, entitlementsPath(appID), since) {
			if rest.IsNotFound(err) {
				return
			}
			if !yield(decodeEntitlement(row.item.Entitlement, row.date), err) {
				return
			}
		}
	}
}

// ObserveMany reads rows by list pages, one list for each app.
func (d *entitlementDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[entitlementObservation, error] {
	return rows.ObserveMany(ctx, refs, d.rows)
}

// Create sends everything that the create call takes; the deprovisioner and the
// request schema are left to Update (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlements).
func (d *entitlementDriver) Create(ctx context.Context, r backend.Ref, desired backend.AppEntitlement) (entitlementObservation, error) {
	var answer entitlementAnswer
	res, err := d.create(ctx, entitlementsPath(r.ParentID), encodeEntitlementCreate(desired, r.Mark), &answer)
	if err != nil {
		return entitlementObservation{}, err
	}
	if answer.View.Entitlement.ID == "" {
		return entitlementObservation{}, withoutID(http.MethodPost, entitlementsPath(r.ParentID))
	}
	obs := decodeEntitlement(answer.View.Entitlement, res.Date)
	if desired.Owners == nil {
		return obs, nil
	}
	return d.readOwners(ctx, obs, []string{"owners"})
}

func withoutID(method, path string) error {
	return backend.Errorf(backend.OutcomeUnknown, "%s %s: the answer contains no id", method, path)
}

// Update writes the row with one mask, then replaces the owners, which is atomic.
func (d *entitlementDriver) Update(ctx context.Context, seen entitlementObservation, desired backend.AppEntitlement, changes backend.Changes) (entitlementObservation, error) {
	changes = changes.Without(seen.ReadOnly)
	obs := seen
	mask := encodeEntitlementUpdate(seen, desired, changes)
	if !mask.empty() {
		var answer entitlementAnswer
		res, err := d.post(ctx, entitlementPath(seen.ParentID, seen.ID), map[string]any{
			"entitlement": mask.values,
			"updateMask":  mask.text(),
			// Required in practice where the app has defaults
			// (docs/vendors/conductorone-api.md#post-apiv1appsapp_identitlementsid).
			"overrideAccessRequestsDefaults": overrides(seen.Actual, desired),
		}, &answer)
		if err != nil {
			return entitlementObservation{}, err
		}
		if answer.View.Entitlement.ID == "" {
			return entitlementObservation{}, empty(http.MethodPost, entitlementPath(seen.ParentID, seen.ID))
		}
		obs = decodeEntitlement(answer.View.Entitlement, res.Date)
		obs.Actual.Owners = seen.Actual.Owners
	}
	if !changes.Has("owners") {
		return obs, nil
	}
	if err := d.put(ctx, entitlementPath(seen.ParentID, seen.ID)+"/owners", map[string]any{"userIds": texts(desired.Owners)}); err != nil {
		if mask.empty() {
			obs = entitlementObservation{} // Nothing was accepted.
		}
		return obs, err
	}
	fresh, err := d.Observe(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID, DetailFields: []string{"owners"}})
	if err != nil {
		return obs, err // All of it was accepted, and only the read failed.
	}
	return fresh, nil
}

// Delete removes the entitlement softly.
func (d *entitlementDriver) Delete(ctx context.Context, seen entitlementObservation) error {
	return d.remove(ctx, entitlementPath(seen.ParentID, seen.ID))
}

// readOwners reads the owners where details ask for them; rows do not hold them (docs/vendors/conductorone-api.md#owners).
func (d *entitlementDriver) readOwners(ctx context.Context, obs entitlementObservation, details []string) (entitlementObservation, error) {
	if !rows.Asked(details, "owners") {
		return obs, nil
	}
	var answer struct {
		UserIDs []string `json:"userIds"`
	}
	if _, err := d.get(ctx, entitlementPath(obs.ParentID, obs.ID)+"/ownerids", nil, &answer); err != nil {
		return obs, err
	}
	obs.Actual.Owners = set(answer.UserIDs)
	return obs, nil
}
