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
	if t, err := time.Parse(time.RFC3339Nano, *text); err == nil {
		m.Time = t
	}
	return nil
}

// Version is the text of a time of the last change, which tells states apart where there
// are no etags; empty for the zero time.
func (m Moment) Version() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(time.RFC3339Nano)
}
