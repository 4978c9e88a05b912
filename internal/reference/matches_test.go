package reference

import (
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestOnlyOneUsableMatchAnswersAName(t *testing.T) {
	app := backend.Name{Kind: backend.NameApp, Name: "GitHub"}
	many := func(n int) (out []backend.Match) {
		for i := range n {
			out = append(out, backend.Match{ID: string(rune('a' + i%26)), Name: "GitHub"})
		}
		return out
	}
	for sentence, c := range map[string]struct {
		name            backend.Name
		matches         []backend.Match
		reason, message string
	}{
		"one":  {name: app, matches: many(1)},
		"none": {app, nil, v1alpha1.ReasonNameNotFound, `there is no app named "GitHub" at the vendor`},
		"none of a policy, whose type is said": {backend.Name{Kind: backend.NamePolicy, TypeID: "Grant", Name: "Auto"}, nil,
			v1alpha1.ReasonNameNotFound, `there is no grant policy named "Auto" at the vendor`},
		"two": {app, many(2), v1alpha1.ReasonNameAmbiguous, `2 things have the app name "GitHub" (a, b): write the id instead`},
		"four, of which three are named": {app, many(4), v1alpha1.ReasonNameAmbiguous,
			`4 things have the app name "GitHub" (a, b, c): write the id instead`},
		"one that cannot be used": {app, []backend.Match{{ID: "a", Unusable: "it is deleted"}},
			v1alpha1.ReasonNameNotFound, `the app "GitHub" cannot be used: it is deleted`},
		"two, one of which cannot be used": {app, []backend.Match{{ID: "a"}, {ID: "b", Unusable: "it is deleted"}},
			v1alpha1.ReasonNameAmbiguous, `2 things have the app name "GitHub" (a, b): write the id instead`},
	} {
		t.Run(sentence, func(t *testing.T) {
			reason, message := CheckMatches(c.name, c.matches)
			if reason != c.reason || message != c.message {
				t.Errorf("got %q %q, want %q %q", reason, message, c.reason, c.message)
			}
		})
	}
	// A look-up ends at the most that a driver lists: there may be more of them.
	if _, message := CheckMatches(app, many(backend.MostMatches)); len(message) < 9 || message[:9] != "at least " {
		t.Errorf("a look-up that was cut off counts exactly: %q", message)
	}
}
