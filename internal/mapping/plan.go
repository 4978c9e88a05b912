package mapping

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Plan translates the plain fields of specs S to models M and back. It is compiled once for two types, and safe for concurrent use.
type Plan[S, M any] struct {
	root node
}

// node is a struct of the model, and the one of the spec at the same path.
type node struct {
	path string // below spec; empty for the root
	// spec leads from the struct of the spec above to this one, and model is the index of the field in the model above.
	spec  steps
	model int
	// block is the type of a vendor's block, nil for any other struct.
	block  reflect.Type
	leaves []leaf
	below  []node
}

// leaf is a field that is translated as it is.
type leaf struct {
	path  string // of the spec, as people write it: spec.block.slug
	spec  steps
	model int
	field translator
}

// steps are indices of fields, one below the other.
type steps []int

// Block is the block of a vendor in a model, and which of its fields other code translates.
type Block struct {
	// Type is a block of the type, a pointer that may be nil.
	Type backend.Block
	// ByHand are paths below the block: a leaf, or a struct with all that is below it.
	ByHand []string
}

// New compiles the plan of two types. byHand are the paths that other code translates: a leaf, or a struct with all that is below
// it, outside the blocks. A leaf of the model without a field of the spec, a field of a type that cannot be translated, a reference that does not say
// what it names, and a path of byHand that is none, are errors that name the path.
func New[S, M any](blocks []Block, byHand ...string) (*Plan[S, M], error) {
	c := compiler{blocks: blocks, byHand: map[string]bool{}, used: map[string]bool{}}
	for _, b := range blocks {
		for _, path := range b.ByHand {
			byHand = append(byHand, b.Type.BlockName()+"."+path)
		}
	}
	for _, path := range byHand {
		c.byHand[path] = true
	}
	p := &Plan[S, M]{}
	p.root = c.node(reflect.TypeFor[S](), reflect.TypeFor[M](), "")
	for _, path := range byHand {
		if !c.used[path] {
			c.problems = append(c.problems, fmt.Sprintf("spec.%s: translated by hand, and no leaf of the model", path))
		}
	}
	if len(c.problems) > 0 {
		return nil, fmt.Errorf("mapping %T to %T: %s", *new(S), *new(M), strings.Join(c.problems, "; "))
	}
	return p, nil
}

// Must is New for types of this program: what does not fit is a mistake in them.
func Must[S, M any](blocks []Block, byHand ...string) *Plan[S, M] {
	p, err := New[S, M](blocks, byHand...)
	if err != nil {
		panic(err)
	}
	return p
}

type compiler struct {
	blocks       []Block
	byHand, used map[string]bool
	problems     []string
}

func (c *compiler) node(spec, model reflect.Type, path string) node {
	out := node{path: path}
	for i := range model.NumField() {
		tag, ok := model.Field(i).Tag.Lookup("field")
		if !ok {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if option == "block" {
			for _, b := range c.blocks {
				out.below = append(out.below, c.block(spec, b, i)...)
			}
			continue
		}
		full := name
		if path != "" {
			full = path + "." + name
		}
		if c.byHand[full] {
			c.used[full] = true
			continue
		}
		at, field, ok := find(spec, strings.Split(name, "."))
		switch {
		case !ok:
			c.problems = append(c.problems, fmt.Sprintf("spec.%s: is in the model and not in the spec", full))
		case option == "nested":
			if field.Type.Kind() != reflect.Pointer || field.Type.Elem().Kind() != reflect.Struct {
				c.problems = append(c.problems, fmt.Sprintf("spec.%s: a struct in the model and %s in the spec", full, field.Type))
				continue
			}
			below := c.node(field.Type.Elem(), model.Field(i).Type.Elem(), full)
			below.spec, below.model = at, i
			out.below = append(out.below, below)
		default:
			t, err := translate(field, model.Field(i).Type)
			if err != nil {
				c.problems = append(c.problems, fmt.Sprintf("spec.%s: %v", full, err))
				continue
			}
			out.leaves = append(out.leaves, leaf{"spec." + full, at, i, t})
		}
	}
	return out
}

// block compiles the block of a vendor; none where the kind has no such block in its spec.
func (c *compiler) block(spec reflect.Type, b Block, model int) []node {
	name, t := b.Type.BlockName(), reflect.TypeOf(b.Type).Elem()
	at, field, ok := find(spec, []string{name})
	if !ok || field.Type.Kind() != reflect.Pointer {
		c.problems = append(c.problems, fmt.Sprintf("spec.%s: a block of the model, and no struct of the spec", name))
		return nil
	}
	below := c.node(field.Type.Elem(), t, name)
	below.spec, below.model, below.block = at, model, t
	return []node{below}
}

// find returns the field of a spec at a path of JSON names.
func find(t reflect.Type, path []string) (steps, reflect.StructField, bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, reflect.StructField{}, false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && option == "inline" {
			if at, found, ok := find(f.Type, path); ok {
				return append(steps{i}, at...), found, true
			}
			continue
		}
		if name != path[0] {
			continue
		}
		if len(path) == 1 {
			return steps{i}, f, true
		}
		at, found, ok := find(f.Type, path[1:])
		return append(steps{i}, at...), found, ok
	}
	return nil, reflect.StructField{}, false
}

// get returns the value at the end; not valid where a struct on the way is missing.
func (s steps) get(v reflect.Value) reflect.Value {
	for _, i := range s {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// make returns the value at the end, and makes the structs on the way.
func (s steps) make(v reflect.Value) reflect.Value {
	for _, i := range s {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// ToModel fills the model by the spec. What cannot be resolved, or cannot be so, is noted in r.
func (p *Plan[S, M]) ToModel(spec *S, model *M, r *reference.Resolver) {
	p.root.toModel(reflect.ValueOf(spec).Elem(), reflect.ValueOf(model).Elem(), r)
}

func (n *node) toModel(spec, model reflect.Value, r *reference.Resolver) {
	for i := range n.leaves {
		l := &n.leaves[i]
		if from := l.spec.get(spec); from.IsValid() && !from.IsZero() {
			l.field.toModel(from, model.Field(l.model), l.path, r)
		}
	}
	for i := range n.below {
		b := &n.below[i]
		from := b.spec.get(spec)
		if !from.IsValid() || from.IsNil() {
			continue
		}
		b.toModel(from.Elem(), b.open(model), r)
	}
}

// open is the struct of the model that this node is about, which it makes if there is none.
func (n *node) open(model reflect.Value) reflect.Value {
	at := model.Field(n.model)
	if n.block == nil {
		if at.IsNil() {
			at.Set(reflect.New(at.Type().Elem()))
		}
		return at.Elem()
	}
	if at.IsNil() || at.Elem().Type().Elem() != n.block {
		at.Set(reflect.New(n.block))
	}
	return at.Elem().Elem()
}

// held is the struct of the model that this node is about; not valid if there is none.
func (n *node) held(model reflect.Value) reflect.Value {
	at := model.Field(n.model)
	if n.block == nil || at.IsNil() {
		return at.Elem()
	}
	if block := at.Elem().Elem(); block.IsValid() && block.Type() == n.block {
		return block
	}
	return reflect.Value{}
}

// ToSpec fills the spec by what is set in the model. names turns ids into what people write.
func (p *Plan[S, M]) ToSpec(model *M, spec *S, names Names) {
	p.root.toSpec(reflect.ValueOf(model).Elem(), reflect.ValueOf(spec).Elem(), names)
}

func (n *node) toSpec(model, spec reflect.Value, names Names) {
	for i := range n.leaves {
		l := &n.leaves[i]
		if from := model.Field(l.model); !from.IsNil() {
			l.field.toSpec(from, l.spec.make(spec), names)
		}
	}
	for i := range n.below {
		b := &n.below[i]
		if from := b.held(model); from.IsValid() {
			to := b.spec.make(spec)
			if to.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
			}
			b.toSpec(from, to.Elem(), names)
		}
	}
}
