package conductorone

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

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

func errorResponse(err error) sandbox.Response {
	p := wire.AsProblem(err)
	response := p.Response(statusBody(p.Status, p.Message))
	if p.Status == http.StatusUnauthorized {
		response.Header = http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return response
}
