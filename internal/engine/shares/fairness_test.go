package shares

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/queue"
)

// house is Limiter that note who was woken.
type house struct {
	Limiter
	at    time.Time
	woken []string
}

func newHouse(most int) *house {
	h := &house{at: time.Unix(0, 0)}
	h.Limiter = Limiter{Max: most, Now: func() time.Time { return h.at }, Wake: func(n types.NamespacedName) { h.woken = append(h.woken, n.String()) }}
	return h
}

// Enter brings n objects of a namespace for a tenant, and returns how many of them work.
func (h *house) arrive(namespace, tenant string, n int) (working int) {
	for i := range n {
		h.at = h.at.Add(time.Millisecond)
		name := types.NamespacedName{Namespace: namespace, Name: fmt.Sprint(tenant, "-", i)}
		if h.Enter(name, Turn{Namespace: namespace, Tenant: tenant, Priority: queue.Edit, Since: h.at}) {
			working++
		}
	}
	return working
}

func TestWorkersAreSharedByNamespacesAndTenants(t *testing.T) {
	type arrival struct {
		namespace, tenant string
		n, working        int
	}
	for sentence, arrivals := range map[string][]arrival{
		"one tenant gets half of what its namespace gets":         {{"team", "a", 40, 8}},
		"tenants of one namespace leave something to the next":    {{"team", "a", 40, 8}, {"team", "b", 40, 4}, {"team", "c", 40, 2}, {"team", "d", 40, 1}, {"team", "e", 40, 1}, {"team", "f", 40, 0}},
		"namespaces that share a tenant leave something":          {{"one", "a", 40, 8}, {"two", "a", 40, 4}, {"three", "a", 40, 2}, {"four", "a", 1, 1}},
		"two slow tenants of one namespace do not stop another's": {{"evil", "a", 40, 8}, {"evil", "b", 40, 4}, {"team", "c", 40, 8}},
		"two slow tenants of two namespaces do not either":        {{"evil", "a", 40, 8}, {"bad", "b", 40, 8}, {"team", "c", 40, 8}},
		"a newcomer finds one when four namespaces take all":      {{"1", "a", 40, 8}, {"1", "b", 40, 4}, {"1", "c", 40, 2}, {"2", "d", 40, 8}, {"2", "e", 40, 4}, {"2", "f", 40, 2}, {"3", "g", 40, 8}, {"3", "h", 40, 4}, {"4", "i", 40, 8}, {"5", "j", 40, 8}, {"6", "k", 40, 4}, {"7", "l", 1, 1}},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := newHouse(16)
			for _, a := range arrivals {
				if got := h.arrive(a.namespace, a.tenant, a.n); got != a.working {
					t.Errorf("%d of %d of namespace %s at tenant %s work, want %d", got, a.n, a.namespace, a.tenant, a.working)
				}
			}
			if h.working > Workers(16) {
				t.Errorf("%d work, and there are %d workers", h.working, Workers(16))
			}
		})
	}
}

func TestTheNumberOfHostsBuysNothing(t *testing.T) {
	h := newHouse(16)
	working := 0
	for i := range 5000 {
		working += h.arrive("evil", fmt.Sprint("host-", i), 1)
	}
	if working != 16 {
		t.Errorf("%d of 5,000 hosts of one namespace are worked for at once, want 16", working)
	}
	if h.arrive("team", "own", 1) != 1 {
		t.Error("another namespace finds no slot")
	}
}

func TestALineOfOneNamespaceDoesNotGoBeforeAnothers(t *testing.T) {
	h := newHouse(2)
	if h.arrive("evil", "shared", 100) != 1 {
		t.Fatal("one works for the tenant at once")
	}
	if h.arrive("team", "shared", 1) != 1 {
		t.Fatal("a newcomer finds the one that is left")
	}
	h.arrive("late", "shared", 1)
	// What ends lets in who has least, not who came first.
	h.Leave(Turn{Namespace: "team", Tenant: "shared"})
	if want := []string{"late/shared-0"}; !slices.Equal(h.woken, want) {
		t.Errorf("%v woken, want %v", h.woken, want)
	}
}

func TestSlotsThatNobodyUsesLeaveNothing(t *testing.T) {
	h := newHouse(4)
	for _, tenant := range []string{"a", "b"} {
		if h.arrive("team", tenant, 1) != 1 {
			t.Fatal("no slot")
		}
	}
	for _, tenant := range []string{"a", "b"} {
		h.Leave(Turn{Namespace: "team", Tenant: tenant})
	}
	if len(h.spaces) != 0 || len(h.tenants) != 0 || len(h.granted) != 0 || h.working != 0 {
		t.Errorf("%d namespaces, %d tenants, %d kept Limiter and %d at work remain", len(h.spaces), len(h.tenants), len(h.granted), h.working)
	}
}

// toil is objects of many namespaces that call one place, each of which works until it is told to leave.
type toil struct {
	*Limiter
	now     time.Time
	woken   []types.NamespacedName
	working []toiler
}

type toiler struct {
	name types.NamespacedName
	Turn Turn
}

func newToil(most int) *toil {
	w := &toil{now: time.Unix(0, 0)}
	w.Limiter = &Limiter{Max: most, Now: func() time.Time { return w.now }, Wake: func(n types.NamespacedName) { w.woken = append(w.woken, n) }}
	return w
}

func (w *toil) ask(namespace, name string, priority int) {
	n, t := types.NamespacedName{Namespace: namespace, Name: name}, Turn{Namespace: namespace, Tenant: "place", Since: w.now, Priority: priority}
	if w.Enter(n, t) {
		w.working = append(w.working, toiler{n, t})
	}
}

// step lets the one leave that has worked longest, and returns its namespace.
func (w *toil) step() string {
	w.now = w.now.Add(100 * time.Millisecond)
	first := w.working[0]
	w.working, w.woken = w.working[1:], nil
	w.Leave(first.Turn)
	for _, n := range w.woken {
		if t, ok := w.Take(n); ok {
			w.working = append(w.working, toiler{n, t})
		}
	}
	return first.name.Namespace
}

func TestEveryNamespaceIsServedHoweverFewWorkersThereAre(t *testing.T) {
	const namespaces = 7
	for most := 1; most <= 16; most *= 2 {
		w, served := newToil(most), map[string]int{}
		for i := range namespaces {
			for k := range 200 {
				w.ask(fmt.Sprint("team-", i), fmt.Sprint(k), queue.Edit)
			}
		}
		for range 150 {
			served[w.step()]++
		}
		if len(served) != namespaces {
			t.Errorf("with %d at once these were served: %v", most, served)
		}
	}
}

func TestAnEditGoesBeforeWhatOtherNamespacesFoundToHaveDrifted(t *testing.T) {
	const namespaces = 16
	w := newToil(16)
	for i := range namespaces {
		for k := range 300 {
			w.ask(fmt.Sprint("team-", i), fmt.Sprint(k), queue.Drift)
		}
	}
	for range 200 {
		w.step()
	}
	w.ask("late", "edit", queue.Edit)
	for i := range 40 {
		if w.step() == "late" {
			t.Logf("the edit was worked on after %d passes of others", i)
			return
		}
	}
	t.Error("an edit waits behind the drift of others")
}
