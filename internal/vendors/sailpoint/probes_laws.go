package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// lawProbes are what the engine relies on of the drivers. Campaigns are left out: one takes no edits until it is
// generated, and no two of them are alike.
func lawProbes() []probe.Probe {
	return probe.Laws[backend.AccessProfile]{
		Kind: kindProfile, Word: "profile", Needs: []probe.Need{probe.NeedPlace, probe.NeedOwner},
		Parent: func(b *probe.Bench) string { return b.Place },
		Driver: func(t backend.Tenant) backend.Driver[backend.AccessProfile] { return t.AccessProfiles() },
		Desired: func(b *probe.Bench, name string) backend.AccessProfile {
			return backend.AccessProfile{
				DisplayName: &name, Description: backend.To(b.Sentence()), Owners: backend.Owners{b.Owner},
				Block: &ProfileBlock{SourceID: &b.Place, Enabled: backend.To(false)},
			}
		},
		Other: func(b *probe.Bench, p backend.AccessProfile) backend.AccessProfile {
			p.Description = backend.To(b.Sentence() + " Changed.")
			return p
		},
		Create: 1, Read: 1, Update: 2, Delete: 1, ListCalls: 1,
		Marks: "a-profile-keeps-its-description", Lists: "a-profile-is-found-at-once", Deletes: "deleted-profile-says-so",
	}.Probes()
}

// neverProbes are what no check may ask.
func neverProbes() []probe.Probe {
	never := func(id, assumes, depends, why string) probe.Probe {
		return probe.Probe{ID: id, Assumes: assumes, Depends: depends, Effect: probe.Never, Why: why}
	}
	const starts = "It would start a campaign, and its reviewers are told."
	return []probe.Probe{
		never("activation-wants-a-deadline-from-tomorrow-on", "A campaign is activated while it is staged, with a deadline of tomorrow or later; a second activation is refused.",
			"A start would be refused, and say so.", starts),
		never("a-deadline-keeps-its-date-when-activated", "Activation may move the time of day of a deadline, and not its date.",
			"The deadline would be seen to differ for ever.", starts),
		never("completion-only-past-the-deadline", "A campaign is completed only past its deadline, or by its reviewers.",
			"A campaign would stay open until a person ends it.", starts),
		never("without-a-reviewer-managers-review", "Without a reviewer the manager of each person reviews.",
			"Others than those meant would be asked to review.", starts),
		never("constraints-of-two-kinds-are-joined", "Whether constraints of several kinds narrow together or widen is not taken for granted: the documentation says to review one kind at a time.",
			"A campaign could review more or less than meant.", "Only what a campaign holds once reviewers see it would show."),
		never("items-are-found-by-a-query-of-ids", "Access items are named in a campaign by a query of their ids.",
			"A campaign of access items alone would be empty.", "Only what a generated campaign holds would show, and it holds other people's access."),
		never("cancelling-and-archived-mean-what-they-say", "A campaign that is being cancelled goes, and an archived one is over.",
			"The state of a campaign would be told wrongly.", starts),
		never("touched-fields-outlive-an-aggregation", "A name or a description that was written is kept by the next aggregation.",
			"The operator would write it again after each.", "Aggregating is a burden on the tenant and on its source."),
		never("holders-keep-what-leaves-a-profile", "People keep an entitlement that is taken out of an access profile.",
			"Access would be taken from people at the edit already.", "It would give access to people and take it away."),
		never("an-override-cannot-be-dropped", "A privilege that was overridden stays so: there is no way back.",
			"A level that leaves the spec stays as it is, and the status says so.", "What was written could not be removed."),
		never("old-ids-do-not-come-back", "An entitlement that went and came back has another id.",
			"The object waits for the aggregation and finds it by its value.", "It would wipe the entitlements of a source."),
		never("inherited-request-settings-are-not-told-apart", "A request configuration that reads is that of the entitlement itself.",
			"An inherited one would be taken for its own.", "It would change whom people have to ask."),
	}
}
