package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	maxMessage = 300
	maxText    = 512
	// maxPath leaves room for the message behind it.
	maxPath = 200
	// maxReference is longer than any vendor's name for an answer.
	maxReference      = 96
	defaultRetryAfter = 30 * time.Second
	// shortestPause is what a Retry-After of nothing, or in the past, comes to.
	shortestPause = time.Second
	// longestPause is after how long a vendor is asked again, whatever it said: a typing error
	// of its gateway must not end the tenant's reconciliation for years.
	longestPause = 24 * time.Hour
)

// StatusError is the vendor's refusal, inside a *backend.Error.
type StatusError struct {
	Status int
	// Code is the vendor's own, empty where it has none.
	Code string
	// Message is the vendor's own, cut to 300 characters and without secrets.
	Message string
}

// Explanation is what a vendor's error body says.
type Explanation struct {
	// Code is the vendor's own word for the error.
	Code string
	// Message is for people.
	Message string
	// Failed: the vendor failed, whatever the HTTP status says; what was sent may have been done.
	Failed bool
	// Doubtful: it reports a failure of its own, and does so for mistakes of the caller too.
	Doubtful bool
	// Reference is the vendor's name for this answer, with its own word for such names: "trackingId 4711". Where it is
	// empty, it is looked for in Message.
	Reference string
}

// Error returns status and message.
func (e *StatusError) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.Message) }

// StatusOf returns the HTTP status behind err, zero if there was no answer.
func StatusOf(err error) int {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status
	}
	return 0
}

// CodeOf returns the vendor's code behind err, empty if there is none.
func CodeOf(err error) string {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Code
	}
	return ""
}

// IsNotFound reports whether the vendor answered 404.
func IsNotFound(err error) bool { return StatusOf(err) == http.StatusNotFound }

// failed keeps the text apart from the cause, whose own text may hold anything.
type failed struct {
	text  string
	cause error
}

func (f *failed) Error() string { return f.text }
func (f *failed) Unwrap() error { return f.cause }

// failure makes an error of at most 512 characters that holds no secret. The path is cleaned
// too: ids in it may come from an answer.
func (c *Client) failure(call Call, class backend.Class, after time.Duration, text string, cause error) *backend.Error {
	path := cut(c.scrubber.clean(tidy(call.Path)), maxPath)
	text = cut(fmt.Sprintf("%s %s: %s", call.Method, path, c.scrubber.clean(tidy(text))), maxText)
	return &backend.Error{Class: class, After: after, Err: &failed{text: text, cause: cause}}
}

// unreachable classifies a call that got no whole answer. Before a connection was
// had no byte was sent.
func (c *Client) unreachable(ctx context.Context, call Call, connected bool, err error) *backend.Error {
	class := backend.Retryable
	if call.Once && connected {
		class = backend.OutcomeUnknown
	}
	var cause error
	text := err.Error()
	var located *url.Error
	if errors.As(err, &located) {
		text = located.Err.Error()
	}
	switch {
	case ctx.Err() != nil:
		cause = ctx.Err()
		text = "given up: " + cause.Error()
	case errors.Is(err, context.DeadlineExceeded):
		text = fmt.Sprintf("no answer within %s", c.timeout)
	}
	return c.failure(call, class, 0, text, cause)
}

// refused classifies an answer outside 2xx, and opens the pause that it asks for.
func (c *Client) refused(call Call, res Response, body []byte) *backend.Error {
	var said Explanation
	if c.explain != nil {
		said = c.explain(res.Status, body)
	}
	if said.Message == "" {
		said.Message = vendorMessage(body)
	}
	message, reference := apart(said)
	after := retryAfter(res.Header.Get("Retry-After"), res.Date)
	class := backend.Terminal
	switch status := res.Status; {
	case status == http.StatusUnauthorized:
		class = backend.Unauthorized
	case status == http.StatusTooManyRequests:
		class = backend.Throttled
		if after == 0 {
			after = defaultRetryAfter
		}
	case status == http.StatusServiceUnavailable && after > 0:
		class = backend.Throttled
	case said.Failed, mayHaveCommitted(status):
		class, after = backend.Retryable, 0
	default:
		after = 0
	}
	if class == backend.Throttled {
		c.pause.until(time.Now().Add(after))
	}
	if call.Once && (said.Failed || mayHaveCommitted(res.Status)) {
		class = backend.OutcomeUnknown
	}
	message = cut(c.scrubber.clean(tidy(message)), maxMessage)
	if message == "" {
		message = cmp.Or(http.StatusText(res.Status), "no message")
	}
	status := &StatusError{Status: res.Status, Code: said.Code, Message: message}
	refused := c.failure(call, class, after, status.Error(), status)
	// What is in the way of it may be gone in a moment.
	refused.Taken = class == backend.Terminal && res.Status == http.StatusConflict
	refused.Reference = cut(c.scrubber.clean(tidy(reference)), maxReference)
	refused.Doubtful = said.Doubtful
	return refused
}

// statusGone is what a proxy answers to a client that it takes for gone. Under load servers answer it to clients that are there.
const statusGone = 499

// mayHaveCommitted reports whether an answer leaves open what became of what was asked.
func mayHaveCommitted(status int) bool {
	return status == http.StatusRequestTimeout || status == statusGone || status >= http.StatusInternalServerError
}

// retryAfter reads seconds or an HTTP date, the latter against the vendor's own clock; zero if there is none.
func retryAfter(header string, date time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32); err == nil {
		return bounded(time.Duration(seconds) * time.Second)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	if date.IsZero() {
		date = time.Now()
	}
	return bounded(at.Sub(date))
}

func bounded(pause time.Duration) time.Duration { return min(max(pause, shortestPause), longestPause) }

// vendorMessage finds the message of an error body in the shapes that vendors use:
// google.rpc.Status, OAuth, and lists of messages. Anything else, HTML above all, has none.
func vendorMessage(body []byte) string {
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		return ""
	}
	for _, key := range []string{"message", "error_description", "error", "messages", "detail", "title", "error_message"} {
		if text := textIn(doc[key]); text != "" {
			return text
		}
	}
	return ""
}

func textIn(v any) string {
	switch v := v.(type) {
	case string:
		return tidy(v)
	case map[string]any:
		for _, key := range []string{"message", "text", "description"} {
			if text, ok := v[key].(string); ok && text != "" {
				return tidy(text)
			}
		}
	case []any:
		if len(v) > 0 {
			return textIn(v[0])
		}
	}
	return ""
}

// tidy makes one line of printable text.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
