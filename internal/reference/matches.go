package reference

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

var nouns = map[backend.NameKind]string{
	backend.NameApp: "app", backend.NameUser: "user", backend.NamePolicy: "policy", backend.NameRiskLevel: "risk level",
	backend.NameComplianceFramework: "compliance framework", backend.NameResourceType: "resource type",
	backend.NameResource: "resource", backend.NameEntitlement: "entitlement", backend.NameAccessProfile: "access profile",
	backend.NameConnector: "connector", backend.NameWebhook: "webhook", backend.NameStepUpProvider: "step-up provider",
	backend.NameGroup: "group", backend.NameSegment: "segment", backend.NameCampaignFilter: "campaign filter",
	backend.NameProfileType: "profile type", backend.NameConfiguration: "review configuration",
}

// CheckMatches returns what is wrong with the matches of a name; an empty reason means that
// there is exactly one and it may be used.
func CheckMatches(q backend.Name, matches []backend.Match) (reason, message string) {
	noun := nouns[q.Kind]
	if q.TypeID != "" && q.Kind == backend.NamePolicy {
		noun = strings.ToLower(q.TypeID) + " " + noun
	}
	switch {
	case len(matches) == 0:
		return v1alpha1.ReasonNameNotFound, fmt.Sprintf("there is no %s named %q at the vendor", noun, q.Name)
	case len(matches) > 1:
		ids := make([]string, 0, 3)
		for _, m := range matches[:min(len(matches), 3)] {
			ids = append(ids, m.ID)
		}
		count := fmt.Sprint(len(matches))
		if len(matches) >= backend.MostMatches {
			count = "at least " + count
		}
		return v1alpha1.ReasonNameAmbiguous, fmt.Sprintf("%s things have the %s name %q (%s): write the id instead", count, noun, q.Name, strings.Join(ids, ", "))
	case matches[0].Unusable != "":
		return v1alpha1.ReasonNameNotFound, fmt.Sprintf("the %s %q cannot be used: %s", noun, q.Name, matches[0].Unusable)
	}
	return "", ""
}

// Verdict is what became of a pinned name.
type Verdict struct {
	// Pinned is the id that it was found for.
	Pinned string
	// ID is what the name stands for from now on: the pinned id, or what it is replaced with.
	ID string
	// Reason and Message are set while the name does not mean ID.
	Reason, Message string
}

// Verify says what becomes of the pin of a question whose name was asked again. It is replaced when
// what was pinned is gone, for certain, and the name means exactly one thing; never for a person,
// whose address may have been given to somebody else. No witness is of before notBefore.
func Verify(ctx context.Context, names backend.Directory, q backend.Name, pinned string, matches []backend.Match, notBefore time.Time) Verdict {
	v := Verdict{Pinned: pinned, ID: pinned}
	reason, message := CheckMatches(q, matches)
	if reason == "" && matches[0].ID == pinned {
		return v
	}
	listed := slices.ContainsFunc(matches, func(m backend.Match) bool { return m.ID == pinned })
	gone := false
	if !listed && q.Kind != backend.NameUser {
		// An error is no witness: what cannot be read may be there all the same.
		gone, _ = names.Gone(ctx, q, pinned, notBefore)
	}
	switch {
	case gone && reason == "":
		v.ID = matches[0].ID
	case gone:
		v.Reason, v.Message = reason, fmt.Sprintf("%s, and the pinned %s is gone", message, pinned)
	case reason == "":
		v.Reason, v.Message = v1alpha1.ReasonNameMoved,
			fmt.Sprintf("the name %s now means %s, and %s stays in use: write the id, or delete and apply", q.Name, matches[0].ID, pinned)
	default:
		v.Reason, v.Message = v1alpha1.ReasonNameMoved, message+"; the pinned id stays in use"
	}
	v.Message = clipped(v.Message)
	return v
}

func clipped(text string) string {
	const most = 400
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
