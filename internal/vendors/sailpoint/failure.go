package sailpoint

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// The codes that mean more than their status (docs/vendors/sailpoint-api.md#errors).
const (
	codeMissing   = "400.1.404"
	codeDuplicate = "400.1.409"
	codeInUse     = "400.2.1.0"
	// duplicateEnding is what the texts about a name that is taken end in
	// (docs/vendors/sailpoint-api.md#names-and-marks-of-profiles).
	duplicateEnding = "already exists."
)

const (
	// needPAT explains every 403: an API client without a user gets it from almost all calls
	// (docs/vendors/sailpoint-api.md#personal-access-tokens).
	needPAT = "the credential must be a personal access token (PAT) of a user with the level for this, and have its scopes (see docs/vendors/sailpoint.md)"
)

type localized struct {
	Locale string `json:"locale"`
	Text   string `json:"text"`
}

// explain reads the common error body: the reason is in causes, and messages repeat a
// generic text once for each language. Other bodies are left to the usual forms.
func explain(status int, body []byte) rest.Explanation {
	var doc struct {
		DetailCode string      `json:"detailCode"`
		TrackingID string      `json:"trackingId"`
		Messages   []localized `json:"messages"`
		Causes     []localized `json:"causes"`
	}
	// A body of another form has none of the members.
	_ = json.Unmarshal(body, &doc)
	code, _, _ := strings.Cut(doc.DetailCode, " ")
	text := textOf(doc.Causes)
	if text == "" {
		text = textOf(doc.Messages)
	}
	// The vendor's words come last and whole: they are cut after secrets were taken out of them.
	if status == http.StatusForbidden {
		text = strings.TrimSuffix(needPAT+"; "+text, "; ")
	}
	said := rest.Explanation{Code: code, Message: text}
	if doc.TrackingID != "" {
		said.Reference = "trackingId " + doc.TrackingID
	}
	return said
}

// textOf prefers English, which operators of other languages can look up.
func textOf(texts []localized) string {
	for _, t := range texts {
		if strings.HasPrefix(t.Locale, "en") && t.Text != "" {
			return t.Text
		}
	}
	for _, t := range texts {
		if t.Text != "" {
			return t.Text
		}
	}
	return ""
}

// said is the vendor's own words behind err: the text of err also holds the path, and so every id in it.
func said(err error) string {
	var status *rest.StatusError
	if errors.As(err, &status) {
		return status.Message
	}
	return ""
}

// isNotFound reports whether the vendor does not know id: by 404, or by the code for a missing
// reference that names it (docs/vendors/sailpoint-api.md#errors).
func isNotFound(err error, id string) bool {
	return rest.IsNotFound(err) || rest.CodeOf(err) == codeMissing && id != "" && strings.Contains(said(err), id)
}

// isDuplicate reports whether a name is taken. The text may go on.
func isDuplicate(err error) bool {
	return rest.StatusOf(err) == http.StatusBadRequest &&
		(rest.CodeOf(err) == codeDuplicate || strings.Contains(said(err)+" ", duplicateEnding+" "))
}

// invalid is a spec that this vendor cannot carry out; path names the field.
func invalid(path, format string, args ...any) error {
	return backend.Errorf(backend.Terminal, path+": "+format, args...)
}

// takenName is a displayName that another profile has; holder is the mark of that one, if it is known.
func takenName(holder backend.Mark, format string, args ...any) error {
	return backend.Taken(holder, "displayName: "+format, args...)
}

// annotated adds a hint to an error and keeps what to do about it.
func annotated(err error, hint string) error {
	return backend.Errorf(backend.ClassOf(err), "%w; %s", err, hint)
}

// withoutID: an answer that should hold the thing and does not, which leaves a create open.
func withoutID(method, path string) error {
	return backend.Errorf(backend.OutcomeUnknown, "%s %s: the answer contains no id", method, path)
}

// empty is the error for an answer that should hold a thing and does not: that it is
// not shown does not mean that it is not there.
func empty(method, path string) error {
	return backend.Errorf(backend.Retryable, "%s %s: the answer is empty", method, path)
}

// another is the error for an answer that is about another thing than was asked for: what it
// says must neither be taken over nor count as a removal.
func another(path string) error {
	return backend.Errorf(backend.Retryable, "%s %s: the answer is about another id", http.MethodGet, path)
}

// vanished: it was seen a moment ago and is not there any more.
func vanished(what, id string) error {
	return backend.Errorf(backend.Conflict, "the %s %s was deleted since it was read", what, id)
}

// unlessGone turns the refusal of a write to what is gone into vanished.
func unlessGone(err error, what, id string) error {
	if isNotFound(err, id) {
		return vanished(what, id)
	}
	return err
}
