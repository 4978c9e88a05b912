package mapping

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Names turns ids into what people write.
type Names interface {
	// Name is what an id is called, in the place and of the kind that q says; empty if it is to be written as the id.
	Name(q backend.Name, id string) string
	// Object is the object of this namespace whose remote that is; empty if there is none.
	Object(kind, parentID, id string) string
}

// translator translates one field in both directions. Neither way is asked about a field that is unset.
type translator struct {
	toModel func(spec, model reflect.Value, path string, r *reference.Resolver)
	toSpec  func(model, spec reflect.Value, names Names)
}

// translate finds out how a field of the spec becomes a leaf of the model, by their types.
func translate(f reflect.StructField, model reflect.Type) (translator, error) {
	if t, ok := references(f, model); ok {
		return t.translator, t.err
	}
	spec := f.Type
	switch {
	case spec == reflect.TypeFor[v1alpha1.Duration]() && model == reflect.TypeFor[*backend.Duration]():
		return span(), nil
	case spec == reflect.TypeFor[v1alpha1.GrantDuration]() && model == reflect.TypeFor[*backend.Duration]():
		return grant(), nil
	case spec == reflect.TypeFor[v1alpha1.Timestamp]() && model == reflect.TypeFor[*backend.Instant]():
		return instant(), nil
	case spec == reflect.TypeFor[*v1alpha1.Marker]() && model == reflect.TypeFor[*struct{}]():
		return presence(), nil
	case spec.Kind() == reflect.String && model == reflect.TypeFor[*string]():
		return text(), nil
	case spec.Kind() == reflect.Pointer && model.Kind() == reflect.Pointer && scalar(spec.Elem()) && sameFamily(spec.Elem(), model.Elem()):
		return value(), nil
	case spec.Kind() == reflect.Slice && model.Kind() == reflect.Slice && spec.Elem().Kind() == reflect.String && model.Elem().Kind() == reflect.String:
		return list(), nil
	case spec.Kind() == reflect.Map && model.Kind() == reflect.Map && spec.Key().Kind() == reflect.String && spec.Elem().Kind() == reflect.String && model.Elem().Kind() == reflect.String:
		return pairs(), nil
	}
	for _, wrap := range []struct {
		kind reflect.Kind
		of   func(translator) translator
	}{{reflect.Pointer, below}, {reflect.Slice, each}} {
		if spec.Kind() == wrap.kind && model.Kind() == wrap.kind && spec.Elem().Kind() == reflect.Struct && model.Elem().Kind() == reflect.Struct {
			t, err := document(spec.Elem(), model.Elem())
			return wrap.of(t), err
		}
	}
	return translator{}, fmt.Errorf("%s of the spec and %s of the model are translated by hand", spec, model)
}

func scalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int32, reflect.Int64:
		return true
	default:
		return false
	}
}

// sameFamily reports whether one of them can be converted to the other and back: numbers, or texts, or truths.
func sameFamily(a, b reflect.Type) bool {
	return a.Kind() == b.Kind() || a.ConvertibleTo(b) && a.Kind() != reflect.String && b.Kind() != reflect.String
}

// text is a text that is unset where it is empty.
func text() translator {
	return translator{
		toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) {
			model.Set(reflect.ValueOf(backend.To(spec.String())))
		},
		toSpec: func(model, spec reflect.Value, _ Names) { spec.SetString(model.Elem().String()) },
	}
}

// value is a pointer to a number, a text or a truth.
func value() translator {
	return translator{
		toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) { point(spec, model) },
		toSpec:  func(model, spec reflect.Value, _ Names) { point(model, spec) },
	}
}

// point makes to point to what from points to, or to a copy of it where their types differ. Nobody writes through either.
func point(from, to reflect.Value) {
	if from.Type() == to.Type() {
		to.Set(from)
		return
	}
	v := reflect.New(to.Type().Elem())
	v.Elem().Set(from.Elem().Convert(to.Type().Elem()))
	to.Set(v)
}

// list is a list of texts. One that is empty stays so: it states that there is nothing.
func list() translator {
	return translator{
		toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) { copyList(spec, model) },
		toSpec:  func(model, spec reflect.Value, _ Names) { copyList(model, spec) },
	}
}

func copyList(from, to reflect.Value) {
	if texts, ok := from.Addr().Interface().(*[]string); ok && to.Type() == reflect.TypeFor[backend.Set]() {
		*to.Addr().Interface().(*backend.Set) = append(backend.Set{}, *texts...)
		return
	}
	out := reflect.MakeSlice(to.Type(), from.Len(), from.Len())
	for i := range from.Len() {
		out.Index(i).SetString(from.Index(i).String())
	}
	to.Set(out)
}

// pairs is a map of texts.
func pairs() translator {
	return translator{
		toModel: func(spec, model reflect.Value, _ string, _ *reference.Resolver) { copyPairs(spec, model) },
		toSpec:  func(model, spec reflect.Value, _ Names) { copyPairs(model, spec) },
	}
}

func copyPairs(from, to reflect.Value) {
	out := reflect.MakeMapWithSize(to.Type(), from.Len())
	for entries := from.MapRange(); entries.Next(); {
		out.SetMapIndex(entries.Key().Convert(to.Type().Key()), entries.Value().Convert(to.Type().Elem()))
	}
	to.Set(out)
}

// presence is a field whose being there is the value.
func presence() translator {
	return translator{
		toModel: func(_, model reflect.Value, _ string, _ *reference.Resolver) { model.Set(reflect.ValueOf(&struct{}{})) },
		toSpec:  func(_, spec reflect.Value, _ Names) { spec.Set(reflect.ValueOf(&v1alpha1.Marker{})) },
	}
}

func span() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			setSpan(model, v1alpha1.Duration(spec.String()), path, r)
		},
		toSpec: func(model, spec reflect.Value, _ Names) {
			spec.SetString(Spell(model.Interface().(*backend.Duration).Duration))
		},
	}
}

func setSpan(model reflect.Value, d v1alpha1.Duration, path string, r *reference.Resolver) {
	length, err := d.Parse()
	if err != nil {
		r.Reject(v1alpha1.ReasonInvalidSpec, path, "%q is not a length of time", d)
		return
	}
	model.Set(reflect.ValueOf(&backend.Duration{Duration: length}))
}

// grant is a length of time, or no end.
func grant() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			if d := v1alpha1.GrantDuration(spec.String()); d == v1alpha1.GrantUnlimited {
				model.Set(reflect.ValueOf(&backend.Duration{Unlimited: true}))
			} else {
				setSpan(model, v1alpha1.Duration(d), path, r)
			}
		},
		toSpec: func(model, spec reflect.Value, _ Names) {
			if d := model.Interface().(*backend.Duration); d.Unlimited {
				spec.SetString(string(v1alpha1.GrantUnlimited))
			} else {
				spec.SetString(Spell(d.Duration))
			}
		},
	}
}

// Spell writes a length of time as specs have it, in days, hours, minutes, seconds and milliseconds: "30d", "1h30m". What is
// shorter than a millisecond is left out.
func Spell(d time.Duration) string {
	var out strings.Builder
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}} {
		if n := d / unit.length; n > 0 {
			fmt.Fprintf(&out, "%d%s", n, unit.name)
			d %= unit.length
		}
	}
	if out.Len() == 0 {
		return "0s"
	}
	return out.String()
}

func instant() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			at, err := v1alpha1.Timestamp(spec.String()).Parse()
			if err != nil {
				r.Reject(v1alpha1.ReasonInvalidSpec, path, "%q is not an instant", spec.String())
				return
			}
			model.Set(reflect.ValueOf(&backend.Instant{Time: at}))
		},
		toSpec: func(model, spec reflect.Value, _ Names) {
			spec.SetString(model.Interface().(*backend.Instant).UTC().Format(time.RFC3339Nano))
		},
	}
}
