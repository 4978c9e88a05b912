package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// tell reports how an exchange went.
func (c *Client) tell(ctx context.Context, call Call, attempt int, began time.Time, left bool, answer Response, err error) {
	if c.observe == nil {
		return
	}
	e := c.exchange(call, attempt)
	e.Began, e.Took = began, time.Since(began)
	e.Left, e.Status, e.Date = left, answer.Status, answer.Date
	e.Result = backend.ResultOf(err)
	if answer.Status == http.StatusNotFound {
		e.Result = backend.ResultNotFound
	}
	c.observe(ctx, e)
}

// tellHeld reports a call that was not sent.
func (c *Client) tellHeld(ctx context.Context, call Call, attempt int, held string, err error) {
	if c.observe == nil {
		return
	}
	e := c.exchange(call, attempt)
	e.Began, e.Held, e.Result = time.Now(), held, backend.ResultOf(err)
	c.observe(ctx, e)
}

func (c *Client) exchange(call Call, attempt int) backend.Exchange {
	e := backend.Exchange{Method: call.Method, Attempt: attempt, Write: !call.safe()}
	if e.Write { // Only a record of a write is read by people.
		e.Path = cut(c.scrubber.clean(tidy(call.Path)), maxText)
	}
	return e
}
