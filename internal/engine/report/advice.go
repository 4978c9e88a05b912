package report

import (
	"fmt"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// draftPending says what is in the way, and what would have gone into force with it.
func draftPending[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	text := "somebody's draft is open at the vendor; publish or discard it"
	if len(p.Drafted) > 0 {
		text += "; in it differ from what is in force, beside what the spec writes: spec." + strings.Join(p.Drafted, ", spec.")
	}
	return text
}

// referencedMessage names some of those who refer to the object.
func referencedMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	const most = 3
	var names []string
	for i, user := range p.Users {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(p.Users)-most))
			break
		}
		names = append(names, user.Kind+"/"+user.Name)
	}
	return fmt.Sprintf("kept while others refer to it: %s; take it out of them or delete them, or set spec.keepWhileReferenced to false", strings.Join(names, ", "))
}

// The messages here say what to do, and so they differ by what this vendor, this object and its settings allow.

// missingMessage: the remote was there, and this object may not make another.
func missingMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if p.NameHolder != "" {
		return fmt.Sprintf("a create may have made remote %q, which has the name and no mark; put it into spec.remoteID if it is this one, or delete it at the vendor", p.NameHolder)
	}
	const gone = "the remote was there, or may have been, and is not found; "
	f := &p.Facts
	switch {
	case f.RunOnce:
		return gone + "another one is made only for another object: delete this one and apply it again"
	case f.RemoteID == decision.RemoteIDSet:
		return gone + "with spec.remoteID nothing is created: bring it back at the vendor, or delete this object and apply it with the id of another remote, or with none"
	case !f.CanCreate:
		return gone + "this vendor cannot create this kind: bring it back at the vendor"
	case f.Creation == decision.CreationAdopt:
		return gone + "creation: Adopt makes none: choose creation: Create, or bring it back at the vendor"
	}
	return gone + "drift: Report makes no other: choose drift: Correct, or bring it back at the vendor"
}

// notFoundMessage: there is nothing to take over yet.
func notFoundMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if id := p.Spec().RemoteID; id != "" {
		return fmt.Sprintf("spec.remoteID: nothing at the vendor has the id %q; fix it, or make such a remote at the vendor", id)
	}
	ways := []string{"make it at the vendor", "fix what the spec says of it"}
	if p.Facts.CanCreate {
		ways = append(ways, "choose creation: CreateOrAdopt")
	}
	if _, ok := p.Driver.(backend.Refresher); ok && !backend.WantsRefresh(p.Desired) {
		ways = append(ways, "let the vendor look for it (spec."+p.Caps.RefreshPath()+")")
	}
	return fmt.Sprintf("nothing to adopt yet: nothing answers to %s; %s", sought(p.Key()), orList(ways))
}

// sought says what an object is looked for by.
func sought(k backend.Key) string {
	var parts []string
	for _, part := range []struct{ word, value string }{
		{"the alias", k.Alias}, {"the name", k.DisplayName}, {"the resource", k.ResourceID}, {"the id", k.ID},
		{"the attribute", k.Attribute}, {"the value", k.Value}, {"the type", k.Type},
	} {
		if part.value != "" {
			parts = append(parts, fmt.Sprintf("%s %q", part.word, part.value))
		}
	}
	return strings.Join(parts, ", ")
}

// driftedMessage: it differs, and is left so because that was asked for, or since the vendor takes no such edit.
func driftedMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	fields := Differences(p, p.Changes)
	if p.Facts.Drift == decision.DriftReport {
		return fmt.Sprintf("differs at the vendor and is left so: %s; edit the spec, choose drift: Correct, or fix it at the vendor", fields)
	}
	return fmt.Sprintf("differs at the vendor, which lets nobody but its own side write it: %s; write into the spec what is there, or fix it at the vendor", fields)
}

// suspendedWrite is that it is suspended, and what would be done otherwise.
func suspendedWrite[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	return suspendedWords(p) + "; " + withheld(p)
}

// suspendedWords is that the object, or else its backend, is suspended.
func suspendedWords[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if !p.Suspension.On || p.Backend != nil && p.Backend.Suspended { // That of a backend has no end.
		return managed.Suspension{}.String()
	}
	return p.Suspension.String()
}

// withheld is what would be done if the object were not suspended.
func withheld[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	f := &p.Facts
	switch {
	case f.Deleting:
		return "the remote would be deleted or retired"
	case f.Found == decision.FoundAbsentProved:
		return "a remote would be created"
	case f.Owner != decision.OwnerOurs:
		return RemoteName(p) + " would be taken over"
	case f.Twin == decision.TwinRemovable:
		return fmt.Sprintf("the second remote, %q, would be removed", duplicateID(p))
	}
	return "would be written: " + Differences(p, p.Changes)
}

// Unasked reports whether the remote stays though nobody asked for that: the vendor deletes none of the kind.
func Unasked[O managed.Object, D backend.Model](p *gather.Situation[O, D]) bool {
	m := p.Spec().Management
	return p.BoundID() != "" && p.Driver != nil && (m == nil || m.Deletion == "") && !p.Caps.Delete
}

// staysMessage is the message that the deletion of the object changes nothing at the vendor.
func staysMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	text := "released; this vendor deletes none of this kind, and what is there stays as it is, in force if it was"
	if p.Caps.Retire {
		text += "; management.deletion: Retire takes it out of service"
	}
	return text
}

// lostMessage: somebody else's mark is on the remote.
func lostMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	adopt := v1alpha1.CreationCreateOrAdopt
	if !p.Facts.CanCreate {
		adopt = v1alpha1.CreationAdopt
	}
	return fmt.Sprintf("%s is now %s; to take it back %sdelete this object with deletion: Orphan and apply it with creation: %s", RemoteName(p), whose(p), giveUp(p), adopt)
}

// takeOver is what has to be done so that this object may take the remote that was found.
func takeOver[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	f := &p.Facts
	adopt := f.Creation == decision.CreationCreate || f.Creation == decision.CreationCreateDuplicate
	ways := strings.TrimSuffix(giveUp(p), ", then ")
	switch {
	case ways != "" && !adopt:
		return ways
	case ways != "":
		return ways + ", and " + decision.AdviceAdopt
	case f.Owner == decision.OwnerOtherCluster:
		return decision.AdviceAdopt
	}
	return decision.AdviceAdoptOrBind
}

// giveUp is what has to happen first where a remote is another owner's, whatever this object says.
func giveUp[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	switch {
	case p.Facts.Owner != decision.OwnerForeign:
		return ""
	case p.Seen.Mark.Cluster == p.Fleet.ClusterID:
		return "delete that object with deletion: Orphan, then "
	}
	return "take that mark away at the vendor, then "
}
