package engine

import "fmt"

// claimedMessage says which object of this cluster has what this one wants, and how it changes hands without being lost.
func (p *pass[O, D]) claimedMessage(out outcome, found string) string {
	owner := fmt.Sprintf("%s %s", p.r.Kind.Name, p.claimedBy)
	switch {
	case p.seen.ID == "":
		return fmt.Sprintf("%s is making a remote of this name: waits for what becomes of it; rename one of the two, or choose management.creation: CreateDuplicate", owner)
	case p.facts.Creation == CreationCreate && out.named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over choose management.creation: CreateOrAdopt here, and delete the owner under management.deletion: Orphan; "+
			"else rename this one, or choose management.creation: CreateDuplicate", found, owner)
	case out.named:
		return fmt.Sprintf("%s has the name and belongs to %s: waits until that is renamed or deleted. To take it over delete the owner under management.deletion: Orphan; or rename this one", found, owner)
	}
	return fmt.Sprintf("%s belongs to %s. To take it over delete the owner under management.deletion: Orphan, which leaves it where it is; or delete this one, which leaves it to the owner", found, owner)
}

// namesakeMessage says whose the remote is that has the name, and the ways out.
func (p *pass[O, D]) namesakeMessage(found string) string {
	if p.seen.ID == "" {
		return "several remotes have this name already; set spec.remoteID to take one over, rename, or choose management.creation: CreateDuplicate for one more"
	}
	return fmt.Sprintf("%s has the name already and is %s; choose management.creation: CreateOrAdopt or set spec.remoteID to take it over, rename, "+
		"or choose management.creation: CreateDuplicate for a second one of the name", found, p.whose())
}
