package rest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

type through func(*http.Request) (*http.Response, error)

func (f through) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCallsPassThroughWhatTheContextSays(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(`{}`))
	}))
	defer server.Close()
	client, err := rest.New(rest.Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	note := func(name string) func(http.RoundTripper) http.RoundTripper {
		return func(next http.RoundTripper) http.RoundTripper {
			return through(func(r *http.Request) (*http.Response, error) {
				order = append(order, name)
				return next.RoundTrip(r)
			})
		}
	}
	ctx := rest.Via(rest.Via(t.Context(), note("first")), note("second"))
	if _, err := client.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/thing"}, nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"second", "first"}; !slices.Equal(order, want) || asked != 1 {
		t.Errorf("passed %v and asked %d times, want %v and once", order, asked, want)
	}
	lost := rest.Via(t.Context(), func(next http.RoundTripper) http.RoundTripper {
		return through(func(r *http.Request) (*http.Response, error) {
			res, err := next.RoundTrip(r)
			if err == nil {
				_ = res.Body.Close()
			}
			return nil, errors.New("lost")
		})
	})
	if _, err := client.Do(lost, rest.Call{Method: http.MethodGet, Path: "/thing"}, nil); err == nil || asked != 2 {
		t.Errorf("got %v after %d questions, want an error after two", err, asked)
	}
	if _, err := client.Do(t.Context(), rest.Call{Method: http.MethodGet, Path: "/thing"}, nil); err != nil || len(order) != 2 {
		t.Errorf("a context of its own: %v, passed %v", err, order)
	}
}
