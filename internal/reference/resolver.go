package reference

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// Problem is why an object is blocked.
type Problem struct {
	// Reason is a condition reason.
	Reason string
	// Path of the field.
	Path string
	// Message begins with the path.
	Message string
	// Spec: only an edit of the spec fixes it.
	Spec bool
}

// Asked is a name that was looked up, or would have been but for its pin.
type Asked struct {
	Path   string
	Query  backend.Name
	Pinned string
}

// Spelled is an id that the spec spells out.
type Spelled struct{ Path, ID string }

// Resolver resolves the references and names of one object in one pass. It never
// guesses: what cannot be resolved is a problem, and its id is empty. It asks nobody: names
// that are neither pinned nor answered are listed, to be answered before the next try.
type Resolver struct {
	ctx      context.Context
	reader   client.Reader
	object   Managed
	tenantID string
	// formerly: see AlsoKnownAs.
	formerly string
	answers  map[backend.Name]backend.Answer
	// started: see Started.
	started bool

	pins     pins
	asked    []Asked
	open     []string
	unknown  []string
	spelled  []Spelled
	problems []Problem
	cautions []string
	err      error
}

// NewResolver returns a resolver for object, whose remotes are in tenantID, that knows
// what is pinned in the status and the answers that the vendor gave to the rest.
func NewResolver(ctx context.Context, reader client.Reader, object Managed, tenantID string, answers map[backend.Name]backend.Answer) *Resolver {
	return &Resolver{ctx: ctx, reader: reader, object: object, tenantID: tenantID, answers: answers, pins: pinsOf(object)}
}

// AlsoKnownAs is what objects may call the tenant still, empty for nothing.
func (r *Resolver) AlsoKnownAs(tenantID string) *Resolver {
	r.formerly = tenantID
	return r
}

// Started is for a remote that runs already: what was referred to when it began is what it is about,
// whatever became of it since.
func (r *Resolver) Started() *Resolver {
	r.started = true
	return r
}

// Resolved is what is to be pinned: each question once, in order.
func (r *Resolver) Resolved() []v1alpha1.ResolvedName { return r.pins.kept(false) }

// Pinned is what of it was pinned before.
func (r *Resolver) Pinned() []v1alpha1.ResolvedName { return r.pins.kept(true) }

// Asked lists the names of the spec, once for each field that has one.
func (r *Resolver) Asked() []Asked { return r.asked }

// Spelled lists the ids that the spec spells out.
func (r *Resolver) Spelled() []Spelled { return r.spelled }

// Unanswered lists the names that nobody has answered yet, each once.
func (r *Resolver) Unanswered() []backend.Name {
	var out []backend.Name
	seen := map[backend.Name]bool{}
	for _, a := range r.asked {
		if _, answered := r.answers[a.Query]; a.Pinned == "" && !answered && !seen[a.Query] {
			seen[a.Query] = true
			out = append(out, a.Query)
		}
	}
	return out
}

// PathOf is the first field that has the name.
func (r *Resolver) PathOf(q backend.Name) string {
	for _, a := range r.asked {
		if a.Query == q {
			return a.Path
		}
	}
	return ""
}

// Moved lists the fields whose names do not mean any more what is in use for them, with the reason
// and the message of their pins.
func (r *Resolver) Moved() []Problem {
	var out []Problem
	seen := map[backend.Name]bool{}
	for _, a := range r.asked {
		pin, ok := r.pins.of(a.Query)
		if a.Pinned == "" || seen[a.Query] || !ok || pin.Reason == "" {
			continue
		}
		seen[a.Query] = true
		out = append(out, Problem{Reason: pin.Reason, Path: a.Path, Message: a.Path + ": " + pin.Message})
	}
	return out
}

// Problems lists why the object is blocked, spec problems first.
func (r *Resolver) Problems() []Problem {
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		switch {
		case a.Spec == b.Spec:
			return 0
		case a.Spec:
			return -1
		}
		return 1
	})
	return r.problems
}

// Open lists the paths that are written and were not resolved.
func (r *Resolver) Open() []string { return r.open }

// Unknown lists those of them of which it is not known either what they meant when the spec was last carried out. The
// others are in the model as what they meant then.
func (r *Resolver) Unknown() []string { return r.unknown }

// Unresolved reports whether the field at path, or something below it, is written and was not resolved: what the
// model then lacks there is not missing in the spec.
func (r *Resolver) Unresolved(path string) bool {
	return slices.ContainsFunc(r.open, func(open string) bool { return backend.Covers([]string{path}, open) })
}

// Waits notes that the field at path is written, and that what it means depends on another one that is not resolved.
func (r *Resolver) Waits(path string) { r.open = append(r.open, path) }

// Err is the first error of a look-up; the object is then neither blocked nor resolved.
func (r *Resolver) Err() error { return r.err }

// Reject notes that the field at path cannot be so.
func (r *Resolver) Reject(reason, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{Reason: reason, Spec: true, Path: path, Message: path + ": " + fmt.Sprintf(format, args...)})
}

// Caution notes that what the field at path says may do more than is meant.
func (r *Resolver) Caution(path, text string) { r.cautions = append(r.cautions, path+": "+text) }

// Cautions lists what was noted by Caution.
func (r *Resolver) Cautions() []string { return r.cautions }

func (r *Resolver) wait(reason, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{Reason: reason, Path: path, Message: path + ": " + fmt.Sprintf(format, args...)})
}
