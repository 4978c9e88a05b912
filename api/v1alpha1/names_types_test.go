package v1alpha1

import (
	"testing"
	"time"
)

func TestADurationKnowsDays(t *testing.T) {
	for text, want := range map[Duration]time.Duration{
		"720h": 720 * time.Hour, "30d": 720 * time.Hour, "1d12h30m": 36*time.Hour + 30*time.Minute, "1h1d": 25 * time.Hour,
		"0d": 0, "90m": 90 * time.Minute, "1d1d": 48 * time.Hour, "500ms": 500 * time.Millisecond, "106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := text.Parse(); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []Duration{"", "d", "1", "1x", "-1d", "1.5d", "106752d", "106751d1000000h", "99999999999999999999d", "1 d"} {
		if got, err := text.Parse(); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}
