package conductorone

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// decodeCounted decodes what a call about one profile answered, which counts its members.
func decodeCounted(v catalogView, date time.Time) profileObservation {
	obs := decodeCatalog(v, date)
	obs.Actual.Facts.MemberCount = backend.To(int64(v.MemberCount))
	return obs
}

// decodeCatalog decodes a row. Rows show no members where there are some, so that they tell nothing of how many there are.
func decodeCatalog(v catalogView, date time.Time) profileObservation {
	c := v.Catalog
	obs := profileObservation{
		Exists:    c.ID != "" && c.DeletedAt.IsZero(),
		ID:        c.ID,
		Version:   version(c.UpdatedAt),
		CreatedAt: c.CreatedAt.Time,
		Mark:      backend.MarkFromAnnotations(c.Annotations),
		Phase:     backend.PhaseLive,
		Date:      date,
	}
	obs.MarkIncomplete = markIncomplete(obs.Mark, c.Annotations)
	// Create-from-cohort takes no annotations: the line holds the place until they are there.
	description, mark, lined := lineOf(obs.Mark, c.Description)
	if lined {
		obs.MarkInProse, obs.MarkIncomplete = obs.Mark.IsZero(), true
		obs.Mark = mark
	}
	obs.Actual = backend.AccessProfile{
		Block: &ProfileBlock{Annotations: decodeAnnotations(c.Annotations)},
	}
	obs.Actual = catalogCodec.Decode(&c, obs.Actual)
	obs.Actual.Description = &description
	return obs
}

// decodeBundle fills the membership rule in; none is one that is empty and off.
func decodeBundle(rule *bundleRead, p *backend.AccessProfile) {
	if rule == nil {
		rule = &bundleRead{}
	}
	expression, holders := "", backend.EntitlementSet{}
	if rule.CEL != nil {
		expression = rule.CEL.Expression
	}
	if rule.Entitlements != nil {
		holders = setOf(rule.Entitlements.Refs)
	}
	p.Membership = &backend.Membership{
		Expression:  &expression,
		Enabled:     &rule.Enabled,
		CreateTasks: &rule.CreateTasks,
	}
	profileBlock(*p).Automation = &Automation{
		DisableCircuitBreaker:          &rule.DisableCircuitBreaker,
		EnforceOnSmallProfiles:         &rule.EnforceOnSmallProfiles,
		RemovedMembersThresholdPercent: backend.To(int64(rule.RemovedMembersThresholdPercent)),
		Entitlements:                   holders,
	}
	p.Facts.CELExpression = expression
	if rule.State != nil {
		p.Facts.AutomationStatus = word(enumBundleRun, rule.State.Status)
		p.Facts.AutomationLastRunAt = rule.State.LastRunAt.Time
		p.Facts.AutomationError = rule.State.ErrorMessage
		if p.Facts.AutomationError == "" && rule.State.CELEvaluation != nil {
			p.Facts.AutomationError = rule.State.CELEvaluation.ErrorMessage
		}
	}
	if rule.CircuitBreaker != nil {
		p.Facts.CircuitBreaker = word(enumCircuitBreaker, rule.CircuitBreaker.State)
	}
}
