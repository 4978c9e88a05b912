package rest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// TestEveryExchangeIsTold: once for each request that was made, and for each that was held back.
func TestEveryExchangeIsTold(t *testing.T) {
	write := rest.Call{Method: http.MethodPost, Path: "/things/top-secret/parts", Body: map[string]string{"a": "b"}}
	date := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", date.Format(http.TimeFormat))
			w.WriteHeader(status)
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // A server notices a client that goes away only after that.
		<-r.Context().Done()
	}
	told := func(e backend.Exchange) backend.Exchange {
		if e.Method == "" {
			e.Method, e.Write, e.Path = http.MethodPost, true, "/things/[redacted]/parts"
		}
		e.Attempt = max(e.Attempt, 1)
		return e
	}
	for name, c := range map[string]struct {
		call    rest.Call
		fence   error
		handler http.HandlerFunc
		gone    bool // nobody listens
		times   int
		want    []backend.Exchange
	}{
		"a write that is taken": {call: write, handler: answer(200), want: []backend.Exchange{{Left: true, Status: 200, Result: "ok", Date: date}}},
		"a write that is refused": {call: write, handler: answer(422),
			want: []backend.Exchange{{Left: true, Status: 422, Result: "terminal", Date: date}}},
		"a read of what is not there": {call: rest.Call{Method: http.MethodGet, Path: "/things/x"}, handler: answer(404),
			want: []backend.Exchange{{Method: http.MethodGet, Left: true, Status: 404, Result: "not_found", Date: date}}},
		"a write without an answer": {call: write, handler: silent,
			want: []backend.Exchange{{Left: true, Result: "retryable"}}},
		"a create without an answer": {call: rest.Call{Method: write.Method, Path: write.Path, Body: write.Body, Once: true},
			handler: silent,
			want:    []backend.Exchange{{Left: true, Result: "outcome_unknown"}}},
		"a write whose connection is cut": {call: write, handler: func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		}, want: []backend.Exchange{{Left: true, Result: "retryable"}}},
		"a write that nobody listens to": {call: write, gone: true, want: []backend.Exchange{{Result: "retryable"}}},
		"a write that is fenced": {call: write, fence: errors.New("the lease is lost"), handler: answer(200),
			want: []backend.Exchange{{Held: backend.HeldByFence, Result: "retryable"}}},
		"a write after a pause was asked for": {call: write, handler: answer(429), times: 2,
			want: []backend.Exchange{{Left: true, Status: 429, Result: "throttled", Date: date}, {Held: backend.HeldByPause, Result: "throttled"}}},
		"a write after five failures": {call: write, handler: answer(500), times: 6,
			want: append(repeated(5, backend.Exchange{Left: true, Status: 500, Result: "retryable", Date: date}),
				backend.Exchange{Held: backend.HeldByBreaker, Result: "retryable"})},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			if c.gone {
				server.Close()
			}
			var got []backend.Exchange
			client := open(t, rest.Options{Endpoint: server.URL, Timeout: 100 * time.Millisecond, Secrets: []string{"top-secret"},
				Observe: func(ctx context.Context, e backend.Exchange) {
					if backend.OperationOf(ctx).Verb != backend.VerbUpdate {
						t.Error("the context is not the caller's")
					}
					got = append(got, e)
				}})
			ctx := backend.WithOperation(t.Context(), backend.Operation{Verb: backend.VerbUpdate})
			ctx = backend.WithFence(ctx, func() error { return c.fence })
			for range max(c.times, 1) {
				_, _ = client.Do(ctx, c.call, nil)
			}
			var want []backend.Exchange
			for _, e := range c.want {
				want = append(want, told(e))
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(backend.Exchange{}, "Began", "Took")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func repeated(n int, e backend.Exchange) (out []backend.Exchange) {
	for range n {
		out = append(out, e)
	}
	return out
}

// TestASecondTryIsTold: a 401 is tried once more with a new token, and both were sent.
func TestASecondTryIsTold(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			_, _ = w.Write([]byte(`{"access_token":"` + time.Now().Format(time.RFC3339Nano) + `","token_type":"Bearer","expires_in":3600}`))
		case r.Header.Get("X-Seen") == "":
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	var verbs []string
	var attempts []int
	client := open(t, rest.Options{Endpoint: server.URL, Observe: func(ctx context.Context, e backend.Exchange) {
		verbs, attempts = append(verbs, backend.OperationOf(ctx).Verb+" "+e.Result), append(attempts, e.Attempt)
	}})
	client.Authenticate(rest.CachedTokens(func(ctx context.Context) (string, time.Duration, error) {
		return client.FetchToken(ctx, "/token", map[string][]string{"client_secret": {"s"}})
	}))
	ctx := backend.WithOperation(t.Context(), backend.Operation{Kind: "AccessProfile", Verb: backend.VerbDelete})
	_, _ = client.Do(ctx, rest.Call{Method: http.MethodDelete, Path: "/things/1"}, nil)
	if diff := cmp.Diff([]string{"token ok", "delete unauthorized", "token ok", "delete unauthorized"}, verbs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{1, 1, 1, 2}, attempts); diff != "" {
		t.Error(diff)
	}
}

// TestTheGateTellsHowItStands is what the metrics of a backend are read from.
func TestTheGateTellsHowItStands(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	shared := &backend.Shared{}
	shared.Ask("backend", backend.Budget{PerSecond: 0.01, Burst: 4})
	if _, ok := shared.State(); ok {
		t.Error("there is no gate yet")
	}
	client := open(t, rest.Options{Endpoint: server.URL, RequestsPerSecond: 0.01, Burst: 4, Shared: shared})
	_, _ = client.Do(t.Context(), read, nil)
	got, ok := shared.State()
	if !ok || got.Limit != 4 || got.Left < 2.9 || got.Left > 3.1 || got.Pause < 50*time.Second || got.Open {
		t.Errorf("%+v %v", got, ok)
	}
}
