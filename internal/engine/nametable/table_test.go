package nametable

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

func TestATurnThatDoesNotCountEndsNobodysTurn(t *testing.T) {
	var table Table
	now := time.Unix(0, 0)
	k := Key{"at", "tenant", "app", "Payroll"}
	counts := func(h claims.Claimant) bool { return h.UID != "forged" }
	table.Enter(k, claims.Claimant{UID: "honest"}, now)
	table.Enter(k, claims.Claimant{UID: "forged"}, now) // As a restart finds them, in any order.
	if holder, _, mine := table.Turn(k, claims.Claimant{UID: "next"}, now, counts); mine || holder.UID != "honest" {
		t.Errorf("mine %t, of %s", mine, holder.UID)
	}
	table.Leave("honest")
	if _, _, mine := table.Turn(k, claims.Claimant{UID: "next"}, now, counts); !mine {
		t.Error("a forged turn holds a name")
	}
	for _, uid := range []types.UID{"next", "forged"} {
		table.Leave(uid)
	}
	if len(table.turns)+len(table.taken) > 0 {
		t.Errorf("%v, %v stay", table.turns, table.taken)
	}
}

func TestRemotesOfAnotherTenantMayHaveTheSameId(t *testing.T) {
	var table Table
	now := time.Unix(0, 0)
	ours, theirs := Key{"at", "ours", "app", "Payroll"}, Key{"elsewhere", "theirs", "app", "Payroll"}
	for _, k := range []Key{ours, theirs} {
		table.Note([]Key{k}, Made{Bearer: snapshot.Bearer{ID: "1"}, At: now})
	}
	table.Gone(theirs, "1")
	if _, known := table.MadeSince(ours, now, now, 0); !known {
		t.Error("what somebody else has of the same id makes us forget ours")
	}
	if _, known := table.MadeSince(theirs, now, now, 0); known {
		t.Error("it is not forgotten")
	}
}
