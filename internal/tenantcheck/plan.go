package tenantcheck

import (
	"fmt"
	"maps"
	"slices"

	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// Plan is what a check is about to do.
type Plan struct {
	Probes []Planned
	// Before is how many calls were made to plan it, and Calls how many it makes in all, with those and with the
	// removal at the end.
	Before, Calls int
	// Makes is how many things of each kind are made, one after the other, and removed again.
	Makes map[string]int
	// Marked is how many things bear an operator's mark.
	Marked int
}

// Planned is a probe, and why it is not asked, empty where it is.
type Planned struct {
	Probe probe.Probe
	Not   string
}

// The reasons for which a probe is not asked.
const (
	NotEver     = "never-asked"
	NotReadOnly = "read-only"
	NotChosen   = "not-chosen"
)

// plan says what is asked and what it costs.
func (c *Check) plan() Plan {
	out := Plan{Before: c.Calls(), Makes: map[string]int{}}
	out.Calls = out.Before
	for _, p := range c.o.Vendor.Probes {
		planned := Planned{p, c.not(p)}
		if planned.Not == "" {
			out.Calls += p.Calls
			for _, kind := range p.Lists {
				out.Calls += c.lists[kind]
			}
			for _, kind := range p.Makes {
				out.Makes[kind]++
			}
		}
		out.Probes = append(out.Probes, planned)
	}
	if len(out.Makes) > 0 {
		for _, calls := range c.lists {
			out.Calls += calls
		}
	}
	return out
}

// not is why a probe is not asked.
func (c *Check) not(p probe.Probe) string {
	switch {
	case p.Effect == probe.Never:
		return NotEver
	case c.o.ReadOnly && p.Effect != probe.Reads:
		return NotReadOnly
	case len(c.o.Only) > 0 && !slices.Contains(c.o.Only, p.ID):
		return NotChosen
	}
	for _, need := range p.Needs {
		if need == probe.NeedPlace && c.bench.Place == "" || need == probe.NeedOwner && c.bench.Owner == "" {
			return "needs" + string(need)
		}
	}
	return ""
}

// String is the plan in words.
func (p Plan) String() string {
	asked := 0
	for _, planned := range p.Probes {
		if planned.Not == "" {
			asked++
		}
	}
	text := fmt.Sprintf("It checks %d of %d assumptions and makes %d calls, %d of which are made already.", asked, len(p.Probes), p.Calls, p.Before)
	if len(p.Makes) == 0 {
		return text + " It creates nothing."
	}
	text += " It creates, one after the other,"
	for i, kind := range slices.Sorted(maps.Keys(p.Makes)) {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %d %s", p.Makes[kind], kind)
	}
	return text + ", and removes each of them again."
}
