package rest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

func TestWhatMustGoOutsideReachesNothingOfThisHost(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for sentence, endpoint := range map[string]string{
		"an address":                       server.URL,
		"another of the same":              "http://127.1.2.3" + port,
		"a name that means it":             "http://localhost" + port,
		"the address of no host":           "http://0.0.0.0" + port,
		"one family in the other":          "http://[::ffff:127.0.0.1]" + port,
		"where clouds tell their machines": "http://169.254.169.254" + port,
	} {
		t.Run(sentence, func(t *testing.T) {
			_, err := open(t, rest.Options{Endpoint: endpoint, Outside: true}).Do(t.Context(), read, nil)
			if backend.ClassOf(err) != backend.Retryable || err == nil || calls != 0 {
				t.Errorf("%v, and %d calls arrived", err, calls)
			}
		})
	}
	if _, err := open(t, rest.Options{Endpoint: server.URL}).Do(t.Context(), read, nil); err != nil || calls != 1 {
		t.Errorf("%v, and %d calls arrived where it is permitted", err, calls)
	}
}
