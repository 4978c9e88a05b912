package conductorone

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// readDetails reads what rows do not hold, as far as details ask for it.
func (d *profileDriver) readDetails(ctx context.Context, obs *profileObservation, details []string) error {
	actual := &obs.Actual
	if rows.Asked(details, pathEntitlements) {
		entries, err := d.entries(ctx, obs.ID)
		if err != nil {
			return err
		}
		actual.Entitlements = entries
	}
	if rows.Asked(details, pathVisibleTo) {
		bindings, err := d.visibleTo(ctx, obs.ID)
		if err != nil {
			return err
		}
		profileBlock(*actual).VisibleTo = bindings
	}
	if rows.Asked(details, pathMembership) || rows.Asked(details, pathAutomation) {
		rule, err := d.bundle(ctx, obs.ID)
		if err != nil {
			return err
		}
		decodeBundle(rule, actual)
	}
	if rows.Asked(details, pathPolicies) || rows.Asked(details, pathMaxDuration) {
		e, err := d.enrolment.read(ctx, obs.ID)
		if err != nil {
			return err
		}
		profileBlock(*actual).GrantPolicyID = &e.GrantPolicyID
		profileBlock(*actual).RevokePolicyID = &e.RevokePolicyID
		profileBlock(*actual).MaxGrantDuration = grantDuration(e.DurationGrant)
	}
	return nil
}

// entries reads the contents of a profile; the list is complete and has no pages
// (docs/vendors/conductorone-api.md#requestable-entries).
func (d *profileDriver) entries(ctx context.Context, id string) (backend.EntitlementSet, error) {
	var answer struct {
		Refs []ref `json:"refs"`
	}
	if _, err := d.get(ctx, catalogPath(id)+"/requestable_entitlementIDs", nil, &answer); err != nil {
		return nil, err
	}
	return setOf(answer.Refs), nil
}

// visibleTo reads the visibility bindings (docs/vendors/conductorone-api.md#visibility-bindings).
func (d *profileDriver) visibleTo(ctx context.Context, id string) (backend.EntitlementSet, error) {
	views, err := collect(list[entitlementView](ctx, d.api, catalogPath(id)+"/visibility_entitlements", nil))
	if err != nil {
		return nil, err
	}
	out := backend.EntitlementSet{}
	for _, v := range views {
		if v.Entitlement.DeletedAt.IsZero() {
			out = append(out, backend.EntitlementID{AppID: v.Entitlement.AppID, ID: v.Entitlement.ID})
		}
	}
	return out, nil
}

// bundle reads the membership rule; nil where there is none (docs/vendors/conductorone-api.md#membership-rule).
func (d *profileDriver) bundle(ctx context.Context, id string) (*bundleRead, error) {
	var rule bundleRead
	_, err := d.get(ctx, catalogPath(id)+"/bundle_automation", nil, &rule)
	if rest.IsNotFound(err) || err == nil && !rule.DeletedAt.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &rule, nil
}
