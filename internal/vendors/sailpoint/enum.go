package sailpoint

import (
	"strings"
	"unicode"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// upper turns a word into the vendor's spelling: GovernanceGroup becomes GOVERNANCE_GROUP.
func upper(word string) string {
	var b strings.Builder
	for i, r := range word {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// word turns the vendor's spelling into ours, also of values that are newer than this code.
func word(value string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ToLower(value), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// wordOf is nil where the vendor shows nothing.
func wordOf(value string) *string {
	if value == "" {
		return nil
	}
	return backend.To(word(value))
}
