package conductorone

import (
	"strings"

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
	enumColumn         = "ACCESS_REVIEW_TASK_COLUMN_"
	enumPrincipal      = "PRINCIPAL_TYPE_FILTER_"
	enumDomain         = "APP_USER_DOMAIN_"
	enumAccountType    = "APP_USER_TYPE_"
	enumAccountStatus  = "APP_USER_STATUS_"
	enumUserStatus     = "" // The status of a user has no prefix.
	enumGrantSource    = "GRANT_SOURCE_FILTER_"
	enumGrantType      = "GRANT_FILTER_TYPE_"
	enumProfileFilter  = "ACCESS_PROFILE_FILTER_TYPE_"
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

// spelling is how the words of enums are spelled, by the prefix in their tag.
var spelling = plain.Words{Wire: upper, Model: word}

func uppers(prefix string, words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, upper(prefix, w))
	}
	return out
}

func words(prefix string, values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, word(prefix, v))
	}
	return out
}
