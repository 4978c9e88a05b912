package conductorone

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *marked[D]) Forecast(w backend.Write[D]) backend.Forecast[D] {
	f := d.Driver.Forecast(w)
	if w.Verb == backend.VerbCreate && d.marks.at() == markUnsure {
		f.Calls++ // The first of the kind is read, to see where its ownership marker is.
	}
	f.After.MarkInProse = d.marks.at() == markInText
	return f
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *entitlementDriver) Forecast(w backend.Write[backend.AppEntitlement]) backend.Forecast[backend.AppEntitlement] {
	if w.Verb == backend.VerbObserve {
		return backend.Looked[backend.AppEntitlement](1 + len(w.Ref.DetailFields))
	}
	f := backend.Forecast[backend.AppEntitlement]{
		After: backend.Foreseen(w, d.Capabilities(), "conductorOne.deprovision", pathRequestSchema), Calls: 1,
	}
	switch changes := w.Changes.Without(w.Seen.ReadOnly); {
	case w.Verb == backend.VerbCreate && w.Desired.Owners != nil:
		f.Calls++
	case w.Verb == backend.VerbUpdate:
		f.Calls = 0
		if !encodeEntitlementUpdate(w.Seen, w.Desired, changes).empty() {
			f.Calls++
		}
		if changes.Has("owners") {
			f.Calls += 3 // They are replaced, and all is read again.
		}
	}
	return f
}

// leftByProfileCreate are the fields that a create leaves to an update.
var leftByProfileCreate = []string{pathEntitlements, pathVisibleTo, pathMembership, pathAutomation, pathPolicies, pathMaxDuration}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *profileDriver) Forecast(w backend.Write[backend.AccessProfile]) backend.Forecast[backend.AccessProfile] {
	caps := d.Capabilities()
	switch w.Verb {
	case backend.VerbObserve:
		return backend.Looked[backend.AccessProfile](1 + d.detailCalls(w.Ref.DetailFields))
	case backend.VerbUpdate:
		return backend.Forecast[backend.AccessProfile]{After: backend.Foreseen(w, caps), Calls: d.updateCalls(w, caps)}
	case backend.VerbDelete:
		return backend.Forecast[backend.AccessProfile]{After: backend.Foreseen(w, caps), Calls: 1}
	}
	later, calls := leftByProfileCreate, 1
	if cohort := profileBlock(w.Desired); cohort != nil && cohort.Cohort != nil {
		later = slices.DeleteFunc(slices.Clone(later), func(path string) bool { return path == pathEntitlements || path == pathMembership })
		later = append(later, "membership.enabled")
		calls = 2 + d.detailCalls(backend.DetailFieldsOf(w.Desired, caps))
	}
	after := backend.Foreseen(w, caps, later...)
	if after.Actual.Requestable != nil {
		after.Actual.Requestable = backend.To(false)
	}
	if c := profileBlock(after.Actual); c != nil && c.VisibleToEveryone != nil {
		c.VisibleToEveryone = backend.To(false)
	}
	return backend.Forecast[backend.AccessProfile]{After: after, Calls: calls}
}

// detailCalls is how many calls read details.
func (d *profileDriver) detailCalls(details []string) (calls int) {
	for _, paths := range [][]string{{pathEntitlements}, {pathVisibleTo}, {pathMembership, pathAutomation}, {pathPolicies, pathMaxDuration}} {
		if slices.ContainsFunc(paths, func(path string) bool { return rows.Asked(details, path) }) {
			calls++
		}
	}
	return calls
}

// updateCalls is how many calls an update takes, by its steps.
func (d *profileDriver) updateCalls(w backend.Write[backend.AccessProfile], caps backend.Capabilities) int {
	u := profileUpdate{profileDriver: d, seen: w.Seen, desired: w.Desired, changes: w.Changes}
	u.seen.Actual = backend.Copy(w.Seen.Actual)
	if profileBlock(u.seen.Actual) == nil {
		u.seen.Actual.Block = &ProfileBlock{}
	}
	calls := 1 + d.detailCalls(backend.DetailFieldsOf(w.Desired, caps)) // All is read again.
	some := func(is bool) {
		if is {
			calls++
		}
	}
	if u.changes.Has(pathEntitlements) {
		some(u.seen.Actual.Entitlements == nil)
		u.gone, u.added = u.seen.Actual.Entitlements.Minus(u.desired.Entitlements), u.desired.Entitlements.Minus(u.seen.Actual.Entitlements)
	}
	some(u.movesBindings() && profileBlock(u.seen.Actual).VisibleTo == nil)
	u.planBindings()
	everybody := backend.Value(profileBlock(u.desired)).VisibleToEveryone
	u.narrowed = len(u.unbound) > 0 && everybody != nil && !*everybody && u.changes.Has(pathEveryone)
	some(u.narrowed)
	row := &masked{}
	if !u.narrowed {
		row = u.enforcement()
	}
	u.visibility(row, false)
	some(!row.empty())
	for _, set := range []backend.EntitlementSet{u.unbound, u.gone, u.added, u.bound} {
		calls += backend.Chunks(len(set), entriesPerCall)
	}
	some(len(u.added) > 0 && backend.Value(backend.Value(profileBlock(u.desired)).CreateRequests) && !u.changes.Any(pathMembership, pathAutomation))
	if u.changes.Any(pathPolicies, pathMaxDuration) {
		calls += 2
	}
	if u.changes.Any(pathMembership, pathAutomation) {
		calls += u.ruleCalls()
	}
	some(!u.lastRow().empty())
	return calls
}

// ruleCalls is how many calls move the membership rule: it is read, paused where it must not run meanwhile, and written.
func (u *profileUpdate) ruleCalls() int {
	rule := backend.Value(u.seen.Actual.Membership)
	u.rule.Enabled, u.exists = backend.Value(rule.Enabled), rule.Expression != nil || rule.Enabled != nil
	wanted, unwanted := u.wantedRule()
	paused := u.rule.Enabled && (unwanted && len(u.added) > 0 || !unwanted && wanted.Enabled && u.bothMove() && u.enabledIsOurs())
	if paused {
		return 3
	}
	return 2
}

// leftByReviewCreate are the fields that a create leaves to an update.
var leftByReviewCreate = []string{
	"start", "close", pathReviewEntitlements, pathReviewApps, pathReviewResourceTypes, "conductorOne.defaultView", "conductorOne.reviewInstructions",
	"conductorOne.columns", "conductorOne.signature", "conductorOne.autoGenerateReport", "conductorOne.autoResolve", "conductorOne.usePolicyOverride",
	"conductorOne.exemptCertifiedAccessConflicts", "conductorOne.accuracyIssueAction", "conductorOne.reviewerAttributes",
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *reviewDriver) Forecast(w backend.Write[backend.AccessReview]) backend.Forecast[backend.AccessReview] {
	if w.Verb == backend.VerbObserve {
		return backend.Looked[backend.AccessReview](1 + len(w.Ref.DetailFields))
	}
	f := backend.Forecast[backend.AccessReview]{After: backend.Foreseen(w, d.Capabilities(), leftByReviewCreate...), Calls: 1}
	if w.Verb != backend.VerbUpdate {
		return f
	}
	changes := w.Changes.Without(w.Seen.ReadOnly)
	settings, start := encodeReviewSettings(w.Seen, w.Desired, changes), &masked{}
	encodeStart(start, w.Desired, changes, d.client.Now())
	items, types := changes.Any(pathReviewEntitlements, pathReviewApps), changes.Has(pathReviewResourceTypes)
	f.Calls += len(backend.DetailFieldsOf(w.Desired, d.Capabilities())) // All is read again.
	for _, is := range []bool{
		!settings.empty() || !items && !types && (!start.empty() || changes.Any(scopePaths...)), items, types, (items || types) && !start.empty(),
	} {
		if is {
			f.Calls++
		}
	}
	if items { // The entitlements of an app are listed: a page of them at least.
		f.Calls += len(backend.Value(w.Desired.Scope).SelectedApps)
	}
	return f
}
