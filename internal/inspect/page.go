package inspect

import (
	"regexp"
	"strings"

	"github.com/governance-operator/governance-operator/docs"
)

var (
	markdownLinks = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)
	markdownMarks = strings.NewReplacer("`", "", "**", "")
)

// meaning is what the page on reasons says of one, a line for each sentence; empty for none of the page.
func meaning(reason string) string {
	_, section, found := strings.Cut(docs.Troubleshooting, "\n### "+reason+"\n")
	if !found || reason == "" {
		return ""
	}
	end := len(section)
	for _, heading := range []string{"\n## ", "\n### "} {
		if at := strings.Index(section, heading); at >= 0 {
			end = min(end, at)
		}
	}
	return plain(section[:end])
}

// plain is a text without the marks of Markdown.
func plain(text string) string {
	return strings.TrimSpace(markdownMarks.Replace(markdownLinks.ReplaceAllString(text, "$1")))
}
