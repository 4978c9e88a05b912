package backend

import (
	"html"
	"regexp"
	"strings"
)

// The tags in which forms put texts. Others are the text's own.
var (
	brokenLine = regexp.MustCompile(`(?i)<br[ \t]*/?>\r?\n?`)
	nextBlock  = regexp.MustCompile(`(?i)</(?:p|div)>\s*<(?:p|div)(?:\s[^<>]*)?>`)
	block      = regexp.MustCompile(`(?i)</?(?:p|div|span|html|body)(?:\s[^<>]*)?>`)
)

// unwrapped undoes what a form makes of plain text that it keeps as HTML.
func unwrapped(text string) string {
	if !strings.ContainsAny(text, "<&") {
		return text
	}
	text = brokenLine.ReplaceAllString(text, "\n")
	text = nextBlock.ReplaceAllString(text, "\n")
	text = block.ReplaceAllString(text, "")
	return strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " ")
}
