package rest

import (
	"encoding/json"
	"testing"
	"time"
)

func TestAnInstantIsReadInEverySpelling(t *testing.T) {
	whole := time.Date(2024, 6, 13, 14, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2024-06-13T14:30:00.000Z":            whole,
		"2024-06-13T14:30:00Z":                whole,
		"2024-06-13T14:30Z":                   whole, // On a full minute the seconds are left out.
		"2024-06-13T16:30+02:00":              whole,
		"2024-06-13T16:30+0200":               whole,
		"2024-06-13T16:30:00.000+0200":        whole,
		"2024-06-13T16:30:00+02":              whole,
		"2024-06-13T14:30":                    whole,
		"2024-06-13T14:30:00":                 whole,
		"2024-06-13T14:30:00.123456789":       whole.Add(123456789),
		"2024-06-13 14:30:00":                 whole,
		"2024-06-13 16:30:00+02:00":           whole,
		"2024-06-13":                          time.Date(2024, 6, 13, 0, 0, 0, 0, time.UTC),
		"2024-06-13T14:30:00.123456789+00:00": whole.Add(123456789),
	} {
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var m Moment
		if err := json.Unmarshal(raw, &m); err != nil || !m.Equal(want) || m.Odd != "" {
			t.Errorf("%q is %s, odd %q (%v), want %s", text, m.Time, m.Odd, err, want)
		}
	}
}

func TestAnInstantThatCannotBeReadIsNotNone(t *testing.T) {
	for raw, odd := range map[string]string{
		`null`: "", `""`: "", `"soon"`: "soon", `"2024-06-31T00:00Z"`: "2024-06-31T00:00Z", `1718288400000`: "1718288400000", `{"at":1}`: `{"at":1}`,
		`"9999-12-31T23:59-23:00"`: "9999-12-31T23:59-23:00",
	} {
		m := Moment{Time: time.Now(), Odd: "before"}
		if err := json.Unmarshal([]byte(raw), &m); err != nil || !m.IsZero() || m.Odd != odd || (m.Unread("deadline") == "") != (odd == "") {
			t.Errorf("%s is %s, odd %q (%v), want %q", raw, m.Time, m.Odd, err, odd)
		}
	}
}
