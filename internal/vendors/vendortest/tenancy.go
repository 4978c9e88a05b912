package vendortest

import (
	"context"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// FaultyTenant is a tenant before a garbler: who answers, and what names mean.
type FaultyTenant struct {
	*Garbler
	Open  func() backend.Tenant
	Names []backend.Name
	// Absent reports whether an answer proves that nothing has a name.
	Absent func(g Garbage) bool
}

// Record looks everything up at the sandbox.
func (b *FaultyTenant) Record(f *testing.F) {
	f.Helper()
	tenant := b.Open()
	if _, err := tenant.Identity(context.Background()); err != nil {
		f.Fatal(err)
	}
	for _, q := range b.Names {
		if found, err := tenant.Find(context.Background(), q); err != nil || len(found) == 0 {
			f.Fatalf("recording %v: %v, %v", q, found, err)
		}
	}
}

// RunGarbageTests looks everything up while the vendor answers with garbage.
func (b *FaultyTenant) RunGarbageTests(t *testing.T, g Garbage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b.Garble(g)
	id, err := b.Open().Identity(ctx)
	b.Sound(t, "identity", err)
	if (err == nil) != (id.ID != "") {
		t.Errorf("identity: %+v, %v", id, err)
	}
	for _, q := range b.Names {
		b.Garble(g)
		found, err := b.Open().Find(ctx, q)
		what := "finding " + string(q.Kind)
		b.bounded(t, what, g)
		b.Sound(t, what, err)
		if err != nil && len(found) > 0 {
			t.Errorf("%s: %v beside %v", what, found, err)
		}
		if _, garbled := b.Counts(); err == nil && len(found) == 0 && garbled > 0 && !b.Absent(g) {
			t.Errorf("%s: none by an answer that does not say so", what)
		}
		for _, m := range found {
			if m.ID == "" {
				t.Errorf("%s: a match without an id", what)
			}
		}
	}
	b.CloseClientConnections()
}
