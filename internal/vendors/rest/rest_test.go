package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// wire answers calls without a network, so that time can be made up.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
	}
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return w(req)
}

func answer(status int, body string, header ...string) *http.Response {
	res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(header); i += 2 {
		res.Header.Set(header[i], header[i+1])
	}
	return res
}

func open(t *testing.T, o rest.Options) *rest.Client {
	t.Helper()
	if o.Endpoint == "" {
		o.Endpoint = "https://tenant.example"
	}
	c, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	read   = rest.Call{Method: http.MethodGet, Path: "/things/1"}
	write  = rest.Call{Method: http.MethodPost, Path: "/things/1", Body: map[string]any{}}
	create = rest.Call{Method: http.MethodPost, Path: "/things", Body: map[string]any{}, Once: true}
)

func TestClassOfAnswer(t *testing.T) {
	const status = `{"code":3,"message":"bad name","details":[]}`
	cases := map[string]struct {
		status int
		body   string
		header []string
		call   rest.Call
		class  backend.Class
		after  time.Duration
		text   string
	}{
		"a bad request is terminal, in the vendor's words":  {400, status, nil, write, backend.Terminal, 0, "POST /things/1: 400: bad name"},
		"a code in words is as good as a number":            {400, `{"code":"invalid_argument","message":"bad name"}`, nil, write, backend.Terminal, 0, "POST /things/1: 400: bad name"},
		"an empty body is named by its status":              {404, "", nil, read, backend.Terminal, 0, "GET /things/1: 404: Not Found"},
		"HTML is not repeated":                              {403, "<html>proxy</html>", nil, read, backend.Terminal, 0, "GET /things/1: 403: Forbidden"},
		"a conflict is terminal":                            {409, status, nil, write, backend.Terminal, 0, "POST /things/1: 409: bad name"},
		"what cannot be processed is terminal":              {422, status, nil, write, backend.Terminal, 0, "POST /things/1: 422: bad name"},
		"a redirect is not followed":                        {302, "", []string{"Location", "https://evil.example"}, read, backend.Terminal, 0, "GET /things/1: 302: Found"},
		"a failure may be tried again":                      {500, status, nil, write, backend.Retryable, 0, "POST /things/1: 500: bad name"},
		"a time-out at the vendor may be tried again":       {408, "", nil, write, backend.Retryable, 0, "POST /things/1: 408: Request Timeout"},
		"a Retry-After on a bad gateway is no pause":        {502, "", []string{"Retry-After", "7"}, write, backend.Retryable, 0, "POST /things/1: 502: Bad Gateway"},
		"too many requests wait as told":                    {429, "", []string{"Retry-After", "7"}, read, backend.Throttled, 7 * time.Second, "GET /things/1: 429: Too Many Requests"},
		"too many requests wait half a minute if not told":  {429, "", nil, read, backend.Throttled, 30 * time.Second, "GET /things/1: 429: Too Many Requests"},
		"a pause of nothing is a second":                    {429, "", []string{"Retry-After", "0"}, read, backend.Throttled, time.Second, "GET /things/1: 429: Too Many Requests"},
		"a pause that nobody can read is half a minute":     {429, "", []string{"Retry-After", "soon"}, read, backend.Throttled, 30 * time.Second, "GET /things/1: 429: Too Many Requests"},
		"a date is read against the vendor's own clock":     {429, "", []string{"Retry-After", "Fri, 02 Jan 2026 10:01:00 GMT", "Date", "Fri, 02 Jan 2026 10:00:00 GMT"}, read, backend.Throttled, time.Minute, "GET /things/1: 429: Too Many Requests"},
		"unavailable with a Retry-After is a pause":         {503, "", []string{"Retry-After", "9"}, write, backend.Throttled, 9 * time.Second, "POST /things/1: 503: Service Unavailable"},
		"unavailable without one is a failure":              {503, "", nil, write, backend.Retryable, 0, "POST /things/1: 503: Service Unavailable"},
		"no token makes unauthorized":                       {401, "", nil, read, backend.Unauthorized, 0, "GET /things/1: 401: Unauthorized"},
		"an update that cannot be read may be sent again":   {200, "nonsense", nil, write, backend.Retryable, 0, "POST /things/1: the answer is not JSON of the expected form"},
		"a create that failed may have happened":            {500, status, nil, create, backend.OutcomeUnknown, 0, "POST /things: 500: bad name"},
		"who is taken for gone may try again":               {499, "", nil, write, backend.Retryable, 0, "POST /things/1: 499: no message"},
		"a create of one taken for gone may have happened":  {499, "", nil, create, backend.OutcomeUnknown, 0, "POST /things: 499: no message"},
		"a create that timed out may have happened":         {408, "", nil, create, backend.OutcomeUnknown, 0, "POST /things: 408: Request Timeout"},
		"a create that was not available may have happened": {503, "", []string{"Retry-After", "9"}, create, backend.OutcomeUnknown, 9 * time.Second, "POST /things: 503: Service Unavailable"},
		"a create with an unreadable answer has happened":   {200, "nonsense", nil, create, backend.OutcomeUnknown, 0, "POST /things: the answer is not JSON of the expected form"},
		"a create with a cut answer has happened":           {200, `{"id":`, nil, create, backend.OutcomeUnknown, 0, "POST /things: the answer is not JSON of the expected form"},
		"a create refused did not happen":                   {400, status, nil, create, backend.Terminal, 0, "POST /things: 400: bad name"},
		"a create that came too often did not happen":       {429, "", nil, create, backend.Throttled, 30 * time.Second, "POST /things: 429: Too Many Requests"},
		"OAuth errors speak too":                            {400, `{"error":"invalid_client","error_description":"unknown client"}`, nil, write, backend.Terminal, 0, "POST /things/1: 400: unknown client"},
		"lists of messages speak too":                       {400, `{"detailCode":"400.1","messages":[{"text":"no such source"}]}`, nil, write, backend.Terminal, 0, "POST /things/1: 400: no such source"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
				return answer(tc.status, tc.body, tc.header...), nil
			})})
			var out map[string]any
			_, err := c.Do(t.Context(), tc.call, &out)
			if err == nil {
				t.Fatal("no error")
			}
			if got := backend.ClassOf(err); got != tc.class {
				t.Errorf("class %s, want %s", got, tc.class)
			}
			if got := backend.IsTaken(err); got != (tc.status == http.StatusConflict) {
				t.Errorf("taken: %t", got)
			}
			if got := backend.AfterOf(err); got != tc.after {
				t.Errorf("after %s, want %s", got, tc.after)
			}
			if err.Error() != tc.text {
				t.Errorf("text %q, want %q", err, tc.text)
			}
		})
	}
}

func TestOutcomeOfBrokenCreate(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	reset := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer reset.Close()
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer silent.Close()
	defer close(release)
	short := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":`)
	}))
	defer short.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	cases := map[string]struct {
		ctx      context.Context
		endpoint string
		class    backend.Class
	}{
		"a refused connection sent nothing":                 {t.Context(), nobody, backend.Retryable},
		"a reset after the request may have committed":      {t.Context(), reset.URL, backend.OutcomeUnknown},
		"silence may have committed":                        {t.Context(), silent.URL, backend.OutcomeUnknown},
		"half an answer means that it committed":            {t.Context(), short.URL, backend.OutcomeUnknown},
		"a caller who gave up before the call sent nothing": {cancelled, silent.URL, backend.Retryable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := open(t, rest.Options{Endpoint: tc.endpoint, Timeout: 200 * time.Millisecond})
			_, err := c.Do(tc.ctx, create, &map[string]any{})
			if got := backend.ClassOf(err); err == nil || got != tc.class {
				t.Errorf("%v: class %s, want %s", err, got, tc.class)
			}
			_, err = c.Do(tc.ctx, write, &map[string]any{})
			if got := backend.ClassOf(err); err == nil || got != backend.Retryable {
				t.Errorf("an update: %v: class %s, want Retryable", err, got)
			}
			if tc.ctx.Err() != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%v does not say that the caller gave up", err)
			}
		})
	}
}

func TestPauseIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
			calls++
			if calls == 1 {
				return answer(429, "", "Retry-After", "7"), nil
			}
			return answer(200, `{"access_token":"t-12345678","token_type":"bearer","expires_in":600}`), nil
		})})
		begin := time.Now()
		_, _ = c.Do(t.Context(), read, nil)
		time.Sleep(6999 * time.Millisecond)
		_, err := c.Do(t.Context(), create, nil)
		if backend.ClassOf(err) != backend.Throttled || backend.AfterOf(err) != time.Millisecond {
			t.Errorf("inside the window: %v after %s", err, backend.AfterOf(err))
		}
		if _, _, err := c.FetchToken(t.Context(), "/token", url.Values{}); backend.ClassOf(err) != backend.Throttled {
			t.Errorf("the token endpoint: %v", err)
		}
		if pace := c.Pace(backend.PriorityEdit); !pace.Throttled || pace.Delay != time.Millisecond || pace.CircuitOpen {
			t.Errorf("pace %+v", pace)
		}
		if calls != 1 {
			t.Errorf("%d calls inside the window", calls-1)
		}
		time.Sleep(time.Millisecond)
		if _, err := c.Do(t.Context(), read, nil); err != nil {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		if pace := c.Pace(backend.PriorityEdit); pace != (backend.Pace{}) {
			t.Errorf("pace %+v", pace)
		}
	})
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls, broken := 0, true
		c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
			calls++
			if broken {
				return nil, errors.New("no route")
			}
			return answer(200, `{}`), nil
		})})
		for range 5 {
			_, _ = c.Do(t.Context(), read, nil)
		}
		_, err := c.Do(t.Context(), create, nil)
		if backend.ClassOf(err) != backend.Retryable || backend.AfterOf(err) != 5*time.Second || calls != 5 {
			t.Fatalf("open: %v, after %s, %d calls", err, backend.AfterOf(err), calls)
		}
		if pace := c.Pace(backend.PriorityEdit); !pace.CircuitOpen || pace.Delay != 5*time.Second || pace.Throttled {
			t.Errorf("pace %+v", pace)
		}
		// One probe per window, and the window doubles up to two minutes.
		for _, window := range []time.Duration{5, 10, 20, 40, 80, 120, 120} {
			time.Sleep(window * time.Second)
			before := calls
			for range 3 {
				_, _ = c.Do(t.Context(), read, nil)
			}
			if calls != before+1 {
				t.Errorf("%d probes in the window of %ds", calls-before, window)
			}
		}
		// A probe that the fence stops says nothing about the vendor: another may go.
		time.Sleep(2 * time.Minute)
		fenced := backend.WithFence(t.Context(), func() error { return errors.New("lease lost") })
		if _, err := c.Do(fenced, write, nil); backend.ClassOf(err) != backend.Fenced {
			t.Errorf("fence: %v", err)
		}
		broken = false
		for range 3 {
			if _, err := c.Do(t.Context(), read, nil); err != nil {
				t.Errorf("closed again: %v", err)
			}
		}
	})
}

func TestAProbeThatPanicsDoesNotCloseTheTenantForGood(t *testing.T) {
	for where, panics := range map[string]func(t *testing.T, c *rest.Client, broken *string){
		"in the exchange": func(t *testing.T, c *rest.Client, broken *string) {
			*broken = "panics"
			_, _ = c.Do(t.Context(), read, nil)
		},
		"in the fence": func(t *testing.T, c *rest.Client, _ *string) {
			_, _ = c.Do(backend.WithFence(t.Context(), func() error { panic("a fault of ours") }), write, nil)
		},
	} {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				broken := "fails"
				c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
					switch broken {
					case "fails":
						return nil, errors.New("no route")
					case "panics":
						panic("a fault of ours")
					}
					return answer(200, `{}`), nil
				})})
				for range 5 {
					_, _ = c.Do(t.Context(), read, nil)
				}
				time.Sleep(5 * time.Second)
				func() {
					defer func() {
						if recover() == nil {
							t.Error("nothing panicked")
						}
					}()
					panics(t, c, &broken)
				}()
				broken = ""
				if _, err := c.Do(t.Context(), read, nil); err != nil {
					t.Errorf("closed for good: %v", err)
				}
			})
		})
	}
}

func TestRefusalsAreNotFailures(t *testing.T) {
	c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) { return answer(404, ""), nil })})
	for range 10 {
		if _, err := c.Do(t.Context(), read, nil); rest.StatusOf(err) != 404 || !rest.IsNotFound(err) {
			t.Fatal(err)
		}
	}
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		c := open(t, rest.Options{RequestsPerSecond: 2, Burst: 4, Transport: wire(func(*http.Request) (*http.Response, error) {
			calls.Add(1)
			return answer(200, `{}`), nil
		})})
		sweep := backend.WithPriority(t.Context(), backend.PrioritySweep)
		begin := time.Now()
		for range 4 {
			if _, err := c.Do(sweep, read, nil); err != nil {
				t.Fatal(err)
			}
		}
		// A sweep has half: a burst of two, then one call a second.
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("4 calls of a sweep took %s", took)
		}
		if pace := c.Pace(backend.PriorityEdit); pace.Delay != 0 {
			t.Errorf("an edit would wait %s", pace.Delay)
		}
		if pace := c.Pace(backend.PrioritySweep); pace.Delay != time.Second {
			t.Errorf("a sweep would wait %s", pace.Delay)
		}
		var wg sync.WaitGroup
		var refused atomic.Int64
		calls.Store(0)
		for range 30 {
			wg.Go(func() {
				_, err := c.Do(t.Context(), read, nil)
				if err != nil {
					if backend.ClassOf(err) != backend.Throttled || backend.AfterOf(err) <= 5*time.Second {
						t.Errorf("%v, after %s", err, backend.AfterOf(err))
					}
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		// Four at once, and two a second for five seconds; the others sent nothing.
		if calls.Load() != 14 || refused.Load() != 16 {
			t.Errorf("%d calls, %d refused", calls.Load(), refused.Load())
		}
	})
}

func TestTheRestLeavesAQuarterOfTheBurstToEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, rest.Options{RequestsPerSecond: 2, Burst: 8, Transport: wire(func(*http.Request) (*http.Response, error) { return answer(200, `{}`), nil })})
		others := backend.WithPriority(t.Context(), backend.PriorityRest)
		took := func(ctx context.Context, calls int, call rest.Call) time.Duration {
			begin := time.Now()
			for range calls {
				if _, err := c.Do(ctx, call, nil); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(begin)
		}
		for i, step := range []struct {
			ctx   context.Context
			calls int
			call  rest.Call
			want  time.Duration
		}{
			{others, 6, read, 0},
			{others, 4, read, 2 * time.Second},
			{t.Context(), 2, read, 0},
			{t.Context(), 1, read, 500 * time.Millisecond},
			{others, 1, write, 500 * time.Millisecond}, // A write that has begun waits for no reserve.
			{others, 1, read, 1500 * time.Millisecond}, // What edits took is made up for first.
			{t.Context(), 2, read, 0},
		} {
			if got := took(step.ctx, step.calls, step.call); got != step.want {
				t.Errorf("step %d: took %s, want %s", i, got, step.want)
			}
		}
	})
}

func TestFence(t *testing.T) {
	calls := 0
	c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
		calls++
		return answer(200, `{}`), nil
	})})
	lost := errors.New("lease lost")
	ctx := backend.WithFence(t.Context(), func() error { return lost })
	for _, call := range []rest.Call{create, write, {Method: http.MethodDelete, Path: "/things/1"}, {Method: http.MethodPut, Path: "/things/1"}} {
		if _, err := c.Do(ctx, call, nil); backend.ClassOf(err) != backend.Fenced || !errors.Is(err, lost) {
			t.Errorf("%s: %v", call.Method, err)
		}
	}
	if calls != 0 {
		t.Fatalf("%d calls passed the fence", calls)
	}
	for _, call := range []rest.Call{read, {Method: http.MethodPost, Path: "/search", Read: true}} {
		if _, err := c.Do(ctx, call, nil); err != nil {
			t.Errorf("a read: %v", err)
		}
	}
}

func TestNewTokenAfter401(t *testing.T) {
	cases := map[string]struct {
		accepts string
		static  bool
		calls   int
		fetches int
		class   backend.Class
		fails   bool
	}{
		"a token that expired is renewed once":            {accepts: "token-number-2", calls: 2, fetches: 2},
		"a credential that is refused is not tried again": {accepts: "none", calls: 2, fetches: 2, class: backend.Unauthorized, fails: true},
		"a static token is not tried twice":               {accepts: "none", static: true, calls: 1, class: backend.Unauthorized, fails: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			calls, fetches := 0, 0
			c := open(t, rest.Options{Transport: wire(func(req *http.Request) (*http.Response, error) {
				calls++
				if req.Header.Get("Authorization") != "Bearer "+tc.accepts {
					return answer(401, ""), nil
				}
				return answer(200, `{}`), nil
			})})
			c.Authenticate(rest.CachedTokens(func(context.Context) (string, time.Duration, error) {
				fetches++
				return fmt.Sprintf("token-number-%d", fetches), time.Hour, nil
			}))
			if tc.static {
				c.Authenticate(rest.StaticToken("token-number-1"))
			}
			_, err := c.Do(t.Context(), create, nil)
			if (err != nil) != tc.fails || tc.fails && backend.ClassOf(err) != tc.class {
				t.Errorf("%v", err)
			}
			if calls != tc.calls || fetches != tc.fetches {
				t.Errorf("%d calls, %d fetches", calls, fetches)
			}
		})
	}
}

func TestTokensAreSharedAndRenewedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int64
		tokens := rest.CachedTokens(func(context.Context) (string, time.Duration, error) {
			time.Sleep(time.Second)
			return fmt.Sprintf("token-%d", fetches.Add(1)), 10 * time.Minute, nil
		})
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := tokens.Token(impatient); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the impatient one got %v", err)
		}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if token, err := tokens.Token(t.Context()); err != nil || token != "token-1" {
					t.Errorf("%q, %v", token, err)
				}
			})
		}
		wg.Wait()
		time.Sleep(9*time.Minute + 29*time.Second)
		if _, err := tokens.Token(t.Context()); err != nil || fetches.Load() != 1 {
			t.Errorf("%v after %d fetches", err, fetches.Load())
		}
		time.Sleep(time.Second)
		if _, err := tokens.Token(t.Context()); err != nil || fetches.Load() != 2 {
			t.Errorf("%v after %d fetches", err, fetches.Load())
		}
	})
}

func TestTokenEndpoint(t *testing.T) {
	cases := map[string]struct {
		status int
		body   string
		class  backend.Class
		text   string
	}{
		"a wrong credential":    {401, `{"error":"invalid_client","error_description":"bad assertion eyJhbGciOiJub25l.eyJzdWIiOiJ4In0.sig"}`, backend.Unauthorized, "POST /token: 401: bad assertion [redacted]"},
		"a bad request":         {400, `{"error":"invalid_grant"}`, backend.Unauthorized, "POST /token: 400: invalid_grant"},
		"an endpoint that fell": {502, "", backend.Retryable, "POST /token: 502: Bad Gateway"},
		"another kind of token": {200, `{"access_token":"abcdefghijkl","token_type":"DPoP","expires_in":60}`, backend.Unauthorized, `POST /token: the credential asks for tokens of type "DPoP", and only Bearer is possible`},
		"hardly a token":        {200, `{"access_token":"abcdefg","token_type":"Bearer"}`, backend.Unauthorized, "POST /token: the access token is too short to be one"},
		"no token":              {200, `{"token_type":"Bearer"}`, backend.Unauthorized, "POST /token: the answer contains no access token"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) { return answer(tc.status, tc.body), nil })})
			_, _, err := c.FetchToken(t.Context(), "/token", url.Values{"client_secret": {"hush-hush-hush"}})
			if err == nil || backend.ClassOf(err) != tc.class || err.Error() != tc.text {
				t.Errorf("%s: %v", backend.ClassOf(err), err)
			}
		})
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	const secret, token = "correct horse battery", "an-opaque-access-token"
	said := strings.Join([]string{
		"client_secret=" + url.QueryEscape(secret), secret, token, "client-number-4711", "Bearer abcdefghijklmnop",
		"secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ", "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2ln", strings.Repeat("word ", 200),
	}, " ")
	body, err := json.Marshal(map[string]any{"code": 3, "message": said + "\x00\u001b[31m"})
	if err != nil {
		t.Fatal(err)
	}
	broken := false
	c := open(t, rest.Options{Secrets: []string{secret}, Names: []string{"client-number-4711"}, Transport: wire(func(*http.Request) (*http.Response, error) {
		if broken {
			return nil, errors.New("proxy said: " + said)
		}
		return answer(400, string(body)), nil
	})})
	c.Authenticate(rest.StaticToken(token))
	for range 2 {
		_, err := c.Do(t.Context(), rest.Call{Method: http.MethodGet, Path: "/" + strings.Repeat("long", 200)}, nil)
		text := err.Error()
		for _, word := range []string{"horse", token, "client-number", "abcdefghijklmnop", "eyJ", "\x1b", "\x00"} {
			if strings.Contains(text, word) {
				t.Errorf("%q in %q", word, text)
			}
		}
		if n := len([]rune(text)); n > 512 {
			t.Errorf("%d characters", n)
		}
		broken = true
	}
	_, err = c.Do(t.Context(), read, nil)
	if !strings.Contains(err.Error(), "[redacted]") {
		t.Errorf("%v", err)
	}
}

func TestEmptyIDsAreRefused(t *testing.T) {
	c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
		t.Error("called")
		return answer(200, "{}"), nil
	})})
	for _, path := range []string{rest.Path("/things/%s", ""), rest.Path("/things/%s/parts", ""), rest.Path("/things/%s", ".."), "things"} {
		if _, err := c.Do(t.Context(), rest.Call{Method: http.MethodDelete, Path: path}, nil); backend.ClassOf(err) != backend.Terminal {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := rest.Path("/things/%s", "a/b?c"); got != "/things/a%2Fb%3Fc" {
		t.Error(got)
	}
}

func TestClockFollowsTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := time.Date(2031, 5, 1, 10, 0, 0, 0, time.UTC)
		c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
			return answer(404, "", "Date", date.Format(http.TimeFormat)), nil
		})})
		if !c.Now().Equal(time.Now()) {
			t.Errorf("before the first answer it is %s", c.Now())
		}
		res, _ := c.Do(t.Context(), read, nil)
		if !res.Date.Equal(date) {
			t.Errorf("date %s", res.Date)
		}
		time.Sleep(90 * time.Second)
		if !c.Now().Equal(date.Add(90 * time.Second)) {
			t.Errorf("now %s", c.Now())
		}
	})
}

func TestPages(t *testing.T) {
	pages := map[string]rest.Page[int]{"": {Items: []int{1, 2}, Next: "b"}, "b": {Items: nil, Next: "c"}, "c": {Items: []int{3}}, "x": {Next: "x"}}
	walk := func(first string) (got []int, err error) {
		for item, err := range rest.Pages(t.Context(), func(_ context.Context, token string) (rest.Page[int], error) {
			if token == "" {
				token = first
			}
			page, ok := pages[token]
			if !ok {
				return page, errors.New("no such page")
			}
			return page, nil
		}) {
			if err != nil {
				return got, err
			}
			got = append(got, item)
		}
		return got, err
	}
	if got, err := walk(""); err != nil || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := walk("x"); err == nil {
		t.Error("a list that never ends was read")
	}
	if _, err := walk("missing"); err == nil {
		t.Error("an error is not the end of a list")
	}
}

func TestAListIsReadThroughFailuresInPassing(t *testing.T) {
	failed := backend.Errorf(backend.Retryable, "not now")
	throttled := &backend.Error{Class: backend.Throttled, After: time.Second, Err: errors.New("a pause")}
	for sentence, c := range map[string]struct {
		fails       func(page, try int) error
		pages, asks int // that were read, and that were asked for
	}{
		"every second page fails once":     {func(page, try int) error { return errIf(page%2 == 1 && try == 1, failed) }, 100, 150},
		"the first page fails":             {func(page, _ int) error { return errIf(page == 0, failed) }, 0, 1},
		"a page fails three times":         {func(page, _ int) error { return errIf(page == 7, failed) }, 7, 10},
		"a pause is asked for":             {func(page, _ int) error { return errIf(page == 7, throttled) }, 7, 8},
		"the vendor says no":               {func(page, _ int) error { return errIf(page == 7, backend.Errorf(backend.Terminal, "no")) }, 7, 8},
		"a page fails twice, then is good": {func(page, try int) error { return errIf(page == 7 && try < 3, failed) }, 100, 102},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pages, asks, tries, last := 0, 0, 0, -1
				for _, err := range rest.Pages(t.Context(), func(_ context.Context, token string) (rest.Page[int], error) {
					asks++
					page, _ := strconv.Atoi(token)
					if tries++; page != last {
						last, tries = page, 1
					}
					if err := c.fails(page, tries); err != nil {
						return rest.Page[int]{}, err
					}
					if page == 99 {
						return rest.Page[int]{Items: []int{page}}, nil
					}
					return rest.Page[int]{Items: []int{page}, Next: strconv.Itoa(page + 1)}, nil
				}) {
					if err == nil {
						pages++
					} else if pages == 100 {
						t.Error(err)
					}
				}
				if pages != c.pages || asks != c.asks {
					t.Errorf("%d pages read, %d asked for", pages, asks)
				}
			})
		})
	}
}

func errIf(fails bool, err *backend.Error) error {
	if fails {
		return err
	}
	return nil
}

func TestEndpointAndCertificates(t *testing.T) {
	for name, endpoint := range map[string]string{
		"no scheme": "tenant.example", "another scheme": "ftp://tenant.example", "a path": "https://tenant.example/api",
		"a user": "https://me:you@tenant.example", "a query": "https://tenant.example?x=1", "nothing": "",
	} {
		if _, err := rest.New(rest.Options{Endpoint: endpoint}); backend.ClassOf(err) != backend.Terminal || !strings.HasPrefix(err.Error(), "endpoint: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := rest.New(rest.Options{Endpoint: "https://tenant.example/", CABundle: []byte("junk")}); backend.ClassOf(err) != backend.Terminal {
		t.Errorf("a bundle without certificates: %v", err)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer server.Close()
	if _, err := open(t, rest.Options{Endpoint: server.URL}).Do(t.Context(), read, nil); err == nil {
		t.Error("an unknown certificate was trusted")
	}
	bundle := pemOf(server)
	if _, err := open(t, rest.Options{Endpoint: server.URL, CABundle: bundle}).Do(t.Context(), read, nil); err != nil {
		t.Errorf("the bundle is not trusted: %v", err)
	}
}
