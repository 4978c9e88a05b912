package bundle

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/governance-operator/governance-operator/config/crd"
	"github.com/governance-operator/governance-operator/docs"
)

// words are those of the operator's messages, recorded from its code by a test.
//
//go:embed words.txt
var words string

// schemas are those of the kinds of this version, by kind.
var schemas = sync.OnceValues(func() (map[string]*apiextensionsv1.JSONSchemaProps, error) {
	out := map[string]*apiextensionsv1.JSONSchemaProps{}
	definitions, err := crd.Definitions()
	if err != nil {
		return nil, err
	}
	for _, definition := range definitions {
		out[definition.Spec.Names.Kind] = definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	}
	return out, nil
})

// redactor replaces what may be a value by its length. What stays are the words of the operator's own documentation, names of
// objects, and ids that the bundle shows anyway.
type redactor struct {
	words  map[string]bool
	fields map[string]bool
	known  map[string]bool
}

func newRedactor() (*redactor, error) {
	all, err := schemas()
	if err != nil {
		return nil, err
	}
	r := &redactor{words: map[string]bool{}, fields: map[string]bool{}, known: map[string]bool{}}
	r.learn(docs.Troubleshooting)
	r.learn(words)
	for _, s := range all {
		r.learnSchema(s)
	}
	return r, nil
}

// learn takes the words of a text into the dictionary.
func (r *redactor) learn(text string) {
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) }) {
		r.words[strings.ToLower(word)] = true
	}
}

func (r *redactor) learnSchema(s *apiextensionsv1.JSONSchemaProps) {
	if s == nil {
		return
	}
	r.learn(s.Description)
	for name := range s.Properties {
		property := s.Properties[name]
		r.fields[name] = true
		r.learnSchema(&property)
	}
	if s.Items != nil {
		r.learnSchema(s.Items.Schema)
	}
	if s.AdditionalProperties != nil {
		r.learnSchema(s.AdditionalProperties.Schema)
	}
}

// know lets a name or an id stay wherever it is met.
func (r *redactor) know(names ...string) {
	for _, name := range names {
		if name != "" {
			r.known[name] = true
		}
	}
}

var (
	moment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$`)
	figure = regexp.MustCompile(`^\d{1,4}([.,]\d{1,3})?(ms|s|m|h|d|%)?$`)
	place  = regexp.MustCompile(`^[A-Za-z0-9_.@/-]+\.go:\d+$`)
)

const punctuation = "\"'`()[]{}<>.,;:!?=→…|"

// text is a text in which each word that nobody knows stands as its length.
func (r *redactor) text(s string) string {
	var out []string
	for _, token := range strings.Fields(s) {
		core := strings.Trim(token, punctuation)
		if core == "" || r.harmless(core) {
			out = append(out, token)
			continue
		}
		before, after, _ := strings.Cut(token, core)
		out = append(out, before+length(core)+after)
	}
	return strings.Join(out, " ")
}

func length(s string) string { return fmt.Sprintf("<%d>", utf8.RuneCountInString(s)) }

// harmless reports whether a word says nothing of anybody.
func (r *redactor) harmless(word string) bool {
	return r.known[word] || r.words[strings.ToLower(word)] && isWord(word) || moment.MatchString(word) || figure.MatchString(word) || place.MatchString(word) || r.isPath(word)
}

func isWord(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return !unicode.IsLetter(c) }) < 0
}

var indexes = regexp.MustCompile(`\[\d+\]|\[\]`)

// isPath reports whether it is a path of fields.
func (r *redactor) isPath(s string) bool {
	steps := strings.Split(indexes.ReplaceAllString(s, ""), ".")
	return len(steps) > 1 && !slices.ContainsFunc(steps, func(step string) bool { return !r.fields[step] })
}

// path is a path of fields in which keys that somebody chose stand as their lengths.
func (r *redactor) path(s string) string {
	steps := strings.Split(s, ".")
	for i, step := range steps {
		if !r.fields[indexes.ReplaceAllString(step, "")] {
			steps[i] = length(step)
		}
	}
	return strings.Join(steps, ".")
}

// shape is what kind of a value it is, and how long. Fields keep the names that the schema has; an enumerated value stays.
func shape(s *apiextensionsv1.JSONSchemaProps, value any) any {
	switch v := value.(type) {
	case map[string]any:
		return shapeOfMap(s, v)
	case []any:
		var items *apiextensionsv1.JSONSchemaProps
		if s != nil && s.Items != nil {
			items = s.Items.Schema
		}
		out := make([]any, len(v))
		for i := range v {
			out[i] = shape(items, v[i])
		}
		return out
	case string:
		if s != nil && slices.ContainsFunc(s.Enum, func(e apiextensionsv1.JSON) bool { return string(e.Raw) == strconv.Quote(v) }) {
			return v
		}
		return fmt.Sprintf("string(%d)", utf8.RuneCountInString(v))
	case bool:
		return "boolean"
	case nil:
		return "null"
	}
	return "number"
}

func shapeOfMap(s *apiextensionsv1.JSONSchemaProps, v map[string]any) map[string]any {
	out := map[string]any{}
	for i, key := range slices.Sorted(maps.Keys(v)) {
		if s != nil {
			if property, ok := s.Properties[key]; ok {
				out[key] = shape(&property, v[key])
				continue
			}
		}
		out[fmt.Sprintf("key %d (%d)", i+1, utf8.RuneCountInString(key))] = shape(nil, v[key])
	}
	return out
}
