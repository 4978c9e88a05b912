package engine

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

// all counts every claim.
func all(claimant) bool { return true }

func TestClaimIndex(t *testing.T) {
	key := remoteKey{"tenant", "AppEntitlement", "app", "1"}
	older := claimant{uid: "u-older", name: "ns/older", created: 1}
	newer := claimant{uid: "u-newer", name: "ns/newer", created: 2}
	bound := claimant{uid: "u-bound", name: "ns/bound", created: 3, bound: true}
	for sentence, c := range map[string]struct {
		before []claimant
		forget []types.UID
		asks   claimant
		at     remoteKey
		other  string
	}{
		"the first claim has no rival":                                        {asks: newer},
		"an object does not rival itself":                                     {before: []claimant{newer}, asks: newer},
		"the older object goes first":                                         {before: []claimant{older}, asks: newer, other: "ns/older"},
		"the newer object does not hold up the older":                         {before: []claimant{newer}, asks: older},
		"the live binding goes before an older object":                        {before: []claimant{bound}, asks: older, other: "ns/bound"},
		"of objects of one second the name decides":                           {before: []claimant{{uid: "a", name: "ns/a", created: 2}}, asks: newer, other: "ns/a"},
		"what was forgotten is no rival":                                      {before: []claimant{older}, forget: []types.UID{"u-older"}, asks: newer},
		"the same id in another parent is another one":                        {before: []claimant{older}, asks: newer, at: remoteKey{"tenant", "AppEntitlement", "app-2", "1"}},
		"the same id of another kind is another one":                          {before: []claimant{older}, asks: newer, at: remoteKey{"tenant", "AccessProfile", "app", "1"}},
		"the same id in another tenant is another one":                        {before: []claimant{older}, asks: newer, at: remoteKey{"tenant-2", "AppEntitlement", "app", "1"}},
		"whose mark the remote bears goes before another namespace's binding": {before: []claimant{{uid: "f", namespace: "evil", name: "evil/f", bound: true}}, asks: claimant{uid: "o", namespace: "ns", name: "ns/o", created: 9, marked: true}},
		"another namespace's binding waits for whose mark the remote bears":   {before: []claimant{{uid: "o", namespace: "ns", name: "ns/o", created: 9, marked: true}}, asks: claimant{uid: "f", namespace: "evil", name: "evil/f", bound: true}, other: "ns/o"},
		"a claim that became a binding goes before all":                       {before: []claimant{older, {uid: "u-newer", name: "ns/newer", created: 2, bound: true}}, asks: older, other: "ns/newer"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var x claimIndex
			for _, b := range c.before {
				x.claim(key, b, all)
			}
			for _, uid := range c.forget {
				x.forget(uid)
			}
			if c.at == (remoteKey{}) {
				c.at = key
			}
			other, conflict := x.claim(c.at, c.asks, all)
			if other != c.other || conflict != (c.other != "") {
				t.Errorf("rival %q (conflict %t), want %q", other, conflict, c.other)
			}
		})
	}
}

func TestForgettingKeepsWhatIsToBeKept(t *testing.T) {
	var x claimIndex
	one, two := remoteKey{id: "1"}, remoteKey{id: "2"}
	first := claimant{uid: "a", name: "ns/a", created: 1}
	x.claim(one, first, all)
	x.claim(two, first, all)
	x.forget("a", two)
	second := claimant{uid: "b", name: "ns/b", created: 2}
	if _, conflict := x.claim(one, second, all); conflict {
		t.Error("the claim that was dropped is still held")
	}
	if _, conflict := x.claim(two, second, all); !conflict {
		t.Error("the claim that was kept is gone")
	}
	x.forget("a")
	x.forget("b")
	if len(x.holders) != 0 || len(x.keys) != 0 {
		t.Errorf("the index keeps %d remotes and %d objects for nobody", len(x.holders), len(x.keys))
	}
}

func TestRenamingATenantMovesItsClaims(t *testing.T) {
	byHost, other := remoteKey{"host.example", "AppEntitlement", "app", "1"}, remoteKey{"other", "AppEntitlement", "app", "1"}
	named := remoteKey{"tenant", "AppEntitlement", "app", "1"}
	first, second := claimant{uid: "a", name: "ns/a", created: 1, bound: true}, claimant{uid: "b", name: "ns/b", created: 2}
	var x claimIndex
	x.claim(byHost, first, all)
	x.claim(named, first, all) // What is claimed at both stays one claim.
	x.claim(other, second, all)
	x.rename("host.example", "tenant")
	x.rename("nowhere", "tenant")
	x.rename("", "tenant")
	if holder := x.holder(named, "b", all); holder != "ns/a" {
		t.Errorf("%q has the remote at its tenant's name, want ns/a", holder)
	}
	if holder := x.holder(byHost, "b", all); holder != "" {
		t.Errorf("%q has the remote at the host still", holder)
	}
	if _, conflict := x.claim(named, second, all); !conflict {
		t.Error("the claim that moved no longer holds others off")
	}
	x.forget("a")
	x.forget("b")
	if len(x.holders) != 0 || len(x.keys) != 0 || len(x.tenants) != 0 {
		t.Errorf("the index keeps %d remotes, %d objects and %d tenants for nobody", len(x.holders), len(x.keys), len(x.tenants))
	}
}
