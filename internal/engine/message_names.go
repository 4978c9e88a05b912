package engine

import (
	"fmt"

	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// claimedMessage says which object of this cluster has what this one wants, and how it changes hands without being lost.
func (p *pass[O, D]) claimedMessage(out outcome, found string) string {
	owner := fmt.Sprintf("%s %s", p.r.Kind.Name, p.claimedBy)
	switch {
	case p.seen.ID == "":
		return fmt.Sprintf("%s is making a remote of this name: waits for what becomes of it; rename one of the two%s", owner, p.orDuplicate())
	case p.facts.Creation == decision.CreationCreate && out.named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over choose creation: CreateOrAdopt here, and delete the owner under deletion: Orphan; "+
			"else rename this one%s", found, owner, p.orDuplicate())
	case out.named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over delete the owner under deletion: Orphan; or rename this one", found, owner)
	}
	return fmt.Sprintf("%s belongs to %s. To take it over delete the owner under deletion: Orphan, which leaves it where it is; or delete this one, which leaves it to the owner", found, owner)
}

// namesakeMessage says whose the remote is that has the name, and the ways out.
func (p *pass[O, D]) namesakeMessage(found string) string {
	if p.seen.ID == "" {
		return "several remotes have this name already; set spec.remoteID to take one over, or rename" + p.orDuplicate()
	}
	return fmt.Sprintf("%s has the name already and is %s; %s to take it over, or rename%s", found, p.whose(), p.takeOver(), p.orDuplicate())
}

// orDuplicate is the way to a second one of the name, where the vendor may take one.
func (p *pass[O, D]) orDuplicate() string {
	if p.caps.Naming.Unique {
		return ""
	}
	return "; for a second one of the name choose management.creation: CreateDuplicate"
}
