package conductorone

import (
	"fmt"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// reviewState is the meaning of a state (docs/vendors/conductorone-api.md#campaign-states).
type reviewState struct {
	phase   backend.Phase
	state   backend.ReviewState
	started bool
	// configuring: policy and scope take edits.
	configuring bool
	gone        bool
}

var reviewStates = map[string]reviewState{
	"PENDING":                          {phase: backend.PhaseLive, state: backend.ReviewConfiguring, configuring: true},
	"COPYING_SETUP_ENTITLEMENTS":       {phase: backend.PhasePending, state: backend.ReviewConfiguring},
	"COPYING_RESOURCE_TYPE_SELECTIONS": {phase: backend.PhasePending, state: backend.ReviewConfiguring},
	"PREPARING":                        {phase: backend.PhasePending, state: backend.ReviewStaged},
	"DRAFT":                            {phase: backend.PhaseLive, state: backend.ReviewStaged},
	"REVIEW":                           {phase: backend.PhaseLive, state: backend.ReviewStaged},
	"RESETTING_POLICIES":               {phase: backend.PhasePending, state: backend.ReviewStaged},
	"STARTING":                         {phase: backend.PhasePending, state: backend.ReviewRunning, started: true},
	"OPEN":                             {phase: backend.PhaseLive, state: backend.ReviewRunning, started: true},
	"CLOSED":                           {phase: backend.PhaseSealed, state: backend.ReviewCompleted, started: true},
	"DELETING":                         {state: backend.ReviewRemoved, gone: true},
	"DELETED":                          {state: backend.ReviewRemoved, gone: true},
}

// readOnlyAfterPending takes no edits once the review left PENDING
// (docs/vendors/conductorone-api.md#post-apiv1access_reviewid).
var readOnlyAfterPending = []string{
	"scope", "conductorOne.policy", "conductorOne.scopeType", "conductorOne.principalTypeFilter",
	"conductorOne.excluded", "conductorOne.resourceSelection", "conductorOne.scopeRoleSelection",
}

func decodeReview(r review, date time.Time) reviewObservation {
	state, known := reviewStates[trimState(r.State)]
	if !known {
		state = reviewState{phase: backend.PhaseLive, state: backend.ReviewConfiguring}
	}
	description, mark := backend.SplitMark(r.Description)
	obs := reviewObservation{
		Exists:      r.ID != "" && !state.gone,
		ID:          r.ID,
		Version:     version(r.UpdatedAt),
		CreatedAt:   r.CreatedAt.Time,
		Mark:        mark,
		MarkInProse: true, // Reviews have no annotations (docs/vendors/conductorone-api.md#annotations).
		Phase:       state.phase,
		Date:        date,
	}
	if !state.configuring {
		obs.ReadOnly = append(obs.ReadOnly, readOnlyAfterPending...)
	}
	if state.phase == backend.PhaseSealed {
		obs.ReadOnly = append(backend.Paths(backend.AccessReview{Block: &ReviewBlock{}}), backend.PathMark)
	}
	obs.Actual = decodeReviewFields(r, description)
	obs.Actual.Facts = reviewFacts(r, state, date)
	if problem := word(enumReviewError, r.ErrorState); problem != "" {
		obs.Phase, obs.Message = backend.PhaseFailed, "the review is in the error state "+problem
		obs.Actual.Facts.State = backend.ReviewFailed
	}
	return obs
}

func trimState(value string) string {
	if len(value) > len(enumReviewState) && value[:len(enumReviewState)] == enumReviewState {
		return value[len(enumReviewState):]
	}
	return value
}

func decodeReviewFields(r review, description string) backend.AccessReview {
	out := backend.AccessReview{
		Description:   &description,
		Deadline:      instantOf(r.CompletionDate),
		AutoStart:     &r.AutoStart,
		StartAt:       instantOf(r.ScheduledStartDate),
		Undecided:     backend.To(undecidedWord(r.AutoCloseDecision)),
		Notifications: backend.To(notifications.Model(backend.Value(r.Notifications))),
		Block: &ReviewBlock{
			Columns:            columns.Model(backend.Value(r.Columns).Ordered),
			ReviewerAttributes: reviewerAttributes.Model(backend.Value(r.ReviewerAttributeConfig).Bindings),
		},
	}
	if r.Signature != nil {
		reviewBlock(out).Signature = backend.To(signatures.Model(*r.Signature))
	}
	out = reviewCodec.Decode(&r, out)
	decodeScope(r.Scope, &out)
	return out
}

func reviewFacts(r review, state reviewState, date time.Time) backend.AccessReviewFacts {
	facts := backend.AccessReviewFacts{
		State:     state.state,
		Started:   state.started || !r.StartedAt.IsZero(),
		StartedAt: r.StartedAt.Time,
		ClosedAt:  r.ClosedAt.Time,
		Deadline:  r.CompletionDate.Time,
		Total:     backend.To(int64(r.ExpectedTicketCount)),
	}
	if state.state == backend.ReviewRunning && !r.CompletionDate.IsZero() && date.After(r.CompletionDate.Time) {
		facts.State = backend.ReviewOverdue
	}
	if r.Health != nil && r.Health.PhantomLockedCount > 0 {
		facts.Alerts = append(facts.Alerts, fmt.Sprintf("%d tasks are locked by access that no longer exists", r.Health.PhantomLockedCount))
	}
	return facts
}

// The vendor's REVOKED is Revoke here; the other decisions have the same words.
func undecidedWord(value string) string {
	if w := word(enumCloseDecision, value); w != "Revoked" {
		return w
	}
	return "Revoke"
}

func undecidedValue(w string) string {
	if w == "Revoke" {
		w = "Revoked"
	}
	return upper(enumCloseDecision, w)
}
