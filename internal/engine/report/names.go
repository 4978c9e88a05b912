package report

import (
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// claimedMessage says which object of this cluster has what this one wants, and how it changes hands without being lost.
func claimedMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D], out managed.Outcome, found string) string {
	owner := fmt.Sprintf("%s %s", p.Fleet.Kind.Name, p.ClaimedBy)
	switch {
	case p.Seen.ID == "":
		return fmt.Sprintf("%s is making a remote of this name: waits for what becomes of it; rename one of the two%s", owner, orDuplicate(p))
	case p.Facts.Creation == decision.CreationCreate && out.Named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over choose creation: CreateOrAdopt here, and delete the owner under deletion: Orphan; "+
			"else rename this one%s", found, owner, orDuplicate(p))
	case out.Named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over delete the owner under deletion: Orphan; or rename this one", found, owner)
	}
	return fmt.Sprintf("%s belongs to %s. To take it over delete the owner under deletion: Orphan, which leaves it where it is; or delete this one, which leaves it to the owner", found, owner)
}

// namesakeMessage says whose the remote is that has the name, and the ways out.
func namesakeMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D], found string) string {
	if p.Seen.ID == "" {
		return "several remotes have this name already; set spec.remoteID to take one over, or rename" + orDuplicate(p)
	}
	return fmt.Sprintf("%s has the name already and is %s; %s%s%s", found, whose(p), takeOver(p), decision.AdviceOrRename, orDuplicate(p))
}

// orDuplicate is the way to a second one of the name, where the vendor may take one.
func orDuplicate[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if p.Caps.Naming.Unique {
		return ""
	}
	return "; " + decision.AdviceDuplicate
}

// waitsFor says of whom a name is waited for.
func waitsFor[O managed.Object, D backend.Model](p *gather.Situation[O, D], text, holder string) string {
	if holder == "" {
		return text
	}
	return fmt.Sprintf("%s %s has the name: waits until that is renamed or deleted; %s", p.Fleet.Kind.Name, holder, text)
}
