package veza

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// dataSources are the words for 0, 1 and 2 (docs/vendors/veza-api.md#post-apipreviewawfcertifications).
var dataSources = []string{"Current", "MostRecentSnapshot", "GivenSnapshot"}

// encodeReview renders a run of a configuration. The notes bear the mark, there is no
// other place for it (docs/vendors/veza-api.md#life-of-a-review).
func encodeReview(desired backend.AccessReview, r backend.Ref) (certificationCreate, error) {
	v := backend.Value(reviewBlock(desired))
	text := backend.Value(v.Notes)
	if v.Notes == nil {
		text = backend.Value(desired.Description)
	} else if d := desired.Description; d != nil && *d != text {
		return certificationCreate{}, invalid("veza.notes", "Veza keeps one text for a review: write either this or description")
	}
	body := certificationCreate{WorkflowID: r.ParentID, Notes: r.Mark.Stamp(text)}
	createCodec.Fill(&body, &desired)
	if word := v.DataSource; word != nil {
		n := slices.Index(dataSources, *word)
		if n < 0 {
			return certificationCreate{}, invalid("veza.dataSource", "%q is not known", *word)
		}
		body.DataSource = &n
	}
	return body, nil
}
