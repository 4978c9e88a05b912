package rest

import (
	"encoding/json"
	"time"
)

// Moment is a timestamp of a vendor that is not strict about them: null, "" and what
// cannot be read are the zero time.
type Moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339 with up to nine fractional digits.
func (m *Moment) UnmarshalJSON(data []byte) error {
	var text *string
	*m = Moment{}
	if json.Unmarshal(data, &text) != nil || text == nil {
		return nil
	}
	if t, err := time.Parse(time.RFC3339Nano, *text); err == nil && Writable(t) {
		m.Time = t
	}
	return nil
}

// Writable says that a time can be written as RFC 3339 in UTC, as a status has to: an offset
// may lead out of the years that it has.
func Writable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 0 && year <= 9999
}

// Version is the text of a time of the last change, which tells states apart where there
// are no etags; empty for the zero time.
func (m Moment) Version() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(time.RFC3339Nano)
}
