package vendortest

import (
	"errors"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Class expects an error that says by itself what to do.
func Class(t *testing.T, err error, want backend.Class) {
	t.Helper()
	var typed *backend.Error
	if err == nil || !errors.As(err, &typed) || typed.Class != want {
		t.Errorf("got %v (%s), want %s", err, backend.ClassOf(err), want)
	}
}

// Says expects an error with a text.
func Says(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}

// Refusal expects a Terminal error that begins with the field's name; why is in it, too.
func Refusal(t *testing.T, err error, path string, why ...string) {
	t.Helper()
	Class(t, err, backend.Terminal)
	if err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("got %v, want %s named first", err, path)
	}
	for _, text := range why {
		Says(t, err, text)
	}
}

// Opening expects that a configuration was taken if text is empty; else that it was
// refused for good with exactly that text, and without the secret in it.
func Opening(t *testing.T, err error, text, secret string) {
	t.Helper()
	if text == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	Class(t, err, backend.Terminal)
	if err == nil || err.Error() != text || strings.Contains(err.Error(), secret) {
		t.Errorf("%v, want %q", err, text)
	}
}
