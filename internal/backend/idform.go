package backend

import "regexp"

// IDForm is what the ids of a vendor look like.
type IDForm struct {
	// Pattern is a regular expression that a whole id matches.
	Pattern *regexp.Regexp
	// Words say it to people: "27 letters and digits".
	Words string
}

// Misshapen says why id cannot be one of the vendor's, empty if it can.
func (f *IDForm) Misshapen(id string) string {
	if f == nil || id == "" || f.Pattern.MatchString(id) {
		return ""
	}
	return "is not an id of this vendor, whose ids are " + f.Words
}
