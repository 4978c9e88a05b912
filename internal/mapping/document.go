package mapping

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// member is a field of a document: a struct that is compared and written as a whole, or a list of such. The members of the spec
// and of the model have the same JSON names, or the one of the model says in the tag `spec` what the other is called.
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
	none, f, ok := find(spec, []string{"none"})
	if !ok || f.Type != reflect.TypeFor[*v1alpha1.Marker]() {
		none = nil
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
			said := false
			for i := range members {
				m := &members[i]
				if from := model.Field(m.model); !from.IsZero() {
					m.field.toSpec(from, m.spec.make(spec), names)
					said = true
				}
			}
			if none != nil && !said { // A document that holds nothing says so.
				none.make(spec).Set(reflect.ValueOf(&v1alpha1.Marker{}))
			}
		},
	}, nil
}

func membersOf(spec, model reflect.Type) (out []member, err error) {
	for i := range model.NumField() {
		name, _, _ := strings.Cut(model.Field(i).Tag.Get("json"), ",")
		name = cmp.Or(model.Field(i).Tag.Get("spec"), name)
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
	case model.Kind() == reflect.String && (spec == reflect.TypeFor[v1alpha1.NamedRef]() || spec == reflect.TypeFor[*v1alpha1.NamedRef]()):
		t, _ := named(f, true, idOf)
		return t.translator, t.err
	case model.Kind() == reflect.String && spec == reflect.TypeFor[v1alpha1.UserRef]():
		return userID(), nil
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
