package sailpoint

import (
	"fmt"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The detail codes in use, each with the text that follows it (docs/vendors/sailpoint-api.md#errors).
const (
	codeContent    = "400.1 Bad Request Content"
	codeMissing    = "400.1.0 Required data missing or empty"
	codeUpdate     = "400.1.1 Illegal update attempt"
	codeLength     = "400.1.2 Length out of range"
	codeValue      = "400.1.3 Illegal value"
	codeLimit      = "400.1.4 Limit violation"
	codeReference  = "400.1.404 Referenced object not found"
	codeDuplicate  = "400.1.409 Reference conflict"
	codeInUse      = "400.2.1.0 Object in use by another"
	codeForbidden  = "403 Forbidden"
	codeNotFound   = "404 Not found"
	codeFault      = "500.0 Internal fault"
	codeNotCarried = "501 Not simulated"
)

// defaultCodes are the codes of problems that name none.
var defaultCodes = map[int]string{
	http.StatusBadRequest: codeContent, http.StatusForbidden: codeForbidden, http.StatusNotFound: codeNotFound,
	http.StatusNotImplemented: codeNotCarried,
}

// refuse is a well-formed request whose content is not accepted.
func refuse(code, format string, args ...any) error {
	return &wire.Problem{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// violate is a violation with a code that says more than that the content is bad.
func violate(code, format string, args ...any) error {
	return &wire.Problem{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...), Strict: true}
}

// notFound is the 404 of operations that declare one.
func notFound(kind, id string) error {
	return &wire.Problem{Status: http.StatusNotFound, Code: codeNotFound, Message: fmt.Sprintf("%s with id %q was not found.", kind, id)}
}

// noReference refuses a request that names something that is not there.
func noReference(kind, id string) error {
	return refuse(codeReference, "%s with id %q was not found.", kind, id)
}

// statusBody is the common error body (docs/vendors/sailpoint-api.md#errors). Statuses that have one of their own are
// answered with that.
func statusBody(status int, code, message, tracking string) any {
	switch status {
	case http.StatusUnauthorized:
		return object{"error": message}
	case http.StatusPreconditionFailed:
		return object{"message": message}
	case http.StatusTooManyRequests:
		return object{"message": " Rate Limit Exceeded "}
	}
	if code == "" {
		code = defaultCodes[status]
	}
	if code == "" {
		code = codeFault
	}
	say := func(text string) []any {
		return []any{object{"locale": "en-US", "localeOrigin": "DEFAULT", "text": text}}
	}
	generic := "The server could not carry out the request."
	if status == http.StatusBadRequest {
		generic = "The request was syntactically correct but its content is semantically invalid."
	}
	return object{"detailCode": code, "trackingId": tracking, "messages": say(generic), "causes": say(message)}
}

func (v *Vendor) errorResponse(err error) sandbox.Response {
	p := wire.AsProblem(err)
	return p.Response(statusBody(p.Status, p.Code, p.Message, hexID(v.host.NewID())))
}
