package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// longestList is how many bytes of a message tell of fields.
const longestList = 600

// Differences says what becomes of the fields that differ, compared with what was seen.
func Differences[O managed.Object, D backend.Model](p *gather.Situation[O, D], changes backend.Changes) string {
	var parts []string
	size := 0
	names, objects := Labels(p)
	maps.Copy(names, objects)
	for i, d := range backend.Differences(p.Desired, p.Seen.Actual, changes, func(id string) string { return names[id] }) {
		part := "the mark of ownership"
		if d.Path != backend.PathMark {
			part = "spec." + d.String()
		}
		if size += len(part); i > 0 && size > longestList {
			parts = append(parts, fmt.Sprintf("and %d more fields", len(changes)-i))
			break
		}
		parts = append(parts, Clip(part, longestList))
	}
	return firstNonEmpty(strings.Join(parts, "; "), "nothing")
}

// Texts says of each of the changes what the field gains and loses, where that can be said in a few words.
func Texts[O managed.Object, D backend.Model](p *gather.Situation[O, D], target D, changes backend.Changes) map[string]string {
	names, objects := Labels(p)
	maps.Copy(names, objects)
	out := map[string]string{}
	for _, d := range backend.Differences(target, p.Seen.Actual, changes, func(id string) string { return names[id] }) {
		out[d.Path] = d.Text
	}
	return out
}

// Labels says what the ids of things in the spec are called at the vendor, and which objects they are remotes of; what counts
// in a place only is there by labelled. People are told by their id alone.
func Labels[O managed.Object, D backend.Model](p *gather.Situation[O, D]) (names, objects map[string]string) {
	pins := slices.Clone(p.Stored.GetManagedStatus().Resolved)
	if p.Resolver != nil {
		pins = append(pins, p.Resolver.Resolved()...)
	}
	names, objects = map[string]string{}, map[string]string{}
	for _, pin := range pins {
		switch object, is := reference.PinnedObject(pin); {
		case is:
			objects[Labelled(pin.ParentID, pin.ID)] = object
		case pin.Kind != string(backend.NameUser):
			if pin.Kind == string(backend.NameEntitlement) {
				names[Labelled(pin.ParentID, pin.ID)] = pin.Name
				continue
			}
			names[pin.ID] = pin.Name
		}
	}
	for _, ref := range reference.Of(p.Obj) {
		target := reference.New(ref.Kind)
		if err := p.Fleet.Client.Get(context.Background(), client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, target); err != nil {
			continue // A name less is told.
		}
		if remote := target.GetManagedStatus().Remote; remote != nil && remote.ID != "" {
			objects[Labelled(remote.ParentID, remote.ID)] = ref.Name
		}
	}
	return names, objects
}

// Labelled names an id with its place: in another app it may be another thing's.
func Labelled(parentID, id string) string {
	if parentID == "" {
		return id
	}
	return backend.EntitlementID{AppID: parentID, ID: id}.InApp()
}
