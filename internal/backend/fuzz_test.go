package backend

import (
	"strings"
	"testing"
	"unicode"
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
		if !strings.Contains(text, sampleMark.Line()) && rest != text {
			t.Errorf("%q came back as %q", text, rest)
		}
		if again := sampleMark.Stamp(stamped); again != stamped {
			t.Errorf("stamped again %q is %q", stamped, again)
		}
		if again := sampleMark.Stamp(rest); again != stamped {
			t.Errorf("%q, split and stamped, is %q", stamped, again)
		}
		if rest, mark := SplitMark(text); mark.IsZero() && rest != text {
			t.Errorf("%q without a mark became %q", text, rest)
		}
		MarkFromAnnotations(map[string]string{AnnotationOwner: text, AnnotationToken: text, AnnotationCluster: text})
	})
}

// FuzzVezaEntity: an id is taken apart or refused, and put together again.
func FuzzVezaEntity(f *testing.F) {
	for _, id := range []string{"", "/", "OktaGroup/00g1", "a/", "/b", "a/b/c", "a//b", "\xff/\x00"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		entityType, entityID, ok := SplitVezaEntity(id)
		if ok && (VezaEntity(entityType, entityID) != id || entityType == "" || entityID == "" || strings.Contains(entityType, "/")) {
			t.Errorf("%q is %q and %q", id, entityType, entityID)
		}
		if !ok && strings.Trim(id, "/") == id && strings.Contains(id, "/") {
			t.Errorf("%q is refused", id)
		}
	})
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
