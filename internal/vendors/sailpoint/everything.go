package sailpoint

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// ListAll reads the entitlements of all sources in one list, see backend.Lister. How one is asked for and taken back costs a call
// for each.
func (d *entitlementDriver) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[entitlementObservation, error] {
	each := everything(ctx, d.api, entitlementsPath, sought(byID), func(e entitlement) string { return e.ID })
	all := rows.Once(observed(each, nil, decodeEntitlement))
	if !rows.Asked(o.DetailFields, pathRequest) && !rows.Asked(o.DetailFields, pathRevocation) {
		return all
	}
	return rows.Detailed(ctx, d, all, rest.IsNotFound, func(ctx context.Context, obs *entitlementObservation) error {
		config, err := d.config(ctx, obs.ID)
		if err == nil {
			decodeConfig(config, &obs.Actual)
		}
		return err
	})
}

// ListAll reads the profiles of all sources in one list; rows hold everything.
func (d *profileDriver) ListAll(ctx context.Context, _ backend.ListOptions) iter.Seq2[profileObservation, error] {
	return rows.Once(observed(everything[profile](ctx, d.api, profilesPath, sought(byAge), nil), nil, decodeProfile))
}

// ListAll reads all campaigns, their scopes included.
func (d *reviewDriver) ListAll(ctx context.Context, _ backend.ListOptions) iter.Seq2[reviewObservation, error] {
	return rows.Once(observed(everything[campaign](ctx, d.api, campaignsPath, full(sought(byAge)), nil), nil, decodeCampaign))
}
