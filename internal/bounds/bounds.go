// Package bounds keeps a status within what its definition admits: one text that is too long
// would make the API server refuse all of it.
package bounds

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Schema is what the definition of a kind says of a part of its status.
type Schema struct {
	Type       string             `json:"type,omitempty"`
	Format     string             `json:"format,omitempty"`
	Pattern    string             `json:"pattern,omitempty"`
	Enum       []any              `json:"enum,omitempty"`
	MinLength  *int               `json:"minLength,omitempty"`
	MaxLength  *int               `json:"maxLength,omitempty"`
	MaxItems   *int               `json:"maxItems,omitempty"`
	MaxProps   *int               `json:"maxProperties,omitempty"`
	Minimum    *float64           `json:"minimum,omitempty"`
	Maximum    *float64           `json:"maximum,omitempty"`
	Required   []string           `json:"required,omitempty"`
	ListType   string             `json:"x-kubernetes-list-type,omitempty"`
	ListKeys   []string           `json:"x-kubernetes-list-map-keys,omitempty"`
	Properties map[string]*Schema `json:"properties,omitempty"`
	Items      *Schema            `json:"items,omitempty"`
	Values     *Schema            `json:"additionalProperties,omitempty"`
}

// raw is made from the definitions by hack/bounds, so that a new field is bound without anybody
// thinking of it.
//
//go:embed status.json
var raw []byte

// schemas are the statuses by kind.
var schemas = sync.OnceValue(func() map[string]*Schema {
	out := map[string]*Schema{}
	if err := json.Unmarshal(raw, &out); err != nil {
		panic("bounds: status.json: " + err.Error())
	}
	return out
})

// Of returns the schema of a kind's status; nil if there is no such kind.
func Of(kind string) *Schema { return schemas()[kind] }

// Fit changes the status of a kind, a pointer to its struct, to what its definition admits: texts
// are cut and say so by their last character, lists keep their first elements, and what has no
// meaning in part is left out. It returns a sentence for each list that was cut and each field
// that was left out, none where all is as it was.
func Fit(kind string, status any) (notes []string, err error) {
	s := Of(kind)
	if s == nil {
		return nil, fmt.Errorf("bounds: no kind %s", kind)
	}
	text, err := json.Marshal(status)
	if err != nil {
		return nil, fmt.Errorf("bounds: %w", err)
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber() // Whole numbers stay whole.
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("bounds: %w", err)
	}
	f := fitting{}
	fitted, _ := f.fit(s, "status", value)
	if !f.changed {
		return nil, nil
	}
	if text, err = json.Marshal(fitted); err != nil {
		return nil, fmt.Errorf("bounds: %w", err)
	}
	return f.notes, replace(status, text)
}

// fitting is one walk.
type fitting struct {
	changed bool
	notes   []string
}

func (f *fitting) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// fit returns what may be written in place of a value, and false if it has to be left out.
func (f *fitting) fit(s *Schema, path string, value any) (any, bool) {
	switch v := value.(type) {
	case string:
		return f.text(s, path, v)
	case json.Number:
		return f.number(s, path, v)
	case []any:
		return f.list(s, path, v), true
	case map[string]any:
		return f.object(s, path, v)
	}
	return value, true
}

func (f *fitting) text(s *Schema, path, text string) (any, bool) {
	fits := s.MaxLength == nil || utf8.RuneCountInString(text) <= *s.MaxLength
	switch {
	case s.MinLength != nil && utf8.RuneCountInString(text) < *s.MinLength, !s.admits(text), !fits && whole(s, path):
		f.changed = true
		f.note("%s is left out, it has %d characters", path, utf8.RuneCountInString(text))
		return nil, false
	case !fits:
		f.changed = true
		return string([]rune(text)[:*s.MaxLength-1]) + "…", true
	}
	return text, true
}

// admits reports whether a text has the form that the schema asks for.
func (s *Schema) admits(text string) bool {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)) {
		return false
	}
	if s.Format == "date-time" {
		if at, err := time.Parse(time.RFC3339, text); err != nil || at.Year() < 1 || at.Year() > 9999 {
			return false
		}
	}
	return s.Pattern == "" || matches(s.Pattern, text)
}

var patterns sync.Map

func matches(pattern, text string) bool {
	compiled, ok := patterns.Load(pattern)
	if !ok {
		compiled, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return compiled.(*regexp.Regexp).MatchString(text)
}

// wholes end the names of fields of which a part means nothing, or something else.
var wholes = []string{"id", "ID", "IDs", "hash", "digest", "Digest", "url", "URL", "URLs", "path", "version", "sent", "seen", "kind", "type", "reason", "createdEntitlements"}

// whole reports whether a text may not be cut.
func whole(s *Schema, path string) bool {
	if s.Pattern != "" || s.Format != "" || len(s.Enum) > 0 {
		return true
	}
	name := strings.TrimRight(path[strings.LastIndex(path, ".")+1:], "[0123456789]")
	return slices.ContainsFunc(wholes, func(end string) bool {
		return name == end || end[0] < 'a' && strings.HasSuffix(name, end)
	})
}

func (f *fitting) number(s *Schema, path string, n json.Number) (any, bool) {
	value, err := n.Float64()
	below, above := s.Minimum != nil && value < *s.Minimum, s.Maximum != nil && value > *s.Maximum
	if err != nil || below || above {
		f.changed = true
		f.note("%s is left out, %s is out of its range", path, n)
		return nil, false
	}
	return n, true
}

func (f *fitting) list(s *Schema, path string, list []any) any {
	out := []any{}
	known := map[string]bool{}
	for i, item := range list {
		fitted, ok := item, true
		if s.Items != nil {
			fitted, ok = f.fit(s.Items, fmt.Sprintf("%s[%d]", path, i), item)
		}
		if !ok {
			continue
		}
		if key := s.key(fitted); key != "" {
			if known[key] {
				f.changed = true
				continue
			}
			known[key] = true
		}
		out = append(out, fitted)
	}
	if s.MaxItems != nil && len(out) > *s.MaxItems {
		f.changed = true
		f.note("%s shows %d of %d", path, *s.MaxItems, len(out))
		out = out[:*s.MaxItems]
	}
	return out
}

// key is what may be in a list once; empty where anything may be in it twice.
func (s *Schema) key(item any) string {
	switch s.ListType {
	case "set":
		return fmt.Sprint("set ", item)
	case "map":
		object, _ := item.(map[string]any)
		parts := make([]any, 0, len(s.ListKeys))
		for _, k := range s.ListKeys {
			parts = append(parts, object[k])
		}
		return fmt.Sprintf("map %q", parts)
	}
	return ""
}

func (f *fitting) object(s *Schema, path string, object map[string]any) (any, bool) {
	out := map[string]any{}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		of := s.Properties[name]
		if of == nil {
			of = s.Values
		}
		if of == nil {
			out[name] = object[name]
			continue
		}
		if s.Values != nil && s.MaxProps != nil && len(out) == *s.MaxProps {
			f.changed = true
			f.note("%s shows %d of %d", path, *s.MaxProps, len(object))
			break
		}
		fitted, ok := f.fit(of, path+"."+name, object[name])
		if ok {
			out[name] = fitted
			continue
		}
		if slices.Contains(s.Required, name) {
			return nil, false
		}
	}
	return out, true
}
