package rest

import (
	"regexp"
	"strings"
)

// answerID is the name of one answer in a vendor's text: "(request-id: 2x…)", "trackingId 4711".
var answerID = regexp.MustCompile(`(?i)\s*[(\[]?\b((?:request|tracking|trace|correlation)[-_ ]?id)\b["']?\s*[:=]?\s*["']?([a-z0-9][a-z0-9._~/+-]{4,127}[a-z0-9=])["']?[)\]]?`)

// apart takes the name of the answer out of what a vendor said: it is another one each time, and what is said stays the same.
func apart(said Explanation) (message, reference string) {
	message, reference = said.Message, said.Reference
	message = answerID.ReplaceAllStringFunc(message, func(found string) string {
		parts := answerID.FindStringSubmatch(found)
		if !strings.ContainsAny(parts[2], "0123456789") {
			return found // "request id: missing" is a word and not a name.
		}
		if reference == "" {
			reference = parts[1] + " " + parts[2]
		}
		return ""
	})
	return message, reference
}
