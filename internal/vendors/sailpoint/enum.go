package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// word is an enum that the vendor may leave out.
type word string

// wordOf is nil where the vendor shows nothing.
func wordOf(value word) *string {
	if value == "" {
		return nil
	}
	return backend.To(rest.Word(string(value)))
}

// spelling is how words are spelled, and what has a form of its own.
var spelling = plain.Words{
	Wire:  func(_, word string) string { return rest.Upper(word) },
	Model: func(_, value string) string { return rest.Word(value) },
	Forms: []plain.Form{
		plain.By(wordOf, func(text *string) word { return word(rest.Upper(*text)) }),
		plain.By(decodePeriod, func(p *Period) wirePeriod { return wirePeriod{p.Value, rest.Upper(p.Unit)} }),
	},
}
