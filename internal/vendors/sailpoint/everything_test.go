package sailpoint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// named is what the console makes.
func named(i int, _ string) map[string]any {
	return map[string]any{"name": fmt.Sprintf("By hand %d", i)}
}

// overlapping is how many calls a list takes whose pages begin with the last row of the one before, until one is not full.
func overlapping(there []backendtest.Spot) int {
	calls := 1
	for left := len(there); left >= 250; left -= 249 {
		calls++
	}
	return calls
}

// inSource is where an object is that belongs to a source.
func inSource(object map[string]any) backendtest.Spot {
	source, _ := object["source"].(map[string]any)
	id, _ := source["id"].(string)
	return backendtest.Spot{ParentID: id, ID: object["id"].(string)}
}

func TestEntitlementsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AppEntitlement
	backendtest.RunList(t, backendtest.ListSuite[model]{
		// Beyond ten thousand an offset leads no further.
		Pages: 600, Long: 10_500,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAppEntitlement, Parents: []string{database, workday, directory}, Object: named,
			There: func(dump any) []backendtest.Spot {
				var out []backendtest.Spot
				for _, e := range dump.(fake.Dump).Entitlements {
					if !e.Pending { // No aggregation has read it yet.
						out = append(out, inSource(e.Object))
					}
				}
				return out
			},
			Cost: overlapping,
		}, entitlements),
	})
}

func TestProfilesOfTheTenantAreListed(t *testing.T) {
	type model = backend.AccessProfile
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 600,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAccessProfile, Parents: []string{database, workday}, Object: named,
			Marked: func(name string) (string, model) { return database, leastProfile(name) },
			There: func(dump any) []backendtest.Spot {
				var out []backendtest.Spot
				for _, p := range dump.(fake.Dump).Profiles {
					out = append(out, inSource(p.Object))
				}
				return out
			},
			Cost: overlapping,
		}, profiles),
	})
}

func TestReviewsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AccessReview
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 600, Long: 3_000,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAccessReview, Object: named,
			Marked: func(name string) (string, model) {
				r := fullReview()
				r.DisplayName = &name
				return "", r
			},
			There: func(dump any) []backendtest.Spot {
				var out []backendtest.Spot
				for _, c := range dump.(fake.Dump).Campaigns {
					out = append(out, backendtest.Spot{ID: c.Object["id"].(string)})
				}
				return out
			},
			Cost: overlapping,
		}, reviews),
	})
}

// TestAListOfWhichTooMuchMovesIsAnError: where nothing is left of the page that came last, it is not known which rows came, and
// rows that came once must not come again.
func TestAListOfWhichTooMuchMovesIsAnError(t *testing.T) {
	k := profiles(t)
	const all = 600
	var ids []string
	for i := range all {
		id, err := k.Server.Create(fake.KindAccessProfile, database, named(i, ""))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		k.Advance(time.Second)
	}
	lister, _ := backend.ListerOf(k.Driver)
	times := map[string]int{}
	var last error
	for obs, err := range lister.ListAll(t.Context(), backend.ListOptions{}) {
		if last = err; err != nil {
			break
		}
		if len(times) == 0 {
			for _, id := range append([]string{used}, ids[:300]...) {
				if err := k.Server.Delete(sandbox.Target{Kind: fake.KindAccessProfile, ID: id}); err != nil {
					t.Fatal(err)
				}
			}
		}
		times[obs.ID]++
	}
	if last == nil || backend.ClassOf(last) != backend.Retryable || !strings.Contains(last.Error(), "changes faster than it can be read") {
		t.Errorf("the list ended with %v", last)
	}
	for id, n := range times {
		if n > 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}
