package conductorone

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
)

// object is a wire message in memory: names to normalised values, unset fields absent.
type object = map[string]any

// decodeBody reads a request body as a message of the given name. Unknown properties, wrong types, unknown enumeration
// values, missing required fields and two members of one oneof are violations. An empty body is an empty message.
func (s *schema) decodeBody(name string, body []byte) (object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return nil, violation("the body is not JSON: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, violation("the body has data after the JSON value")
	}
	return s.decode(s.messages[name], raw, "")
}

func (s *schema) decode(m *message, raw any, path string) (object, error) {
	values, ok := raw.(map[string]any)
	if !ok {
		return nil, violation("%s must be an object", orBody(path))
	}
	result, arms := object{}, map[string]string{}
	// Sorted, so that one request always gets the same complaint.
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f := m.byName[name]
		if f == nil {
			return nil, violation("unknown property %s of %s", join(path, name), m.name)
		}
		if values[name] == nil {
			if !f.nullable() || f.required {
				return nil, violation("%s must not be null", join(path, name))
			}
			continue
		}
		if f.oneof != "" {
			if arms[f.oneof] != "" {
				return nil, violation("oneof %s.%s is already set", m.name, f.oneof)
			}
			arms[f.oneof] = name
		}
		value, err := s.decodeField(f, values[name], join(path, name))
		if err != nil {
			return nil, err
		}
		result[name] = value
	}
	for _, f := range m.fields {
		if value, ok := result[f.name]; f.required && (!ok || value == "") {
			return nil, violation("%s is required", join(path, f.name))
		}
	}
	return result, nil
}

func (s *schema) decodeField(f *field, raw any, path string) (any, error) {
	switch {
	case f.list:
		items, ok := raw.([]any)
		if !ok {
			return nil, violation("%s must be a list", path)
		}
		result := []any{}
		for i, item := range items {
			value, err := s.decodeValue(f, item, path+"["+strconv.Itoa(i)+"]")
			if err != nil {
				return nil, err
			}
			result = append(result, value)
		}
		return result, nil
	case f.keyed:
		entries, ok := raw.(map[string]any)
		if !ok {
			return nil, violation("%s must be an object", path)
		}
		result := object{}
		for key, entry := range entries {
			value, err := s.decodeValue(f, entry, join(path, key))
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

func (s *schema) decodeValue(f *field, raw any, path string) (any, error) {
	switch f.kind {
	case "message":
		return s.decode(s.messages[f.of], raw, path)
	case "enum":
		text, ok := raw.(string)
		if !ok || !slices.Contains(s.enums[f.of], text) {
			return nil, violation("%s: %v is not a value of %s", path, raw, f.of)
		}
		return text, nil
	case "bool":
		if value, ok := raw.(bool); ok {
			return value, nil
		}
		return nil, violation("%s must be true or false", path)
	case "int32", "int64", "double":
		return decodeNumber(f.kind, raw, path)
	case "object":
		if value, ok := raw.(map[string]any); ok {
			return value, nil
		}
		return nil, violation("%s must be an object", path)
	case "any":
		return raw, nil
	default:
		text, ok := raw.(string)
		if !ok {
			return nil, violation("%s must be a string", path)
		}
		return decodeText(f.kind, text, path)
	}
}

// decodeNumber keeps int64 as text, which is how the wire writes it, and accepts it either way.
func decodeNumber(kind string, raw any, path string) (any, error) {
	text, quoted := raw.(string)
	if number, ok := raw.(json.Number); ok {
		text = number.String()
	} else if !quoted || kind != "int64" {
		return nil, violation("%s must be a number", path)
	}
	if kind == "double" {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, violation("%s must be a number", path)
		}
		return value, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || (kind == "int32" && (value < math.MinInt32 || value > math.MaxInt32)) {
		return nil, violation("%s must be an %s", path, kind)
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
			return nil, violation("%s: %q is not an RFC 3339 timestamp", path, text)
		}
		return timestamp(value), nil
	case "duration":
		if !durationPattern.MatchString(text) {
			return nil, violation("%s: %q is not a duration in seconds such as 3600s", path, text)
		}
		if whole, fraction, ok := strings.Cut(strings.TrimSuffix(text, "s"), "."); ok && strings.Trim(fraction, "0") == "" {
			return whole + "s", nil
		}
		return text, nil
	default:
		return text, nil
	}
}

// timestamp writes an instant as protobuf does: UTC, with no, three, six or nine digits of a second.
func timestamp(t time.Time) string {
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

func join(path, name string) string {
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
