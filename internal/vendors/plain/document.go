package plain

import (
	"fmt"
	"reflect"
)

// Document translates structs, or lists of such, that are compared and written as a whole: each member of M is the one of the same
// name of W, where `enum` tells the prefix of words. What W has beside them is left alone. It is compiled once, and safe for
// concurrent use.
type Document[W, M any] struct{ whole form }

// NewDocument compiles the translation of two structs. Members that do not fit are a mistake of the program, and it panics with
// their name.
func NewDocument[W, M any](words Words) *Document[W, M] {
	c := &compiler{words: words, documents: map[[2]reflect.Type]*document{}}
	whole, err := c.form(reflect.TypeFor[W](), reflect.TypeFor[M](), "")
	if err != nil {
		panic("plain: " + err.Error())
	}
	return &Document[W, M]{whole}
}

// Model is what the wire says.
func (d *Document[W, M]) Model(w W) (m M) {
	d.whole.toModel(reflect.ValueOf(&w).Elem(), reflect.ValueOf(&m).Elem())
	return m
}

// Wire is what goes on the wire.
func (d *Document[W, M]) Wire(m M) W {
	var w W
	return d.Over(w, m)
}

// Over is w with what is set in m laid over it.
func (d *Document[W, M]) Over(w W, m M) W {
	d.whole.toWire(reflect.ValueOf(&m).Elem(), reflect.ValueOf(&w).Elem())
	return w
}

type document struct{ members []member }

type member struct {
	wire  []int
	model int
	list  bool
	form
}

// document is filled in after it is known, so that it may hold itself.
func (c *compiler) document(wire, model reflect.Type) (*document, error) {
	pair := [2]reflect.Type{wire, model}
	if known := c.documents[pair]; known != nil {
		return known, nil
	}
	d := &document{}
	c.documents[pair] = d
	for i := range model.NumField() {
		name := model.Field(i).Name
		field, ok := wire.FieldByName(name)
		if !ok {
			return d, fmt.Errorf("%s has no %s as %s has", wire, name, model)
		}
		f, err := c.form(field.Type, model.Field(i).Type, field.Tag)
		if err != nil {
			return d, fmt.Errorf("%s.%s: %w", wire, name, err)
		}
		d.members = append(d.members, member{field.Index, i, field.Type.Kind() == reflect.Slice, f})
	}
	return d, nil
}

func (d *document) toModel(wire, model reflect.Value) {
	for i := range d.members {
		m := &d.members[i]
		m.form.toModel(wire.FieldByIndex(m.wire), model.Field(m.model))
	}
}

func (d *document) toWire(model, wire reflect.Value) {
	for i := range d.members {
		m := &d.members[i]
		if from := model.Field(m.model); m.list || !from.IsZero() {
			m.form.toWire(from, wire.FieldByIndex(m.wire))
		}
	}
}
