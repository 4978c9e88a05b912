package veza

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// refusal is what an error body says beyond status, code and message: the field that is wrong, or the object that is not
// there.
type refusal struct {
	problem error
	field   string
	kind    string
	id      string
}

func (r *refusal) Error() string { return r.problem.Error() }

func (r *refusal) Unwrap() error { return r.problem }

// invalid is a well-formed request with a value that is not accepted; field is where it stands.
func invalid(field, format string, args ...any) error {
	return &refusal{problem: wire.Refused(format, args...), field: field}
}

// unmet is a request that would be right at another time.
func unmet(format string, args ...any) error {
	return &wire.Problem{Status: http.StatusBadRequest, Code: "FailedPrecondition", Message: fmt.Sprintf(format, args...)}
}

// missing is an object that a path names and that is not there.
func missing(kind, id string) error {
	return &refusal{problem: wire.NotFound("%s %s not found", kind, id), kind: kind, id: id}
}

// unimplemented is an operation that the tenant does not have.
func unimplemented(status int, format string, args ...any) error {
	return &wire.Problem{Status: status, Code: "Unimplemented", Message: fmt.Sprintf(format, args...)}
}

// codes are the status names of error bodies; the reasons beside them are spelled the other way
// (docs/vendors/veza-api.md#errors).
var codes = map[int][2]string{
	http.StatusBadRequest:          {"InvalidArgument", "INVALID_ARGUMENTS"},
	http.StatusUnauthorized:        {"Unauthenticated", "UNAUTHENTICATED"},
	http.StatusForbidden:           {"PermissionDenied", "PERMISSION_DENIED"},
	http.StatusNotFound:            {"NotFound", "NOT_FOUND"},
	http.StatusMethodNotAllowed:    {"Unimplemented", "UNIMPLEMENTED"},
	http.StatusConflict:            {"AlreadyExists", "ALREADY_EXISTS"},
	http.StatusTooManyRequests:     {"ResourceExhausted", "RESOURCE_EXHAUSTED"},
	http.StatusInternalServerError: {"Internal", "INTERNAL"},
	http.StatusNotImplemented:      {"Unimplemented", "UNIMPLEMENTED"},
	http.StatusServiceUnavailable:  {"Unavailable", "UNAVAILABLE"},
	http.StatusGatewayTimeout:      {"DeadlineExceeded", "DEADLINE_EXCEEDED"},
}

const typePrefix = "type.googleapis.com/"

// errorBody is an error as the vendor answers it (docs/vendors/veza-api.md#errors).
func (v *Vendor) errorBody(problem *wire.Problem, more *refusal) any {
	message := problem.Message
	code, ok := codes[problem.Status]
	if !ok {
		code = [2]string{"Unknown", "UNKNOWN"}
	}
	if problem.Code != "" {
		code[0] = problem.Code
	}
	details := []any{}
	if more.field != "" {
		details = append(details, object{
			"@type":            typePrefix + "google.rpc.BadRequest",
			"field_violations": []any{object{"field": more.field, "description": message}},
		})
	}
	if more.kind != "" {
		details = append(details, object{"@type": typePrefix + "errorstatus.v1.ResourceInfo", "resource_type": more.kind, "resource": more.id})
	}
	details = append(details, object{
		"@type": typePrefix + "errorstatus.v1.UserFacingErrorInfo", "reason": code[1], "metadata": object{}, "message": message, "resolution": "",
	})
	return object{
		"code": code[0], "message": message, "request_id": v.host.NewID(), "timestamp": timestamp(v.host.Now()), "details": details,
	}
}

func (v *Vendor) errorResponse(err error) sandbox.Response {
	problem := wire.AsProblem(err)
	more := &refusal{}
	if !errors.As(err, &more) {
		more = &refusal{}
	}
	response := problem.Response(v.errorBody(problem, more))
	if problem.Status == http.StatusUnauthorized {
		response.Header = http.Header{"Www-Authenticate": {"Bearer"}}
	}
	return response
}
