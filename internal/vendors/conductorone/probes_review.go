package conductorone

import (
	"context"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

func reviewProbes() []probe.Probe {
	owner, one := []probe.Need{probe.NeedOwner}, []string{kindReview}
	return []probe.Probe{
		{
			ID: "a-review-keeps-its-description", Effect: probe.Writes, Needs: owner, Calls: 3, Makes: one,
			Assumes:   "The description of a review reads back as it was written, with the line of the mark.",
			Asks:      "Make a review that is not started, and read it.",
			Depends:   "A review whose create broke off could not be told from others.",
			Overrides: []backend.Override{{Kind: kindReview, Capability: backend.CapabilityMarks}},
			Ask: with(kindReview, "described", plainly, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(reply.Text("accessReview", "accessReview", "description") == b.Mark("described").Stamp(b.Sentence()), "reads-otherwise", reply.Status)
			}),
		},
		{
			ID: "a-new-review-waits", Effect: probe.Writes, Needs: owner, Calls: 3, Makes: one,
			Assumes: "A new review is pending: its scope and its policy can still be written.",
			Asks:    "Make a review that is not started, and read its state.",
			Depends: "What a create cannot carry could not be written any more.",
			Ask: with(kindReview, "waits", plainly, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(strings.HasSuffix(reply.Text("accessReview", "accessReview", "state"), "_PENDING"), "in-another-state", reply.Status)
			}),
		},
		{
			ID: "a-review-takes-an-expression", Effect: probe.Writes, Needs: owner, Calls: 2, Makes: one,
			Assumes: "The people whom a review covers can be said by an expression that is true or false of a user.",
			Asks:    "Make a review that is not started, over an expression that fits nobody.",
			Depends: "spec.scope.users.expression is refused on this tenant.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				t, made := makeThing(ctx, b, kindReview, "expression", map[string]any{
					"scopeType": "ACCESS_REVIEW_SCOPE_TYPE_BY_USERS", "scopeV2": map[string]any{"celExpression": map[string]any{"expression": nobodysRule}},
				})
				switch {
				case made.OK():
					dropThing(ctx, b, t)
					return probe.Yes()
				case made.Refused():
					return probe.No("refused", made.Status)
				}
				return made.Unsaid()
			},
		},
		{
			ID: "a-review-is-listed-at-once", Effect: probe.Writes, Needs: owner, Calls: 2, Lists: one, Makes: one,
			Assumes:   "The list of reviews shows a new one within seconds.",
			Asks:      "Make a review that is not started, and read the list; once more after five seconds.",
			Depends:   "A list could miss what was made a moment ago.",
			Overrides: []backend.Override{{Kind: kindReview, Capability: backend.CapabilityLists}},
			Ask:       with(kindReview, "review-listed", plainly, inList(kindReview)),
		},
		{
			ID: "deleted-review-says-so", Effect: probe.Writes, Needs: owner, Calls: 3, Makes: one,
			Assumes: "A deleted review answers 404, or with a state that says so.",
			Asks:    "Make a review that is not started, delete it, and read it.",
			Depends: "An object that is deleted would keep its finalizer, and a removal by hand would not be seen.",
			Ask:     deletedSaysSo(kindReview, "accessReview", "accessReview"),
		},
	}
}

// lawProbes are what the engine relies on of the drivers.
func lawProbes() []probe.Probe {
	text := func(b *probe.Bench) *string { return backend.To(b.Sentence()) }
	other := func(b *probe.Bench) *string { return backend.To(b.Sentence() + " Changed.") }
	place := func(b *probe.Bench) string { return b.Place }
	var out []probe.Probe
	out = append(out, probe.Laws[backend.AppEntitlement]{
		Kind: kindEntitlement, Word: "entitlement", Needs: []probe.Need{probe.NeedPlace}, Parent: place,
		Driver: func(t backend.Tenant) backend.Driver[backend.AppEntitlement] { return t.AppEntitlements() },
		Desired: func(b *probe.Bench, name string) backend.AppEntitlement {
			return backend.AppEntitlement{
				DisplayName: &name, Description: text(b),
				Block: &EntitlementBlock{ResourceID: &b.PlaceItem, ResourceTypeID: &b.PlaceType},
			}
		},
		Other: func(b *probe.Bench, e backend.AppEntitlement) backend.AppEntitlement {
			e.Description = other(b)
			return e
		},
		Create: 1, Read: 1, Update: 1, Delete: 1, ListCalls: 1, First: 1,
		Marks: "entitlement-annotations-read-back", Lists: "entitlement-is-found-at-once", Deletes: "deleted-entitlement-says-so",
	}.Probes()...)
	out = append(out, probe.Laws[backend.AccessProfile]{
		Kind: kindProfile, Word: "profile",
		Driver: func(t backend.Tenant) backend.Driver[backend.AccessProfile] { return t.AccessProfiles() },
		Desired: func(b *probe.Bench, name string) backend.AccessProfile {
			return backend.AccessProfile{DisplayName: &name, Description: text(b), Requestable: backend.To(false)}
		},
		Other: func(b *probe.Bench, p backend.AccessProfile) backend.AccessProfile {
			p.Description = other(b)
			return p
		},
		Create: 1, Read: 1, Update: 2, Delete: 1, First: 1,
		Marks: "profile-annotations-read-back", Lists: "profile-is-listed-at-once", Deletes: "deleted-profile-says-so",
	}.Probes()...)
	return append(out, probe.Laws[backend.AccessReview]{
		Kind: kindReview, Word: "review", Needs: []probe.Need{probe.NeedOwner},
		Driver: func(t backend.Tenant) backend.Driver[backend.AccessReview] { return t.AccessReviews() },
		Desired: func(b *probe.Bench, name string) backend.AccessReview {
			return backend.AccessReview{DisplayName: &name, Description: text(b), Owners: backend.Set{b.Owner}}
		},
		Other: func(b *probe.Bench, r backend.AccessReview) backend.AccessReview {
			r.Description = other(b)
			return r
		},
		Create: 1, Read: 1, Update: 2, Delete: 1,
		Marks: "a-review-keeps-its-description", Lists: "a-review-is-listed-at-once", Deletes: "deleted-review-says-so",
	}.Probes()...)
}

// neverProbes are what no check may ask.
func neverProbes() []probe.Probe {
	never := func(id, assumes, depends, why string) probe.Probe {
		return probe.Probe{ID: id, Assumes: assumes, Depends: depends, Effect: probe.Never, Why: why}
	}
	return []probe.Probe{
		never("bindings-outlive-unpublishing", "Nothing is taken for granted: bindings are taken off before a profile is unpublished.",
			"A profile that is published again would have its bindings already.", "It would show a profile to people."),
		never("a-cohort-profile-is-born-narrow", "A profile that is made from a cohort gets its rule switched off and is not published.",
			"For a moment a profile could be seen before it is complete.", "Whom it reaches is what is not known, and it needs a super administrator."),
		never("owners-settle-within-minutes", "Owners that were written are read within five minutes.",
			"Owners would be written again although they are on their way.", "People are told that they own something."),
		never("a-staged-review-takes-no-scope", "Scope and policy of a review are locked once it is past pending.",
			"An edit would be sent and refused.", "A review is staged in the console, and its reviewers are told."),
		never("a-scheduled-review-stages-itself", "A review with a start is staged by the schedule.",
			"A review would wait for a person although its start is due.", "It would start a review."),
		never("deleting-a-running-review-takes-its-evidence", "Deleting a review that runs takes its decisions away.",
			"Deletion keeps back more than it needs to.", "It would start a review."),
		never("report-addresses-are-short-lived", "The address of a report lets whoever has it read it, and is made anew in every answer.",
			"Addresses are in no status, log or event either way.", "A report is of a review that ran."),
		never("entitlement-owners-may-be-entitlements", "Owners are people: entitlements among them are not managed.",
			"Owners would never be as the spec wants them.", "People are told that they own something."),
	}
}
