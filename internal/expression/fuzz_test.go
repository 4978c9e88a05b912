package expression

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzCheck: whatever somebody writes is accepted or refused, soon, in one line that people can read.
func FuzzCheck(f *testing.F) {
	nested := func(open, inner, shut string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(shut, n)
	}
	for _, text := range []string{
		"", " \n", `subject.department == "Engineering"`, `subject.profile["x"].y.z`, `appOwners.exists(u, u.email == "a")`, "subject.", "'", `"\q"`, "\x00", "\xff\xfe", "日本.語",
		`subject.department.matches("(a+)+$")`, `duration("99999999999999h") > duration("1s")`, `timestamp("9999-12-31T23:59:59Z")`, "9223372036854775808", "1e999",
		`{1:{2:{3:subject}}}`, "c1.User{id: 1}", "google.protobuf.Struct{}", "type(subject)", "dyn(subject).nope", "`subject`", "subject.`a b`", "[?a]",
		nested("(", "true", ")", 300), nested("[", "", "]", 60), nested("!", "true", "", 5000), nested("[1].map(x, ", "x", ")", 12), nested("[1].all(x, ", "true", ")", 30),
		nested("has(", "subject.id", ")", 20), strings.Repeat("a.", 4000) + "a", strings.Repeat("true || ", 1000) + "true", strings.Repeat("x + ", 2000) + "x",
		strings.Repeat("subjct ", 1), strings.Repeat("y", 8000), `"` + strings.Repeat("\U0001F600", 2000) + `" == 1`, strings.Repeat("{'a':", 60) + "1" + strings.Repeat("}", 60),
		`subject == "` + strings.Repeat("\\u0001", 100) + `"`, strings.Repeat("[", 60) + "subject" + strings.Repeat("]", 60) + " == 1",
	} {
		for i := range 4 {
			f.Add(uint8(i), text)
		}
	}
	environments := []Environment{Membership, ReviewUsers, ReviewAccounts, Provisioner, "none"}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		began := time.Now()
		err := Check(environments[int(which)%len(environments)], text)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		if err == nil {
			return
		}
		said := err.Error()
		if n := utf8.RuneCountInString(said); n > 512 || said == "" {
			t.Errorf("%d characters: %.100q", n, said)
		}
		if !utf8.ValidString(said) || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("not printable: %q", said)
		}
	})
}
