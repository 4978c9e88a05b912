package sailpoint

import (
	"encoding/json"

	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// How a thing is asked for. Profiles and entitlements have the same rules and spell two of them differently
// (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile and
// docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
var (
	profileRequests     = plain.NewDocument[profileRequest, ProfileRequest](spelling)
	entitlementRequests = plain.NewDocument[entitlementRequest, EntitlementRequest](spelling)
	revocations         = plain.NewDocument[approval, Revocation](spelling)
)

type profileRequest struct {
	CommentsRequired       bool `json:"commentsRequired"`
	DenialCommentsRequired bool `json:"denialCommentsRequired"`
	requestRules
}

type entitlementRequest struct {
	RequestCommentRequired bool `json:"requestCommentRequired"`
	DenialCommentRequired  bool `json:"denialCommentRequired"`
	requestRules
}

type requestRules struct {
	ReauthorizationRequired    bool       `json:"reauthorizationRequired"`
	RequireEndDate             bool       `json:"requireEndDate"`
	MaxPermittedAccessDuration wirePeriod `json:"maxPermittedAccessDuration"`
	FormDefinitionID           string     `json:"formDefinitionId"`
	approval
}

type approval struct {
	ApprovalSchemes []wireScheme `json:"approvalSchemes"`
}

// wireScheme is one step of an approval.
type wireScheme struct {
	ApproverType string `json:"approverType" enum:""`
	ApproverID   string `json:"approverId,omitempty"`
}

// wirePeriod is a span in units of the calendar.
type wirePeriod struct {
	Value    int64  `json:"value"`
	TimeUnit string `json:"timeUnit"`
}

func decodePeriod(p wirePeriod) *Period {
	if p == (wirePeriod{}) {
		return nil
	}
	return &Period{Value: p.Value, Unit: rest.Word(p.TimeUnit)}
}

// read reads one member; false where it is missing or of another form. Null is false, and none is an empty list
// (docs/vendors/sailpoint-api.md#what-reads-back-of-a-profile).
func (m members) read(key string, into any) bool { return json.Unmarshal(m[key], into) == nil }

// rulesOf lists the members that are set. An empty form or period takes the member away.
func rulesOf[W, M any](document *plain.Document[W, M], rules *M) map[string]any {
	if rules == nil {
		return map[string]any{}
	}
	out := document.Members(*rules)
	for key, value := range out {
		if value == any("") || value == any(wirePeriod{}) {
			out[key] = nil
		}
	}
	return out
}
