package claims

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

// all counts every claim.
func all(Claimant) bool { return true }

func TestClaimIndex(t *testing.T) {
	key := Key{"tenant", "AppEntitlement", "app", "1"}
	older := Claimant{UID: "u-older", Name: "ns/older", Created: 1}
	newer := Claimant{UID: "u-newer", Name: "ns/newer", Created: 2}
	bound := Claimant{UID: "u-bound", Name: "ns/bound", Created: 3, Bound: true}
	for sentence, c := range map[string]struct {
		before []Claimant
		forget []types.UID
		asks   Claimant
		at     Key
		other  string
	}{
		"the first claim has no rival":                                        {asks: newer},
		"an object does not rival itself":                                     {before: []Claimant{newer}, asks: newer},
		"the older object goes first":                                         {before: []Claimant{older}, asks: newer, other: "ns/older"},
		"the newer object does not hold up the older":                         {before: []Claimant{newer}, asks: older},
		"the live binding goes before an older object":                        {before: []Claimant{bound}, asks: older, other: "ns/bound"},
		"of objects of one second the name decides":                           {before: []Claimant{{UID: "a", Name: "ns/a", Created: 2}}, asks: newer, other: "ns/a"},
		"what was forgotten is no rival":                                      {before: []Claimant{older}, forget: []types.UID{"u-older"}, asks: newer},
		"the same id in another parent is another one":                        {before: []Claimant{older}, asks: newer, at: Key{"tenant", "AppEntitlement", "app-2", "1"}},
		"the same id of another kind is another one":                          {before: []Claimant{older}, asks: newer, at: Key{"tenant", "AccessProfile", "app", "1"}},
		"the same id in another tenant is another one":                        {before: []Claimant{older}, asks: newer, at: Key{"tenant-2", "AppEntitlement", "app", "1"}},
		"whose mark the remote bears goes before another namespace's binding": {before: []Claimant{{UID: "f", Namespace: "evil", Name: "evil/f", Bound: true}}, asks: Claimant{UID: "o", Namespace: "ns", Name: "ns/o", Created: 9, Marked: true}},
		"another namespace's binding waits for whose mark the remote bears":   {before: []Claimant{{UID: "o", Namespace: "ns", Name: "ns/o", Created: 9, Marked: true}}, asks: Claimant{UID: "f", Namespace: "evil", Name: "evil/f", Bound: true}, other: "ns/o"},
		"a claim that became a binding goes before all":                       {before: []Claimant{older, {UID: "u-newer", Name: "ns/newer", Created: 2, Bound: true}}, asks: older, other: "ns/newer"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var x Index
			for _, b := range c.before {
				x.Claim(key, b, all)
			}
			for _, uid := range c.forget {
				x.Forget(uid)
			}
			if c.at == (Key{}) {
				c.at = key
			}
			other, conflict := x.Claim(c.at, c.asks, all)
			if other != c.other || conflict != (c.other != "") {
				t.Errorf("rival %q (conflict %t), want %q", other, conflict, c.other)
			}
		})
	}
}

func TestForgettingKeepsWhatIsToBeKept(t *testing.T) {
	var x Index
	one, two := Key{ID: "1"}, Key{ID: "2"}
	first := Claimant{UID: "a", Name: "ns/a", Created: 1}
	x.Claim(one, first, all)
	x.Claim(two, first, all)
	x.Forget("a", two)
	second := Claimant{UID: "b", Name: "ns/b", Created: 2}
	if _, conflict := x.Claim(one, second, all); conflict {
		t.Error("the claim that was dropped is still held")
	}
	if _, conflict := x.Claim(two, second, all); !conflict {
		t.Error("the claim that was kept is gone")
	}
	x.Forget("a")
	x.Forget("b")
	if len(x.holders) != 0 || len(x.keys) != 0 {
		t.Errorf("the index keeps %d remotes and %d objects for nobody", len(x.holders), len(x.keys))
	}
}

func TestRenamingATenantMovesItsClaims(t *testing.T) {
	byHost, other := Key{"host.example", "AppEntitlement", "app", "1"}, Key{"other", "AppEntitlement", "app", "1"}
	named := Key{"tenant", "AppEntitlement", "app", "1"}
	first, second := Claimant{UID: "a", Name: "ns/a", Created: 1, Bound: true}, Claimant{UID: "b", Name: "ns/b", Created: 2}
	var x Index
	x.Claim(byHost, first, all)
	x.Claim(named, first, all) // What is claimed at both stays one claim.
	x.Claim(other, second, all)
	x.Rename("host.example", "tenant")
	x.Rename("nowhere", "tenant")
	x.Rename("", "tenant")
	if holder := x.Holder(named, "b", all); holder != "ns/a" {
		t.Errorf("%q has the remote at its tenant's name, want ns/a", holder)
	}
	if holder := x.Holder(byHost, "b", all); holder != "" {
		t.Errorf("%q has the remote at the host still", holder)
	}
	if _, conflict := x.Claim(named, second, all); !conflict {
		t.Error("the claim that moved no longer holds others off")
	}
	x.Forget("a")
	x.Forget("b")
	if len(x.holders) != 0 || len(x.keys) != 0 || len(x.tenants) != 0 {
		t.Errorf("the index keeps %d remotes, %d objects and %d tenants for nobody", len(x.holders), len(x.keys), len(x.tenants))
	}
}
