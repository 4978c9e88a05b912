package conductorone

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed tables/*.txt
var tables embed.FS

// field is one property of a message. Kind is a scalar kind, "object" or "any" for free-form values, "message" or "enum".
type field struct {
	name     string
	kind     string
	of       string
	list     bool
	keyed    bool
	oneof    string
	readOnly bool
	required bool
}

// message is the field table of one wire message.
type message struct {
	name   string
	fields []*field
	byName map[string]*field
}

// schema is every message and enumeration the fake knows. Requests are checked against it and responses filled up by it.
type schema struct {
	messages map[string]*message
	enums    map[string][]string
}

var scalarKinds = []string{"string", "bool", "int32", "int64", "double", "time", "duration", "mask", "object", "any"}

// loadSchema reads the embedded tables once; they do not change while a process runs.
var loadSchema = sync.OnceValues(func() (*schema, error) {
	s := &schema{messages: map[string]*message{}, enums: map[string][]string{}}
	names, err := fs.Glob(tables, "tables/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := tables.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := s.parse(text); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return s, s.resolve()
})

// parse reads lines: "message NAME" followed by indented fields, or "enum NAME PREFIX" followed by indented values.
func (s *schema) parse(text []byte) error {
	var current *message
	var enum, prefix string
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		line := scanner.Text()
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "message" && len(words) == 2 && line[0] != ' ':
			current, enum = &message{name: words[1], byName: map[string]*field{}}, ""
			s.messages[current.name] = current
		case words[0] == "enum" && len(words) == 3 && line[0] != ' ':
			current, enum, prefix = nil, words[1], strings.TrimSuffix(words[2], "-")
			s.enums[enum] = nil
		case current != nil && len(words) >= 2:
			f := parseField(words)
			current.fields = append(current.fields, f)
			current.byName[f.name] = f
		case enum != "":
			for _, word := range words {
				s.enums[enum] = append(s.enums[enum], prefix+word)
			}
		default:
			return fmt.Errorf("cannot read line %q", line)
		}
	}
	return scanner.Err()
}

func parseField(words []string) *field {
	f := &field{name: words[0]}
	kind := words[1]
	kind, f.list = strings.CutPrefix(kind, "[]")
	kind, f.keyed = strings.CutPrefix(kind, "map:")
	switch name, isEnum := strings.CutPrefix(kind, "enum:"); {
	case isEnum:
		f.kind, f.of = "enum", name
	case slices.Contains(scalarKinds, kind):
		f.kind = kind
	default:
		f.kind, f.of = "message", kind
	}
	for _, flag := range words[2:] {
		switch flag {
		case "readonly":
			f.readOnly = true
		case "required":
			f.required = true
		default:
			f.oneof = strings.TrimPrefix(flag, "oneof=")
		}
	}
	return f
}

// resolve reports references to tables that do not exist.
func (s *schema) resolve() error {
	for _, m := range s.messages {
		for _, f := range m.fields {
			if f.kind == "message" && s.messages[f.of] == nil {
				return fmt.Errorf("%s.%s: unknown message %s", m.name, f.name, f.of)
			}
			if f.kind == "enum" && len(s.enums[f.of]) == 0 {
				return fmt.Errorf("%s.%s: unknown enumeration %s", m.name, f.name, f.of)
			}
		}
	}
	return nil
}

// nullable tells whether null may be sent for the field. Plain scalars and enumerations have no unset state on the wire.
func (f *field) nullable() bool {
	if f.list || f.keyed || f.oneof != "" {
		return true
	}
	return slices.Contains([]string{"message", "time", "duration", "mask", "object", "any"}, f.kind)
}
