package backendtest

import (
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// nameIsFound: where no second remote of a name is made, a lookup of the key and a list of the place tell what has it, marked
// or not. A remote that was stripped stands for one that somebody made by hand.
func nameIsFound[D backend.Model](t *testing.T, b *bench[D]) {
	if b.caps.Naming.IsZero() {
		t.Skip("names of this kind may repeat, or nothing is created")
	}
	desired := b.least("first")
	key := desired.Key()
	if key.Name() == "" {
		t.Fatal("the key makes no name")
	}
	ref := backend.Ref{ParentID: b.ParentID, Key: key}
	if obs, err := b.Driver.Observe(t.Context(), ref); err != nil || obs.Exists {
		t.Fatalf("before anything was made its key finds %+v (%v)", obs, err)
	}
	made, _ := b.made(t, "first", desired)
	for _, state := range []string{"marked", "stripped"} {
		if state == "stripped" {
			if b.Strip == nil {
				return
			}
			b.Strip(made.ID)
			b.settle()
		}
		if obs, err := b.Driver.Observe(t.Context(), ref); err != nil || obs.ID != made.ID {
			t.Errorf("%s: its key finds %q (%v), want %q", state, obs.ID, err, made.ID)
		}
		times, named := 0, false
		for obs, err := range b.Driver.ObserveMany(t.Context(), []backend.Ref{{ParentID: b.ParentID, Mark: backend.Mark{Owner: "*"}, Every: true}}) {
			if err != nil {
				t.Fatalf("%s: listing: %v", state, err)
			}
			if obs.ID == made.ID {
				times++
				named = slices.Contains(backend.NamesOf(obs.Actual, obs.AlsoCalled), key.Name())
				if marked := !obs.Mark.IsZero(); marked != (state == "marked") {
					t.Errorf("%s: its row bears the mark %+v", state, obs.Mark)
				}
			}
		}
		if times != 1 || !named {
			t.Errorf("%s: the list shows it %d times, want once; its name: %t", state, times, named)
		}
	}
}
