package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/governance-operator/governance-operator/internal/bundle"
)

func TestAConnectionForABundleReadsNoSecret(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) }))
	defer server.Close()
	config := &rest.Config{Host: server.URL}
	transport, err := rest.HTTPClientFor(withoutSecrets(config))
	if err != nil {
		t.Fatal(err)
	}
	for path, refused := range map[string]bool{
		"/api/v1/namespaces/team/secrets": true, "/api/v1/namespaces/team/secrets/credentials": true, "/api/v1/secrets": true, "/api/v1/namespaces/team/configmaps/ca": true,
		"/api/v1/namespaces/team/events": false,
	} {
		answer, err := transport.Get(server.URL + path)
		if err == nil {
			_ = answer.Body.Close()
		}
		if (err != nil) != refused {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(asked) != 1 || asked[0] != "/api/v1/namespaces/team/events" {
		t.Errorf("the server was asked for %v", asked)
	}
	if config.WrapTransport != nil {
		t.Error("the connection of others is changed")
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	broken := errors.New("no space left")
	if err := writeNew(path, func(out io.Writer) error { _, _ = io.WriteString(out, "half"); return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a half remains: %v", err)
	}
	whole := func(out io.Writer) error { _, err := io.WriteString(out, "whole"); return err }
	if err := writeNew(path, whole); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := writeNew(path, whole); !errors.Is(err, os.ErrExist) {
		t.Errorf("it is written over: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "whole" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestWhatIsInsideIsListed(t *testing.T) {
	var out strings.Builder
	err := writeContents(&out, []bundle.File{{Name: "README.txt", Content: []byte("abc"), Says: "what is inside"}}, []string{"events (Forbidden)"})
	want := "FILE         BYTES   CONTENT\nREADME.txt   3       what is inside\nnot inside: events (Forbidden)\n"
	if err != nil || out.String() != want {
		t.Errorf("%q, want %q, %v", out.String(), want, err)
	}
}
