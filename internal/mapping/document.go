package mapping

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/governance-operator/governance-operator/internal/reference"
)

// member is a field of a document: a struct that is compared and written as a whole, or a list of such. The members of the spec
// and of the model have the same JSON names.
type member struct {
	json  string
	spec  steps
	model int
	field translator
}

// document translates between two structs, where each member of the model has one of the spec.
func document(spec, model reflect.Type) (translator, error) {
	members, err := membersOf(spec, model)
	if err != nil {
		return translator{}, err
	}
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			for i := range members {
				m := &members[i]
				if from := m.spec.get(spec); from.IsValid() && !from.IsZero() {
					m.field.toModel(from, model.Field(m.model), path+"."+m.json, r)
				}
			}
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			for i := range members {
				m := &members[i]
				if from := model.Field(m.model); !from.IsZero() {
					m.field.toSpec(from, m.spec.make(spec), names)
				}
			}
		},
	}, nil
}

func membersOf(spec, model reflect.Type) (out []member, err error) {
	for i := range model.NumField() {
		name, _, _ := strings.Cut(model.Field(i).Tag.Get("json"), ",")
		at, field, ok := find(spec, []string{name})
		if name == "" || !ok {
			return nil, fmt.Errorf("%s of the spec and %s of the model do not have the same members: %q", spec, model, name)
		}
		t, err := part(field, model.Field(i).Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, member{name, at, i, t})
	}
	return out, nil
}

// part finds out how a member becomes another one. A member may be a plain value, too, which is unset where it is zero.
func part(f reflect.StructField, model reflect.Type) (translator, error) {
	spec := f.Type
	switch {
	case scalar(spec) && scalar(model) && sameFamily(spec, model):
		return translator{
			toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) {
				model.Set(spec.Convert(model.Type()))
			},
			toSpec: func(model, spec reflect.Value, _ Names) { spec.Set(model.Convert(spec.Type())) },
		}, nil
	case spec.Kind() == reflect.Pointer && scalar(spec.Elem()) && scalar(model) && sameFamily(spec.Elem(), model):
		return translator{
			toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) {
				model.Set(spec.Elem().Convert(model.Type()))
			},
			toSpec: func(model, spec reflect.Value, _ Names) {
				spec.Set(reflect.New(spec.Type().Elem()))
				spec.Elem().Set(model.Convert(spec.Type().Elem()))
			},
		}, nil
	}
	return translate(f, model)
}

// below translates what a pointer points to.
func below(t translator) translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			model.Set(reflect.New(model.Type().Elem()))
			t.toModel(spec.Elem(), model.Elem(), path, r)
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			spec.Set(reflect.New(spec.Type().Elem()))
			t.toSpec(model.Elem(), spec.Elem(), names)
		},
	}
}

// each translates the items of a list.
func each(t translator) translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			model.Set(reflect.MakeSlice(model.Type(), spec.Len(), spec.Len()))
			for i := range spec.Len() {
				t.toModel(spec.Index(i), model.Index(i), fmt.Sprintf("%s[%d]", path, i), r)
			}
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			spec.Set(reflect.MakeSlice(spec.Type(), model.Len(), model.Len()))
			for i := range model.Len() {
				t.toSpec(model.Index(i), spec.Index(i), names)
			}
		},
	}
}
