package sailpoint

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// edit is one operation of a JSON Patch.
type edit struct {
	op    string
	path  []string
	from  []string
	value any
}

// top is the member an edit is about.
func (e edit) top() string { return e.path[0] }

// pointer is the edit's path as it was sent.
func (e edit) pointer() string { return "/" + strings.Join(e.path, "/") }

// parsePatch reads a JSON Patch: an array of operations on paths that may be patched
// (docs/vendors/sailpoint-api.md#json-patch). A path names a member or something below it. An operation cannot set null:
// the schema has no such value.
func (c *call) parsePatch(raw any, patchable ...string) ([]edit, error) {
	list, ok := raw.([]any)
	if !ok {
		return nil, violation("a JSON Patch is an array of operations")
	}
	if len(list) == 0 {
		return nil, violation("a JSON Patch without operations")
	}
	var edits []edit
	for i, item := range list {
		given, err := c.v.schema.Decode(c.v.schema.Messages["PatchOperation"], item, "["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		e := edit{op: text(given, "op"), value: given["value"]}
		if e.path, err = parsePointer(text(given, "path"), patchable); err != nil {
			return nil, err
		}
		switch e.op {
		case "add", "replace", "test":
			if e.value == nil {
				return nil, violation("%s %s: a value other than null is needed", e.op, e.pointer())
			}
		case "move", "copy":
			if e.from, err = parsePointer(text(given, "from"), patchable); err != nil {
				return nil, err
			}
		}
		edits = append(edits, e)
	}
	return edits, nil
}

func parsePointer(pointer string, patchable []string) ([]string, error) {
	if !strings.HasPrefix(pointer, "/") {
		return nil, violation("%q is not a JSON pointer", pointer)
	}
	if !slices.ContainsFunc(patchable, func(p string) bool { return pointer == p || strings.HasPrefix(pointer, p+"/") }) {
		return nil, violate(codeUpdate, "%s cannot be patched", pointer)
	}
	steps := strings.Split(pointer[1:], "/")
	for i, step := range steps {
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
	}
	return steps, nil
}

// touches reports whether a patch is about a member.
func touches(edits []edit, name string) bool {
	return slices.ContainsFunc(edits, func(e edit) bool { return e.top() == name || e.op == "move" && e.from[0] == name })
}

// document turns a shown object into what patches work on: plain JSON that shares nothing with it.
func document(value object) (object, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	raw, err := wire.ReadJSON(data)
	if err != nil {
		return nil, err
	}
	result, _ := raw.(object)
	return result, nil
}

// apply carries out one edit on a document. A target that is null counts as missing
// (docs/vendors/sailpoint-api.md#json-patch).
func (e edit) apply(doc object) error {
	var err error
	switch e.op {
	case "move", "copy":
		err = e.carry(doc)
	case "test":
		if found, _ := lookAt(doc, e.path); !reflect.DeepEqual(found, e.value) {
			err = missing("the value is another")
		}
	default:
		_, err = change(doc, e.path, e.op, wire.DeepCopy(e.value))
	}
	if err != nil {
		return refuse(codeContent, "%s %s: %v", e.op, e.pointer(), err)
	}
	return nil
}

// carry takes a value from one place to another.
func (e edit) carry(doc object) error {
	value, ok := lookAt(doc, e.from)
	if !ok {
		return missing("there is nothing at the place to take from")
	}
	value = wire.DeepCopy(value)
	if e.op == "move" {
		if _, err := change(doc, e.from, "remove", nil); err != nil {
			return err
		}
	}
	_, err := change(doc, e.path, "add", value)
	return err
}

func lookAt(node any, path []string) (any, bool) {
	for _, step := range path {
		switch container := node.(type) {
		case object:
			node = container[step]
		case []any:
			at, err := strconv.Atoi(step)
			if err != nil || at < 0 || at >= len(container) {
				return nil, false
			}
			node = container[at]
		default:
			return nil, false
		}
	}
	return node, node != nil
}

// missing is why an edit does not apply.
type missing string

func (m missing) Error() string { return string(m) }

// change sets or removes what path names below node and returns the node that takes node's place: lists grow and shrink.
func change(node any, path []string, op string, value any) (any, error) {
	step, last := path[0], len(path) == 1
	switch container := node.(type) {
	case object:
		if !last {
			below, err := change(container[step], path[1:], op, value)
			if err == nil {
				container[step] = below
			}
			return container, err
		}
		if op != "add" && container[step] == nil {
			return nil, missing("there is nothing; null counts as missing")
		}
		if op == "remove" {
			delete(container, step)
		} else {
			container[step] = value
		}
		return container, nil
	case []any:
		return changeList(container, path, op, value)
	case nil:
		return nil, missing("the parent is null")
	default:
		return nil, missing("the parent has no members")
	}
}

func changeList(list []any, path []string, op string, value any) (any, error) {
	step, last := path[0], len(path) == 1
	if step == "-" && last && op == "add" {
		return append(list, value), nil
	}
	at, err := strconv.Atoi(step)
	if err != nil || at < 0 || at > len(list) || at == len(list) && (op != "add" || !last) {
		return nil, missing("no item " + step)
	}
	switch {
	case !last:
		list[at], err = change(list[at], path[1:], op, value)
		return list, err
	case op == "add":
		return slices.Insert(list, at, value), nil
	case op == "remove":
		return slices.Delete(list, at, at+1), nil
	default:
		list[at] = value
		return list, nil
	}
}
