package engine

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/engine/claims"
)

func TestATurnThatDoesNotCountEndsNobodysTurn(t *testing.T) {
	var table nameTable
	now := time.Unix(0, 0)
	k := nameKey{"at", "tenant", "app", "Payroll"}
	counts := func(h claims.Claimant) bool { return h.UID != "forged" }
	table.enter(k, claims.Claimant{UID: "honest"}, now)
	table.enter(k, claims.Claimant{UID: "forged"}, now) // As a restart finds them, in any order.
	if holder, _, mine := table.turn(k, claims.Claimant{UID: "next"}, now, counts); mine || holder.UID != "honest" {
		t.Errorf("mine %t, of %s", mine, holder.UID)
	}
	table.leave("honest")
	if _, _, mine := table.turn(k, claims.Claimant{UID: "next"}, now, counts); !mine {
		t.Error("a forged turn holds a name")
	}
	for _, uid := range []types.UID{"next", "forged"} {
		table.leave(uid)
	}
	if len(table.turns)+len(table.taken) > 0 {
		t.Errorf("%v, %v stay", table.turns, table.taken)
	}
}

func TestRemotesOfAnotherTenantMayHaveTheSameId(t *testing.T) {
	var table nameTable
	now := time.Unix(0, 0)
	ours, theirs := nameKey{"at", "ours", "app", "Payroll"}, nameKey{"elsewhere", "theirs", "app", "Payroll"}
	for _, k := range []nameKey{ours, theirs} {
		table.note([]nameKey{k}, madeName{bearer: bearer{id: "1"}, at: now})
	}
	table.gone(theirs, "1")
	if _, known := table.madeSince(ours, now, now, 0); !known {
		t.Error("what somebody else has of the same id makes us forget ours")
	}
	if _, known := table.madeSince(theirs, now, now, 0); known {
		t.Error("it is not forgotten")
	}
}
