package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// serve runs the command, asks it one question, and stops it.
func serve(t *testing.T, path string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...), writer)
		_ = writer.Close()
	}()
	url, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(strings.TrimSpace(url) + path)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return string(body)
}

func TestServesUntilTold(t *testing.T) {
	body := serve(t, "/_sandbox/settings", "--list-lag", "1s", "--rate-limit", "50", "--e-signature", "--features", "profile404,usages")
	for _, want := range []string{`"listLag":"1s"`, `"rateLimitPerSecond":50`, `"eSignature":true`, `"profile404":true`, `"usages":true`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestFakesEveryVendor(t *testing.T) {
	for _, s := range sandboxes.All() {
		t.Run(s.Vendor, func(t *testing.T) {
			begun, err := sandbox.Start(sandbox.Options{Vendor: s.New()})
			if err != nil {
				t.Fatal(err)
			}
			seeded, err := json.Marshal(begun.Dump())
			if err := errors.Join(err, begun.Close()); err != nil {
				t.Fatal(err)
			}
			if body := serve(t, "/_sandbox/dump", "--vendor", s.Name()); body != string(seeded) {
				t.Errorf("the dump is not what the tenant begins with: %s", body)
			}
		})
	}
}

func TestRefusesWhatItCannotDo(t *testing.T) {
	for name, args := range map[string][]string{
		"an address that is not loopback": {"--listen", "0.0.0.0:0"},
		"a vendor it does not know":       {"--vendor", "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(t.Context(), args, io.Discard); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestKnownCredentialsFollowFromTheSeed(t *testing.T) {
	for _, fake := range sandboxes.All() {
		name := fake.Name()
		t.Run(name, func(t *testing.T) {
			read := func(args ...string) string {
				return serve(t, "/_sandbox/credentials", append([]string{"--vendor", name, "--host-name", "tenant.test"}, args...)...)
			}
			known := read("--known-credentials")
			if again := read("--known-credentials"); again != known {
				t.Errorf("two runs differ: %s and %s", known, again)
			}
			if other := read("--known-credentials", "--seed", "2"); other == known {
				t.Error("another seed gives the same")
			}
			if secret := read(); secret == known {
				t.Error("the credentials are known without being asked to be")
			}
			if name == "conductorone" && !strings.Contains(known, `"clientID":"sandbox@tenant.test/spc"`) {
				t.Errorf("%s is not of the host it is reached at", known)
			}
		})
	}
}

func TestListensElsewhereOnlyIfToldTo(t *testing.T) {
	if err := run(t.Context(), []string{"--listen", "0.0.0.0:0"}, io.Discard); err == nil {
		t.Error("it listened on all addresses")
	}
	// Tests listen nowhere else: that it may is seen from how far it gets, to an address that nobody has.
	err := run(t.Context(), []string{"--listen", "192.0.2.1:0", "--listen-anywhere"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "listen tcp 192.0.2.1:0") {
		t.Errorf("got %v", err)
	}
}
