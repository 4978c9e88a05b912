package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

const measured = `# Benchmarks

## Creating: speed

Text.

| population | latency | budget  | objects/s | floor, objects/s | apply to Ready p50 | p99   |
|------------|---------|---------|-----------|------------------|--------------------|-------|
| 1,000 A    | 0 ms    | default | 50.0      | 100.0            | 20 ms              | 1.5 s |
| 1,000 B    | 0 ms    | default | 25.0      | –                | 30 ms              | 750 ms |

## Next

| population |
`

func TestPlotDrawsTheTablesOfThePage(t *testing.T) {
	picture, err := plot(measured)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for err == nil {
		_, err = decoder.Token()
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("the picture is no XML: %v", err)
	}
	// The longest bar of a panel takes all there is, 500; the others are in proportion.
	for what, want := range map[string]string{
		"the floor of A": `width="500.0" height="11" fill="#b9c2cc"/><text x="794.0" y="72" font-size="10">100.0<`,
		"A":              `width="250.0" height="11" fill="#2f6fb0"/><text x="544.0" y="59" font-size="10">50.0<`,
		"B":              `width="125.0"`,
		"the p99 of A":   `font-size="10">1.5 s<`,
		"the p99 of B":   `width="250.0" height="11" fill="#b9c2cc"/>`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("%s: no %s in\n%s", what, want, picture)
		}
	}
	if n := strings.Count(picture, `font-size="10"`); n != 7 {
		t.Errorf("%d bars, want 7: what was not measured has none", n)
	}
}

func TestPlotRefusesAPageThatItCannotRead(t *testing.T) {
	for name, page := range map[string]string{
		"no table":    "# Benchmarks\n",
		"no number":   strings.Replace(measured, "50.0 ", "fast ", 1),
		"no duration": strings.Replace(measured, "20 ms", "soon ", 1),
	} {
		if _, err := plot(page); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestThePictureIsThatOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := plot(string(page))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("../../docs/benchmarks.svg"); err != nil || string(got) != want {
		t.Errorf("docs/benchmarks.svg is not drawn from docs/benchmarks.md (%v): run \"make plot\"", err)
	}
	if !strings.Contains(string(page), "(benchmarks.svg)") {
		t.Error("the page does not show its picture")
	}
}
