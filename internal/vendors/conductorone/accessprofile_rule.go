package conductorone

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// The membership rule within an update (docs/vendors/conductorone-api.md#membership-rule): it is written whole and has no
// mask.

// switchOff stops the automation: for good where it is not wanted, and for the time
// being where its rule and the contents move together. That needs an enabled that the
// user set: else a crash in the middle would leave it off, and nobody would know that it
// was on.
func (u *profileUpdate) switchOff(ctx context.Context) error {
	if u.settled || !u.exists {
		return nil
	}
	wanted, unwanted := u.wantedRule()
	switch {
	case unwanted && len(u.added) == 0:
		u.settled = true
		return u.remove(ctx, u.bundlePath())
	case !u.rule.Enabled:
		return nil
	case unwanted:
		// Removed when the entries are in: a failure before that must not forget whose members these are.
		return u.pause(ctx)
	case !wanted.Enabled:
		// Off is narrower than any rule: the last word can be said at once.
		return u.writeRule(ctx)
	case u.bothMove() && u.enabledIsOurs():
		return u.pause(ctx)
	}
	return nil
}

func (u *profileUpdate) pause(ctx context.Context) error {
	paused := u.rule
	paused.Enabled = false
	return u.writeBundle(ctx, paused)
}

// requests reports whether requests are to be opened for the members of the moment. A rule changes who is a member when it
// runs, some time after it was written: until then the members are still those of the rule before, whom the new entries
// are not for. They are left to those who become members later.
func (u *profileUpdate) requests(ctx context.Context) (*bool, error) {
	wanted := backend.Value(profileBlock(u.desired)).CreateRequests
	if !backend.Value(wanted) {
		return wanted, nil
	}
	if u.changes.Any(pathMembership, pathAutomation) {
		return backend.To(false), nil
	}
	rule, err := u.bundle(ctx, u.seen.ID)
	if err != nil {
		return nil, err
	}
	return backend.To(rule == nil || rule.hasItsMembers()), nil
}

// hasItsMembers reports whether those who are members now are those whom the rule means.
func (r *bundleRead) hasItsMembers() bool {
	if r.State == nil || r.State.LastRunAt.IsZero() {
		return !r.Enabled // It has never made anybody a member.
	}
	return r.Enabled && r.State.Status == enumBundleRun+"SUCCESS" && r.State.LastRunAt.After(r.UpdatedAt.Time)
}

// ruleFirst writes the new rule between removals and additions where the automation may
// not be switched off: what is left by then belongs to the new contents too.
func (u *profileUpdate) ruleFirst(ctx context.Context) error {
	if _, unwanted := u.wantedRule(); unwanted || u.settled || !u.rule.Enabled || !u.bothMove() || u.enabledIsOurs() {
		return nil
	}
	return u.writeRule(ctx)
}

// bothMove: people and contents change, and people of the old rule must not get the new contents.
func (u *profileUpdate) bothMove() bool {
	return len(u.added) > 0 && u.conditionMoves()
}

func (u *profileUpdate) conditionMoves() bool {
	return u.changes.Any("membership.expression", "conductorOne.automation.entitlements")
}

func (u *profileUpdate) enabledIsOurs() bool {
	return backend.Value(u.desired.Membership).Enabled != nil
}

// wantedRule is the rule as desired; settings that the user did not set stay as they
// are. unwanted reports whether its condition was emptied and nothing stands in its place: a
// rule without one cannot be written, only removed.
func (u *profileUpdate) wantedRule() (rule bundle, unwanted bool) {
	rule = u.rule
	m := backend.Value(u.desired.Membership)
	a := backend.Value(backend.Value(profileBlock(u.desired)).Automation)
	if m.Expression != nil {
		rule.CEL = nil
	}
	if a.Entitlements != nil {
		rule.Entitlements = nil
	}
	switch {
	case backend.Value(m.Expression) != "":
		rule.CEL, rule.Entitlements = &celRule{*m.Expression}, nil
	case len(a.Entitlements) > 0:
		rule.CEL, rule.Entitlements = nil, &refsRule{refsOf(a.Entitlements)}
	}
	assign(&rule.Enabled, m.Enabled)
	assign(&rule.CreateTasks, m.CreateTasks)
	assign(&rule.DisableCircuitBreaker, a.DisableCircuitBreaker)
	assign(&rule.EnforceOnSmallProfiles, a.EnforceOnSmallProfiles)
	if a.RemovedMembersThresholdPercent != nil {
		rule.RemovedMembersThresholdPercent = number(*a.RemovedMembersThresholdPercent)
	}
	return rule, u.exists && u.conditionMoves() && rule.CEL == nil && rule.Entitlements == nil
}

func assign[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (u *profileUpdate) bundlePath() string { return catalogPath(u.seen.ID) + "/bundle_automation" }

func (u *profileUpdate) writeBundle(ctx context.Context, rule bundle) error {
	_, err := u.post(ctx, u.bundlePath(), rule, nil)
	return err
}

func (u *profileUpdate) writeRule(ctx context.Context) error {
	if u.settled {
		return nil
	}
	u.settled = true
	wanted, unwanted := u.wantedRule()
	if unwanted {
		return u.remove(ctx, u.bundlePath())
	}
	return u.writeBundle(ctx, wanted)
}
