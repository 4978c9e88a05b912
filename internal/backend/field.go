package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
)

// Field is one leaf of a model that is set.
//
// A model is a struct whose leaves are pointers, slices or maps: nil is unset, and
// an unset field is not ours to touch. The tag `field:"path"` names the leaf below
// spec; `field:"path,nested"` descends into a pointer to a struct; the option
// `parameter` marks a value that steers a call and is never compared; fields
// without the tag are facts for status. `field:",block"` is the block of one vendor, whose fields are below its name.
type Field struct {
	Path string
	// Block names the block that the field is of, empty for a field that is not one vendor's.
	Block     string
	Parameter bool
	value     reflect.Value
}

// Fields lists the leaves of model that are set, in the order of the struct.
func Fields(model any) []Field {
	var out []Field
	collect(reflect.Indirect(reflect.ValueOf(model)), place{}, &out, false)
	return out
}

// place is where in a model a struct is: its path, empty for the model itself, and the vendor's block it is of.
type place struct{ path, block string }

func collect(v reflect.Value, at place, out *[]Field, unset bool) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		tag, ok := v.Type().Field(i).Tag.Lookup("field")
		if !ok {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if at.path != "" {
			name = at.path + "." + name
		}
		value := v.Field(i)
		switch {
		case option == "block":
			if block, ok := value.Interface().(Block); ok {
				collect(value.Elem().Elem(), place{block.BlockName(), block.BlockName()}, out, unset)
			}
		case option == "nested":
			if value.IsNil() && unset {
				value = reflect.New(value.Type().Elem())
			}
			if !value.IsNil() {
				collect(value.Elem(), place{name, at.block}, out, unset)
			}
		case unset || !value.IsNil():
			*out = append(*out, Field{Path: name, Block: at.block, Parameter: option == "parameter", value: value})
		}
	}
}

// Paths lists every path that a model of this type can have. Of a vendor's block only that which the model has.
func Paths(model any) []string {
	var all []Field
	collect(reflect.Indirect(reflect.ValueOf(model)), place{}, &all, true)
	paths := make([]string, len(all))
	for i, f := range all {
		paths[i] = f.Path
	}
	return paths
}

// Clear unsets the leaves of a model that hold one of paths, and returns the paths that none holds.
func Clear(model any, paths []string) (rest []string) {
	leaves := Fields(model)
	for _, path := range paths {
		held := false
		for _, leaf := range leaves {
			if Covers([]string{leaf.Path}, path) || Covers([]string{path}, leaf.Path) {
				leaf.value.SetZero()
				held = true
			}
		}
		if !held {
			rest = append(rest, path)
		}
	}
	return rest
}

// Select is a model with those leaves of another one that keep chooses, and without facts. It shares their values.
func Select[D any](model D, keep func(Field) bool) D {
	var out D
	opened := Open(&out, BlockOf(model))
	for _, f := range Fields(&model) {
		if keep(f) {
			leafAt(reflect.ValueOf(&out).Elem(), f.Path).Set(f.value)
		}
	}
	trim(&out, opened)
	return out
}

// Text is the value as a word, for a leaf that is one; JSON otherwise.
func (f Field) Text() string {
	if s, ok := f.value.Interface().(*string); ok {
		return Value(s)
	}
	return string(f.canonical())
}

// Len is the number of items of a list, zero for anything else.
func (f Field) Len() int {
	if f.value.Kind() == reflect.Slice {
		return f.value.Len()
	}
	return 0
}

// Zero reports whether the value is empty: "", false, 0, [] or nothing.
func (f Field) Zero() bool { return isZero(f.canonical()) }

// Empty reports whether there is nothing in the field: it is zero, or a map without keys.
func (f Field) Empty() bool { return f.Zero() || f.value.Kind() == reflect.Map && f.value.Len() == 0 }

// Hash is equal for values that mean the same.
func (f Field) Hash() string { return hashOf(f.canonical()) }

// Holds reports whether a document has a member of that name, in the sense of the document where it has one of its own.
func (f Field) Holds(member string) bool {
	if document, ok := f.value.Interface().(interface{ Holds(string) bool }); ok {
		return document.Holds(member)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(f.canonical(), &members) != nil {
		return false
	}
	_, ok := members[member]
	return ok
}

func (f Field) canonical() []byte {
	if !f.value.IsValid() {
		return []byte("null")
	}
	raw, err := json.Marshal(f.value.Interface())
	if err != nil {
		// Models hold nothing that JSON cannot render; a new type that does must be seen at once.
		panic("backend: model field " + f.Path + " cannot be rendered: " + err.Error())
	}
	return raw
}

func isZero(canonical []byte) bool {
	switch string(canonical) {
	case "null", `""`, "false", "0", "[]", `"0s"`:
		return true
	}
	return false
}

// hashOf treats every empty value alike: vendors answer "" where nothing was set.
func hashOf(canonical []byte) string {
	if isZero(canonical) {
		return "empty"
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:10])
}

// Managed returns two maps with only the keys of p: what is wanted and what is there, empty values meaning absent.
func (p Pairs) Managed(have Pairs) (want, there Pairs) {
	w, h := Pairs{}, Pairs{}
	for k, v := range p {
		if v != "" {
			w[k] = v
		}
		if hv := have[k]; hv != "" {
			h[k] = hv
		}
	}
	return w, h
}

// leafAt returns the leaf at path of a model that can be set, and makes the structs above it.
func leafAt(v reflect.Value, path string) reflect.Value {
	found, ok := leaf(v, path, true)
	if !ok {
		panic("backend: no field " + path)
	}
	return found
}

// Leaf returns the leaf of a model, a pointer or a value, at a path. With build the structs above it are made; without, the
// result is not valid where one of them is missing. False where a model of this type has no such leaf. A block is not made, see
// Open.
func Leaf(model any, path string, build bool) (reflect.Value, bool) {
	return leaf(reflect.Indirect(reflect.ValueOf(model)), path, build)
}

func leaf(model reflect.Value, path string, build bool) (reflect.Value, bool) {
	for i := range model.NumField() {
		name, option, _ := strings.Cut(model.Type().Field(i).Tag.Get("field"), ",")
		value := model.Field(i)
		if option == "block" && !value.IsNil() {
			if rest, below := strings.CutPrefix(path, value.Interface().(Block).BlockName()+"."); below {
				return leaf(value.Elem().Elem(), rest, build)
			}
		}
		if name == "" {
			continue
		}
		if option != "nested" {
			if name == path {
				return value, true
			}
			continue
		}
		rest, below := strings.CutPrefix(path, name+".")
		if !below {
			continue
		}
		if value.IsNil() {
			// A path that begins like a nested one may be another field's: nothing is made before it is found.
			inner := reflect.New(value.Type().Elem())
			found, ok := leaf(inner.Elem(), rest, true)
			if !ok {
				continue
			}
			if !build {
				return reflect.Value{}, true
			}
			value.Set(inner)
			return found, true
		}
		if found, ok := leaf(value.Elem(), rest, build); ok {
			return found, true
		}
	}
	return reflect.Value{}, false
}
