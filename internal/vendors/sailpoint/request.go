package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// requestRules says how a thing is asked for. Profiles and entitlements have the same
// rules and spell two of them differently (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile and
// docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
type requestRules struct {
	comments, denials, reauthorization, endDate *bool

	longest *Period
	schemes ApprovalSchemes
	form    *string
}

// spelling is how the two comment rules are called.
type spelling struct{ comments, denials string }

var (
	ofProfiles     = spelling{"commentsRequired", "denialCommentsRequired"}
	ofEntitlements = spelling{"requestCommentRequired", "denialCommentRequired"}
)

const (
	memberReauthorization = "reauthorizationRequired"
	memberEndDate         = "requireEndDate"
	memberLongest         = "maxPermittedAccessDuration"
	memberSchemes         = "approvalSchemes"
	memberForm            = "formDefinitionId"
)

// wirePeriod is a span in units of the calendar.
type wirePeriod struct {
	Value    int64  `json:"value"`
	TimeUnit string `json:"timeUnit"`
}

// wireScheme is one step of an approval.
type wireScheme struct {
	ApproverType string `json:"approverType"`
	ApproverID   string `json:"approverId,omitempty"`
}

// decodeRules reads a block; null is false, and none is an empty list
// (docs/vendors/sailpoint-api.md#what-reads-back-of-a-profile).
func decodeRules(m members, s spelling) requestRules {
	r := requestRules{
		comments:        backend.To(member[bool](m, s.comments)),
		denials:         backend.To(member[bool](m, s.denials)),
		reauthorization: backend.To(member[bool](m, memberReauthorization)),
		endDate:         backend.To(member[bool](m, memberEndDate)),
		schemes:         decodeSchemes(m),
		form:            backend.To(member[string](m, memberForm)),
	}
	if p := member[wirePeriod](m, memberLongest); p != (wirePeriod{}) {
		r.longest = &Period{Value: p.Value, Unit: rest.Word(p.TimeUnit)}
	}
	return r
}

// encode lists the members that are set. An empty form or period takes the member away.
func (r requestRules) encode(s spelling) map[string]any {
	out := map[string]any{}
	for key, value := range map[string]*bool{
		s.comments: r.comments, s.denials: r.denials, memberReauthorization: r.reauthorization, memberEndDate: r.endDate,
	} {
		if value != nil {
			out[key] = *value
		}
	}
	switch {
	case r.longest == nil:
	case *r.longest == (Period{}):
		out[memberLongest] = nil
	default:
		out[memberLongest] = wirePeriod{Value: r.longest.Value, TimeUnit: rest.Upper(r.longest.Unit)}
	}
	if r.schemes != nil {
		out[memberSchemes] = encodeSchemes(r.schemes)
	}
	if r.form != nil {
		out[memberForm] = nil
		if *r.form != "" {
			out[memberForm] = *r.form
		}
	}
	return out
}

func decodeSchemes(m members) ApprovalSchemes {
	out := ApprovalSchemes{}
	for _, s := range member[[]wireScheme](m, memberSchemes) {
		out = append(out, ApprovalScheme{ApproverType: rest.Word(s.ApproverType), ApproverID: s.ApproverID})
	}
	return out
}

func encodeSchemes(schemes ApprovalSchemes) []wireScheme {
	out := []wireScheme{}
	for _, s := range schemes {
		out = append(out, wireScheme{ApproverType: rest.Upper(s.ApproverType), ApproverID: s.ApproverID})
	}
	return out
}

func decodeRevocation(m members) *Revocation {
	return &Revocation{ApprovalSchemes: decodeSchemes(m)}
}

// encodeRevocation lists the members of the other block, which has only one.
func encodeRevocation(r *Revocation) map[string]any {
	if r == nil || r.ApprovalSchemes == nil {
		return map[string]any{}
	}
	return map[string]any{memberSchemes: encodeSchemes(r.ApprovalSchemes)}
}
