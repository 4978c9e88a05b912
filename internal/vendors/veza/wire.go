package veza

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// enum is a value that the vendor writes as a name or as a number, depending on the page
// (docs/vendors/veza-api.md#json). A number is kept as its digits, null is empty.
type enum string

// UnmarshalJSON reads a name, a number or nothing.
func (e *enum) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		*e = enum(v)
	case float64:
		*e = enum(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		*e = ""
	}
	return nil
}

// The states of a profile (docs/vendors/veza-api.md#profile-states).
const (
	stateInitial = "INITIAL"
	stateRunning = "RUNNING"
	statePaused  = "PAUSED"
	statePending = "PENDING"
)

// stateNumbers are not published: this is the order in which the names are listed, and is
// only read (docs/vendors/veza-api.md#profile-states).
var stateNumbers = []string{stateInitial, stateRunning, statePaused, "DRY_RUN", statePending}

// state is the name of a profile's state; the zero value may be left out.
func (e enum) state() string {
	if e == "" {
		return stateInitial
	}
	if n, err := strconv.Atoi(string(e)); err == nil && n >= 0 && n < len(stateNumbers) {
		return stateNumbers[n]
	}
	return string(e)
}

// number is an integer as text or as a number; null and "" are zero (docs/vendors/veza-api.md#json).
type number int64

// UnmarshalJSON reads text, a number or nothing.
func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	i, err := strconv.ParseInt(text, 10, 64)
	*n = number(i)
	return err
}

func (n number) text() string { return strconv.FormatInt(int64(n), 10) }

// counted is nil for a version that there is none of.
func (n number) counted() *int64 {
	if n <= 0 {
		return nil
	}
	return backend.To(int64(n))
}

// forms are what is not the same on the wire and in a model.
var forms = plain.Words{Forms: []plain.Form{plain.By(decodeAction, encodeAction)}}

// clause is one condition of a filter. How quotes are escaped is not published, so a value
// that needs it makes no clause: everything is listed then, and compared here (docs/vendors/veza-api.md#filters).
func clause(field, operator, value string) string {
	if strings.ContainsAny(value, `"\`) {
		return ""
	}
	return field + " " + operator + ` "` + value + `"`
}

// set never returns nil: a set that was read is known to be empty.
func set(values []string) backend.Set { return append(backend.Set{}, values...) }
