package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecordKeepsTheOrderAndShortensPauses(t *testing.T) {
	seconds := []int{0, 0, 40, 41}
	now := func() time.Time {
		at := time.Unix(int64(seconds[0]), 0)
		seconds = seconds[1:]
		return at
	}
	got, err := record(strings.NewReader("a\nb  \n"+strings.Repeat("x", columns+1)+"\nd\n"), now)
	want := []line{{0, "a"}, {0, "b"}, {longest, strings.Repeat("x", columns-1) + "…"}, {2 * longest, "d"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}

func TestDrawIsAWellFormedPictureOfEveryLine(t *testing.T) {
	picture := draw([]line{{0, "==> a & <b>"}, {0, "c"}, {time.Second, "d"}})
	var texts []string
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			texts = append(texts, string(text))
		}
	}
	if diff := cmp.Diff([]string{"make demo ONESHOT=1", "==> a & <b>", "c", "d"}, texts); diff != "" {
		t.Error(diff)
	}
	// Two lines come at once, so there are two steps: the first at the start, the other at one second of nine.
	if want := `values="0 408;0 391" keyTimes="0.00000;0.11111"`; !strings.Contains(picture, want) {
		t.Errorf("no %s in\n%s", want, picture)
	}
}
