package importing

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// directory turns ids into names and into objects. A name stands in the place of an id only where it means that one thing alone.
type directory struct {
	ctx    context.Context
	tenant backend.Tenant
	lists  map[backend.Name]*list
	// objects are those that are exported, by their remotes: also by the id alone, where only one has that.
	objects    map[remote]string
	unresolved map[Unresolved]bool
	// err is what went wrong: then nothing that was named since counts.
	err error

	// self is the object that is written, which cannot refer to itself, and remarks are what there is to say about ids in it.
	kind, self string
	remarks    map[string]string
}

// list is what the things of a place are called.
type list struct {
	labels map[string]string
	// ids are by name, empty where several have it.
	ids map[string]string
	// none says why there is no list.
	none string
}

// longestWritten is how long a name is at most that is written in the place of an id.
const longestWritten = 255

// begin turns to the file of an object.
func (d *directory) begin(kind, object string) {
	d.kind, d.self, d.remarks = kind, object, map[string]string{}
}

// exported notes which object has a remote.
func (d *directory) exported(at remote, object string) {
	d.objects[at] = object
	if alone := (remote{at.kind, "", at.id}); at.parentID != "" {
		if _, several := d.objects[alone]; several {
			object = ""
		}
		d.objects[alone] = object
	}
}

// Object implements mapping.Names.
func (d *directory) Object(kind, parentID, id string) string {
	if name := d.objects[remote{kind, parentID, id}]; name != d.self || kind != d.kind {
		return name
	}
	return ""
}

// Name implements mapping.Names.
func (d *directory) Name(q backend.Name, id string) string {
	if id == "" || d.err != nil {
		return ""
	}
	l := d.list(q.Place())
	label, why := l.labels[id], ""
	switch {
	case l.none != "":
		why = l.none
	case label == "":
		why = "the vendor lists nothing with this id that can be used"
	case l.ids[label] != id:
		why = "several have its name"
		d.remarks[id] = backend.Printable(label) + ": " + why
	case len(label) > longestWritten || strings.TrimSpace(label) != label:
		why = "its name cannot be written so that it means the same"
	default:
		return label
	}
	d.unresolved[Unresolved{string(q.Kind), q.ParentID, id, why}] = true
	return ""
}

// app is what an app is called, empty where nobody knows.
func (d *directory) app(id string) string {
	return d.list(backend.Name{Kind: backend.NameApp}).labels[id]
}

// list reads what there is in a place, once.
func (d *directory) list(place backend.Name) *list {
	if known := d.lists[place]; known != nil {
		return known
	}
	l := &list{labels: map[string]string{}, ids: map[string]string{}}
	d.lists[place] = l
	all, err := d.tenant.List(d.ctx, place, 0)
	switch {
	case errors.Is(err, backend.ErrNoNames):
		l.none = "the vendor has no list of such names"
	case errors.Is(err, backend.ErrLongList):
		l.none = "there are too many of them"
	case err != nil && backend.ClassOf(err) == backend.Terminal:
		l.none = "the vendor does not list them for this credential"
	case err != nil:
		d.err = err
	}
	for _, one := range all {
		if one.Unusable == "" && slices.Contains(one.Names, one.Match.Name) {
			l.labels[one.ID] = one.Match.Name
		}
		for _, name := range one.Names {
			if before, taken := l.ids[name]; taken && before != one.ID {
				l.ids[name] = ""
			} else {
				l.ids[name] = one.ID
			}
		}
	}
	return l
}

// left are the ids that no name stands for, in order.
func (d *directory) left() []Unresolved {
	return slices.SortedFunc(maps.Keys(d.unresolved), func(a, b Unresolved) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.ParentID, b.ParentID), strings.Compare(a.ID, b.ID), strings.Compare(a.Reason, b.Reason))
	})
}
