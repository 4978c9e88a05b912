package plain

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Words is how a vendor spells what is not the same on the wire and in a model.
type Words struct {
	// Wire spells a word of the model with the prefix of its tag as the vendor does, and Model is the way back.
	Wire  func(prefix, word string) string
	Model func(prefix, value string) string
	// Forms are the pairs of types that functions translate.
	Forms []Form
}

// Form translates between a type on the wire and one of the model.
type Form struct {
	wire, model reflect.Type
	form
}

// By is a form of two functions, which are each other's way back. Nothing that is unset goes through toWire.
func By[W, M any](toModel func(W) M, toWire func(M) W) Form {
	return Form{reflect.TypeFor[W](), reflect.TypeFor[M](), form{
		toModel: func(wire, model reflect.Value) { model.Set(reflect.ValueOf(toModel(wire.Interface().(W)))) },
		toWire:  func(model, wire reflect.Value) { wire.Set(reflect.ValueOf(toWire(model.Interface().(M)))) },
	}}
}

// form reads the first into the second. What toModel sets is unset before; what toWire gets is set, and what it writes over may be.
type form struct {
	toModel, toWire func(from, to reflect.Value)
}

// compiler finds the forms of types. A document that holds another one of its own type is compiled once.
type compiler struct {
	words     Words
	documents map[[2]reflect.Type]*document
}

// form finds out how a field on the wire becomes one of the model; its tag may have `enum`, the prefix of words.
func (c *compiler) form(wire, model reflect.Type, tag reflect.StructTag) (form, error) {
	for _, f := range c.words.Forms {
		if f.wire == wire && f.model == model {
			return f.form, nil
		}
	}
	prefix, enum := tag.Get("enum"), isEnum(tag)
	switch {
	case enum && wire.Kind() == reflect.String && model.Kind() == reflect.String:
		return form{
			toModel: func(wire, model reflect.Value) { model.SetString(c.words.Model(prefix, wire.String())) },
			toWire:  func(model, wire reflect.Value) { wire.SetString(c.words.Wire(prefix, model.String())) },
		}, nil
	case wire == model && !enum:
		return form{toModel: assign, toWire: assign}, nil
	case model.Kind() == reflect.Pointer:
		return c.pointer(wire, model, tag)
	case scalar(wire) && wire.Kind() == model.Kind() && !enum:
		return form{toModel: convert, toWire: convert}, nil
	case wire.Kind() == reflect.Slice && model.Kind() == reflect.Slice:
		return c.list(wire, model, tag)
	case wire.Kind() == reflect.Map && wire.ConvertibleTo(model):
		return form{toModel: convert, toWire: convert}, nil
	case wire.Kind() == reflect.Struct && model.Kind() == reflect.Struct:
		d, err := c.document(wire, model)
		return form{toModel: d.toModel, toWire: d.toWire}, err
	}
	return form{}, fmt.Errorf("%s on the wire is no %s", wire, model)
}

// isEnum reports whether a field is a word; its prefix may be empty.
func isEnum(tag reflect.StructTag) bool {
	_, enum := tag.Lookup("enum")
	return enum
}

func scalar(t reflect.Type) bool {
	return t.Kind() == reflect.String || t.Kind() == reflect.Bool || t.Kind() == reflect.Int64
}

func assign(from, to reflect.Value)  { to.Set(from) }
func convert(from, to reflect.Value) { to.Set(from.Convert(to.Type())) }

// pointer is of a leaf: what a vendor always shows is always set.
func (c *compiler) pointer(wire, model reflect.Type, tag reflect.StructTag) (form, error) {
	if wire.Kind() != reflect.Pointer {
		f, err := c.form(wire, model.Elem(), tag)
		same := wire == model.Elem() && !isEnum(tag)
		return form{
			toModel: func(wire, model reflect.Value) {
				if same && wire.CanAddr() {
					point(model, wire)
					return
				}
				model.Set(reflect.New(model.Type().Elem()))
				f.toModel(wire, model.Elem())
			},
			toWire: func(model, wire reflect.Value) { f.toWire(model.Elem(), wire) },
		}, err
	}
	f, err := c.form(wire.Elem(), model.Elem(), tag)
	return form{toModel: below(f.toModel), toWire: below(f.toWire)}, err
}

// point makes a leaf point to what is on the wire. Most are texts and switches, for which reflection is slow.
func point(model, wire reflect.Value) {
	switch leaf := model.Addr().Interface().(type) {
	case **string:
		*leaf = wire.Addr().Interface().(*string)
	case **bool:
		*leaf = wire.Addr().Interface().(*bool)
	default:
		model.Set(wire.Addr())
	}
}

// below translates what a pointer points to.
func below(f func(from, to reflect.Value)) func(from, to reflect.Value) {
	return func(from, to reflect.Value) {
		if !from.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
			f(from.Elem(), to.Elem())
		}
	}
}

// items takes a list over. Most are sets, for which reflection is slow.
func items(from, to reflect.Value) {
	if set, ok := to.Addr().Interface().(*backend.Set); ok && from.CanAddr() {
		if texts, ok := from.Addr().Interface().(*[]string); ok {
			*set = *texts
			return
		}
	}
	convert(from, to)
}

// list translates each item. No list stays none, unless the wire always has one: then it is empty where there was none.
func (c *compiler) list(wire, model reflect.Type, tag reflect.StructTag) (form, error) {
	item, err := c.form(wire.Elem(), model.Elem(), tag)
	_, options, _ := strings.Cut(tag.Get("json"), ",")
	always := options != "omitempty"
	if wire.Elem() == model.Elem() && !isEnum(tag) {
		whole := func(from, to reflect.Value) {
			switch {
			case !from.IsNil():
				items(from, to)
			case always && to.IsNil():
				to.Set(reflect.MakeSlice(to.Type(), 0, 0))
			}
		}
		return form{toModel: whole, toWire: whole}, nil
	}
	each := func(translate func(from, to reflect.Value)) func(from, to reflect.Value) {
		return func(from, to reflect.Value) {
			if from.IsNil() && (!always || !to.IsNil()) {
				return
			}
			out := reflect.MakeSlice(to.Type(), from.Len(), from.Len())
			for i := range from.Len() {
				translate(from.Index(i), out.Index(i))
			}
			to.Set(out)
		}
	}
	return form{toModel: each(item.toModel), toWire: each(item.toWire)}, err
}
