package main

import (
	"fmt"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// live lists the display names of the entitlements that the vendor has, with how often each is there.
func (t *tenant) live() map[string]int {
	out := map[string]int{}
	for _, e := range t.Dump().(conductorone.Dump).Entitlements {
		if name, ok := e.Object["displayName"].(string); ok && e.Object["deletedAt"] == nil {
			out[name]++
		}
	}
	return out
}

// mended fails while something of what was written in the console is left.
func (t *tenant) mended() error {
	for name := range t.live() {
		if strings.HasPrefix(name, consoleName) {
			return fmt.Errorf("%q is still at the vendor after the sweep", name)
		}
	}
	return nil
}

// duplicates counts the remotes that should not be there: all but one of each name of ours.
func (t *tenant) duplicates() (n int) {
	for name, times := range t.live() {
		if strings.HasPrefix(name, "Benchmark ") {
			n += times - 1
		}
	}
	return n
}
