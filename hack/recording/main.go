// Command recording turns the output of a command into an animated SVG: each line comes when it came,
// except that no pause lasts longer than a moment. docs/demo.svg is made by
//
//	make recording
//
// which pipes `make demo ONESHOT=1` into it. Nothing of the text is changed; long lines are cut.
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	columns, rows = 108, 26
	lineHeight    = 17
	charWidth     = 8
	margin        = 14
	// longest is how long a pause of the recording may last, and rest how long the last lines stay.
	longest, rest = 900 * time.Millisecond, 8 * time.Second
)

// line is what was printed, and when, from the first line on.
type line struct {
	at   time.Duration
	text string
}

func main() {
	lines, err := record(os.Stdin, time.Now)
	if err == nil && len(lines) == 0 {
		err = fmt.Errorf("the command printed nothing")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
	fmt.Print(draw(lines))
}

// record reads lines and notes when each came. A pause is shortened to the longest one.
func record(in io.Reader, now func() time.Time) (lines []line, err error) {
	scanner := bufio.NewScanner(in)
	var at time.Duration
	var last time.Time
	for scanner.Scan() {
		came := now()
		if len(lines) > 0 {
			at += min(came.Sub(last), longest)
		}
		last = came
		lines = append(lines, line{at, cut(scanner.Text())})
	}
	return lines, scanner.Err()
}

// cut leaves what fits into a line of the picture.
func cut(text string) string {
	text = strings.TrimRight(text, " ")
	if r := []rune(text); len(r) > columns {
		return string(r[:columns-1]) + "…"
	}
	return text
}

// draw lays all lines out below each other and moves them up behind a window. A viewer that
// shows no animation shows the last lines.
func draw(lines []line) string {
	width, height := columns*charWidth+2*margin, rows*lineHeight+2*margin
	total := lines[len(lines)-1].at + rest
	var values, times []string
	for i, l := range lines {
		if i+1 < len(lines) && lines[i+1].at == l.at {
			continue // Both come at once.
		}
		at := l.at
		if len(times) == 0 {
			at = 0
		}
		values = append(values, "0 "+strconv.Itoa(offset(i)))
		times = append(times, strconv.FormatFloat(at.Seconds()/total.Seconds(), 'f', 5, 64))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
<title>make demo ONESHOT=1</title>
<rect width="100%%" height="100%%" rx="8" fill="#10151c"/>
<svg x="%d" y="%d" width="%d" height="%d">
<g font-family="ui-monospace,Menlo,Consolas,monospace" font-size="13" fill="#d5dbe3" xml:space="preserve" transform="translate(0 %d)">
<animateTransform attributeName="transform" type="translate" calcMode="discrete" repeatCount="indefinite" dur="%.2fs" values="%s" keyTimes="%s"/>
`, width, height, width, height, margin, margin, width-2*margin, rows*lineHeight,
		offset(len(lines)-1), total.Seconds(), strings.Join(values, ";"), strings.Join(times, ";"))
	for i, l := range lines {
		if l.text == "" {
			continue
		}
		fmt.Fprintf(&b, "<text y=\"%d\"%s>%s</text>\n", (i+1)*lineHeight-4, colour(l.text), html.EscapeString(l.text))
	}
	b.WriteString("</g>\n</svg>\n</svg>\n")
	return b.String()
}

// offset moves the lines so that this one is the last that can be seen.
func offset(last int) int { return (rows - 1 - last) * lineHeight }

func colour(text string) string {
	switch {
	case strings.HasPrefix(text, "==>"):
		return ` fill="#7ee2a8"`
	case strings.HasPrefix(text, "NAME "):
		return ` fill="#8fb8ff"`
	case strings.HasPrefix(text, "Warning:"):
		return ` fill="#f5c66b"`
	}
	return ""
}
