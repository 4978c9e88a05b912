package veza

import (
	"regexp"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// attribute is something a filter may test: the operators documented for it, and its values in an object.
type attribute struct {
	operators []string
	values    func(object) []string
}

// predicate is a filter that was understood.
type predicate func(object) bool

// filterToken is a word, a parenthesis or a quoted value. Escapes are not published (docs/vendors/veza-api.md#filters).
var filterToken = regexp.MustCompile(`^\s*([()]|[A-Za-z_][A-Za-z0-9_.]*|"[^"\\]*"|'[^'\\]*')`)

// filterParser reads a subset of SCIM: eq, co, and, or, parentheses, quoted values (docs/vendors/veza-api.md#filters).
type filterParser struct {
	tokens     []string
	attributes map[string]attribute
}

// parseFilter reads a filter. An attribute or operator that the list does not document is refused; text that is no filter at
// all is a violation.
func parseFilter(text string, attributes map[string]attribute) (predicate, error) {
	if strings.TrimSpace(text) == "" {
		return everything, nil
	}
	p := &filterParser{attributes: attributes}
	for rest := text; strings.TrimSpace(rest) != ""; {
		found := filterToken.FindStringSubmatch(rest)
		if found == nil {
			return nil, wire.Violation("filter: cannot read %q", strings.TrimSpace(rest))
		}
		p.tokens = append(p.tokens, found[1])
		rest = rest[len(found[0]):]
	}
	result, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = wire.Violation("filter: %s was not expected", p.tokens[0])
	}
	return result, err
}

func (p *filterParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

// accept takes a word when it is the next one.
func (p *filterParser) accept(word string) bool {
	if len(p.tokens) > 0 && strings.EqualFold(p.tokens[0], word) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *filterParser) either() (predicate, error) {
	left, err := p.both()
	for err == nil && p.accept("or") {
		var right predicate
		before := left
		right, err = p.both()
		left = func(value object) bool { return before(value) || right(value) }
	}
	return left, err
}

func (p *filterParser) both() (predicate, error) {
	left, err := p.term()
	for err == nil && p.accept("and") {
		var right predicate
		before := left
		right, err = p.term()
		left = func(value object) bool { return before(value) && right(value) }
	}
	return left, err
}

func (p *filterParser) term() (predicate, error) {
	if p.accept("(") {
		inner, err := p.either()
		if err == nil && !p.accept(")") {
			err = wire.Violation("filter: a parenthesis is not closed")
		}
		return inner, err
	}
	name, operator, quoted := p.next(), p.next(), p.next()
	if len(quoted) < 2 || (quoted[0] != '"' && quoted[0] != '\'') {
		return nil, wire.Violation("filter: %s %s wants a quoted value", name, operator)
	}
	tested, ok := p.attributes[name]
	if !ok || !slices.Contains(tested.operators, operator) {
		return nil, invalid("filter", "filter: %s %s is not supported here", name, operator)
	}
	wanted := quoted[1 : len(quoted)-1]
	if operator == "co" {
		// Whether co tests elements or parts of them is not said; a client has to check its hits either way.
		return func(value object) bool {
			return slices.ContainsFunc(tested.values(value), func(got string) bool { return strings.Contains(got, wanted) })
		}, nil
	}
	return func(value object) bool { return slices.Equal(tested.values(value), []string{wanted}) }, nil
}

// field is an attribute that tests a text field of the object.
func field(name string) attribute {
	return attribute{operators: []string{"eq"}, values: func(value object) []string { return []string{wire.Text(value, name)} }}
}

// listField is an attribute that tests a list of texts.
func listField(values func(object) []string, operators ...string) attribute {
	return attribute{operators: operators, values: values}
}
