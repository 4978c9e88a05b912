package backendtest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Clone returns a deep copy of a model.
func Clone[D any](model D) D {
	return deepCopy(reflect.ValueOf(&model).Elem()).Interface().(D)
}

func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), 0, v.Len()))
			for i := range v.Len() {
				out = reflect.Append(out, deepCopy(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
			for _, k := range v.MapKeys() {
				out.SetMapIndex(k, deepCopy(v.MapIndex(k)))
			}
		}
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

// Set gives the leaf of model at path a value that is not empty. It fails where the
// model has no such leaf.
func Set[D backend.Model](model *D, path string) error {
	v, ok := backend.Leaf(model, path, true)
	if !ok {
		return fmt.Errorf("%T has no field %q", *model, path)
	}
	v.Set(filled(v.Type()))
	return nil
}

// lengthened returns a copy of model whose list at path has n items.
func lengthened[D backend.Model](t *testing.T, model D, path string, n int) D {
	t.Helper()
	out := Clone(model)
	v, ok := backend.Leaf(&out, path, true)
	if !ok || v.Kind() != reflect.Slice {
		t.Fatalf("%s is no list", path)
	}
	list := reflect.MakeSlice(v.Type(), 0, n)
	for range n {
		list = reflect.Append(list, filled(v.Type().Elem()))
	}
	v.Set(list)
	return out
}

// SetText gives the leaf of model at path a text; false where the leaf is none.
func SetText[D backend.Model](model *D, path, text string) bool {
	v, ok := backend.Leaf(model, path, true)
	if !ok || v.Type() != reflect.TypeFor[*string]() {
		return false
	}
	v.Set(reflect.ValueOf(&text))
	return true
}

// filled returns a value that is not empty. Of a struct only the first field is
// filled: most structs below a leaf are alternatives, and some hold themselves.
func filled(t reflect.Type) reflect.Value {
	out := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		out.Set(reflect.ValueOf(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)))
		return out
	case t == reflect.TypeFor[time.Duration]():
		out.SetInt(int64(time.Hour))
		return out
	}
	switch t.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(t.Elem()))
		out.Elem().Set(filled(t.Elem()))
	case reflect.Slice:
		out.Set(reflect.Append(out, filled(t.Elem())))
	case reflect.Map:
		out.Set(reflect.MakeMap(t))
		out.SetMapIndex(filled(t.Key()), filled(t.Elem()))
	case reflect.Struct:
		if t.NumField() > 0 {
			out.Field(0).Set(filled(t.Field(0).Type))
		}
	case reflect.String:
		out.SetString("some")
	case reflect.Bool:
		out.SetBool(true)
	case reflect.Interface:
		out.Set(reflect.ValueOf("some"))
	default:
		if out.CanInt() {
			out.SetInt(7)
		}
	}
	return out
}

// Only returns a copy of model with nothing set but the leaves at paths and below them.
func Only[D backend.Model](model D, paths []string) D {
	out := keep(Clone(model), func(path string, _ bool) bool { return backend.Covers(paths, path) })
	forgetFacts(&out)
	return out
}

// keep empties the leaves of model for which want is false.
func keep[D any](model D, want func(path string, parameter bool) bool) D {
	for _, f := range backend.Fields(model) {
		if want(f.Path, f.Parameter) {
			continue
		}
		if v, ok := backend.Leaf(&model, f.Path, false); ok && v.IsValid() {
			v.SetZero()
		}
	}
	return model
}

// forgetFacts empties what is no leaf.
func forgetFacts[D any](model *D) {
	v := reflect.ValueOf(model).Elem()
	for i := range v.NumField() {
		if _, ok := v.Type().Field(i).Tag.Lookup("field"); !ok {
			v.Field(i).SetZero()
		}
	}
}

// copyLeaf sets the leaf of to at path to what from has there. Of annotations only the
// keys of from are touched, and an empty value takes its key away.
func copyLeaf[D any](to *D, from D, path string) bool {
	source, ok := backend.Leaf(&from, path, false)
	if !ok {
		return false
	}
	backend.Open(to, backend.BlockOf(from))
	target, _ := backend.Leaf(to, path, true)
	if !source.IsValid() {
		target.SetZero()
		return true
	}
	pairs, ok := source.Interface().(backend.Pairs)
	if !ok {
		target.Set(deepCopy(source))
		return true
	}
	merged := backend.Pairs{}
	if old, ok := target.Interface().(backend.Pairs); ok {
		for k, v := range old {
			merged[k] = v
		}
	}
	for k, v := range pairs {
		if merged[k] = v; v == "" {
			delete(merged, k)
		}
	}
	target.Set(reflect.ValueOf(merged))
	return true
}

// differing lists the leaves in which two models differ, in the order of the model.
func differing[D any](a, b D) []string {
	hashes := func(model D) map[string]string {
		out := map[string]string{}
		for _, f := range backend.Fields(model) {
			out[f.Path] = f.Hash()
		}
		return out
	}
	ha, hb := hashes(a), hashes(b)
	return slices.DeleteFunc(backend.Paths(a), func(path string) bool { return ha[path] == hb[path] })
}
