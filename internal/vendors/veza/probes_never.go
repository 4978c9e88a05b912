package veza

import "github.com/governance-operator/governance-operator/internal/vendors/probe"

// neverProbes are what no check may ask: a profile cannot surely be removed, and a review runs from its creation on.
func neverProbes() []probe.Probe {
	never := func(id, assumes, depends, why string) probe.Probe {
		return probe.Probe{ID: id, Assumes: assumes, Depends: depends, Effect: probe.Never, Why: why}
	}
	const (
		stays   = "It would make a profile, and no documented call removes one."
		reaches = "A review runs from its creation on, and no call ends or deletes it."
		access  = "It would give people access, or take it away."
	)
	return []probe.Probe{
		never("a-new-profile-has-a-version", "A create answers with the number of the version that it made.", "The profile is read again until it shows one.", stays),
		never("a-type-may-choose-the-state", "The type of a profile may choose another state than was asked for.", "The state is written once more.", stays),
		never("a-name-is-had-once", "A second profile of a name and a type is refused, by 400 or 409.", "Nothing at the vendor stands behind the look for the name.", stays),
		never("a-name-may-get-a-prefix", "A type may put a prefix before the names of its profiles.", "A profile would be written again and again for its name.", stays),
		never("a-mask-leaves-the-rest-alone", "An update changes the fields that its mask names and no others.", "Every edit would clear what the object does not manage.", stays),
		never("lists-are-replaced-whole", "Labels, relationships and inheritance are replaced as lists.", "What leaves the spec would stay.", stays),
		never("custom-properties-are-replaced-whole", "Custom properties are replaced as a map.", "What leaves the spec would stay.", stays),
		never("a-draft-is-published-by-its-state", "A draft is published by writing its state.", "Drafts wait for a person; the permission PublishDraft is for tenants that do it.", stays),
		never("a-draft-overwrites-what-is-in-force", "A draft that is published later overwrites edits of the version in force.", "The operator waits while somebody has a draft open.", stays),
		never("membership-counts-when-running", "Members get access only while the profile runs and its version is published.", "Access would come earlier or later than the status says.", access),
		never("adding-twice-is-no-error", "Adding a member twice, or removing one who is none, is not done: members are compared first.", "Nothing.", access),
		never("started-profiles-fill-up", "Whether a profile that is started gives access to those who were members before is not taken for granted.", "The status says who is a member, not who has access.", access),
		never("a-start-may-wait-for-approval", "A start may leave a profile pending until somebody approves it.", "The object waits and says so.", access),
		never("a-profile-in-use-is-not-retired", "What uses a profile is asked before it is retired.", "A policy of the tenant could lose a profile.", access),
		never("a-cycle-of-inheritance-is-refused", "Cycles are refused here, whatever the vendor does.", "Nothing.", stays),
		never("notes-come-back-as-written", "The notes of a review read back with the line of the mark.", "A review whose create broke off is not found again.", reaches),
		never("a-review-keeps-its-name", "The name of a review may not be kept, and is not compared.", "Nothing.", reaches),
		never("reviewers-have-the-form-of-users", "Reviewers are written in the form in which owners of configurations are shown.", "A review with reviewers of its own would be refused.", reaches),
		never("a-review-is-over-when-completed", "A review is over once it has a time of completion.", "An expired review would be shown as overdue.", reaches),
		never("grant-by-is-kept", "grant_by of a relationship is not written, and kept as it is.", "A relationship would lose it at an edit.", stays),
		never("conditions-have-a-type", "Conditions of relationships have a type whose words nobody publishes, and are kept as they are.", "A relationship would lose it at an edit.", stays),
	}
}
