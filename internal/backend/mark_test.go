package backend

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sampleMark = Mark{Token: "ABCDEFGHIJKLMNOP", Owner: "team-a/payroll", Cluster: "0123456789ab"}

func TestMarkInProse(t *testing.T) {
	line, others := sampleMark.Line(), Mark{"T", "other/one", "c"}.Line()
	for sentence, c := range map[string]struct {
		text, stamped, rest string
		mark                Mark
	}{
		"an empty text becomes the line":           {"", line, "", sampleMark},
		"a text gets the line below it":            {"Reads payroll.", "Reads payroll.\n" + line, "Reads payroll.", sampleMark},
		"a text of many lines keeps them":          {"One.\n\nThree.", "One.\n\nThree.\n" + line, "One.\n\nThree.", sampleMark},
		"a line that is there is not added twice":  {"Text.\n" + line, "Text.\n" + line, "Text.", sampleMark},
		"a line in the middle moves to the end":    {"Before.\n" + line + "\nAfter.", "Before.\nAfter.\n" + line, "Before.\nAfter.", sampleMark},
		"a line at the top moves to the end":       {line + "\nAfter.", "After.\n" + line, "After.", sampleMark},
		"another's line stays, and does not count": {"Text.\n" + others, "Text.\n" + others + "\n" + line, "Text.\n" + others, sampleMark},
		"a sentence that only sounds like it":      {"It is managed by governance-operator: a/b.", "It is managed by governance-operator: a/b.\n" + line, "It is managed by governance-operator: a/b.", sampleMark},
	} {
		t.Run(sentence, func(t *testing.T) {
			stamped := sampleMark.Stamp(c.text)
			if diff := cmp.Diff(c.stamped, stamped); diff != "" {
				t.Errorf("Stamp (-want +got):\n%s", diff)
			}
			if again := sampleMark.Stamp(stamped); again != stamped {
				t.Errorf("stamped again it is %q", again)
			}
			rest, mark := SplitMark(stamped)
			if diff := cmp.Diff(c.rest, rest); diff != "" {
				t.Errorf("SplitMark (-want +got):\n%s", diff)
			}
			if mark != c.mark {
				t.Errorf("the mark is %+v", mark)
			}
		})
	}
}

func TestAMarkIsKnownWhateverAFormMadeOfIt(t *testing.T) {
	line := sampleMark.Line()
	for sentence, c := range map[string]struct{ text, rest string }{
		"a blank behind it":              {"Text.\n" + line + " ", "Text."},
		"blanks before it":               {"Text.\n \t" + line, "Text."},
		"line breaks of another system":  {"One.\r\nTwo.\r\n" + line + "\r\n", "One.\nTwo."},
		"alone, with such a break":       {line + "\r\n", ""},
		"a paragraph of HTML":            {"<p>One.<br>Two.<br/>" + line + "</p>", "One.\nTwo."},
		"paragraphs of HTML":             {"<p class=\"x\">a &amp; b</p>\n<p>" + line + "<br></p>", "a & b"},
		"blanks that HTML keeps":         {"<div>Text.</div><div>&nbsp;" + line + "&nbsp;</div>", "Text."},
		"moved before the text":          {line + "\nText.\n", "Text."},
		"wrapped at its end":             {"Text.\n" + strings.Replace(line, ", token", ",\ntoken", 1), "Text."},
		"a person's own HTML, untouched": {"<b>Text</b> &amp; more.\n" + line, "<b>Text</b> &amp; more."},
	} {
		t.Run(sentence, func(t *testing.T) {
			rest, mark := SplitMark(c.text)
			if mark != sampleMark || rest != c.rest {
				t.Errorf("%q beside %+v, want %q", rest, mark, c.rest)
			}
		})
	}
}

func TestTextsWithoutAMarkAreLeftAlone(t *testing.T) {
	for _, text := range []string{"", "Text.", "Text.\n", "\n\nText", "managed by governance-operator: nobody", "<p>Text &amp; more</p>\r\n",
		"It is " + sampleMark.Line(), sampleMark.Line() + " and by hand", "<p>It is " + sampleMark.Line() + "</p>", "managed by governance-operator: a/b (cluster c)"} {
		if rest, mark := SplitMark(text); rest != text || !mark.IsZero() {
			t.Errorf("%q became %q with %+v", text, rest, mark)
		}
	}
}

func TestMarkAsAnnotations(t *testing.T) {
	longest := Mark{Token: "ABCDEFGHIJKLMNOP", Owner: strings.Repeat("n", 63) + "/" + strings.Repeat("o", 63), Cluster: "0123456789ab"}
	safe := regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	for sentence, mark := range map[string]Mark{
		"an ordinary mark": sampleMark, "the longest names": longest,
		"names with dots and dashes": {Token: "T", Owner: "team-a/pay.roll-1", Cluster: "prod-eu"},
	} {
		t.Run(sentence, func(t *testing.T) {
			bytes := 0
			for key, value := range mark.Annotations() {
				if !safe.MatchString(value) {
					t.Errorf("%s: %q is not safe in a URL", key, value)
				}
				bytes += len(value)
			}
			if bytes > 160 {
				t.Errorf("the mark has %d bytes, at most 160 are promised", bytes)
			}
			if got := MarkFromAnnotations(mark.Annotations()); got != mark {
				t.Errorf("it came back as %+v", got)
			}
			rest, inProse := SplitMark(mark.Stamp("Text."))
			if inProse != mark || rest != "Text." {
				t.Errorf("out of prose it came back as %+v beside %q", inProse, rest)
			}
		})
	}
	if got := MarkFromAnnotations(map[string]string{"managed_by": "somebody"}); !got.IsZero() {
		t.Errorf("foreign annotations are no mark, got %+v", got)
	}
	if got := MarkFromAnnotations(nil); !got.IsZero() {
		t.Errorf("no annotations are no mark, got %+v", got)
	}
}
