package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Call is one request.
type Call struct {
	Method string
	// Path starts with a slash, see Path.
	Path  string
	Query url.Values
	// Body is sent as JSON; nil sends none.
	Body any
	// Form is sent instead of Body, as token endpoints want it.
	Form url.Values
	// ContentType replaces application/json.
	ContentType string
	// Header adds headers.
	Header http.Header
	// Read reports whether a call changes nothing though its verb could: a search. Every other
	// call but GET and HEAD asks the fence.
	Read bool
	// Once reports whether repeating the call makes a second remote: whatever leaves its
	// outcome open is an error of class OutcomeUnknown.
	Once bool
	// Anonymous sends no token.
	Anonymous bool
}

// Response is what is known of an answer, also beside an error. Status is zero when there was none.
type Response struct {
	Status int
	Header http.Header
	// Date is the vendor's clock when it answered, zero where it sent none.
	Date time.Time
}

func (c Call) safe() bool {
	return c.Read || c.Method == http.MethodGet || c.Method == http.MethodHead
}

// Do makes the call and decodes its answer into out, unless out is nil. A 401 is
// tried once more with a new token. Errors are *backend.Error.
func (c *Client) Do(ctx context.Context, call Call, out any) (Response, error) {
	if badPath(call.Path) {
		return Response{}, c.failure(call, backend.Terminal, 0, "an id in the path is empty", nil)
	}
	if call.Anonymous {
		return c.send(ctx, call, "", 1, out)
	}
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return Response{}, err
	}
	res, err := c.send(ctx, call, token, 1, out)
	if res.Status != http.StatusUnauthorized {
		return res, err
	}
	c.tokens.Invalidate(token)
	renewed, tokenErr := c.tokens.Token(ctx)
	if tokenErr != nil {
		return res, tokenErr
	}
	if renewed == token {
		return res, err
	}
	return c.send(ctx, call, renewed, 2, out)
}

// send makes one attempt. What is asked, in this order: pause, breaker, budget, fence.
func (c *Client) send(ctx context.Context, call Call, token string, attempt int, out any) (Response, error) {
	req, err := c.request(call, token)
	if err != nil {
		return Response{}, c.failure(call, backend.Terminal, 0, "the request cannot be rendered", nil)
	}
	if call.safe() && c.gone != nil && c.gone() {
		return Response{}, c.failure(call, backend.Retryable, 0, "not sent: the backend was deleted, or its credentials changed", nil)
	}
	done, held, err := c.enter(ctx, call)
	if err != nil {
		c.tellHeld(ctx, call, attempt, held, err)
		return Response{}, err
	}
	ended := ignored // So it stays where something panics: a probe that nobody takes back would close the tenant for good.
	defer func() { done(ended) }()
	if !call.safe() {
		if err := backend.CheckFence(ctx); err != nil {
			c.tellHeld(ctx, call, attempt, backend.HeldByFence, err)
			return Response{}, c.failure(call, backend.Fenced, 0, "not sent: "+err.Error(), err)
		}
	}
	began := time.Now()
	answer, left, err := c.transmit(ctx, call, req, &ended, out)
	c.tell(ctx, call, attempt, began, left, answer, err)
	return answer, err
}

// transmit makes the exchange itself, and says what it tells of the vendor's health, and whether bytes of it may have left
// the process.
func (c *Client) transmit(ctx context.Context, call Call, req *http.Request, ended *outcome, out any) (Response, bool, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var connected, left atomic.Bool
	traced := httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { connected.Store(true) },
		WroteHeaders: func() { left.Store(true) },
	})
	res, err := c.http.Do(req.WithContext(traced))
	if err != nil {
		*ended = c.outcomeOfBreak(ctx)
		return Response{}, left.Load(), c.unreachable(ctx, call, connected.Load(), err)
	}
	defer res.Body.Close() //nolint:errcheck // The answer was read or is given up.
	answer := Response{Status: res.StatusCode, Header: res.Header, Date: c.clock.set(res.Header.Get("Date"))}
	data, err := c.body(limited, res)
	if err != nil {
		return answer, true, c.unread(ctx, call, err, ended)
	}
	*ended = outcomeOfAnswer(answer)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		refused := c.refused(call, answer, data)
		if refused.Doubtful {
			*ended = ignored // One object's mistake must not hold the calls of all others.
		}
		return answer, true, refused
	}
	return answer, true, c.decode(call, data, out)
}

// outcomeOfAnswer is what an answer shows of the vendor's health. One that asks for a pause
// says it well enough by that.
func outcomeOfAnswer(answer Response) outcome {
	switch {
	case answer.Status < http.StatusInternalServerError:
		return success
	case answer.Status == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
		return ignored
	}
	return failure
}

// outcomeOfBreak blames a broken call: not the vendor's where the caller gave up.
func (c *Client) outcomeOfBreak(ctx context.Context) outcome {
	if ctx.Err() != nil {
		return ignored
	}
	return failure
}

func (c *Client) request(call Call, token string) (*http.Request, error) {
	var body io.Reader
	contentType := ""
	switch {
	case call.Form != nil:
		body, contentType = strings.NewReader(call.Form.Encode()), "application/x-www-form-urlencoded"
	case call.Body != nil:
		raw, err := json.Marshal(call.Body)
		if err != nil {
			return nil, err
		}
		body, contentType = bytes.NewReader(raw), "application/json"
	}
	target := c.base + call.Path
	if len(call.Query) > 0 {
		// Every vendor reads %20, and not all of them read a plus as a blank; a literal plus is %2B.
		target += "?" + strings.ReplaceAll(call.Query.Encode(), "+", "%20")
	}
	req, err := http.NewRequest(call.Method, target, body)
	if err != nil {
		return nil, err
	}
	for key, values := range call.Header {
		req.Header[key] = values
	}
	if call.ContentType != "" {
		contentType = call.ContentType
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", "application/json")
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	if token != "" {
		c.scrubber.add(token)
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

func (c *Client) decode(call Call, data []byte, out any) error {
	if out == nil {
		return nil
	}
	class := c.openClass(call)
	if len(data) > responseLimit {
		return c.failure(call, class, 0, "the answer is larger than 8 MiB", nil)
	}
	if !call.Anonymous && c.scrubber.repeated(data) {
		// Whatever is read may end in a status, where everybody sees it.
		return c.failure(call, class, 0, "the answer repeats the credentials of the request", nil)
	}
	if err := json.Unmarshal(data, out); err != nil || bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return c.failure(call, class, 0, "the answer is not JSON of the expected form", nil)
	}
	return nil
}

// unread is why an answer was not read to its end, which is not always the vendor's fault.
func (c *Client) unread(ctx context.Context, call Call, err error, ended *outcome) error {
	var full *backend.Error
	switch {
	case errors.As(err, &full):
		*ended = ignored
		return c.failure(call, c.openClass(call), full.After, full.Error(), nil)
	case errors.Is(err, errTooMuch):
		*ended = success
		return c.failure(call, c.openClass(call), 0, err.Error(), nil)
	}
	*ended = c.outcomeOfBreak(ctx)
	return c.unreachable(ctx, call, true, err)
}

// openClass is the class of an answer that cannot be used: whatever was asked may be done.
func (c *Client) openClass(call Call) backend.Class {
	if call.Once {
		return backend.OutcomeUnknown
	}
	return backend.Retryable
}

// enter waits for the budget and passes pause and breaker. What it returns must be
// called with the outcome of the call; where it refuses, it says by which of them.
func (c *Client) enter(ctx context.Context, call Call) (func(outcome), string, error) {
	if held, err := c.barred(call); err != nil {
		return nil, held, err
	}
	c.budget.keep(c.rate())
	priority := backend.PriorityOf(ctx)
	if !call.safe() {
		priority = backend.PriorityEdit // What has begun is not cut short so that an edit can begin.
	}
	if err := c.budget.wait(ctx, priority); err != nil {
		return nil, backend.HeldByBudget, c.failure(call, err.Class, err.After, err.Error(), ctx.Err())
	}
	// The vendor may have asked for a pause while this call was waiting.
	if held, err := c.barred(call); err != nil {
		return nil, held, err
	}
	ticket, left := c.breaker.enter(time.Now())
	if left > 0 {
		return nil, backend.HeldByBreaker, c.failure(call, backend.Retryable, left, circuitOpen, nil)
	}
	return func(o outcome) { c.breaker.leave(ticket, o, time.Now()) }, "", nil
}

const circuitOpen = "not sent: the vendor failed repeatedly, calls are held for a while"

func (c *Client) barred(call Call) (held string, err error) {
	now := time.Now()
	if left := c.pause.left(now); left > 0 {
		return backend.HeldByPause, c.failure(call, backend.Throttled, left, "not sent: the vendor asked for a pause", nil)
	}
	if left := c.breaker.left(now); left > 0 {
		return backend.HeldByBreaker, c.failure(call, backend.Retryable, left, circuitOpen, nil)
	}
	return "", nil
}
