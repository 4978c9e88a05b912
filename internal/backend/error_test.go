package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestASecretNeverShowsItself(t *testing.T) {
	const text = "s3cr3t-value"
	secret := Secret(text)
	inside := struct {
		Credentials Credentials
		Pointer     *Secret
		Any         any
	}{Credentials{ClientID: "id", ClientSecret: secret, Token: secret}, &secret, secret}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("opened", "secret", secret, "pointer", &secret, "inside", inside)
	}
	raw, err := json.Marshal(map[string]any{"value": secret, "pointer": &secret})
	if err != nil {
		t.Fatal(err)
	}
	for how, got := range map[string]string{
		"%v": fmt.Sprintf("%v", inside), "%+v": fmt.Sprintf("%+v", inside), "%#v": fmt.Sprintf("%#v", inside),
		"%q": fmt.Sprintf("%q", secret), "%x": fmt.Sprintf("%x", secret), "Sprint": fmt.Sprint(secret, &inside.Credentials),
		"JSON": string(raw), "slog": logged.String(), "an error": Errorf(Terminal, "token %s", secret).Error(),
	} {
		if strings.Contains(got, text) || strings.Contains(got, fmt.Sprintf("%x", text)) {
			t.Errorf("%s shows it: %s", how, got)
		}
	}
	if secret.Reveal() != text {
		t.Error("Reveal does not return it")
	}
}

func TestClassAndPauseOfAnError(t *testing.T) {
	throttled := &Error{Class: Throttled, After: 7 * time.Second, Err: errors.New("slow down")}
	for sentence, c := range map[string]struct {
		err   error
		class Class
		after time.Duration
	}{
		"an error without a class is retried":     {errors.New("odd"), Retryable, 0},
		"no error has the first class":            {nil, Retryable, 0},
		"an error tells its class and pause":      {throttled, Throttled, 7 * time.Second},
		"a wrapped error still does":              {fmt.Errorf("reading: %w", fmt.Errorf("page 2: %w", throttled)), Throttled, 7 * time.Second},
		"the outermost class counts":              {&Error{Class: OutcomeUnknown, Err: throttled}, OutcomeUnknown, 0},
		"one of several joined errors tells it":   {errors.Join(errors.New("odd"), throttled), Throttled, 7 * time.Second},
		"an error made of a format has its class": {Errorf(Ambiguous, "two: %w", context.Canceled), Ambiguous, 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			if class := ClassOf(c.err); class != c.class {
				t.Errorf("class %s, want %s", class, c.class)
			}
			if after := AfterOf(c.err); after != c.after {
				t.Errorf("after %s, want %s", after, c.after)
			}
		})
	}
	if !errors.Is(Errorf(Retryable, "gone: %w", context.Canceled), context.Canceled) {
		t.Error("the cause is lost")
	}
	if got := fmt.Sprint(Fenced, Class(99), Class(-1)); got != "Fenced Class(99) Class(-1)" {
		t.Errorf("the classes are called %s", got)
	}
}

func TestTheFenceOfAContextIsAsked(t *testing.T) {
	lost := errors.New("the lease is lost")
	if err := CheckFence(t.Context()); err != nil {
		t.Errorf("without a fence: %v", err)
	}
	if err := CheckFence(WithFence(t.Context(), func() error { return lost })); !errors.Is(err, lost) {
		t.Errorf("with a closed fence: %v", err)
	}
	if p := PriorityOf(WithPriority(t.Context(), PrioritySweep)); p != PrioritySweep {
		t.Errorf("priority %d", p)
	}
}
