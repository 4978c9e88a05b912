package snapshot

import (
	"fmt"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// filled is a snapshot of so many rows that bear marks of objects that do not exist.
func filled(t *testing.T, v *Cache[backend.AppEntitlement], b *managed.Backend, n int) (*Snapshot, error) {
	t.Helper()
	w := New(time.Now(), b, v.Lives)
	for i := range n {
		w.Add(true, false, fmt.Sprint("id-", i), backend.Mark{Owner: fmt.Sprint("gone/", i), Token: fmt.Sprint("T", i), Cluster: "c"}, time.Time{})
		if err := v.Charge(w); err != nil {
			v.Discard(w)
			return nil, err
		}
	}
	w.Finish()
	return w, nil
}

func TestASnapshotKeepsWhatObjectsNeedAndTheHashOfTheRest(t *testing.T) {
	v := &Cache[backend.AppEntitlement]{Now: time.Now, Lives: func(owner string) bool { return owner == "team/lives" }}
	w, err := filled(t, v, lookBackend, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		w.Add(true, false, fmt.Sprint("lives-", i), backend.Mark{Owner: "team/lives", Token: fmt.Sprint("L", i), Cluster: "c"}, time.Time{})
	}
	w.Add(true, true, "asked for", backend.Mark{}, time.Time{})
	w.Add(true, false, "of nobody", backend.Mark{Token: "without an owner", Cluster: "c"}, time.Time{})
	w.Finish()
	if len(w.rows) != mostBearers+1 || len(w.marks) != mostBearers {
		t.Errorf("%d rows and %d marks are kept, want what was asked for and %d of the object that lives", len(w.rows), len(w.marks), mostBearers)
	}
	for sentence, c := range map[string]struct {
		owner, token string
		want         bool
	}{
		"an owner that does not exist": {"gone/7", "", true},
		"its token":                    {"", "T7", true},
		"a token without an owner":     {"", "without an owner", true},
		"nobody":                       {"", "", false},
		"an owner that bears none":     {"gone/10000", "T10000", false},
	} {
		if got := w.MayHide(c.owner, c.token); got != c.want {
			t.Errorf("%s: hidden %t, want %t", sentence, got, c.want)
		}
	}
}

func TestTheMarksThatAreKeptForANamespaceAreBounded(t *testing.T) {
	v := &Cache[backend.AppEntitlement]{Now: time.Now, Lives: func(string) bool { return false }, known: map[Key]*Snapshot{}}
	evil, team := &managed.Backend{Key: "GovernanceBackend/evil/b"}, &managed.Backend{Key: "GovernanceBackend/team/b"}
	stored := 0
	for i := range 20 { // Each holds a tenth of what a namespace may.
		w, err := filled(t, v, evil, mostOthers/20)
		if err != nil {
			break
		}
		v.Replace("tenant", fmt.Sprint("parent-", i), w)
		stored++
	}
	if stored != 10 {
		t.Errorf("%d snapshots of a tenth are kept, want 10", stored)
	}
	if _, err := filled(t, v, team, mostOthers/20); err != nil {
		t.Errorf("another namespace pays for it: %v", err)
	}
	v.ForgetAll("tenant")
	if _, err := filled(t, v, evil, mostOthers/20); err != nil {
		t.Errorf("what was forgotten still counts: %v", err)
	}
}

func TestARemoteThatBearsTheMarkOfAnObjectThatComesLaterIsFound(t *testing.T) {
	tenant := backendtest.NewTenant()
	exists := false
	v := newViews()
	v.Lives = func(string) bool { return exists }
	id := tenant.Entitlements.Put("app-1", backend.Mark{Owner: "team/later", Token: "T", Cluster: "another"}, backend.AppEntitlement{})
	w, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
	if err != nil || len(v.Match(w, "team/later", "")) != 0 || !w.MayHide("team/later", "") {
		t.Fatalf("%v: the mark of an object that does not exist is kept, or not known at all", err)
	}
	exists = true
	w, err = v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", w.Taken.Add(1))
	if hits := v.Match(w, "team/later", ""); err != nil || len(hits) != 1 || hits[0].ID != id {
		t.Errorf("%v (%v), want the remote", hits, err)
	}
}
