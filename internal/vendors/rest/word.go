package rest

import (
	"strings"
	"unicode"
)

// Upper turns a word of ours into the spelling of the vendors' enums: GovernanceGroup
// becomes GOVERNANCE_GROUP.
func Upper(word string) string {
	var b strings.Builder
	for i, r := range word {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// Word turns the spelling of the vendors' enums into ours, also of values that are newer
// than this code.
func Word(value string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ToLower(value), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
