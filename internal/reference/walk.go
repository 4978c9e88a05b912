package reference

import (
	"fmt"
	"reflect"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// walk finds the references to other objects below a value of one type. It is made once for each type. A reference is a
// *v1alpha1.LocalObjectRef, with the kind of its object in the tag `refers:"AppEntitlement"`.
type walk struct {
	// kind is that of the object, at a reference.
	kind string
	// items is how to go on from each item of a list.
	items *walk
	// fields are those of a struct with references below them, in the order of the type.
	fields []field
}

type field struct {
	index int
	walk  *walk
}

// walks are those of the specs of the managed kinds.
var walks = map[reflect.Type]*walk{}

func init() {
	for _, kind := range []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
		spec := specOf(New(kind)).Type()
		w, err := walkOf(spec, kind+".spec")
		if err != nil {
			panic("reference: " + err.Error())
		}
		walks[spec] = w
	}
}

// specOf is the spec struct of an object.
func specOf(obj Managed) reflect.Value { return reflect.ValueOf(obj).Elem().FieldByName("Spec") }

// walkOf returns nil where there are no references below a type. path says where it was met, for the error.
func walkOf(t reflect.Type, path string) (*walk, error) {
	switch t.Kind() {
	case reflect.Pointer:
		return walkOf(t.Elem(), path)
	case reflect.Slice:
		items, err := walkOf(t.Elem(), path+"[]")
		if items == nil || err != nil {
			return nil, err
		}
		return &walk{items: items}, nil
	case reflect.Struct:
	default:
		return nil, nil
	}
	out := &walk{}
	for i := range t.NumField() {
		f := t.Field(i)
		at := path + "." + f.Name
		if f.Type == reflect.TypeFor[*v1alpha1.LocalObjectRef]() {
			kind := f.Tag.Get("refers")
			if New(kind) == nil {
				return nil, fmt.Errorf("%s: the tag `refers` names no managed kind: %q", at, kind)
			}
			out.fields = append(out.fields, field{i, &walk{kind: kind}})
			continue
		}
		below, err := walkOf(f.Type, at)
		if err != nil {
			return nil, err
		}
		if below != nil {
			out.fields = append(out.fields, field{i, below})
		}
	}
	if len(out.fields) == 0 {
		return nil, nil
	}
	return out, nil
}

// each calls found for each reference below v.
func (w *walk) each(v reflect.Value, found func(kind, name string)) {
	if w == nil {
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch {
	case w.kind != "":
		found(w.kind, v.Addr().Interface().(*v1alpha1.LocalObjectRef).Name)
	case w.items != nil:
		for i := range v.Len() {
			w.items.each(v.Index(i), found)
		}
	default:
		for _, f := range w.fields {
			f.walk.each(v.Field(f.index), found)
		}
	}
}
