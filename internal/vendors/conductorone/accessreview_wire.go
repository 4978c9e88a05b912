package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// review is a campaign as read (docs/vendors/conductorone-api.md#campaign-fields). What is legacy there is not here.
type review struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName" field:"displayName"`
	Description string `json:"description"`
	State       string `json:"state"`
	ErrorState  string `json:"errorState"`

	PolicyID                string              `json:"policyId" field:"conductorOne.policy"`
	ScopeType               string              `json:"scopeType" field:"conductorOne.scopeType" enum:"ACCESS_REVIEW_SCOPE_TYPE_"`
	Scope                   *scopeV2            `json:"scopeV2"`
	CompletionDate          moment              `json:"completionDate"`
	AutoStart               bool                `json:"autoStartCampaign"`
	ScheduledStartDate      moment              `json:"scheduledStartDate"`
	AutoClose               bool                `json:"autoCloseCampaign" field:"close.mode"`
	AutoCloseDecision       string              `json:"autoCloseDecision"`
	Notifications           *notificationConfig `json:"notificationConfig"`
	ReviewInstructions      string              `json:"reviewInstructions" field:"conductorOne.reviewInstructions"`
	DefaultView             string              `json:"defaultView" field:"conductorOne.defaultView" enum:"ACCESS_REVIEW_VIEW_TYPE_"`
	AccuracyIssueAction     string              `json:"accuracyIssueAction" field:"conductorOne.accuracyIssueAction" enum:"ACCURACY_ISSUE_ACTION_"`
	AutoGenerateReport      bool                `json:"autoGenerateReport" field:"conductorOne.autoGenerateReport"`
	AutoResolve             bool                `json:"autoResolve" field:"conductorOne.autoResolve"`
	UsePolicyOverride       bool                `json:"usePolicyOverride" field:"conductorOne.usePolicyOverride"`
	ExemptCertified         bool                `json:"exemptCertifiedAccessConflicts" field:"conductorOne.exemptCertifiedAccessConflicts"`
	Columns                 *columnConfig       `json:"columnConfig"`
	Signature               *signatureConfig    `json:"signatureConfig"`
	ReviewerAttributeConfig *attributeConfig    `json:"reviewerAttributeConfig"`

	ExpectedTicketCount number `json:"expectedTicketCount"`
	CreatedAt           moment `json:"createdAt"`
	UpdatedAt           moment `json:"updatedAt"`
	StartedAt           moment `json:"startedAt"`
	ClosedAt            moment `json:"closedAt"`
	Health              *struct {
		PhantomLockedCount number `json:"phantomLockedCount"`
	} `json:"campaignHealth"`
}

// reviewCodec translates the fields with a tag `field`, the others those that are written whole.
var (
	reviewCodec        = plain.New[review, backend.AccessReview](&ReviewBlock{}, spelling)
	notifications      = plain.NewDocument[notificationConfig, backend.ReviewNotifications](spelling)
	columns            = plain.NewDocument[[]column, ReviewColumns](spelling)
	reviewerAttributes = plain.NewDocument[[]attributeBinding, ReviewerAttributes](spelling)
	signatures         = plain.NewDocument[signatureConfig, ReviewSignature](spelling)
)

type reviewView struct {
	Review review `json:"accessReview"`
}

// reviewAnswer: the view has the name of what it holds (docs/vendors/conductorone-api.md#json).
type reviewAnswer struct {
	View reviewView `json:"accessReview"`
}

type notificationConfig struct {
	Kickoff   bool `json:"sendKickoff"`
	Reminders bool `json:"sendReminders"`
	Close     bool `json:"sendClose"`
}

type columnConfig struct {
	Ordered []column `json:"orderedColumns"`
}

// column is a oneof.
type column struct {
	Builtin          string `json:"builtin,omitempty" enum:"ACCESS_REVIEW_TASK_COLUMN_"`
	AccountAttribute string `json:"appUserAttributeKey,omitempty"`
}

type signatureConfig struct {
	Required         bool   `json:"requireSignature"`
	Meaning          string `json:"meaningOfSignature"`
	StepUpProviderID string `json:"stepUpProviderId"`
	TSPURL           string `json:"tspUrl"`
}

type attributeConfig struct {
	Bindings []attributeBinding `json:"bindings"`
}

type attributeBinding struct {
	AppID     string `json:"appId"`
	Attribute string `json:"attributeKey"`
}

// attached is an entitlement of a review: its key is appEntitlementId here
// (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
type attached struct {
	AppID         string `json:"appId"`
	EntitlementID string `json:"appEntitlementId"`
}

type attachedView struct {
	Entitlement struct {
		attached
		DeletedAt moment `json:"deletedAt"`
	} `json:"accessReviewEntitlement"`
}

type resourceType struct {
	AppID          string `json:"appId"`
	ResourceTypeID string `json:"resourceTypeId"`
}
