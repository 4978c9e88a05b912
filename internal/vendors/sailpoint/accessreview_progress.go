package sailpoint

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const certificationsPath = "/certifications/v1"

// certification is one reviewer's package (docs/vendors/sailpoint-api.md#certifications).
type certification struct {
	DecisionsMade  int64 `json:"decisionsMade"`
	DecisionsTotal int64 `json:"decisionsTotal"`
}

// readProgress counts decisions. The packages of governance groups are not listed; where
// some are missing the campaign's own figures stay, which count packages.
func (d *reviewDriver) readProgress(ctx context.Context, obs *reviewObservation) error {
	var packages, made, total int64
	for r, err := range list[certification](ctx, d.api, certificationsPath, sought(byName, eq("campaign.id", obs.ID)), nil, nil) {
		if err != nil {
			return err
		}
		packages++
		made += r.item.DecisionsMade
		total += r.item.DecisionsTotal
	}
	facts := &obs.Actual.Facts
	if packages > 0 && packages >= backend.Value(facts.Total) {
		facts.Total, facts.Completed = &total, &made
	}
	return nil
}
