package expression

import (
	"strings"
	"testing"
)

func TestCautionsNameWhatNobodyMeans(t *testing.T) {
	const everybody, nobody = "it matches everybody", "it matches nobody"
	for text, want := range map[string][]string{
		"true":                                    {everybody},
		"1 < 2 || false":                          {everybody},
		`"a" == "b"`:                              {nobody},
		`subject.department == "Finance"`:         nil,
		`subject.status == UserStatus.ENABLED`:    nil,
		`now().getHours() > 8`:                    nil,
		`subject.profile["employeeType"] == "x"`:  {"without employeeType"},
		`subject.attributes.contractor == "true"`: {"without contractor"},
		`has(subject.profile.level) && int(subject.profile["level"]) >= 6`:            nil,
		`"Cost Center" in subject.profile && subject.profile["Cost Center"] == "R&D"`: nil,
		`has(subject.profile.a) && subject.profile.a == subject.profile.b`:            {"without b"},
		`subject.profile.a == "x" || subject.profile["a"] == "y"`:                     {"without a"},
		`c1.user.v1.HasApp(subject, "app")`:                                           nil,
		`subject.nope`:                                                                nil, // It is refused.
		"":                                                                            nil,
	} {
		got, _ := Examine(Membership, text)
		if len(got) != len(want) {
			t.Errorf("%s: %q", text, got)
			continue
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: %q", text, got)
			}
		}
	}
	if got, _ := Examine(ReviewAccounts, `c1.user.v1.HasApp(subject, "app")`); len(got) != 1 || !strings.Contains(got[0], "c1.user.v1.HasApp") {
		t.Errorf("%q", got)
	}
	if got, _ := Examine(Provisioner, `appOwners`); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
