package conductorone

import (
	"regexp"
	"slices"
	"strings"
)

var maskPath = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$`)

// parseMask splits an update mask and checks every path against the message. Paths are lowerCamel; snake case, empty and
// unknown paths, and paths of read-only fields are violations.
func (s *schema) parseMask(m *message, text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	paths := strings.Split(text, ",")
	for i, path := range paths {
		if !maskPath.MatchString(path) {
			return nil, violation("update mask: %q is not a lowerCamel path", path)
		}
		if slices.Contains(paths[:i], path) {
			return nil, violation("update mask: %s is named twice", path)
		}
		current := m
		for _, name := range strings.Split(path, ".") {
			if current == nil || current.byName[name] == nil {
				return nil, violation("update mask: %s has no field %s", m.name, path)
			}
			f := current.byName[name]
			if f.readOnly {
				return nil, violation("update mask: %s is read-only", path)
			}
			current = nil
			if f.kind == "message" && !f.list && !f.keyed {
				current = s.messages[f.of]
			}
		}
	}
	return paths, nil
}

// merge returns what becomes of current when the masked paths are taken from patch: a path that patch does not hold is
// cleared. Without paths every writable field is replaced, blanks included. Annotations merge either way.
func (s *schema) merge(m *message, current, patch object, paths []string) object {
	result := copyObject(current)
	if len(paths) == 0 {
		for _, f := range m.fields {
			if !f.readOnly {
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

func (s *schema) mergePath(m *message, result, patch object, names []string) {
	f := m.byName[names[0]]
	if len(names) == 1 {
		assign(m, result, patch, f, true)
		return
	}
	inner, _ := result[f.name].(object)
	if inner == nil {
		inner = object{}
	}
	from, _ := patch[f.name].(object)
	if from == nil {
		from = object{}
	}
	s.mergePath(s.messages[f.of], inner, from, names[1:])
	result[f.name] = inner
}

// assign takes one field from patch. Without a mask the other members of a oneof get their own turn, so that only unset ones
// are cleared.
func assign(m *message, result, patch object, f *field, masked bool) {
	value, set := patch[f.name]
	switch {
	case f.name == "annotations" && f.keyed:
		mergeAnnotations(result, value)
	case !set || value == nil:
		delete(result, f.name)
	default:
		for _, sibling := range m.fields {
			if f.oneof != "" && sibling.oneof == f.oneof && (masked || patch[sibling.name] == nil) {
				delete(result, sibling.name)
			}
		}
		result[f.name] = deepCopy(value)
	}
}

// mergeAnnotations sets the keys given, deletes those given as empty, and keeps the rest.
func mergeAnnotations(result object, value any) {
	merged := object{}
	if current, ok := result["annotations"].(object); ok {
		merged = copyObject(current)
	}
	given, _ := value.(object)
	for key, text := range given {
		if text == "" {
			delete(merged, key)
		} else {
			merged[key] = text
		}
	}
	result["annotations"] = merged
}

var (
	annotationKey   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]{0,127}$`)
	annotationValue = regexp.MustCompile(`^[A-Za-z0-9._~-]{0,256}$`)
)

// checkAnnotations enforces the limits on annotations: 16 entries, 4096 bytes, and the forms of keys and values.
func checkAnnotations(value any) error {
	entries, _ := value.(object)
	size := 0
	for key, raw := range entries {
		text, _ := raw.(string)
		size += len(key) + len(text)
		switch {
		case strings.HasPrefix(key, "c1/"):
			return violation("annotations: %s has the reserved prefix c1/", key)
		case !annotationKey.MatchString(key):
			return violation("annotations: %q is not a valid key", key)
		case !annotationValue.MatchString(text):
			return violation("annotations: the value of %s is longer than 256 characters or not URL-safe ASCII", key)
		}
	}
	if len(entries) > 16 {
		return violation("annotations: %d entries, at most 16", len(entries))
	}
	if size > 4096 {
		return violation("annotations: %d bytes, at most 4096", size)
	}
	return nil
}
