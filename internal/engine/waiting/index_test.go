package waiting

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

// TestWhoWaitsLeavesNothingBehind: what is gone, served or waits for another takes no memory.
func TestWhoWaitsLeavesNothingBehind(t *testing.T) {
	name := func(s string) types.NamespacedName { return types.NamespacedName{Namespace: "ns", Name: s} }
	var w Index
	w.Set(name("a"), "ns/holder")
	w.Set(name("b"), "ns/holder")
	w.Set(name("c"), "ns/holder")
	w.Set(name("c"), "ns/another")
	w.Forget(name("b"))
	if got := w.Freed("ns/holder"); len(got) != 1 || got[0] != name("a") {
		t.Errorf("woken: %v", got)
	}
	if got := w.Freed("ns/holder"); len(got) != 0 {
		t.Errorf("woken twice: %v", got)
	}
	if !w.TakeWoken(name("a")) || w.TakeWoken(name("a")) {
		t.Error("it is told once that it was woken")
	}
	w.Freed("ns/another")
	w.Forget(name("c"))
	if n := len(w.waiters) + len(w.holders) + len(w.woken); n != 0 {
		t.Errorf("%d entries are left: %v %v %v", n, w.waiters, w.holders, w.woken)
	}
}
