package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// generator makes tables of all that the rules take, and of what that refers to.
type generator struct {
	doc   openAPI
	rules rules
	// names are the fake's names of schemas that the rules take.
	names    map[*schema]string
	messages map[string][]string
	enums    map[string][]string
	todo     []named
}

type named struct {
	name string
	of   *schema
}

func generate(doc openAPI, r rules, digest string) (string, error) {
	g := &generator{doc: doc, rules: r, names: map[*schema]string{}, messages: map[string][]string{}, enums: map[string][]string{}}
	for _, t := range r.takes {
		s, err := doc.at(t.path)
		if err != nil {
			return "", err
		}
		g.names[s] = t.name
		g.todo = append(g.todo, named{t.name, s})
	}
	for len(g.todo) > 0 {
		next := g.todo[0]
		g.todo = g.todo[1:]
		if _, done := g.messages[next.name]; done {
			continue
		}
		if words := next.of.words(); len(words) > 0 {
			g.enums[next.name] = words
			continue
		}
		if err := g.message(next); err != nil {
			return "", err
		}
	}
	return g.print(digest), nil
}

func (g *generator) message(m named) error {
	g.messages[m.name] = []string{}
	properties, required := g.doc.properties(m.of), g.doc.required(m.of)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if g.rules.given[[2]string{m.name, name}] {
			continue
		}
		p := properties[name]
		kind, err := g.kind(p, m.name+"."+name)
		if err != nil {
			return err
		}
		words := []string{name, kind}
		if g.rules.nulls && (p.nullable() || g.doc.resolve(p).nullable()) {
			words = append(words, "nullable")
		}
		if slices.Contains(required, name) {
			words = append(words, "required")
		}
		if p.ReadOnly {
			words = append(words, "readonly")
		}
		for _, group := range slices.Sorted(maps.Keys(m.of.Groups)) {
			if slices.Contains(m.of.Groups[group], name) {
				words = append(words, "oneof="+group)
			}
		}
		if limit := max(p.MaxLength, p.MaxItems); limit > 0 {
			words = append(words, fmt.Sprintf("max=%d", limit))
		}
		g.messages[m.name] = append(g.messages[m.name], strings.Join(words, " "))
	}
	return nil
}

// kind is the kind of a field, in the words of the tables. place names what has no name of its own.
func (g *generator) kind(s *schema, place string) (string, error) {
	target := g.doc.resolve(s)
	name := place
	if at := s; at.Ref != "" || alternative(at) != nil || len(at.AllOf) == 1 {
		for at.Ref == "" {
			if next := alternative(at); next != nil {
				at = next
			} else if len(at.AllOf) == 1 && len(at.Properties) == 0 {
				at = at.AllOf[0]
			} else {
				break
			}
		}
		if at.Ref != "" {
			name = component(at.Ref)
		}
	}
	if words := target.words(); len(words) > 0 {
		if prefix := common(words); prefix != "" {
			name = camel(prefix)
		}
		if taken, ok := g.names[target]; ok {
			name = taken
		}
		if before, ok := g.enums[name]; ok && !slices.Equal(before, words) {
			return "", fmt.Errorf("%s: two enumerations are called %s", place, name)
		}
		g.enums[name] = words
		return "enum:" + name, nil
	}
	switch target.name() {
	case "array":
		kind, err := g.kind(target.Items, name)
		return "[]" + kind, err
	case "string":
		return scalar(target.Format, map[string]string{"date-time": "time", "duration": "duration", "int64": "int64"}, "string"), nil
	case "boolean":
		return "bool", nil
	case "integer":
		return scalar(target.Format, map[string]string{"int32": "int32"}, "integer"), nil
	case "number":
		return "double", nil
	}
	if len(g.doc.properties(target)) > 0 || name != place && target.name() == "object" && closed(target) {
		if taken, ok := g.names[target]; ok {
			name = taken
		}
		g.todo = append(g.todo, named{name, target})
		return name, nil
	}
	var values schema
	if json.Unmarshal(target.AdditionalProperties, &values) == nil && (values.Ref != "" || values.name() != "") && values.name() != "object" {
		kind, err := g.kind(&values, name)
		return "map:" + kind, err
	}
	if target.name() == "object" {
		return "object", nil
	}
	return "any", nil
}

// closed reports whether a named object without properties is a message without fields, and not a map.
func closed(s *schema) bool {
	return len(s.AdditionalProperties) == 0 || string(s.AdditionalProperties) == "false"
}

func scalar(format string, kinds map[string]string, otherwise string) string {
	if kind, ok := kinds[format]; ok {
		return kind
	}
	return otherwise
}

// common is the prefix of all words, as far as the last underscore; empty where they share none.
func common(words []string) string {
	prefix := words[0]
	for _, word := range words[1:] {
		for !strings.HasPrefix(word, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	if len(words) == 1 {
		return ""
	}
	return prefix[:strings.LastIndex(prefix, "_")+1]
}

// camel turns "CLOSE_DECISION_" into "CloseDecision".
func camel(prefix string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '_' }) {
		out.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return out.String()
}

func (g *generator) print(digest string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Generated by hack/wiretables. Do not edit: what differs stands in rules.txt.\n# The document's SHA-256: %s\n", digest)
	for _, name := range slices.Sorted(maps.Keys(g.messages)) {
		fmt.Fprintf(&out, "\nmessage %s\n", name)
		for _, line := range g.messages[name] {
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.enums)) {
		prefix := common(g.enums[name])
		fmt.Fprintf(&out, "\nenum %s %s\n ", name, cmp.Or(prefix, "-"))
		for _, word := range g.enums[name] {
			out.WriteString(" " + strings.TrimPrefix(word, prefix))
		}
		out.WriteString("\n")
	}
	return out.String()
}
