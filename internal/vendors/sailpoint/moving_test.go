package sailpoint_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

// TestAListThatMovesWhileItIsReadLosesNothing: pages are counted by rows, so whatever is deleted before the place that is
// read moves the rest up, and the row at the border between two pages would be in none. The youngest is the one that a lost
// create is looked for.
func TestAListThatMovesWhileItIsReadLosesNothing(t *testing.T) {
	const all = 251
	for sentence, gone := range map[string]func(i int) bool{
		"nothing goes":                      func(int) bool { return false },
		"the oldest goes":                   func(i int) bool { return i == 0 },
		"three in the middle go":            func(i int) bool { return i >= 100 && i < 103 },
		"the last row of the first page":    func(i int) bool { return i == 249 },
		"all but the first and the last go": func(i int) bool { return i > 0 && i < all-1 },
	} {
		t.Run(sentence, func(t *testing.T) {
			k := reviews(t)
			var ids []string
			for i := range all {
				name := fmt.Sprintf("Review %03d", i)
				obs, err := k.Create(t.Context(), backend.Ref{Mark: backend.Mark{Token: fmt.Sprintf("token%011d", i), Owner: fmt.Sprintf("team/review-%03d", i), Cluster: "0123456789ab"}},
					backend.AccessReview{DisplayName: &name, Deadline: &backend.Instant{Time: k.Now().Add(time.Hour)}, Block: &sailpoint.ReviewBlock{Type: backend.To("Manager")}})
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, obs.ID)
				k.Advance(time.Second)
			}
			k.ResetCalls()
			seen := map[string]bool{}
			for obs, err := range k.ObserveMany(t.Context(), []backend.Ref{{Mark: backend.Mark{Owner: "*"}}}) {
				if err != nil {
					t.Fatal(err)
				}
				for i, id := range ids { // The first page is here, and the second is not asked for yet.
					if len(seen) == 0 && gone(i) {
						if err := k.Server.Delete(sandbox.Target{Kind: "AccessReview", ID: id}); err != nil {
							t.Fatal(err)
						}
					}
				}
				seen[obs.ID] = true
			}
			for i, id := range ids {
				if !gone(i) && !seen[id] {
					t.Errorf("review %d of %d was there all the time, and is not in the list", i+1, all)
				}
			}
			calls := k.Counts().Reads
			if most := 4; calls > most || sentence == "nothing goes" && calls != 2 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}
