package wire

import (
	"regexp"
	"slices"
	"strings"
)

// Form is how the paths of a vendor's masks are written.
type Form struct {
	name    string
	pattern *regexp.Regexp
}

// The forms of mask paths.
var (
	LowerCamel = Form{"lowerCamel", regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$`)}
	SnakeCase  = Form{"snake_case", regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)}
)

// ParseMask splits an update mask and checks every path against the message. Paths of another form, empty and unknown
// paths, and paths of read-only fields are violations.
func (s *Schema) ParseMask(m *Message, text string, form Form) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	paths := strings.Split(text, ",")
	for i, path := range paths {
		if !form.pattern.MatchString(path) {
			return nil, Violation("update mask: %q is not a %s path", path, form.name)
		}
		if slices.Contains(paths[:i], path) {
			return nil, Violation("update mask: %s is named twice", path)
		}
		current := m
		for _, name := range strings.Split(path, ".") {
			if current == nil || current.ByName[name] == nil {
				return nil, Violation("update mask: %s has no field %s", m.Name, path)
			}
			f := current.ByName[name]
			if f.ReadOnly {
				return nil, Violation("update mask: %s is read-only", path)
			}
			current = nil
			if f.Kind == "message" && !f.List && !f.Keyed {
				current = s.Messages[f.Of]
			}
		}
	}
	return paths, nil
}

// Merge returns what becomes of current when the masked paths are taken from patch: a path that patch does not hold is
// cleared. Without paths every writable field is replaced, blanks included. Merged maps merge either way.
func (s *Schema) Merge(m *Message, current, patch Object, paths []string) Object {
	result := Copy(current)
	if len(paths) == 0 {
		for _, f := range m.Fields {
			if !f.ReadOnly {
				assign(m, result, patch, f, false)
			}
		}
		return result
	}
	for _, path := range paths {
		s.mergePath(m, result, patch, strings.Split(path, "."))
	}
	return result
}

func (s *Schema) mergePath(m *Message, result, patch Object, names []string) {
	f := m.ByName[names[0]]
	if len(names) == 1 {
		assign(m, result, patch, f, true)
		return
	}
	inner, _ := result[f.Name].(Object)
	if inner == nil {
		inner = Object{}
	}
	from, _ := patch[f.Name].(Object)
	if from == nil {
		from = Object{}
	}
	s.mergePath(s.Messages[f.Of], inner, from, names[1:])
	result[f.Name] = inner
}

// assign takes one field from patch. Without a mask the other members of a oneof get their own turn, so that only unset ones
// are cleared.
func assign(m *Message, result, patch Object, f *Field, masked bool) {
	value, set := patch[f.Name]
	switch {
	case f.Merged:
		result[f.Name] = MergeKeys(Inner(result, f.Name), value)
	case !set || value == nil:
		delete(result, f.Name)
	default:
		for _, sibling := range m.Fields {
			if f.Oneof != "" && sibling.Oneof == f.Oneof && (masked || patch[sibling.Name] == nil) {
				delete(result, sibling.Name)
			}
		}
		result[f.Name] = DeepCopy(value)
	}
}

// MergeKeys sets the keys given, deletes those given as empty, and keeps the rest of a map.
func MergeKeys(current Object, given any) Object {
	merged := Copy(current)
	entries, _ := given.(Object)
	for key, text := range entries {
		if text == "" {
			delete(merged, key)
		} else {
			merged[key] = text
		}
	}
	return merged
}
