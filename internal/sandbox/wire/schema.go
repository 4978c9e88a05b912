package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Field is one property of a message. Kind is a scalar kind, "object" or "any" for free-form values, "message" or "enum";
// Of names the message or enumeration.
type Field struct {
	Name  string
	Kind  string
	Of    string
	List  bool
	Keyed bool
	// Oneof is the group of which a message may hold one member only.
	Oneof string
	// ReadOnly fields are refused in masks; what else becomes of them on input is the vendor's to say.
	ReadOnly bool
	Required bool
	// Nullable fields may be null in a schema that flags nulls.
	Nullable bool
	// Dropped fields are taken on input, whatever they hold, and not kept.
	Dropped bool
	// Merged maps are merged key by key by an update, an empty value deleting its key.
	Merged bool
	// Max is how many characters a text or how many items a list may have; 0 is no limit.
	Max int
}

// Message is the field table of one wire message.
type Message struct {
	Name   string
	Fields []*Field
	ByName map[string]*Field
}

// Schema is every message and enumeration a fake knows. Requests are checked against it and responses filled up by it.
type Schema struct {
	Messages map[string]*Message
	Enums    map[string][]string
	// FlaggedNulls allows null for fields flagged nullable only. Without it the rules of protobuf's JSON hold: null is unset,
	// and plain scalars and enumerations have no unset state.
	FlaggedNulls bool
}

// scalarKinds are the kinds that name no message. An int64 is text on the wire, as protobuf writes it, an integer a number.
var scalarKinds = []string{"string", "bool", "int32", "int64", "integer", "double", "time", "duration", "mask", "object", "any"}

// Load reads the tables of a vendor, which are files named tables/*.txt.
func Load(tables fs.FS) (*Schema, error) {
	s := &Schema{Messages: map[string]*Message{}, Enums: map[string][]string{}}
	names, err := fs.Glob(tables, "tables/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(tables, name)
		if err != nil {
			return nil, err
		}
		if err := s.parse(text); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return s, s.resolve()
}

// parse reads lines: "message NAME" followed by indented fields, "enum NAME PREFIX" followed by indented values (a PREFIX
// of "-" is none), or "nulls flagged" for the whole schema. A field is a name, a kind with "[]" or "map:" before it, and flags.
// "alter NAME" is followed by what differs in a message that an earlier file holds: a field with kind and flags takes the place
// of the one there, "+" and flags adds to it, "-" takes it away. "take" lines are those of the generator.
func (s *Schema) parse(text []byte) error {
	var current *Message
	var enum, prefix string
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		line := scanner.Text()
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#" || words[0] == "take" && line[0] != ' ':
		case words[0] == "message" && len(words) == 2 && line[0] != ' ':
			current, enum = &Message{Name: words[1], ByName: map[string]*Field{}}, ""
			s.Messages[current.Name] = current
		case words[0] == "alter" && len(words) == 2 && line[0] != ' ':
			enum = ""
			if current = s.Messages[words[1]]; current == nil {
				return fmt.Errorf("%s is altered, and not there", words[1])
			}
		case words[0] == "enum" && len(words) == 3 && line[0] != ' ':
			current, enum, prefix = nil, words[1], strings.TrimSuffix(words[2], "-")
			s.Enums[enum] = nil
		case line == "nulls flagged":
			s.FlaggedNulls = true
		case current != nil && len(words) >= 2:
			if err := current.field(words); err != nil {
				return fmt.Errorf("%s.%s: %w", current.Name, words[0], err)
			}
		case enum != "":
			for _, word := range words {
				s.Enums[enum] = append(s.Enums[enum], prefix+word)
			}
		default:
			return fmt.Errorf("cannot read line %q", line)
		}
	}
	return scanner.Err()
}

// field adds a field to a message, alters it or takes it away.
func (m *Message) field(words []string) error {
	before := m.ByName[words[0]]
	if before == nil && (words[1] == "+" || words[1] == "-") {
		return errors.New("is altered, and not there")
	}
	if words[1] == "+" {
		return before.flags(words[2:])
	}
	m.Fields = slices.DeleteFunc(m.Fields, func(f *Field) bool { return f == before })
	delete(m.ByName, words[0])
	if words[1] == "-" {
		return nil
	}
	f, err := parseField(words)
	if err != nil {
		return err
	}
	m.Fields = append(m.Fields, f)
	m.ByName[f.Name] = f
	return nil
}

func parseField(words []string) (*Field, error) {
	f := &Field{Name: words[0]}
	kind := words[1]
	kind, f.List = strings.CutPrefix(kind, "[]")
	kind, f.Keyed = strings.CutPrefix(kind, "map:")
	switch name, isEnum := strings.CutPrefix(kind, "enum:"); {
	case isEnum:
		f.Kind, f.Of = "enum", name
	case slices.Contains(scalarKinds, kind):
		f.Kind = kind
	default:
		f.Kind, f.Of = "message", kind
	}
	return f, f.flags(words[2:])
}

func (f *Field) flags(words []string) error {
	for _, word := range words {
		flag, value, _ := strings.Cut(word, "=")
		switch flag {
		case "readonly":
			f.ReadOnly = true
		case "required":
			f.Required = true
		case "nullable":
			f.Nullable = true
		case "dropped":
			f.Dropped = true
		case "merged":
			f.Merged = true
		case "oneof":
			f.Oneof = value
		case "max":
			limit, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			f.Max = limit
		default:
			return fmt.Errorf("unknown flag %q", word)
		}
	}
	return nil
}

// resolve reports references to tables that do not exist.
func (s *Schema) resolve() error {
	for _, m := range s.Messages {
		for _, f := range m.Fields {
			if f.Kind == "message" && s.Messages[f.Of] == nil {
				return fmt.Errorf("%s.%s: unknown message %s", m.Name, f.Name, f.Of)
			}
			if f.Kind == "enum" && len(s.Enums[f.Of]) == 0 {
				return fmt.Errorf("%s.%s: unknown enumeration %s", m.Name, f.Name, f.Of)
			}
		}
	}
	return nil
}

// nullable reports whether null may be sent for the field.
func (s *Schema) nullable(f *Field) bool {
	switch {
	case s.FlaggedNulls:
		return f.Nullable
	case f.Required:
		return false
	case f.List || f.Keyed || f.Oneof != "":
		return true
	default:
		return slices.Contains([]string{"message", "time", "duration", "mask", "object", "any"}, f.Kind)
	}
}
