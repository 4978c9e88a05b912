package wire

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// Object is a wire message in memory: names to normalised values, unset fields absent.
type Object = map[string]any

// Text returns a member that is text, and nothing when it is absent or something else.
func Text(value Object, name string) string {
	result, _ := value[name].(string)
	return result
}

// Flag returns a member that is true or false, and false when it is absent or something else.
func Flag(value Object, name string) bool {
	result, _ := value[name].(bool)
	return result
}

// Instant returns a member that is a timestamp, and the zero time when it is absent or something else.
func Instant(value Object, name string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, Text(value, name))
	if err != nil {
		return time.Time{}
	}
	return at
}

// Inner returns a member that is an object, and nil when it is absent or something else.
func Inner(value Object, name string) Object {
	result, _ := value[name].(Object)
	return result
}

// Items returns the objects in a member that is a list.
func Items(value Object, name string) []Object {
	list, _ := value[name].([]any)
	result := make([]Object, 0, len(list))
	for _, item := range list {
		if item, ok := item.(Object); ok {
			result = append(result, item)
		}
	}
	return result
}

// Texts returns the texts in a member that is a list.
func Texts(value Object, name string) []string {
	list, _ := value[name].([]any)
	result := make([]string, 0, len(list))
	for _, item := range list {
		if item, ok := item.(string); ok {
			result = append(result, item)
		}
	}
	return result
}

// List is a list as a message holds it.
func List[T any](items []T) []any {
	result := []any{}
	for _, item := range items {
		result = append(result, item)
	}
	return result
}

// DeepCopy copies a value made of JSON types.
func DeepCopy(value any) any {
	switch value := value.(type) {
	case Object:
		return Copy(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = DeepCopy(item)
		}
		return list
	default:
		return value
	}
}

// Copy copies an object and everything in it.
func Copy(value Object) Object {
	result := make(Object, len(value))
	for key, entry := range value {
		result[key] = DeepCopy(entry)
	}
	return result
}

// Copies copies objects and everything in them.
func Copies(values []Object) []Object {
	result := []Object{}
	for _, value := range values {
		result = append(result, Copy(value))
	}
	return result
}

// Timestamp writes an instant as protobuf does: UTC, with no, three, six or nine digits of a second.
func Timestamp(t time.Time) string {
	t = t.UTC()
	switch nanos := t.Nanosecond(); {
	case nanos == 0:
		return t.Format("2006-01-02T15:04:05Z")
	case nanos%1_000_000 == 0:
		return t.Format("2006-01-02T15:04:05.000Z")
	case nanos%1_000 == 0:
		return t.Format("2006-01-02T15:04:05.000000Z")
	default:
		return t.Format("2006-01-02T15:04:05.000000000Z")
	}
}

// Secret returns a text nobody can guess: a token.
func Secret() (string, error) { return SecretFrom(rand.Reader) }

// SecretFrom makes a text of what entropy gives: the secret of a credential.
func SecretFrom(entropy io.Reader) (string, error) {
	data := make([]byte, 32)
	if _, err := io.ReadFull(entropy, data); err != nil {
		return "", fmt.Errorf("generating a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}
