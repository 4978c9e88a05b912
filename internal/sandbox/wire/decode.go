package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// DecodeBody reads a request body as a message of the given name. Unknown properties, wrong types, unknown enumeration
// values, missing required fields and two members of one oneof are violations. An empty body is an empty message.
func (s *Schema) DecodeBody(name string, body []byte) (Object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	raw, err := ReadJSON(body)
	if err != nil {
		return nil, err
	}
	return s.Decode(s.Messages[name], raw, "")
}

// ReadJSON reads a body that is one JSON value. Numbers are json.Number.
func ReadJSON(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return nil, Violation("the body is not JSON: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, Violation("the body has data after the JSON value")
	}
	return raw, nil
}

// DecodeField checks a JSON value as what a field may hold.
func (s *Schema) DecodeField(f *Field, raw any, path string) (any, error) {
	if raw != nil {
		value, err := s.decodeField(f, raw, path)
		if err == nil && f.Required && value == "" && !f.Nullable {
			return nil, Violation("%s is required", path)
		}
		return value, err
	}
	if !s.nullable(f) {
		return nil, Violation("%s must not be null", path)
	}
	return nil, nil
}

// Decode checks a JSON value, numbers being json.Number, as a message. Path is where the value is, for messages of errors.
func (s *Schema) Decode(m *Message, raw any, path string) (Object, error) {
	values, ok := raw.(map[string]any)
	if !ok {
		return nil, Violation("%s must be an object", orBody(path))
	}
	result, arms := Object{}, map[string]string{}
	// Sorted, so that one request always gets the same complaint.
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f := m.ByName[name]
		if f == nil {
			return nil, Violation("unknown property %s of %s", Join(path, name), m.Name)
		}
		if f.Dropped {
			continue
		}
		if values[name] == nil {
			if !s.nullable(f) {
				return nil, Violation("%s must not be null", Join(path, name))
			}
			continue
		}
		if f.Oneof != "" {
			if arms[f.Oneof] != "" {
				return nil, Violation("oneof %s.%s is already set", m.Name, f.Oneof)
			}
			arms[f.Oneof] = name
		}
		value, err := s.decodeField(f, values[name], Join(path, name))
		if err != nil {
			return nil, err
		}
		result[name] = value
	}
	for _, f := range m.Fields {
		_, given := values[f.Name]
		if f.Required && (!given || result[f.Name] == "" && !f.Nullable) {
			return nil, Violation("%s is required", Join(path, f.Name))
		}
	}
	return result, nil
}

func (s *Schema) decodeField(f *Field, raw any, path string) (any, error) {
	switch {
	case f.List:
		items, ok := raw.([]any)
		if !ok {
			return nil, Violation("%s must be a list", path)
		}
		result := []any{}
		for i, item := range items {
			value, err := s.decodeValue(f, item, path+"["+strconv.Itoa(i)+"]")
			if err != nil {
				return nil, err
			}
			result = append(result, value)
		}
		return result, limit(f, len(items), "items", path)
	case f.Keyed:
		entries, ok := raw.(map[string]any)
		if !ok {
			return nil, Violation("%s must be an object", path)
		}
		result := Object{}
		for key, entry := range entries {
			value, err := s.decodeValue(f, entry, Join(path, key))
			if err != nil {
				return nil, err
			}
			result[key] = value
		}
		return result, nil
	default:
		return s.decodeValue(f, raw, path)
	}
}

func (s *Schema) decodeValue(f *Field, raw any, path string) (any, error) {
	switch f.Kind {
	case "message":
		return s.Decode(s.Messages[f.Of], raw, path)
	case "enum":
		text, ok := raw.(string)
		if !ok || !slices.Contains(s.Enums[f.Of], text) {
			return nil, Violation("%s: %v is not a value of %s", path, raw, f.Of)
		}
		return text, nil
	case "bool":
		if value, ok := raw.(bool); ok {
			return value, nil
		}
		return nil, Violation("%s must be true or false", path)
	case "int32", "int64", "integer", "double":
		return decodeNumber(f.Kind, raw, path)
	case "object":
		if value, ok := raw.(map[string]any); ok {
			return value, nil
		}
		return nil, Violation("%s must be an object", path)
	case "any":
		return raw, nil
	default:
		text, ok := raw.(string)
		if !ok {
			return nil, Violation("%s must be a string", path)
		}
		if err := limit(f, utf8.RuneCountInString(text), "characters", path); err != nil && !f.List {
			return nil, err
		}
		return decodeText(f.Kind, text, path)
	}
}

// limit checks a size against the limit of a field.
func limit(f *Field, size int, unit, path string) error {
	if f.Max > 0 && size > f.Max {
		return Violation("%s: %d %s, at most %d", path, size, unit, f.Max)
	}
	return nil
}

// decodeNumber keeps an int64 as text, which is how the wire writes it, and accepts it either way.
func decodeNumber(kind string, raw any, path string) (any, error) {
	text, quoted := raw.(string)
	if number, ok := raw.(json.Number); ok {
		text = number.String()
	} else if !quoted || kind != "int64" {
		return nil, Violation("%s must be a number", path)
	}
	if kind == "double" {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, Violation("%s must be a number", path)
		}
		return value, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || (kind == "int32" && (value < math.MinInt32 || value > math.MaxInt32)) {
		return nil, Violation("%s must be an %s", path, kind)
	}
	if kind == "int64" {
		return strconv.FormatInt(value, 10), nil
	}
	return value, nil
}

var durationPattern = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,9})?s$`)

func decodeText(kind, text, path string) (any, error) {
	switch kind {
	case "time":
		value, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, Violation("%s: %q is not an RFC 3339 timestamp", path, text)
		}
		return Timestamp(value), nil
	case "duration":
		if !durationPattern.MatchString(text) {
			return nil, Violation("invalid google.protobuf.Duration value %q", text)
		}
		if whole, fraction, ok := strings.Cut(strings.TrimSuffix(text, "s"), "."); ok && strings.Trim(fraction, "0") == "" {
			return whole + "s", nil
		}
		return text, nil
	default:
		return text, nil
	}
}

// Join adds a name to the path of a value.
func Join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func orBody(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}
