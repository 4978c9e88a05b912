package backend

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestWhatIsKeptOfNamesIsBounded(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	for sentence, c := range map[string]struct {
		budget ListBudget
		want   error
	}{
		"a list that replaces look-ups is given up": {ListBudget{Sought: 1_000_000, PerName: 1, PageSize: 100}, ErrLongList},
		"a list that is a witness tells nothing":    {ListBudget{PageSize: 100}, ErrNoWitness},
	} {
		for how, name := range map[string]string{"few of long names": long, "many of short ones": "Member"} {
			t.Run(sentence+", "+how, func(t *testing.T) {
				kept, budget := 0, c.budget
				for i := range 1_000_000 {
					l := Listed{Match: Match{ID: fmt.Sprint(i), Name: name}, Names: []string{name}}
					if err := budget.Keep(&l); err != nil {
						if !errors.Is(err, c.want) || kept > 4<<20 || kept < 3<<20 {
							t.Errorf("%v after %d bytes", err, kept)
						}
						return
					}
					kept += len(l.ID) + len(l.Name) + len(name) + 116
				}
				t.Error("it never ends")
			})
		}
	}
	var matches []Match
	for i := range 10_000 {
		matches = AddMatch(matches, Match{ID: fmt.Sprint(i, long), Name: long, Unusable: long})
	}
	size := 0
	for _, m := range matches {
		size += len(m.ID) + len(m.Name) + len(m.Unusable)
		if m.Unusable != "its id is too long" {
			t.Fatalf("%q can be used", m.ID)
		}
	}
	if len(matches) != MostMatches || size > MostMatches*1024 {
		t.Errorf("%d matches of %d bytes are kept", len(matches), size)
	}
}
