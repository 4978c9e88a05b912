package plain

import (
	"fmt"
	"reflect"
	"strings"
)

// Document translates structs, or lists of such, that are compared and written as a whole: each member of M is the one of the same
// name of W, where `enum` tells the prefix of words. What W has beside them is left alone. It is compiled once, and safe for
// concurrent use.
type Document[W, M any] struct {
	whole   form
	members *document // nil for a list
}

// NewDocument compiles the translation of two structs. Members that do not fit are a mistake of the program, and it panics with
// their name.
func NewDocument[W, M any](words Words) *Document[W, M] {
	c := &compiler{words: words, documents: map[[2]reflect.Type]*document{}}
	pair := [2]reflect.Type{reflect.TypeFor[W](), reflect.TypeFor[M]()}
	whole, err := c.form(pair[0], pair[1], "")
	if err != nil {
		panic("plain: " + err.Error())
	}
	return &Document[W, M]{whole, c.documents[pair]}
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

// Read is what the members say that read finds by their names in JSON. A member of which read is false is as one that is not set.
func (d *Document[W, M]) Read(read func(name string, into any) bool) (m M) {
	var w W
	wire := reflect.ValueOf(&w).Elem()
	for i := range d.members.all {
		m := &d.members.all[i]
		if at := wire.FieldByIndex(m.wire); !read(m.name, at.Addr().Interface()) {
			at.SetZero()
		}
	}
	d.members.toModel(wire, reflect.ValueOf(&m).Elem())
	return m
}

// Members are those that are set in m as they go on the wire, by their names in JSON.
func (d *Document[W, M]) Members(m M) map[string]any {
	out := map[string]any{}
	model := reflect.ValueOf(m)
	for i := range d.members.all {
		f := &d.members.all[i]
		if from := model.Field(f.model); !from.IsZero() {
			to := reflect.New(f.on).Elem()
			f.form.toWire(from, to)
			out[f.name] = to.Interface()
		}
	}
	return out
}

type document struct{ all []member }

type member struct {
	wire  []int
	on    reflect.Type // the type on the wire
	name  string       // in JSON
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
		field, ok := wire.FieldByName(model.Field(i).Name)
		if !ok {
			return d, fmt.Errorf("%s has no %s as %s has", wire, model.Field(i).Name, model)
		}
		f, err := c.form(field.Type, model.Field(i).Type, field.Tag)
		if err != nil {
			return d, fmt.Errorf("%s.%s: %w", wire, field.Name, err)
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		d.all = append(d.all, member{field.Index, field.Type, name, i, field.Type.Kind() == reflect.Slice, f})
	}
	return d, nil
}

func (d *document) toModel(wire, model reflect.Value) {
	for i := range d.all {
		m := &d.all[i]
		m.form.toModel(wire.FieldByIndex(m.wire), model.Field(m.model))
	}
}

func (d *document) toWire(model, wire reflect.Value) {
	for i := range d.all {
		m := &d.all[i]
		if from := model.Field(m.model); m.list || !from.IsZero() {
			m.form.toWire(from, wire.FieldByIndex(m.wire))
		}
	}
}
