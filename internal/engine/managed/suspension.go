package managed

import (
	"fmt"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// Suspension is that an object writes nothing for a time, by its spec or by an annotation with an end.
type Suspension struct {
	On bool
	// Until is the end of one by annotation, zero where there is none to wait for.
	Until time.Time
	// Because is what the annotation gives as its reason.
	Because string
	// Unreadable is the end as it is written, where it is no instant. The object stays suspended: somebody wanted it to stand still.
	Unreadable string
}

// longestBecause is how much of a reason is repeated.
const longestBecause = 128

// SuspensionOf reads the suspension of an object. The spec has no end, and so is stronger than an annotation.
func SuspensionOf(obj Object, now time.Time) Suspension {
	if obj.GetManagedSpec().Suspend {
		return Suspension{On: true}
	}
	text := strings.TrimSpace(obj.GetAnnotations()[v1alpha1.AnnotationSuspendedUntil])
	if text == "" {
		return Suspension{}
	}
	s := Suspension{On: true, Because: beginning(obj.GetAnnotations()[v1alpha1.AnnotationSuspendedBecause], longestBecause)}
	until, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		s.Unreadable = beginning(text, longestBecause)
	case until.After(now):
		s.Until = until
	default:
		return Suspension{} // It is over.
	}
	return s
}

// String is "suspended", with what an annotation says of it.
func (s Suspension) String() string {
	text := "suspended"
	switch {
	case s.Unreadable != "":
		text += fmt.Sprintf(" (the annotation %s is not an instant: %q)", v1alpha1.AnnotationSuspendedUntil, s.Unreadable)
	case !s.Until.IsZero():
		text += " until " + s.Until.UTC().Format(time.RFC3339)
	}
	if s.Because != "" {
		text += fmt.Sprintf(", because %q", s.Because)
	}
	return text
}

// beginning is a text on one line, or its beginning where it is long.
func beginning(text string, longest int) string {
	runes := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " "))
	if len(runes) <= longest {
		return string(runes)
	}
	return string(runes[:longest-1]) + "…"
}
