package rest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const fuzzSecret, fuzzToken = "s3cr3t-of-the-client", "t0k3n-that-was-issued"

// FuzzAnswer: whatever comes back, an error is one line of text without a secret, says what
// to do, and asks for a pause that ends.
func FuzzAnswer(f *testing.F) {
	for _, header := range []string{"", "7", "-1", "0", "99999999999", "2147483647", "1e9", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", " 12 ", "\x00"} {
		f.Add(uint16(229), header, header, []byte("{}"), false)
	}
	for i, body := range []string{
		"", "null", "[]", "{}", "<html>nope</html>", `{"message":`, `{"message":"` + fuzzSecret + `"}`, `{"message":["` + fuzzToken + `"]}`,
		`{"error":{"message":{"text":"x"}}}`, `{"messages":[[[[{"text":"deep"}]]]]}`, `{"detail":"Bearer ` + strings.Repeat("x", 400) + `"}`,
		`{"message":"s3cr3t-\u0000of-the-client"}`, `{"message":"` + strings.Repeat("ü", 5000) + `"}`, "\xff\xfe", strings.Repeat("[", 30_000),
		`{"access_token":"abcdefghij","token_type":"Bearer","expires_in":1e300}`, `{"access_token":"abcdefghij","token_type":"Bearer","expires_in":"NaN"}`,
		`{"access_token":"abcdefghij","token_type":"bearer\u001b","expires_in":{}}`, `{"access_token":7}`,
	} {
		for _, status := range []uint16{0, 200, 201, 229, 300, 303} {
			f.Add(status, "", "", []byte(body), i%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, status uint16, retry, date string, body []byte, once bool) {
		c := open(t, rest.Options{Secrets: []string{fuzzSecret}, Transport: wire(func(*http.Request) (*http.Response, error) {
			return answer(200+int(status)%800, string(body), "Retry-After", retry, "Date", date), nil
		})})
		call := rest.Call{Method: http.MethodPost, Path: rest.Path("/things/%s", "x"+fuzzSecret), Body: map[string]any{}, Once: once}
		c.Authenticate(rest.StaticToken(fuzzToken))
		var out map[string]any
		_, err := c.Do(t.Context(), call, &out)
		sound(t, err)
		if err == nil && out == nil {
			t.Error("nothing was read, and no error")
		}
		if pace := c.Pace(backend.PriorityEdit); pace.Delay < 0 || pace.Delay > 25*time.Hour {
			t.Errorf("the next call waits %s", pace.Delay)
		}
		if _, err := c.Now().MarshalJSON(); err != nil {
			t.Errorf("the vendor's clock cannot be written: %v", err)
		}

		c = open(t, rest.Options{Secrets: []string{fuzzSecret, fuzzToken}, Transport: wire(func(*http.Request) (*http.Response, error) {
			return answer(200+int(status)%800, string(body)), nil
		})})
		token, life, err := c.FetchToken(t.Context(), "/token", url.Values{"client_secret": {fuzzSecret}})
		sound(t, err)
		if err == nil && (token == "" || life <= 0) {
			t.Errorf("a token %q for %s", token, life)
		}
	})
}

func sound(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var typed *backend.Error
	if !errors.As(err, &typed) {
		t.Fatalf("%T says nothing of what to do", err)
	}
	text := err.Error()
	if utf8.RuneCountInString(text) > 512 || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%q", text)
	}
	if strings.Contains(text, fuzzSecret) || strings.Contains(text, fuzzToken) {
		t.Errorf("a secret in %q", text)
	}
	if typed.After < 0 || typed.After > 24*time.Hour {
		t.Errorf("to wait for %s", typed.After)
	}
}

// FuzzPages: each byte of the list is the token of the page behind one; zero ends it.
func FuzzPages(f *testing.F) {
	for _, tokens := range []string{"", "\x00", "\x01\x02\x00", "\x01\x01", "\x01\x02\x03\x01", "\x00\x01"} {
		f.Add([]byte(tokens))
	}
	f.Fuzz(func(t *testing.T, tokens []byte) {
		asked, seen := 0, 0
		for _, err := range rest.Pages(t.Context(), func(_ context.Context, token string) (rest.Page[int], error) {
			page := rest.Page[int]{Items: []int{asked}}
			if asked < len(tokens) && tokens[asked] != 0 {
				page.Next = string(tokens[asked : asked+1])
			}
			asked++
			return page, nil
		}) {
			if err == nil {
				seen++
			}
			sound(t, err)
		}
		if asked > 257 || seen != asked {
			t.Errorf("%d pages, %d items", asked, seen)
		}
	})
}

// endless gives bytes for ever, and counts them.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

const limit = 8 << 20

func TestAnswersAreReadUpToTheLimit(t *testing.T) {
	for status, want := range map[int]backend.Class{200: backend.Retryable, 400: backend.Terminal, 500: backend.Retryable} {
		body := &endless{}
		c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: body}, nil
		})})
		var out any
		_, err := c.Do(t.Context(), read, &out)
		if backend.ClassOf(err) != want || err == nil || status == 200 && !strings.Contains(err.Error(), "larger than 8 MiB") {
			t.Errorf("%d: %v", status, err)
		}
		if body.read > limit+1 {
			t.Errorf("%d: %d bytes were read", status, body.read)
		}
	}
	c := open(t, rest.Options{Transport: wire(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`"` + strings.Repeat("x", limit-2) + `"`))}, nil
	})})
	var out string
	if _, err := c.Do(t.Context(), read, &out); err != nil || len(out) != limit-2 {
		t.Errorf("an answer of exactly the limit: %v", err)
	}
}
