package veza

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// The codes that mean more than their status (docs/vendors/veza-api.md#errors).
const (
	codeUnauthenticated  = "Unauthenticated"
	codePermissionDenied = "PermissionDenied"
	codeAlreadyExists    = "AlreadyExists"
	codeUnimplemented    = "Unimplemented"
)

// failedCodes say that the vendor failed, whatever the HTTP status is: Internal was seen with 400.
var failedCodes = []string{"Internal", "Unavailable", "DeadlineExceeded", "ResourceExhausted", "Aborted"}

// codeNumbers are the names of google.rpc.Code, which the reference promises as numbers.
var codeNumbers = []string{
	"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", codeAlreadyExists, codePermissionDenied,
	"ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", codeUnimplemented, "Internal", "Unavailable", "DataLoss", codeUnauthenticated,
}

const (
	// needRights explains every refusal of rights (docs/vendors/veza-api.md#keys).
	needRights = "the API key must be of an Administrator: an Operator edits only profiles that it owns, and a team key none (see docs/vendors/veza.md)"
	// longestWords is what is kept of the vendor's words; a longer id of an answer is none.
	longestWords = 220
	longestID    = 64
)

// problem is an error body (docs/vendors/veza-api.md#errors).
type problem struct {
	Code      enum   `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
	Details   []struct {
		Violations []struct {
			Field       string `json:"field"`
			Description string `json:"description"`
		} `json:"field_violations"`
		Message    string `json:"message"`
		Resolution string `json:"resolution"`
	} `json:"details"`
}

// explain reads the vendor's error body. The code that it returns is the vendor's, with the
// fields that were violated behind it, see codeOf and violated. Nothing is cut here: a
// secret is only known as a whole.
func explain(status int, body []byte) rest.Explanation {
	var p problem
	// A body of another form has none of the members; it may not be JSON at all.
	_ = json.Unmarshal(body, &p)
	code := p.code()
	text, violated := p.words()
	if status == http.StatusForbidden || code == codePermissionDenied {
		text = strings.Trim(needRights+"; "+text, "; ")
	}
	return rest.Explanation{
		Code:      strings.Join(append([]string{code}, violated...), " "),
		Message:   text,
		Reference: p.reference(),
		// A 429 is a refusal, and nothing was done.
		Failed: slices.Contains(failedCodes, code) && status != http.StatusTooManyRequests,
	}
}

// reference is the id that the vendor's support asks for.
func (p problem) reference() string {
	if p.RequestID == "" || len(p.RequestID) > longestID {
		return ""
	}
	return "request_id " + p.RequestID
}

func (p problem) code() string {
	for n, name := range codeNumbers {
		if number(n).text() == string(p.Code) {
			return name
		}
	}
	return string(p.Code)
}

// words are the message and all violations, and the fields that these name.
func (p problem) words() (string, []string) {
	parts := []string{}
	var violated []string
	if p.Message != "" {
		parts = append(parts, p.Message)
	}
	for _, d := range p.Details {
		for _, v := range d.Violations {
			violated = append(violated, v.Field)
			parts = append(parts, v.Field+": "+v.Description)
		}
		if d.Message != "" && !slices.Contains(parts, d.Message) {
			parts = append(parts, d.Message)
		}
		if d.Resolution != "" {
			parts = append(parts, d.Resolution)
		}
	}
	return strings.Join(parts, "; "), violated
}

func cut(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

// codeOf returns the vendor's code behind err, empty if there is none.
func codeOf(err error) string {
	code, _, _ := strings.Cut(rest.CodeOf(err), " ")
	return code
}

// violated reports whether the vendor refused this field.
func violated(err error, field string) bool {
	_, fields, _ := strings.Cut(rest.CodeOf(err), " ")
	return slices.Contains(strings.Fields(fields), field)
}

// notOffered reports whether an answer may mean that the tenant does not know the operation:
// use it only for operations that are inferred (docs/vendors/veza-api.md#errors).
func notOffered(err error) bool {
	switch rest.StatusOf(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return codeOf(err) == codeUnimplemented
}

// unlessOffered turns the refusal of an operation that is inferred into a plain no.
func unlessOffered(err error, operation string) error {
	if notOffered(err) {
		return backend.Errorf(backend.Terminal, "this tenant does not offer %s, which Veza does not document: %w", operation, err)
	}
	return err
}

// nameTaken reports whether the vendor refuses the name: mostly since another has it (docs/vendors/veza-api.md#errors).
func nameTaken(err error) bool {
	return rest.StatusOf(err) == http.StatusConflict || codeOf(err) == codeAlreadyExists ||
		backend.ClassOf(err) == backend.Terminal && violated(err, "name")
}

// invalid is a spec that this vendor cannot carry out; path names the field.
func invalid(path, format string, args ...any) error {
	return backend.Errorf(backend.Terminal, path+": "+format, args...)
}

// empty is the error for an answer that should hold a thing and does not: that it is not
// shown does not mean that it is not there.
func empty(method, path string) error {
	return backend.Errorf(backend.Retryable, "%s %s: the answer is empty", method, path)
}

// withoutID: an answer that should hold the thing and does not, which leaves a create open.
func withoutID(method, path string) error {
	return backend.Errorf(backend.OutcomeUnknown, "%s %s: the answer contains no id", method, path)
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
