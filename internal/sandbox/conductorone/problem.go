package conductorone

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// rpcCodes maps HTTP statuses to google.rpc codes; anything else is UNKNOWN.
var rpcCodes = map[int]int{
	statusGone:                     1,
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

const (
	// statusGone is what a proxy answers to a client that it takes for gone, and the server too under load.
	statusGone   = 499
	codeUnknown  = 2
	codeNotFound = 5
	// codedUnknown marks a problem as one whose cause the server does not tell apart.
	codedUnknown = "Unknown"
)

// statusBody is an error in google.rpc.Status form.
func statusBody(status int, message string) map[string]any {
	code, ok := rpcCodes[status]
	if !ok {
		code = codeUnknown
	}
	return map[string]any{"code": code, "message": message, "details": []any{}}
}

// unknownFailure is how the server answers some mistakes of the caller: as if it had failed itself.
func unknownFailure(message string) error {
	return &wire.Problem{Status: http.StatusInternalServerError, Code: codedUnknown, Message: message}
}

// errorResponse answers with an error. What is missing is told with an id of the request, which no other answer has.
func (v *Vendor) errorResponse(err error) sandbox.Response {
	p := wire.AsProblem(err)
	body := statusBody(p.Status, p.Message)
	switch {
	case p.Code == codedUnknown:
		body["code"] = codeUnknown
	case body["code"] == codeNotFound:
		body["message"] = p.Message + " (request-id: " + v.host.NewID() + ")"
	}
	response := p.Response(body)
	if p.Status == http.StatusUnauthorized {
		response.Header = http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return response
}
