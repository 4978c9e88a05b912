package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// campaign is a certification campaign on the wire (docs/vendors/sailpoint-api.md#campaign-fields).
type campaign struct {
	ID                      string           `json:"id"`
	Name                    string           `json:"name" field:"displayName"`
	Description             *string          `json:"description"`
	Created                 rest.Moment      `json:"created"`
	Modified                rest.Moment      `json:"modified"`
	Deadline                rest.Moment      `json:"deadline"`
	Type                    word             `json:"type" field:"sailPoint.type"`
	EmailNotification       bool             `json:"emailNotificationEnabled" field:"notifications.kickoff"`
	AutoRevokeAllowed       bool             `json:"autoRevokeAllowed" field:"sailPoint.autoRevokeAllowed"`
	RecommendationsEnabled  bool             `json:"recommendationsEnabled" field:"sailPoint.recommendationsEnabled"`
	Status                  string           `json:"status"`
	CorrelatedStatus        word             `json:"correlatedStatus" field:"sailPoint.correlatedStatus"`
	TotalCertifications     *int64           `json:"totalCertifications"`
	CompletedCertifications *int64           `json:"completedCertifications"`
	Alerts                  []alert          `json:"alerts"`
	Filter                  *ref             `json:"filter"`
	SunsetCommentsRequired  *bool            `json:"sunsetCommentsRequired" field:"sailPoint.sunsetCommentsRequired"`
	MandatoryComments       word             `json:"mandatoryCommentRequirement" field:"sailPoint.mandatoryComments"`
	SourceOwner             *sourceCampaign  `json:"sourceOwnerCampaignInfo"`
	MachineAccount          *sourceCampaign  `json:"machineAccountCampaignInfo"`
	Search                  *searchCampaign  `json:"searchCampaignInfo"`
	RoleComposition         *roleComposition `json:"roleCompositionCampaignInfo"`
}

// campaignCodec translates the fields with a tag `field`.
var campaignCodec = plain.New[campaign, backend.AccessReview](&ReviewBlock{}, spelling)

type alert struct {
	Level         string      `json:"level"`
	Localizations []localized `json:"localizations"`
}

// sourceCampaign is the block of a campaign over whole sources.
type sourceCampaign struct {
	SourceIDs    []string `json:"sourceIds"`
	ReviewerType string   `json:"reviewerType,omitempty"`
}

// searchCampaign has either a query or people.
type searchCampaign struct {
	Type        string             `json:"type"`
	Description string             `json:"description,omitempty"`
	Query       string             `json:"query,omitempty"`
	IdentityIDs []string           `json:"identityIds,omitempty"`
	Constraints []accessConstraint `json:"accessConstraints,omitempty"`
	Reviewer    *ref               `json:"reviewer,omitempty"`
}

type accessConstraint struct {
	Type     string   `json:"type"`
	Operator string   `json:"operator"`
	IDs      []string `json:"ids,omitempty"`
}

const (
	operatorAll      = "ALL"
	operatorSelected = "SELECTED"
	reviewerOwners   = "ACCOUNT_OWNER"
)

// roleComposition is the block of a campaign over the contents of roles.
type roleComposition struct {
	Remediator  *ref     `json:"remediatorRef"`
	Reviewer    *ref     `json:"reviewer,omitempty"`
	RoleIDs     []string `json:"roleIds,omitempty"`
	Query       string   `json:"query,omitempty"`
	Description string   `json:"description,omitempty"`
}

// The states that are distinguished by name (docs/vendors/sailpoint-api.md#campaign-states).
const (
	statusPending   = "PENDING"
	statusStaged    = "STAGED"
	statusActive    = "ACTIVE"
	statusCanceling = "CANCELING"
	statusError     = "ERROR"
)

// campaignState says what a state means.
type campaignState struct {
	phase   backend.Phase
	state   backend.ReviewState
	started bool
}

var campaignStates = map[string]campaignState{
	statusPending:   {phase: backend.PhasePending, state: backend.ReviewConfiguring},
	statusStaged:    {phase: backend.PhaseLive, state: backend.ReviewStaged},
	"ACTIVATING":    {phase: backend.PhasePending, state: backend.ReviewRunning, started: true},
	statusActive:    {phase: backend.PhaseLive, state: backend.ReviewRunning, started: true},
	"COMPLETING":    {phase: backend.PhasePending, state: backend.ReviewRunning, started: true},
	"COMPLETED":     {phase: backend.PhaseSealed, state: backend.ReviewCompleted, started: true},
	"ARCHIVED":      {phase: backend.PhaseSealed, state: backend.ReviewCompleted, started: true},
	statusCanceling: {phase: backend.PhasePending, state: backend.ReviewRemoved},
	statusError:     {phase: backend.PhaseFailed, state: backend.ReviewFailed},
}

// stateOf reads a status. One that is newer than this code passes for work of the vendor's,
// so that nothing is written to what is not understood.
func stateOf(status string) campaignState {
	if status == "" {
		status = statusPending
	}
	if state, known := campaignStates[status]; known {
		return state
	}
	return campaignState{phase: backend.PhasePending, state: backend.ReviewConfiguring}
}
