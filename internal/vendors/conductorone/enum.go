package conductorone

import (
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// The prefixes of the enums (docs/vendors/conductorone-api.md#json).
const (
	enumPurpose        = "APP_ENTITLEMENT_PURPOSE_VALUE_"
	enumBundleRun      = "BUNDLE_AUTOMATION_RUN_STATUS_"
	enumCircuitBreaker = "CIRCUIT_BREAKER_STATE_"
	enumReviewState    = "ACCESS_REVIEW_STATE_"
	enumReviewError    = "ACCESS_REVIEW_ERROR_STATE_"
	enumScopeType      = "ACCESS_REVIEW_SCOPE_TYPE_"
	enumCloseDecision  = "CLOSE_DECISION_"
	enumPrincipal      = "PRINCIPAL_TYPE_FILTER_"
	enumPolicyType     = "POLICY_TYPE_"

	unspecified = "UNSPECIFIED"
)

// upper turns a word into the vendor's spelling: ByApp becomes PREFIX_BY_APP. An
// empty word is the zero value, which must be written out where a mask names it.
func upper(prefix, word string) string {
	if word == "" {
		return prefix + unspecified
	}
	return prefix + rest.Upper(word)
}

// word turns the vendor's spelling into ours, also of values that are newer than this
// code; the zero value becomes the empty word.
func word(prefix, value string) string {
	value = strings.TrimPrefix(value, prefix)
	if value == unspecified {
		return ""
	}
	return rest.Word(value)
}

// spelling is how words are spelled, by the prefix in their tag, and what has a form of its own.
var spelling = plain.Words{Wire: upper, Model: word, Forms: []plain.Form{
	plain.By(span.duration, func(d *backend.Duration) span { return spanOf(d.Duration) }),
	plain.By(func(r *celRule) string { return backend.Value(r).Expression }, func(text string) *celRule { return &celRule{text} }),
	plain.By(decodeAttributes, encodeAttributes),
}}

func decodeAttributes(all map[string]attrValues) map[string]backend.Set {
	var out map[string]backend.Set
	for key, values := range all {
		if out == nil {
			out = map[string]backend.Set{}
		}
		out[key] = backend.Set{}
		for _, v := range values.Values {
			out[key] = append(out[key], v.Value)
		}
	}
	return out
}

func encodeAttributes(all map[string]backend.Set) map[string]attrValues {
	out := map[string]attrValues{}
	for key, values := range all {
		to := attrValues{Values: []attrValue{}}
		for _, v := range values {
			to.Values = append(to.Values, attrValue{v})
		}
		out[key] = to
	}
	return out
}
