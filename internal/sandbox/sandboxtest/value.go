package sandboxtest

import (
	"bytes"
	"encoding/json"
	"testing"
)

// At follows names into nested objects and numbers into lists.
func At(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// Expect compares what is at a path, as JSON.
func Expect(t *testing.T, value, want any, path ...any) {
	t.Helper()
	got, err := json.Marshal(At(value, path...))
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, wanted) {
		t.Errorf("%v: got %s, want %s", path, got, wanted)
	}
}
