package conductorone

import (
	"context"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// entriesPerCall bounds one call that adds or removes; no limit is documented
// (docs/vendors/conductorone-api.md#requestable-entries).
const entriesPerCall = 50

// Update writes in an order of which every prefix is safe: nobody gets what neither
// the old nor the new profile gave them, and nothing is added before every removal
// was accepted. Steps without a change are left out. How people are asked counts, too:
// nobody gets a new entry by the old policy, or past the entry's own one.
//
//	not for everybody → bindings removed → unpublished, enrolment enforced → automation off → entries removed → policies →
//	entries added → automation with the new rule → other fields → published, for everybody → bindings added
//
// Bindings, which show a profile to the holders of entitlements, count and are taken only while it is published and not
// visible to everybody. They are removed before that ends, since it is not known whether they can be afterwards, and added
// once it is so: until the first of them nobody sees what was published.
func (d *profileDriver) Update(ctx context.Context, seen profileObservation, desired backend.AccessProfile, changes backend.Changes) (profileObservation, error) {
	u := profileUpdate{profileDriver: d, seen: seen, desired: desired, changes: changes}
	u.seen.Actual.Block = backend.To(backend.Value(profileBlock(u.seen.Actual)))
	if err := u.complete(ctx); err != nil {
		return profileObservation{}, err
	}
	for _, step := range []func(context.Context) error{
		u.notForEverybody, u.unbind, u.narrow, u.switchOff, u.removeEntries,
		u.writePolicies, u.ruleFirst, u.addEntries, u.writeRule, u.widen, u.bind,
	} {
		if err := step(ctx); err != nil {
			return profileObservation{}, err
		}
	}
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, DetailFields: backend.DetailFieldsOf(desired, d.Capabilities())})
	if err != nil {
		return seen, err // All of it was accepted, and only the read failed.
	}
	return obs, nil
}

// profileUpdate is one update under way.
type profileUpdate struct {
	*profileDriver
	seen    profileObservation
	desired backend.AccessProfile
	changes backend.Changes

	gone, added backend.EntitlementSet
	// unbound and bound are the bindings to remove and to add.
	unbound, bound backend.EntitlementSet
	// narrowed: what a row takes away before bindings go was written.
	narrowed bool
	// rule is what the automation is now, if there is one.
	rule   bundle
	exists bool
	// settled: the automation has had its last word.
	settled bool
}

// complete reads what the steps need and the observation does not hold.
func (u *profileUpdate) complete(ctx context.Context) error {
	var missing []string
	if u.changes.Has(pathEntitlements) && u.seen.Actual.Entitlements == nil {
		missing = append(missing, pathEntitlements)
	}
	if u.movesBindings() && profileBlock(u.seen.Actual).VisibleTo == nil {
		missing = append(missing, pathVisibleTo)
	}
	if err := u.readDetails(ctx, &u.seen, missing); err != nil {
		return err
	}
	if u.changes.Has(pathEntitlements) {
		u.gone = u.seen.Actual.Entitlements.Minus(u.desired.Entitlements)
		u.added = u.desired.Entitlements.Minus(u.seen.Actual.Entitlements)
	}
	u.planBindings()
	if u.settled = !u.changes.Any(pathMembership, pathAutomation); u.settled {
		return nil
	}
	// The rule is written whole, so it is read again just before: a setting that nobody
	// manages must not go back to what it was when the profile was observed.
	read, err := u.bundle(ctx, u.seen.ID)
	if read != nil {
		u.rule, u.exists = read.bundle, true
	}
	return err
}

// notForEverybody takes the profile from everybody before bindings go, which are not let go of else. Who has one of them is
// of everybody.
func (u *profileUpdate) notForEverybody(ctx context.Context) error {
	v := backend.Value(profileBlock(u.desired)).VisibleToEveryone
	if len(u.unbound) == 0 || v == nil || *v || !u.changes.Has(pathEveryone) {
		return nil
	}
	row := u.enforcement()
	row.set("visibleToEveryone", false)
	u.narrowed = true
	return u.write(ctx, row)
}

// narrow takes the profile from those who may not see it any more, and enforces the
// policies of its entries before others may ask for them.
func (u *profileUpdate) narrow(ctx context.Context) error {
	row := &masked{}
	if !u.narrowed {
		row = u.enforcement()
	}
	u.visibility(row, false)
	return u.write(ctx, row)
}

// enforcement is a row in which enrolment goes by the policies of the entries, if it is to from now on.
func (u *profileUpdate) enforcement() *masked {
	return encodeRow(u.desired, func(path string) bool { return path == pathEnrollment && u.enforces() })
}

// enforces: enrolment is to go by the policies of the entries from now on.
func (u *profileUpdate) enforces() bool {
	return u.changes.Has(pathEnrollment) && backend.Value(backend.Value(profileBlock(u.desired)).EnrollmentBehavior) == enrollmentEnforced
}

// visibility adds the two switches to row, as far as they change to on.
func (u *profileUpdate) visibility(row *masked, on bool) {
	if v := u.desired.Requestable; v != nil && *v == on && u.changes.Has(pathRequestable) {
		row.set("published", on)
	}
	if v := backend.Value(profileBlock(u.desired)).VisibleToEveryone; v != nil && *v == on && u.changes.Has(pathEveryone) && (on || !u.narrowed) {
		row.set("visibleToEveryone", on)
	}
}

func (u *profileUpdate) write(ctx context.Context, row *masked) error {
	if row.empty() {
		return nil
	}
	_, err := u.updateRow(ctx, u.seen.ID, row)
	return err
}

// removeEntries takes out what is not wanted, with a body on DELETE (docs/vendors/conductorone-api.md#requestable-entries).
func (u *profileUpdate) removeEntries(ctx context.Context) error {
	return u.inChunks(ctx, u.gone, func(ctx context.Context, refs []ref) error {
		return u.delete(ctx, catalogPath(u.seen.ID)+"/requestable_entries", map[string]any{"appEntitlements": refs})
	})
}

func (u *profileUpdate) addEntries(ctx context.Context) error {
	if len(u.added) == 0 {
		return nil
	}
	requests, err := u.requests(ctx)
	if err != nil {
		return err
	}
	return u.inChunks(ctx, u.added, func(ctx context.Context, refs []ref) error {
		body := map[string]any{"appEntitlements": refs}
		if requests != nil {
			body["createRequests"] = *requests
		}
		_, err := u.post(ctx, catalogPath(u.seen.ID)+"/requestable_entries", body, nil)
		return err
	})
}

func (u *profileUpdate) inChunks(ctx context.Context, set backend.EntitlementSet, call func(context.Context, []ref) error) error {
	for chunk := range slices.Chunk(refsOf(set), entriesPerCall) {
		if err := call(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// writePolicies comes before the automation, whose first tasks would follow the app's defaults
// (docs/vendors/conductorone-api.md#enrolment-entitlement), and before new entries, which people could ask for by the old
// policy.
func (u *profileUpdate) writePolicies(ctx context.Context) error {
	c := backend.Value(profileBlock(u.desired))
	row := &masked{}
	if u.changes.Has("conductorOne.policies.grant") && c.GrantPolicyID != nil {
		row.set("grantPolicyId", *c.GrantPolicyID)
	}
	if u.changes.Has("conductorOne.policies.revoke") && c.RevokePolicyID != nil {
		row.set("revokePolicyId", *c.RevokePolicyID)
	}
	if u.changes.Has(pathMaxDuration) && c.MaxGrantDuration != nil {
		row.set(encodeDuration(*c.MaxGrantDuration))
	}
	if row.empty() {
		return nil
	}
	return u.enrolment.write(ctx, u.seen.ID, row)
}

// widen writes the other fields of the row and, with them and last, what lets people in.
func (u *profileUpdate) widen(ctx context.Context) error { return u.write(ctx, u.lastRow()) }

func (u *profileUpdate) lastRow() *masked {
	row := encodeRow(u.desired, func(path string) bool {
		return u.changes.Has(path) && (path != pathEnrollment || !u.enforces())
	})
	mend := u.seen.MarkIncomplete || u.seen.MarkInProse || u.changes.Has(backend.PathMark)
	if mend || u.changes.Has("conductorOne.annotations") {
		row.set("annotations", stamp(backend.Value(profileBlock(u.desired)).Annotations, u.seen.Mark))
	}
	if mend && !u.changes.Has("description") {
		// The line of create-from-cohort goes in the write that stamps the annotations.
		row.set("description", backend.Value(u.seen.Actual.Description))
	}
	u.visibility(row, true)
	return row
}
