package backend

import (
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzMark: what a user wrote comes back, whatever it is, and our mark with it.
func FuzzMark(f *testing.F) {
	forged := Mark{Token: "FORGEDFORGEDFORG", Owner: "other/one", Cluster: "c"}.Line()
	for _, text := range []string{
		"", "\n", "\n\n", "Text.", "Text.\n", "Text.\r\n", " \t", "\xff\xfe", "One.\n\nThree.", strings.Repeat("x\n", 500),
		forged, forged + "\n", forged + "\n" + forged, "Text.\n" + forged, "Text.\n" + forged + "\nMore.", "Text.\n\n" + forged + "\n\n",
		sampleMark.Line(), "Text.\n" + sampleMark.Line() + "\n", sampleMark.Line() + "\n" + forged, forged + "\n" + sampleMark.Line() + "\n" + sampleMark.Line(),
		"managed by governance-operator: a/b (cluster c, token d)) (cluster e, token f)", "managed by governance-operator: a/b (cluster c, token d) ",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stamped := sampleMark.Stamp(text)
		rest, mark := SplitMark(stamped)
		if mark != sampleMark {
			t.Fatalf("the mark is %+v in %q", mark, stamped)
		}
		if strings.HasSuffix(text, "\r") {
			return // Our line break behind it looks like that of a form.
		}
		if Unmarked(text, sampleMark.Token, sampleMark.Owner) == text && rest != text {
			t.Errorf("%q came back as %q", text, rest)
		}
		if again := sampleMark.Stamp(stamped); again != stamped {
			t.Errorf("stamped again %q is %q", stamped, again)
		}
		if again := sampleMark.Stamp(rest); again != stamped && !strings.HasSuffix(rest, "\r") {
			t.Errorf("%q, split and stamped, is %q", stamped, again)
		}
		if rest, mark := SplitMark(text); mark.IsZero() && rest != text {
			t.Errorf("%q without a mark became %q", text, rest)
		}
		MarkFromAnnotations(map[string]string{AnnotationOwner: text, AnnotationToken: text, AnnotationCluster: text})
	})
}

// FuzzMangledMark: whatever forms make of a text with our mark, the same text comes back, and the mark with it. What is in
// the spec because somebody copied it from there means the same as the text alone.
func FuzzMangledMark(f *testing.F) {
	forged := Mark{Token: "FORGEDFORGEDFORG", Owner: "other/one", Cluster: "c"}.Line()
	for _, text := range []string{"", "Text.", "One.\n\nThree.", "a < b & c > d", "AT&amp;T <b>bold</b>", forged, "Text.\n" + forged, "Text.\n  indented\n" + forged + "\nMore."} {
		f.Add(text, uint(0), uint(0))
		f.Add(text, uint(1), uint(5))
		f.Add(text, uint(6), uint(4))
	}
	f.Fuzz(func(t *testing.T, text string, first, second uint) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\u00a0") || strings.TrimSpace(text) != text || strings.ContainsFunc(text, isControl) {
			t.Skip("a form has no such text, or shows it as another one")
		}
		if Unmarked(text, sampleMark.Token, sampleMark.Owner) != text || unwrapped(text) != text && unwrapped(html.EscapeString(text)) != text {
			t.Skip("it says something of its own")
		}
		one, two := manglings[first%uint(len(manglings))], manglings[second%uint(len(manglings))]
		if one.html && two.html {
			t.Skip("no form wraps twice")
		}
		if _, other := SplitMark(text); !other.IsZero() && (one.name == moved || two.name == moved) {
			t.Skip("of two lines the last counts")
		}
		mangled := two.of(one.of(sampleMark.Stamp(text)))
		rest, mark := SplitMark(mangled)
		if mark != sampleMark || rest != text {
			t.Errorf("%s, then %s: %q became %q and came back as %q with %+v", one.name, two.name, text, mangled, rest, mark)
		}
		if plain := Unmarked(mangled, sampleMark.Token, sampleMark.Owner); plain != text {
			t.Errorf("%s, then %s: %q, copied into the spec, means %q", one.name, two.name, mangled, plain)
		}
		if again := sampleMark.Stamp(rest); again != sampleMark.Stamp(text) {
			t.Errorf("%q, written again, is %q", mangled, again)
		}
	})
}

func isControl(r rune) bool { return r != '\n' && unicode.IsControl(r) }

const moved = "the line first"

// manglings are what forms make of a text that they keep.
var manglings = []struct {
	name string
	html bool
	of   func(string) string
}{
	{"as it is", false, func(s string) string { return s }},
	{"a blank behind it", false, func(s string) string { return s + " " }},
	{"blanks and line breaks around it", false, func(s string) string { return s + " \t\n\n" }},
	{"line breaks of another system", false, func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") + "\r\n"
	}},
	{"trimmed", false, strings.TrimSpace},
	{"a paragraph", true, func(s string) string { return "<p>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") + "</p>" }},
	{"paragraphs", true, func(s string) string {
		return "<div>" + strings.ReplaceAll("<p>"+html.EscapeString(s)+"</p>", "\n", "</p>\n<p>") + "</div>\n"
	}},
	{moved, false, func(s string) string {
		at := strings.LastIndex(s, sampleMark.Line())
		before := strings.TrimSuffix(s[:max(at, 0)], "\n")
		if at < 0 || at+len(sampleMark.Line()) != len(s) || before == "" {
			return s
		}
		return sampleMark.Line() + "\n" + before
	}},
	{"wrapped", false, func(s string) string { return strings.Replace(s, sampleMark.Owner+" ", sampleMark.Owner+"\n", 1) }},
}

// FuzzErrorText: whatever an error was made of, its text is one line that people can read.
func FuzzErrorText(f *testing.F) {
	for _, text := range []string{"", "plain", "two\nlines\x1b[31m", "\xff", strings.Repeat("ü", 2000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Errorf(Terminal, "%s", text).Error()
		if len([]rune(got)) > longestText || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q", got)
		}
	})
}
