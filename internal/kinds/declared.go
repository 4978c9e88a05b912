package kinds

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Why sorts the reasons for which a spec does not say what a remote has.
type Why string

// The reasons.
const (
	// WhyRefused: the vendor has it and takes no such field, or no such value, from a spec.
	WhyRefused Why = "Refused"
	// WhyFixed: the remote takes no edits of it, so that a spec could only disagree.
	WhyFixed Why = "Fixed"
	// WhyHidden: the vendor does not show it, or not as it was written, so that it can never be compared.
	WhyHidden Why = "Hidden"
	// WhyEmpty: there is nothing, as where nobody says anything.
	WhyEmpty Why = "Empty"
	// WhyUsual: it is what the vendor has where nobody says anything.
	WhyUsual Why = "Usual"
	// WhyElsewhere: other fields say it, or exclude it, or it is the operator's matter.
	WhyElsewhere Why = "Elsewhere"
	// WhyUnsayable: no spec means this value.
	WhyUnsayable Why = "Unsayable"
)

// Omission is a field of a remote that the spec which declares the remote does not have.
type Omission struct {
	// Path below spec.
	Path string
	Why  Why
	// Text is the reason in words, for people.
	Text string
	// Value is what the remote has, empty where the vendor does not show it.
	Value string
}

// Declared is the spec of a remote that is there, and what it leaves out: the spec says no more than a person would write to have
// this remote, and changes nothing of it when it is applied to it. The observation must have all detail fields.
func (t *Translation[O, S, M]) Declared(obs backend.Observation[M], caps backend.Capabilities, names mapping.Names) (S, []Omission) {
	elsewhere := map[string]string{}
	if t.unsaid != nil {
		elsewhere = t.unsaid(&obs.Actual)
	}
	if trim := t.vendors.OfBlock(t.block(&obs.Actual)).Trim; trim != nil {
		trimmed, unsaid := trim(obs.Actual)
		obs.Actual = trimmed
		maps.Copy(elsewhere, unsaid)
	}
	left := t.unneeded(obs, caps, elsewhere)
	for {
		model := backend.Select(obs.Actual, func(f backend.Field) bool { return !omits(left, f.Path) })
		more := t.unsayable(model, obs, caps)
		if len(more) == 0 {
			return t.Declare(model, obs.ParentID, names), left
		}
		left = append(left, more...)
		slices.SortFunc(left, byOmitted)
	}
}

func omits(left []Omission, path string) bool {
	return slices.ContainsFunc(left, func(o Omission) bool { return o.Path == path })
}

func byOmitted(a, b Omission) int { return strings.Compare(a.Path, b.Path) }

// unneeded lists what the spec must not say, or need not, sorted by path.
func (t *Translation[O, S, M]) unneeded(obs backend.Observation[M], caps backend.Capabilities, elsewhere map[string]string) []Omission {
	model := obs.Actual
	o := omitter{obs.ReadOnly, obs.Given, obs.ParentID, caps.For(model), t.mean, map[string]string{}, elsewhere}
	for _, problem := range append(caps.Check(model), caps.Untenable(model)...) {
		o.refused[problem.Path] = problem.Message
	}
	var left []Omission
	for _, f := range backend.Fields(&model) {
		if why, text := o.why(f); why != "" {
			left = append(left, Omission{f.Path, why, text, f.Text()})
		}
	}
	for path, text := range elsewhere {
		if backend.LeafOf(path) != path { // A key of a map, which the trimmed model does not have.
			left = append(left, Omission{path, WhyElsewhere, text, ""})
		}
	}
	for _, path := range o.caps.WriteOnly {
		if !omits(left, path) {
			left = append(left, Omission{path, WhyHidden, hidden, ""})
		}
	}
	slices.SortFunc(left, byOmitted)
	return left
}

const hidden = "the vendor does not show it, or not as it was written"

// omitter decides about the fields of one remote.
type omitter struct {
	readOnly, given []string

	parentID string
	caps     backend.Capabilities
	mean     []string
	// refused and elsewhere are the reasons of single paths.
	refused, elsewhere map[string]string
}

// why says for which reason a field is left out, none if it is not.
func (o omitter) why(f backend.Field) (Why, string) {
	if f.Text() == o.parentID && slices.Contains(o.caps.Required, f.Path) {
		return "", "" // It says where the remote is.
	}
	if f.Parameter || backend.Covers(o.caps.WriteOnly, f.Path) {
		return WhyHidden, hidden
	}
	if f.Empty() && !o.closes(f) {
		return WhyEmpty, "there is none, as without it"
	}
	for path, text := range o.refused {
		if backend.Covers([]string{f.Path}, path) {
			return WhyRefused, text
		}
	}
	if text, ok := o.elsewhere[f.Path]; ok {
		return WhyElsewhere, text
	}
	for path, text := range o.caps.Carried {
		if backend.Covers([]string{path}, f.Path) {
			return WhyElsewhere, text
		}
	}
	if backend.Covers(o.given, f.Path) {
		return WhyElsewhere, "something above it at the vendor gives it, as its type does"
	}
	if usual, ok := o.caps.Usual[f.Path]; ok && f.Text() == usual {
		return WhyUsual, "it is what the vendor has by itself"
	}
	if backend.Covers(o.readOnly, f.Path) && !backend.Covers(o.caps.CreateOnly, f.Path) && !slices.Contains(o.mean, f.Path) {
		return WhyFixed, "the vendor takes no edits of it"
	}
	return "", ""
}

// closes reports whether a field is a switch that lets people in and is off: without it, the vendor might have it on in another
// place, where the spec is applied anew.
func (o omitter) closes(f backend.Field) bool {
	narrows, ok := o.caps.Narrows[f.Path]
	return ok && len(narrows.Open) > 0 && f.Text() == "false"
}

// unsayable lists what of a model would be otherwise by the spec that is made of it.
func (t *Translation[O, S, M]) unsayable(model M, obs backend.Observation[M], caps backend.Capabilities) []Omission {
	obj := t.object()
	*t.spec(obj) = t.Declare(model, obs.ParentID, unnamed{})
	again, _ := t.Desire(obj, reference.NewResolver(context.Background(), nil, obj, "", nil)) // Ids ask nobody.
	differ := backend.Diff(again, obs.Actual, caps.For(again), backend.Memory{})
	said := backend.Fields(&again)
	var out []Omission
	for _, f := range backend.Fields(&model) {
		unsaid := !slices.ContainsFunc(said, func(s backend.Field) bool { return s.Path == f.Path })
		if unsaid || slices.Contains(differ.Paths(), f.Path) {
			out = append(out, Omission{f.Path, WhyUnsayable, "no spec says this", f.Text()})
		}
	}
	return out
}

// unnamed knows no names and no objects: a spec of ids alone.
type unnamed struct{}

// Name is none.
func (unnamed) Name(backend.Name, string) string { return "" }

// Object is none.
func (unnamed) Object(kind, parentID, id string) string { return "" }

// unsaidOfReview: an instant belongs to a start that comes by itself, and what becomes of undecided items to such an end.
func unsaidOfReview(m *backend.AccessReview) map[string]string {
	unsaid := map[string]string{}
	if m.StartAt != nil && !backend.Value(m.AutoStart) {
		unsaid["start.at"] = "the review does not start by itself"
	}
	if backend.Value(m.Undecided) != "" && !backend.Value(m.AutoClose) {
		unsaid["close.undecided"] = "the review does not end by itself"
	}
	return unsaid
}
