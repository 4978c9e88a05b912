package engine

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

// TestWhoWaitsLeavesNothingBehind: what is gone, served or waits for another takes no memory.
func TestWhoWaitsLeavesNothingBehind(t *testing.T) {
	name := func(s string) types.NamespacedName { return types.NamespacedName{Namespace: "ns", Name: s} }
	var w waiting
	w.set(name("a"), "ns/holder")
	w.set(name("b"), "ns/holder")
	w.set(name("c"), "ns/holder")
	w.set(name("c"), "ns/another")
	w.forget(name("b"))
	if got := w.freed("ns/holder"); len(got) != 1 || got[0] != name("a") {
		t.Errorf("woken: %v", got)
	}
	if got := w.freed("ns/holder"); len(got) != 0 {
		t.Errorf("woken twice: %v", got)
	}
	if !w.takeWoken(name("a")) || w.takeWoken(name("a")) {
		t.Error("it is told once that it was woken")
	}
	w.freed("ns/another")
	w.forget(name("c"))
	if n := len(w.waiters) + len(w.holders) + len(w.woken); n != 0 {
		t.Errorf("%d entries are left: %v %v %v", n, w.waiters, w.holders, w.woken)
	}
}
