package sandbox

import (
	"bytes"
	"encoding/json"
	"html"
	"slices"
	"strings"
)

// FeatureNormalises makes a vendor show what it holds otherwise than it was sent: texts trimmed,
// words in lower case, lists whose order means nothing in another one.
const FeatureNormalises = "normalises"

// Features of a vendor that shows texts for people as a form has kept them.
const (
	// FeatureOtherBreaks ends lines as another system does, and adds blanks behind the last.
	FeatureOtherBreaks = "otherBreaks"
	// FeatureKeepsHTML keeps them as HTML.
	FeatureKeepsHTML = "keepsHTML"
)

// forms are what these features make of a text.
var forms = map[string]func(string) string{
	FeatureOtherBreaks: func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") + " \r\n" },
	FeatureKeepsHTML: func(text string) string {
		return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") + "</p>"
	},
}

// Normal says by their names which members of answers a vendor might normalise.
type Normal struct {
	// Texts are trimmed, Words are in lower case besides.
	Texts, Words []string
	// Lists are turned round.
	Lists []string
	// Proses are texts of several lines, which people write in a form.
	Proses []string
	// form is what becomes of them, nil where nothing does.
	form func(string) string
}

// Normaliser is a vendor that knows what it might normalise.
type Normaliser interface {
	Normal() Normal
}

// normalised is an answer as a vendor shows it that has the feature.
func (s *Server) normalised(response Response) Response {
	vendor, ok := s.vendor.(Normaliser)
	if !ok {
		return response
	}
	normal, features := vendor.Normal(), s.Settings().Features
	if !features[FeatureNormalises] {
		normal = Normal{Proses: normal.Proses}
	}
	for feature, form := range forms {
		if features[feature] {
			normal.form = form
		}
	}
	if !features[FeatureNormalises] && normal.form == nil {
		return response
	}
	text, err := json.Marshal(response.Body)
	if err != nil {
		return response // Sending it tells.
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // A number must not lose digits on the way.
	var body any
	if decoder.Decode(&body) == nil {
		response.Body = normal.of("", body)
	}
	return response
}

// of normalises the member called name.
func (n Normal) of(name string, value any) any {
	switch v := value.(type) {
	case string:
		if slices.Contains(n.Words, name) {
			return strings.ToLower(strings.TrimSpace(v))
		}
		if slices.Contains(n.Texts, name) {
			v = strings.TrimSpace(v)
		}
		if n.form != nil && v != "" && slices.Contains(n.Proses, name) {
			v = n.form(v)
		}
		return v
	case []any:
		for i := range v {
			v[i] = n.of("", v[i])
		}
		if slices.Contains(n.Lists, name) {
			slices.Reverse(v)
		}
	case map[string]any:
		for member := range v {
			v[member] = n.of(member, v[member])
		}
	}
	return value
}
