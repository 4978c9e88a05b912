package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// longestList is how many bytes of a message tell of fields.
const longestList = 600

// differences says what becomes of the fields that differ, compared with what was seen.
func (p *pass[O, D]) differences(changes backend.Changes) string {
	var parts []string
	size := 0
	names, objects := p.labels()
	maps.Copy(names, objects)
	for i, d := range backend.Differences(p.desired, p.seen.Actual, changes, func(id string) string { return names[id] }) {
		part := "the mark of ownership"
		if d.Path != backend.PathMark {
			part = "spec." + d.String()
		}
		if size += len(part); i > 0 && size > longestList {
			parts = append(parts, fmt.Sprintf("and %d more fields", len(changes)-i))
			break
		}
		parts = append(parts, clip(part, longestList))
	}
	return firstNonEmpty(strings.Join(parts, "; "), "nothing")
}

// labels says what the ids of things in the spec are called at the vendor, and which objects they are remotes of; what counts
// in a place only is there by labelled. People are told by their id alone.
func (p *pass[O, D]) labels() (names, objects map[string]string) {
	pins := slices.Clone(p.stored.GetManagedStatus().Resolved)
	if p.resolver != nil {
		pins = append(pins, p.resolver.Resolved()...)
	}
	names, objects = map[string]string{}, map[string]string{}
	for _, pin := range pins {
		switch object, is := reference.PinnedObject(pin); {
		case is:
			objects[labelled(pin.ParentID, pin.ID)] = object
		case pin.Kind != string(backend.NameUser):
			if pin.Kind == string(backend.NameEntitlement) {
				names[labelled(pin.ParentID, pin.ID)] = pin.Name
				continue
			}
			names[pin.ID] = pin.Name
		}
	}
	for _, ref := range reference.Of(p.obj) {
		target := reference.New(ref.Kind)
		if err := p.r.Client.Get(context.Background(), client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, target); err != nil {
			continue // A name less is told.
		}
		if remote := target.GetManagedStatus().Remote; remote != nil && remote.ID != "" {
			objects[labelled(remote.ParentID, remote.ID)] = ref.Name
		}
	}
	return names, objects
}

// labelled names an id with its place: in another app it may be another thing's.
func labelled(parentID, id string) string {
	if parentID == "" {
		return id
	}
	return backend.EntitlementID{AppID: parentID, ID: id}.InApp()
}

// writeReason says why a plan writes.
func (p *pass[O, D]) writeReason(plan *decision.Plan) backend.WriteReason {
	switch {
	case plan == decision.RemovingDuplicate, p.facts.Found == decision.FoundByMark && !p.facts.Bound && plan.Action == decision.Update:
		return backend.WriteRecover
	case plan.Action == decision.Delete, plan.Action == decision.Retire:
		return backend.WriteDelete
	case plan.Action == decision.Adopt:
		return backend.WriteAdopt
	case plan == decision.Recreating:
		return backend.WriteDrift
	case plan.Action == decision.Update && p.started() && !p.facts.SpecMoved && p.changes.Any("close"):
		return backend.WriteClose
	case plan == decision.CorrectingDrift:
		return backend.WriteDrift
	}
	return backend.WriteEdit
}

// wroteMessage says what a pass has written.
func (p *pass[O, D]) wroteMessage(out outcome, message string) string {
	rest := ""
	if out.diffLeft {
		rest = "; " + message
	}
	switch out.plan.Action {
	case decision.Create:
		return "created " + p.remoteName() + rest
	case decision.Adopt:
		return "took over " + p.remoteName() + ", and wrote " + p.said + rest
	case decision.Update:
		if out.plan == decision.CorrectingDrift && p.why == backend.WriteDrift {
			return "somebody else changed it; put back " + p.said + rest
		}
		return "wrote " + p.said + rest
	}
	return message
}
