// Package plain translates the plain fields of what a vendor answers and is sent: those that are on the wire what they are in the
// model, apart from their names. A field of a wire struct is one by its tag `field:"block.slug"`, the path of the leaf of the
// model; `enum:"PREFIX_"` beside it is the prefix of words that the vendor spells in its own way.
package plain

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Words spells the words of an enum with the prefix of its tag.
type Words struct {
	// Wire is a word of the model as the vendor spells it, and Model is the way back.
	Wire  func(prefix, word string) string
	Model func(prefix, value string) string
}

// Codec translates the plain fields of the wire structs W and the models M. It is compiled once, and safe for concurrent use.
type Codec[W any, M backend.Model] struct {
	block  reflect.Type
	words  Words
	fields []field
}

type field struct {
	wire  []int
	name  string // in JSON
	path  string
	enum  bool
	words string // the prefix of an enum
	// leaf leads to the leaf: from the model, or from the block.
	leaf    []int
	inBlock bool
}

// Value is a plain field of a model as it goes on the wire.
type Value struct {
	// Path is the leaf of the model, and Name the member in JSON.
	Path, Name string
	Value      any
}

// New compiles a codec for models with a block of this type. A tag without a leaf, and a leaf of another sort, is a mistake of the
// program, and panics with its name.
func New[W any, M backend.Model](block backend.Block, words Words) *Codec[W, M] {
	c := &Codec[W, M]{block: reflect.TypeOf(block).Elem(), words: words}
	wire := reflect.TypeFor[W]()
	for _, f := range reflect.VisibleFields(wire) {
		path := f.Tag.Get("field")
		if path == "" {
			continue
		}
		prefix, enum := f.Tag.Lookup("enum")
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out := field{wire: f.Index, name: name, path: path, enum: enum, words: prefix}
		below, own := strings.CutPrefix(path, block.BlockName()+".")
		in := reflect.TypeFor[M]()
		if own {
			in = c.block
		}
		leaf, at, ok := find(in, below)
		if !ok || !fits(f.Type, leaf) {
			panic(fmt.Sprintf("plain: %s.%s: no leaf of this sort is at %s", wire, f.Name, path))
		}
		out.leaf, out.inBlock = at, own
		c.fields = append(c.fields, out)
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

// fits reports whether a leaf holds what the wire has.
func fits(wire, leaf reflect.Type) bool {
	switch wire.Kind() {
	case reflect.String, reflect.Bool, reflect.Int64:
		return leaf.Kind() == reflect.Pointer && leaf.Elem().Kind() == wire.Kind()
	case reflect.Slice:
		return leaf == reflect.TypeFor[backend.Set]() && wire.Elem().Kind() == reflect.String
	default:
		return false
	}
}

// Decode fills the plain fields of a model, and makes its block. The model holds on to w.
func (c *Codec[W, M]) Decode(w *W, m *M) {
	wire, model := reflect.ValueOf(w).Elem(), reflect.ValueOf(m).Elem()
	backend.Open(m, reflect.Zero(reflect.PointerTo(c.block)).Interface().(backend.Block))
	block := reflect.ValueOf(backend.BlockOf(m)).Elem()
	for i := range c.fields {
		f := &c.fields[i]
		from, to := wire.FieldByIndex(f.wire), model
		if f.inBlock {
			to = block
		}
		to = made(to, f.leaf)
		switch {
		case f.enum:
			to.Set(reflect.ValueOf(backend.To(c.words.Model(f.words, from.String()))))
		case from.Kind() == reflect.Slice:
			to.Set(reflect.ValueOf(append(backend.Set{}, from.Convert(reflect.TypeFor[[]string]()).Interface().([]string)...)))
		case from.Type() == to.Type().Elem():
			to.Set(from.Addr())
		default:
			to.Set(reflect.New(to.Type().Elem()))
			to.Elem().Set(from.Convert(to.Type().Elem()))
		}
	}
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
	model, block := reflect.ValueOf(m).Elem(), reflect.Value{}
	if b := reflect.ValueOf(backend.BlockOf(m)); b.IsValid() && b.Type().Elem() == c.block {
		block = b.Elem()
	}
	var out []Value
	for i := range c.fields {
		f := &c.fields[i]
		from := model
		if f.inBlock {
			from = block
		}
		if leaf := get(from, f.leaf); leaf.IsValid() && !leaf.IsNil() && wants(f.path) {
			out = append(out, Value{f.path, f.name, c.value(f, leaf)})
		}
	}
	return out
}

func (c *Codec[W, M]) value(f *field, leaf reflect.Value) any {
	switch {
	case f.enum:
		return c.words.Wire(f.words, leaf.Elem().String())
	case leaf.Kind() == reflect.Slice:
		return Texts(leaf.Interface().(backend.Set))
	default:
		return leaf.Elem().Interface()
	}
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

// Texts is a set as a list on the wire; never nil.
func Texts(s backend.Set) []string { return append([]string{}, s...) }
