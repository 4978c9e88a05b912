package rest_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// TestBombsAreNotUnpacked: the transport unpacks by itself, so what is unpacked counts.
func TestBombsAreNotUnpacked(t *testing.T) {
	sent := make(chan int64, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("the transport does not ask for gzip any more: this test is about nothing")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
		n, _ := io.Copy(z, io.LimitReader(&endless{}, 1<<30))
		_ = z.Close()
		sent <- n
	}))
	defer server.Close()
	c := open(t, rest.Options{Endpoint: server.URL})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var out any
	_, err := c.Do(t.Context(), read, &out)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
		t.Errorf("%v", err)
	}
	// The buffer grows by and by, so that several of them are made.
	if got := after.TotalAlloc - before.TotalAlloc; got > 16*limit {
		t.Errorf("%d MiB were used", got>>20)
	}
	if n := <-sent; n == 1<<30 {
		t.Error("the whole bomb was taken")
	}
}

func TestTheLongestHeaderIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range 64 {
			w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 4<<10))
		}
	}))
	defer server.Close()
	_, err := open(t, rest.Options{Endpoint: server.URL}).Do(t.Context(), read, nil)
	if backend.ClassOf(err) != backend.Retryable || err == nil {
		t.Errorf("%v", err)
	}
}

func TestAListWithoutEndIsGivenUp(t *testing.T) {
	for sentence, next := range map[string]func(int) string{
		"tokens that are always new": strconv.Itoa,
		"a token of a mebibyte":      func(int) string { return strings.Repeat("x", 1<<20) },
	} {
		asked := 0
		var last error
		for _, err := range rest.Pages(t.Context(), func(context.Context, string) (rest.Page[int], error) {
			asked++
			return rest.Page[int]{Next: next(asked)}, nil
		}) {
			last = err
		}
		if last == nil || asked > 10_001 {
			t.Errorf("%s: %v after %d pages", sentence, last, asked)
		}
	}
}

func TestAnAnswerThatRepeatsTheCredentialsIsRefused(t *testing.T) {
	for _, body := range []string{`{"echo":"` + fuzzToken + `"}`, `{"echo":"` + fuzzSecret + `"}`} {
		c := open(t, rest.Options{Secrets: []string{fuzzSecret}, Transport: wire(func(*http.Request) (*http.Response, error) { return answer(200, body), nil })})
		c.Authenticate(rest.StaticToken(fuzzToken))
		var out map[string]any
		if _, err := c.Do(t.Context(), create, &out); backend.ClassOf(err) != backend.OutcomeUnknown {
			t.Errorf("%v", err)
		}
		if len(out) > 0 {
			t.Errorf("read %v", out)
		}
	}
}

func TestMomentsCanBeWritten(t *testing.T) {
	for text, want := range map[string]bool{
		`"2026-01-02T03:04:05Z"`: true, `"9999-12-31T23:59:59.999999999Z"`: true,
		`"9999-12-31T23:59:59-23:59"`: false, `"0000-01-01T00:00:00+23:59"`: false, `7`: false, `null`: false, `"soon"`: false,
	} {
		var m rest.Moment
		if err := m.UnmarshalJSON([]byte(text)); err != nil || m.IsZero() == want {
			t.Errorf("%s is %s, %v", text, m, err)
		}
	}
	c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
		return answer(200, "{}", "Date", "Fri, 31 Dec 9999 23:59:59 GMT"), nil
	})})
	if res, err := c.Do(t.Context(), read, nil); err != nil || !res.Date.IsZero() || time.Until(c.Now()) > time.Hour {
		t.Errorf("a clock at the end of time: %s, now %s, %v", res.Date, c.Now(), err)
	}
	if rest.Writable(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("the year 10000 has five digits")
	}
}
