package report

import (
	"strings"
	"unicode/utf8"
)

// Clip keeps a text within so many bytes.
func Clip(s string, limit int) string {
	s = strings.TrimSpace(s)
	if len(s) <= limit {
		return s
	}
	const end = "…"
	cut := limit - len(end)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + end
}

// Shorten keeps a message within 512 characters.
func Shorten(s string) string {
	const limit = 512
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}

// withEnd is shorten for a text of which the end is not to be lost.
func withEnd(text, end string) string {
	const most = 512
	if end == "" {
		return Shorten(text)
	}
	end = Shorten("; " + end)
	room := max(most-len([]rune(end)), 1)
	if runes := []rune(text); len(runes) > room {
		text = string(runes[:room-1]) + "…"
	}
	return text + end
}

func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func orList(ways []string) string {
	last := len(ways) - 1
	if last == 0 {
		return ways[0]
	}
	return strings.Join(ways[:last], ", ") + ", or " + ways[last]
}

// LongestNote is how many bytes the API server takes of an event's message.
const LongestNote = 1024
