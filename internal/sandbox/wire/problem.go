package wire

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Problem is an error answer. Code is the vendor's own, for those that have codes. Strict marks a request that broke the
// contract, as against a refusal any client may meet.
type Problem struct {
	Status  int
	Code    string
	Message string
	Strict  bool
}

func (p *Problem) Error() string { return p.Message }

// AsProblem returns the problem an error is; any other error is a failure of the fake itself.
func AsProblem(err error) *Problem {
	var p *Problem
	if !errors.As(err, &p) {
		p = &Problem{Status: http.StatusInternalServerError, Message: err.Error()}
	}
	return p
}

// Response answers with the problem, in the vendor's error body.
func (p *Problem) Response(body any) sandbox.Response {
	response := sandbox.Response{Status: p.Status, Body: body}
	if p.Strict {
		response.Rejection = p.Message
	}
	return response
}

// Violation is a request the field tables or the documented rules do not allow at all.
func Violation(format string, args ...any) error {
	return &Problem{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...), Strict: true}
}

// Refused is a well-formed request whose content the vendor does not accept.
func Refused(format string, args ...any) error {
	return &Problem{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// NotFound is a request for something that is not there.
func NotFound(format string, args ...any) error {
	return &Problem{Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

// Conflict is a request that what is there already does not allow.
func Conflict(format string, args ...any) error {
	return &Problem{Status: http.StatusConflict, Message: fmt.Sprintf(format, args...)}
}

// Unauthorized is a request without a credential that is valid now.
func Unauthorized(format string, args ...any) error {
	return &Problem{Status: http.StatusUnauthorized, Message: fmt.Sprintf(format, args...)}
}

// Forbidden is a request the caller has no right to.
func Forbidden(format string, args ...any) error {
	return &Problem{Status: http.StatusForbidden, Message: fmt.Sprintf(format, args...)}
}

// Unsimulated is a documented input the fake does not act on. Ignoring it would answer wrongly.
func Unsimulated(format string, args ...any) error {
	return &Problem{Status: http.StatusNotImplemented, Message: fmt.Sprintf(format, args...)}
}
