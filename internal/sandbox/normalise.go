package sandbox

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// FeatureNormalises makes a vendor show what it holds otherwise than it was sent: texts trimmed,
// words in lower case, lists whose order means nothing in another one.
const FeatureNormalises = "normalises"

// Normal says by their names which members of answers a vendor might normalise.
type Normal struct {
	// Texts are trimmed, Words are in lower case besides.
	Texts, Words []string
	// Lists are turned round.
	Lists []string
}

// Normaliser is a vendor that knows what it might normalise.
type Normaliser interface {
	Normal() Normal
}

// normalised is an answer as a vendor shows it that has the feature.
func (s *Server) normalised(response Response) Response {
	vendor, ok := s.vendor.(Normaliser)
	if !ok || !s.Settings().Features[FeatureNormalises] {
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
		response.Body = vendor.Normal().of("", body)
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
			return strings.TrimSpace(v)
		}
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
