package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// The codes of OAuth errors that need a status of their own or are made here.
const (
	CodeInvalidClient  = "invalid_client"
	CodeInvalidRequest = "invalid_request"
)

// Denial is a refusal of a token endpoint (RFC 6749 § 5.2).
type Denial struct {
	code, description string
	broken            bool
}

// Denied refuses who asks, or what for.
func Denied(code, format string, args ...any) *Denial {
	return &Denial{code: code, description: fmt.Sprintf(format, args...)}
}

// Broken refuses what would be refused whoever asked.
func Broken(code, format string, args ...any) *Denial {
	return &Denial{code: code, description: fmt.Sprintf(format, args...), broken: true}
}

// Response is how a token endpoint answers a denial.
func (d *Denial) Response() sandbox.Response {
	response := sandbox.Response{Status: http.StatusBadRequest, Body: OAuthError(d.code, d.description)}
	if d.code == CodeInvalidClient {
		response.Status = http.StatusUnauthorized
	}
	if d.broken {
		response.Rejection = d.description
	}
	return response
}

// OAuthError is an error in the form of token endpoints.
func OAuthError(code, description string) any {
	return Object{"error": code, "error_description": description}
}

// OAuthProblem is the error body that a token endpoint sends with a status.
func OAuthProblem(status int, message string) any {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return OAuthError("temporarily_unavailable", message)
	}
	return OAuthError(CodeInvalidRequest, message)
}

// TokenForm reads the form that was sent to a token endpoint. Which fields it may have is the vendor's to say.
func TokenForm(r *http.Request) (url.Values, *Denial) {
	if r.Header.Get("Authorization") != "" {
		return nil, Broken(CodeInvalidRequest, "the token endpoint takes no Authorization header")
	}
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(media) != "application/x-www-form-urlencoded" {
		return nil, Broken(CodeInvalidRequest, "the body must be application/x-www-form-urlencoded")
	}
	if r.URL.RawQuery != "" {
		return nil, Broken(CodeInvalidRequest, "the token endpoint takes no query: it would put the secret into logs")
	}
	if err := r.ParseForm(); err != nil {
		return nil, Broken(CodeInvalidRequest, "reading the form: %v", err)
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, Broken(CodeInvalidRequest, "%s is given twice", name)
		}
	}
	return r.PostForm, nil
}

// Bearer returns the bearer token of a call, empty when it has none.
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
