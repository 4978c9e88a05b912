package status

import (
	"testing"
	"time"
)

func TestBackoffDoublesToItsLimit(t *testing.T) {
	for failures, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 10: 300 * time.Second, 1 << 20: 300 * time.Second} {
		if got := backoff(time.Second, 5*time.Minute, failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
}
