package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// openAPI is of a document what tables are made of.
type openAPI struct {
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

// schema is an OpenAPI schema, of version 3.0 (nullable) or 3.1 (a type that is a list).
type schema struct {
	Ref                  string              `json:"$ref"`
	Type                 types               `json:"type"`
	Format               string              `json:"format"`
	Enum                 []*string           `json:"enum"`
	Properties           map[string]*schema  `json:"properties"`
	Required             []string            `json:"required"`
	Items                *schema             `json:"items"`
	AdditionalProperties json.RawMessage     `json:"additionalProperties"`
	AllOf                []*schema           `json:"allOf"`
	OneOf                []*schema           `json:"oneOf"`
	AnyOf                []*schema           `json:"anyOf"`
	Nullable             bool                `json:"nullable"`
	ReadOnly             bool                `json:"readOnly"`
	MaxLength            int                 `json:"maxLength"`
	MaxItems             int                 `json:"maxItems"`
	Groups               map[string][]string `json:"x-c1-oneof"`
}

// types are the types of a value: null is one of them in version 3.1.
type types []string

func (t *types) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(t))
}

// name is the type that is not null, empty where none is written.
func (s *schema) name() string {
	for _, t := range s.Type {
		if t != "null" {
			return t
		}
	}
	return ""
}

func (s *schema) nullable() bool { return s.Nullable || slices.Contains(s.Type, "null") }

// words are the values of an enumeration.
func (s *schema) words() []string {
	var out []string
	for _, word := range s.Enum {
		if word != nil {
			out = append(out, *word)
		}
	}
	return out
}

// at finds the schema at a path: the name of a component, and below it names of properties, or [] for the items of a list.
func (d openAPI) at(path string) (*schema, error) {
	var s *schema
	rest := ""
	for name := range maps.Keys(d.Components.Schemas) {
		if below, ok := strings.CutPrefix(path, name); ok && (below == "" || below[0] == ':') && (s == nil || len(below) < len(rest)) {
			s, rest = d.Components.Schemas[name], below
		}
	}
	if s == nil {
		return nil, fmt.Errorf("the document has no schema %s", path)
	}
	for _, step := range strings.FieldsFunc(rest, func(r rune) bool { return r == ':' }) {
		s = d.resolve(s)
		if step == "[]" {
			s = s.Items
		} else {
			s = d.properties(s)[step]
		}
		if s == nil {
			return nil, fmt.Errorf("%s: nothing is at %s", path, step)
		}
	}
	return d.resolve(s), nil
}

// resolve follows references and what wraps a single schema.
func (d openAPI) resolve(s *schema) *schema {
	for {
		switch {
		case s.Ref != "":
			s = d.Components.Schemas[component(s.Ref)]
		case len(s.Properties) == 0 && len(s.AllOf) == 1 && s.name() == "":
			s = s.AllOf[0]
		case len(s.Properties) == 0 && alternative(s) != nil:
			s = alternative(s)
		default:
			return s
		}
	}
}

// alternative is the one schema beside null, nil where there are several.
func alternative(s *schema) *schema {
	of := slices.DeleteFunc(slices.Concat(s.OneOf, s.AnyOf), func(one *schema) bool { return one.Ref == "" && one.name() == "" && one.nullable() })
	if len(of) == 1 {
		return of[0]
	}
	return nil
}

// properties are those of a schema, and of all that it is made of.
func (d openAPI) properties(s *schema) map[string]*schema {
	s = d.resolve(s)
	out := maps.Clone(s.Properties)
	if out == nil {
		out = map[string]*schema{}
	}
	for _, part := range s.AllOf {
		maps.Copy(out, d.properties(part))
	}
	return out
}

func (d openAPI) required(s *schema) []string {
	s = d.resolve(s)
	out := slices.Clone(s.Required)
	for _, part := range s.AllOf {
		out = append(out, d.required(part)...)
	}
	return out
}

func component(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }
