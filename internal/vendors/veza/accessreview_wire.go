package veza

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// certification is a review (docs/vendors/veza-api.md#review-fields).
type certification struct {
	ID               string      `json:"certification_id"`
	WorkflowID       string      `json:"workflow_id"`
	Name             string      `json:"name"`
	Notes            string      `json:"notes"`
	State            enum        `json:"state"`
	DueDate          rest.Moment `json:"due_date"`
	StartedAt        rest.Moment `json:"started_at"`
	QueryCompletedAt rest.Moment `json:"query_completed_at"`
	CompletedAt      rest.Moment `json:"completed_at"`
	CreatedAt        rest.Moment `json:"created_at"`
	UpdatedAt        rest.Moment `json:"updated_at"`
	Total            number      `json:"total_result_count"`
	Completed        number      `json:"total_complete_count"`
}

// certificationCreate starts a review; what is unset is left to the configuration
// (docs/vendors/veza-api.md#post-apipreviewawfcertifications).
type certificationCreate struct {
	WorkflowID         string              `json:"workflow_id"`
	DataSource         *int                `json:"data_source,omitempty"`
	SnapshotID         *int64              `json:"snapshot_id,omitempty" field:"veza.snapshotID"`
	Name               string              `json:"name,omitempty" field:"displayName"`
	Notes              string              `json:"notes"`
	Assignment         *assignment         `json:"reviewer_assignment,omitempty" field:"veza.reviewerAssignment"`
	SecondAssignment   *assignment         `json:"reviewer_assignment_second_level,omitempty" field:"veza.secondLevelAssignment"`
	AutomationIDs      []string            `json:"automation_ids,omitempty" field:"veza.automationIDs"`
	FinalApprovalLevel *int64              `json:"final_approval_level,omitempty" field:"veza.finalApprovalLevel"`
	Dynamic            *dynamicInformation `json:"dynamic_information,omitempty" field:"veza.dynamicInformation"`
}

// createCodec translates the fields with a tag `field`.
var createCodec = plain.New[certificationCreate, backend.AccessReview](&ReviewBlock{}, forms)

// assignment says who reviews.
type assignment struct {
	UsersManager      *bool  `json:"users_manager,omitempty"`
	ResourceManagers  *bool  `json:"resource_managers,omitempty"`
	Reviewers         []user `json:"reviewers,omitempty"`
	FallbackReviewers []user `json:"fallback_reviewers,omitempty"`
}

// user has the shape that users have elsewhere; for reviewers it is inferred
// (docs/vendors/veza-api.md#post-apipreviewawfcertifications).
type user struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
}

// dynamicInformation names entities of the graph.
type dynamicInformation struct {
	Identities []reviewedIdentity `json:"identities"`
}

type reviewedIdentity struct {
	ID                string `json:"id"`
	Type              string `json:"type"`
	PreviousManagerID string `json:"previous_manager_id,omitempty"`
}
