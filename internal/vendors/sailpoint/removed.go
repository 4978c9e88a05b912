package sailpoint

import "github.com/governance-operator/governance-operator/internal/backend"

// What becomes of a field that leaves the spec of an object that wrote it. A field that is not set at the creation only has a row.

// Why fields are left as they are, or held.
const (
	whyNamed    = "a name cannot be empty"
	whyApproval = "without it people might get access past an approval or a question"
	whyDuration = "without it people would keep access for longer"
	whySwitch   = "the earlier value is not known, and neither value means none"
	whyText     = "a text for people"
	whyOwners   = "without owners nobody decides about it"
	whyEveryone = "without segments everybody sees it"
)

// removedFromRequests are the rows of how something is asked for.
func removedFromRequests(of string, comments, denials string) map[string]backend.Removal {
	rows := map[string]backend.Removal{}
	for _, name := range []string{comments, denials, "reauthorizationRequired", "requireEndDate", "approvalSchemes", "formDefinitionID"} {
		rows[of+".accessRequestConfig."+name] = backend.Removal{Fate: backend.FateLeft, Why: whyApproval}
	}
	rows[of+".accessRequestConfig.maxPermittedAccessDuration"] = backend.Removal{Fate: backend.FateLeft, Why: whyDuration}
	rows[of+".revocationRequestConfig.approvalSchemes"] = backend.Removal{Fate: backend.FateLeft, Why: whyApproval}
	rows[of+".segments"] = backend.Removal{Fate: backend.FateHeld, Empty: "everybody sees it", Why: whyEveryone}
	rows["displayName"] = backend.Removal{Fate: backend.FateLeft, Why: whyNamed}
	rows["description"] = backend.Removal{Fate: backend.FateCleared, Why: whyText}
	rows["requestable"] = backend.Removal{Fate: backend.FateClosed, Value: false, Why: "nobody can request it"}
	return rows
}

// removedFromEntitlement is the table of an entitlement.
func removedFromEntitlement() map[string]backend.Removal {
	rows := removedFromRequests(block, "requestCommentRequired", "denialCommentRequired")
	rows["owners"] = backend.Removal{Fate: backend.FateHeld, Empty: "nobody owns it", Why: whyOwners}
	rows["sailPoint.privileged"] = backend.Removal{Fate: backend.FateLeft, Why: "approvals and reviews depend on it"}
	rows["sailPoint.privilegeLevel"] = backend.Removal{Fate: backend.FateLeft, Why: "approvals and reviews depend on it"}
	return rows
}

// removedFromProfile is the table of an access profile.
func removedFromProfile() map[string]backend.Removal {
	rows := removedFromRequests(block, "commentsRequired", "denialCommentsRequired")
	rows["entitlements"] = backend.Removal{Fate: backend.FateHeld, Empty: "the profile gives nothing", Why: "emptying it would take access from everybody who has it through this"}
	rows["owners"] = backend.Removal{Fate: backend.FateHeld, Why: whyOwners}
	rows["sailPoint.enabled"] = backend.Removal{Fate: backend.FateClosed, Value: false, Why: "it gives nothing to anybody new"}
	rows["sailPoint.ownerGroups"] = backend.Removal{Fate: backend.FateHeld, Empty: "no group is among the owners", Why: whyOwners}
	rows["sailPoint.provisioningCriteria"] = backend.Removal{Fate: backend.FateLeft, Why: "the vendor refuses an empty one"}
	rows["sailPoint.accessModelMetadata"] = backend.Removal{Fate: backend.FateCleared, Why: "information for people and reports"}
	return rows
}

// removedFromReview is the table of a campaign that has not started: afterwards it takes no edits.
func removedFromReview() map[string]backend.Removal {
	left := func(why string) backend.Removal { return backend.Removal{Fate: backend.FateLeft, Why: why} }
	return map[string]backend.Removal{
		"displayName":                      left(whyNamed),
		"description":                      {Fate: backend.FateCleared, Why: whyText},
		"deadline":                         left(whyDuration),
		"start.mode":                       left("a person decides about a start"),
		"close.mode":                       left(whySwitch),
		"notifications.kickoff":            left(whySwitch),
		"sailPoint.autoRevokeAllowed":      left(whySwitch),
		"sailPoint.recommendationsEnabled": left(whySwitch),
	}
}
