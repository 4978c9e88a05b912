package bounds

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// replace makes the struct that status points to what text says, and nothing of what it was.
func replace(status any, text []byte) error {
	at := reflect.ValueOf(status)
	fresh := reflect.New(at.Type().Elem())
	if err := json.Unmarshal(text, fresh.Interface()); err != nil {
		return fmt.Errorf("bounds: %w", err)
	}
	at.Elem().Set(fresh.Elem())
	return nil
}
