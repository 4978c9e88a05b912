// Package plain translates the plain fields of what a vendor answers and is sent: those that are on the wire what they are in the
// model, apart from their names. A field of a wire struct is one by its tag `field:"block.slug"`, the path of the leaf of the
// model; `enum:"PREFIX_"` beside it is the prefix of words that the vendor spells in its own way. A leaf that is a document, a
// struct that is written as a whole, is plain where its members have the same names in Go as those of the wire.
package plain

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Codec translates the plain fields of the wire structs W and the models M. It is compiled once, and safe for concurrent use.
type Codec[W any, M backend.Model] struct {
	block  reflect.Type
	at     []int // the block of a model
	fields []field
}

type field struct {
	wire []int
	on   reflect.Type // the type on the wire
	name string       // in JSON
	path string
	// leaf leads to the leaf: from the model, or from the block.
	leaf    []int
	inBlock bool
	form
}

// Value is a plain field of a model as it goes on the wire.
type Value struct {
	// Path is the leaf of the model, and Name the member in JSON.
	Path, Name string
	Value      any
	wire       []int
}

// New compiles a codec for models with a block of this type. A tag without a leaf, and a leaf of another sort, is a mistake of the
// program, and it panics with the name.
func New[W any, M backend.Model](block backend.Block, words Words) *Codec[W, M] {
	c := &Codec[W, M]{block: reflect.TypeOf(block).Elem()}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[M]()) {
		if f.Type == reflect.TypeFor[backend.Block]() {
			c.at = f.Index
		}
	}
	forms := &compiler{words: words, documents: map[[2]reflect.Type]*document{}}
	wire := reflect.TypeFor[W]()
	for _, f := range reflect.VisibleFields(wire) {
		path := f.Tag.Get("field")
		if path == "" {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		below, own := strings.CutPrefix(path, block.BlockName()+".")
		in := reflect.TypeFor[M]()
		if own {
			in = c.block
		}
		leaf, at, ok := find(in, below)
		if !ok {
			panic(fmt.Sprintf("plain: %s.%s: no leaf is at %s", wire, f.Name, path))
		}
		translate, err := forms.form(f.Type, leaf, f.Tag)
		if err != nil {
			panic(fmt.Sprintf("plain: %s.%s, %s: %v", wire, f.Name, path, err))
		}
		c.fields = append(c.fields, field{wire: f.Index, on: f.Type, name: name, path: path, leaf: at, inBlock: own, form: translate})
	}
	return c
}

// find returns the type of the leaf at a path below a struct, and the way to it.
func find(t reflect.Type, path string) (reflect.Type, []int, bool) {
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("field"), ",")
		if name == path && name != "" && option != "nested" {
			return t.Field(i).Type, []int{i}, true
		}
		if rest, below := strings.CutPrefix(path, name+"."); below && option == "nested" {
			if leaf, at, ok := find(t.Field(i).Type.Elem(), rest); ok {
				return leaf, append([]int{i}, at...), true
			}
		}
	}
	return nil, nil, false
}

// Decode is m with its plain fields filled, and with a block. It holds on to w.
func (c *Codec[W, M]) Decode(w *W, m M) M {
	wire := reflect.ValueOf(w).Elem()
	if at := reflect.ValueOf(&m).Elem().FieldByIndex(c.at); at.IsNil() {
		at.Set(reflect.New(c.block))
	}
	model, block := c.parts(&m)
	for i := range c.fields {
		f := &c.fields[i]
		to := model
		if f.inBlock {
			to = block
		}
		f.toModel(wire.FieldByIndex(f.wire), made(to, f.leaf))
	}
	return m
}

// made is the leaf at the end of a way, whose structs are made.
func made(v reflect.Value, way []int) reflect.Value {
	for i, at := range way {
		if i > 0 {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}

// Encode lists the plain fields that are set in a model and of which wants is true, in the order of the wire struct.
func (c *Codec[W, M]) Encode(m *M, wants func(path string) bool) []Value {
	model, block := c.parts(m)
	var out []Value
	for i := range c.fields {
		f := &c.fields[i]
		if leaf := f.of(model, block); leaf.IsValid() && !leaf.IsNil() && wants(f.path) {
			on := reflect.New(f.on).Elem()
			f.toWire(leaf, on)
			out = append(out, Value{f.path, f.name, on.Interface(), f.wire})
		}
	}
	return out
}

// Fill writes the plain fields that are set in a model into w.
func (c *Codec[W, M]) Fill(w *W, m *M) {
	model, block := c.parts(m)
	wire := reflect.ValueOf(w).Elem()
	for i := range c.fields {
		f := &c.fields[i]
		if leaf := f.of(model, block); leaf.IsValid() && !leaf.IsNil() {
			f.toWire(leaf, wire.FieldByIndex(f.wire))
		}
	}
}

// parts are a model and its block, which is not valid where it is another vendor's.
func (c *Codec[W, M]) parts(m *M) (model, block reflect.Value) {
	model = reflect.ValueOf(m).Elem()
	if b := model.FieldByIndex(c.at).Elem(); b.IsValid() && b.Type().Elem() == c.block {
		block = b.Elem()
	}
	return model, block
}

func (f *field) of(model, block reflect.Value) reflect.Value {
	if f.inBlock {
		return get(block, f.leaf)
	}
	return get(model, f.leaf)
}

// Shows reports whether what a vendor answered has the field of a value. A text, a number and a switch are always there.
func (c *Codec[W, M]) Shows(live *W, v Value) bool {
	on := reflect.ValueOf(live).Elem().FieldByIndex(v.wire)
	return scalar(on.Type()) || !on.IsZero()
}

// get is the leaf at the end of a way; not valid where a struct on it is missing.
func get(v reflect.Value, way []int) reflect.Value {
	for i, at := range way {
		if !v.IsValid() {
			return v
		}
		if i > 0 {
			if v.IsNil() {
				return reflect.Value{}
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}
