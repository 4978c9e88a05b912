// Package sandboxtest is what the tests of every fake vendor share: a client that sends
// what no driver would, and looks into answers. Only tests import it.
package sandboxtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// MediaJSON is the media type of most bodies.
const MediaJSON = "application/json"

// Client is a sandbox and a client of it.
type Client struct {
	*sandbox.Server
	T    *testing.T
	HTTP *http.Client
	// Token is the bearer token that is sent unless it is empty; the static one at first.
	Token string
}

// Start runs a sandbox until the test ends.
func Start(t *testing.T, start func(sandbox.Options) (*sandbox.Server, error), options sandbox.Options) *Client {
	t.Helper()
	server, err := start(options)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Client{Server: server, T: t, HTTP: client, Token: server.Credentials().StaticToken}
}

// WithFeatures are options that turn knobs of the fake on.
func WithFeatures(names ...string) sandbox.Options {
	return sandbox.Options{Configure: func(s *sandbox.Settings) {
		for _, name := range names {
			s.Features[name] = true
		}
	}}
}

// Answer is what a call was answered, with the JSON of its body decoded; nil if that is empty.
type Answer struct {
	Status int
	Header http.Header
	Body   any
}

// Try sends a body, text as it is and the rest as JSON, with a media type unless that is
// empty. The error is the transport's.
func (c *Client) Try(method, path, media string, body any) (Answer, error) {
	c.T.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			c.T.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, c.URL+path, reader)
	if err != nil {
		c.T.Fatal(err)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: response.StatusCode, Header: response.Header}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &answer.Body); err != nil {
			c.T.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return answer, nil
}

// Send is Try where an answer is expected.
func (c *Client) Send(method, path, media string, body any) Answer {
	c.T.Helper()
	answer, err := c.Try(method, path, media, body)
	if err != nil {
		c.T.Fatalf("%s %s: %v", method, path, err)
	}
	return answer
}

// Do sends JSON and expects an object for an answer.
func (c *Client) Do(method, path string, body any) (int, map[string]any) {
	c.T.Helper()
	media := ""
	if body != nil {
		media = MediaJSON
	}
	answer := c.Send(method, path, media, body)
	object, ok := answer.Body.(map[string]any)
	if !ok {
		c.T.Fatalf("%s %s: no object: %v", method, path, answer.Body)
	}
	return answer.Status, object
}

// Must is Do where success is expected.
func (c *Client) Must(method, path string, body any) map[string]any {
	c.T.Helper()
	status, result := c.Do(method, path, body)
	if status != http.StatusOK {
		c.T.Fatalf("%s %s: %d %v", method, path, status, result)
	}
	return result
}

// Refuses expects an error with a status and a text in its message.
func (c *Client) Refuses(status int, part, method, path string, body any) {
	c.T.Helper()
	got, result := c.Do(method, path, body)
	message, _ := result["message"].(string)
	if got != status || !strings.Contains(message, part) {
		c.T.Errorf("%s %s: got %d %q, want %d with %q", method, path, got, message, status, part)
	}
}
