package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Moment is a timestamp of a vendor that is not strict about them. Null and "" are the zero time. What cannot be read is
// the zero time, too, and Odd says what it was: it must not pass for none.
type Moment struct {
	time.Time
	// Odd is what was told and cannot be read, empty in general.
	Odd string
}

// momentForms are the spellings that instants were seen in, beside RFC 3339: a server leaves seconds out that are none, and
// the zone, which is then UTC. A zone may lack its colon, and a blank may stand for the T.
var momentForms = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05.999999999Z07",
	"2006-01-02T15:04Z07",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	time.DateOnly,
}

// longestOdd is what is kept of an instant that cannot be read.
const longestOdd = 64

// ParseMoment reads an instant in any of the spellings that vendors were seen to use.
func ParseMoment(text string) (time.Time, bool) {
	for _, form := range momentForms {
		if t, err := time.Parse(form, text); err == nil && Writable(t) {
			return t, true
		}
	}
	return time.Time{}, false
}

// UnmarshalJSON reads an instant.
func (m *Moment) UnmarshalJSON(data []byte) error {
	*m = Moment{}
	var text string
	switch err := json.Unmarshal(data, &text); {
	case string(bytes.TrimSpace(data)) == "null" || err == nil && text == "":
		return nil
	case err != nil:
		m.Odd = cut(tidy(string(data)), longestOdd)
		return nil
	}
	t, ok := ParseMoment(text)
	if !ok {
		m.Odd = cut(tidy(text), longestOdd)
		return nil
	}
	m.Time = t
	return nil
}

// Unread is the problem of a field of this name whose instant cannot be read; empty if it can be, or holds none.
func (m Moment) Unread(field string) string {
	if m.Odd == "" {
		return ""
	}
	return fmt.Sprintf("%s: the vendor's value %q is not a time that can be read", field, m.Odd)
}

// Writable reports whether a time can be written as RFC 3339 in UTC, as a status has to: an offset
// may lead out of the years that it has.
func Writable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 0 && year <= 9999
}

// Version is the text of a time of the last change, which distinguishes states where there
// are no etags; empty for the zero time.
func (m Moment) Version() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(time.RFC3339Nano)
}
