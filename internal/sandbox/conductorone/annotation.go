package conductorone

import (
	"regexp"
	"strings"
)

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
