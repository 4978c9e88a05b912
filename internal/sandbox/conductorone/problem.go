package conductorone

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// problem is an error answer. Strict marks a request that broke the contract, as against a refusal any client may meet.
type problem struct {
	status  int
	message string
	strict  bool
}

func (p *problem) Error() string { return p.message }

// violation is a request the field tables or the documented rules do not allow at all.
func violation(format string, args ...any) error {
	return &problem{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...), strict: true}
}

// refused is a well-formed request whose content the vendor does not accept.
func refused(format string, args ...any) error {
	return &problem{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &problem{status: http.StatusNotFound, message: fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &problem{status: http.StatusConflict, message: fmt.Sprintf(format, args...)}
}

func forbidden(format string, args ...any) error {
	return &problem{status: http.StatusForbidden, message: fmt.Sprintf(format, args...)}
}

// unsimulated is a documented input the fake does not act on. Ignoring it would answer wrongly.
func unsimulated(format string, args ...any) error {
	return &problem{status: http.StatusNotImplemented, message: fmt.Sprintf(format, args...)}
}

// rpcCodes maps HTTP statuses to google.rpc codes; anything else is UNKNOWN.
var rpcCodes = map[int]int{
	http.StatusBadRequest:          3,
	http.StatusGatewayTimeout:      4,
	http.StatusNotFound:            5,
	http.StatusConflict:            6,
	http.StatusForbidden:           7,
	http.StatusTooManyRequests:     8,
	http.StatusNotImplemented:      12,
	http.StatusInternalServerError: 13,
	http.StatusServiceUnavailable:  14,
	http.StatusUnauthorized:        16,
}

// statusBody is an error in google.rpc.Status form.
func statusBody(status int, message string) any {
	code, ok := rpcCodes[status]
	if !ok {
		code = 2
	}
	return map[string]any{"code": code, "message": message, "details": []any{}}
}

// oauthBody is an error in the form of the token endpoint.
func oauthBody(code, description string) any {
	return map[string]any{"error": code, "error_description": description}
}

func errorResponse(err error) sandbox.Response {
	var p *problem
	if !errors.As(err, &p) {
		p = &problem{status: http.StatusInternalServerError, message: err.Error()}
	}
	response := sandbox.Response{Status: p.status, Body: statusBody(p.status, p.message)}
	if p.strict {
		response.Rejection = p.message
	}
	if p.status == http.StatusUnauthorized {
		response.Header = http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return response
}
