package mapping

import (
	"fmt"
	"reflect"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Vendor is what a vendor adds to the API types.
type Vendor struct {
	// Name is that of spec.vendor of a backend.
	Name         string
	Entitlements Part[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]
	Profiles     Part[v1alpha1.AccessProfileSpec, backend.AccessProfile]
	Reviews      Part[v1alpha1.AccessReviewSpec, backend.AccessReview]
	// Configure takes over what a backend says to this vendor alone; nil where there is nothing.
	Configure func(spec *v1alpha1.GovernanceBackendSpec, cfg *backend.Config)
}

// Part is what a vendor adds to the translation of a kind. The zero value is a vendor without a block of its own.
type Part[S, M any] struct {
	// Block is the block of the vendor in the model, and what of it ToModel and ToSpec translate.
	Block Block
	// PeopleAsWritten: the vendor takes people as they are written, by id or by address, and has no look-up for them.
	PeopleAsWritten bool
	// AppsByName: a scope without apps by name says nothing to the vendor. Otherwise the lists of a scope choose what counts.
	AppsByName bool
	// ToModel completes the model of a spec with the block, after its plain fields, and returns the parent of the remote, which
	// is bound if the remote has one. Nil adds nothing.
	ToModel func(spec *S, model *M, bound string, r *reference.Resolver) (parentID string)
	// ToSpec is the way back: it completes the spec, of which the block is there, by what ToModel would make of it.
	ToSpec func(model *M, spec *S, parentID string, names Names)
	// Trim returns what of an observed model a spec is to be about: without the parts of values that no spec has, and by path what
	// else the spec is not to say although the vendor would take it, with the reason. It writes to nothing that the model points
	// to. Nil takes the model as it is.
	Trim func(model M) (trimmed M, unsaid map[string]string)
	// Emptied lists the lists of the block that are empty, in the place of left out, which takes everything away; nil for none.
	Emptied func(spec *S) []string
}

// Parts are the parts of all vendors for one kind. Safe for concurrent use.
type Parts[S, M any] struct {
	parts []Part[S, M]
	at    []steps
}

// PartsOf finds the blocks of the vendors in a spec.
func PartsOf[S, M any](parts ...Part[S, M]) *Parts[S, M] {
	out := &Parts[S, M]{}
	for _, p := range parts {
		if p.Block.Type == nil {
			continue
		}
		at, _, ok := find(reflect.TypeFor[S](), []string{p.Block.Type.BlockName()})
		if !ok {
			panic(fmt.Sprintf("mapping: %T has no block %s", *new(S), p.Block.Type.BlockName()))
		}
		out.parts, out.at = append(out.parts, p), append(out.at, at)
	}
	return out
}

// Blocks are those of the vendors.
func (p *Parts[S, M]) Blocks() []Block {
	var out []Block
	for _, part := range p.parts {
		out = append(out, part.Block)
	}
	return out
}

// Of is the part of the vendor whose block a spec has, the zero value where it has none.
func (p *Parts[S, M]) Of(spec *S) Part[S, M] {
	v := reflect.ValueOf(spec).Elem()
	for i, at := range p.at {
		if block := at.get(v); block.IsValid() && !block.IsNil() {
			return p.parts[i]
		}
	}
	return Part[S, M]{}
}

// OfBlock is the part of the vendor whose block that is, the zero value for none.
func (p *Parts[S, M]) OfBlock(block backend.Block) Part[S, M] {
	for _, part := range p.parts {
		if block != nil && reflect.TypeOf(block) == reflect.TypeOf(part.Block.Type) {
			return part
		}
	}
	return Part[S, M]{}
}

// Complete is ToModel, or the parent that is bound where the vendor adds nothing.
func (p Part[S, M]) Complete(spec *S, model *M, bound string, r *reference.Resolver) (parentID string) {
	if p.ToModel == nil {
		return bound
	}
	return p.ToModel(spec, model, bound, r)
}

// People resolves people in a field.
func (p Part[S, M]) People(path string, refs []v1alpha1.UserRef, r *reference.Resolver) backend.Set {
	if !p.PeopleAsWritten || refs == nil {
		return r.Users(path, refs)
	}
	out := backend.Set{}
	for _, ref := range refs {
		out = append(out, ref.ID+ref.Email)
	}
	return out
}

// PeopleToSpec is the way back of People. What is written as it is may be an id or an address, which the @ of one tells.
func (p Part[S, M]) PeopleToSpec(ids backend.Set, names Names) []v1alpha1.UserRef {
	if !p.PeopleAsWritten || ids == nil {
		return Users(names, ids)
	}
	out := []v1alpha1.UserRef{}
	for _, id := range ids {
		if strings.Contains(id, "@") {
			out = append(out, v1alpha1.UserRef{Email: id})
		} else {
			out = append(out, v1alpha1.UserRef{ID: id})
		}
	}
	return out
}
