package sailpoint

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// filterField is one member a list can be filtered by. Operators are listed with spaces; kind is string, bool or time.
type filterField struct {
	path      string
	operators string
	kind      string
}

// fields reads declarations such as "id: eq in", "created@time: gt ge" or "type=sourceSchemaObjectType: eq", one per argument.
func fields(declarations ...string) map[string]filterField {
	result := map[string]filterField{}
	for _, declaration := range declarations {
		name, operators, _ := strings.Cut(declaration, ":")
		name, path, renamed := strings.Cut(name, "=")
		f := filterField{path: name, operators: operators, kind: "string"}
		if renamed {
			f.path = path
		}
		if at, kind, typed := strings.Cut(name, "@"); typed {
			name, f.path, f.kind = at, at, kind
		}
		result[name] = f
	}
	return result
}

// parseFilter reads the filter language of lists (docs/vendors/sailpoint-api.md#filters): comparisons joined by and, or,
// not and parentheses. An operator or a field that the list does not declare is a violation. An empty filter keeps
// everything.
func parseFilter(given string, known map[string]filterField) (func(object) bool, error) {
	if strings.TrimSpace(given) == "" {
		return func(object) bool { return true }, nil
	}
	tokens, err := tokenize(given)
	if err != nil {
		return nil, violation("filters: %v", err)
	}
	p := &parser{tokens: tokens, known: known}
	keep, err := p.either()
	if err == nil && p.peek().text != "" {
		err = fmt.Errorf("cannot read on at %q", p.peek().text)
	}
	if err != nil {
		return nil, violation("filters: %v", err)
	}
	return keep, nil
}

// word is a token: a bare word, a parenthesis, a comma, or quoted text.
type word struct {
	text   string
	quoted bool
}

func tokenize(given string) ([]word, error) {
	var tokens []word
	for i := 0; i < len(given); {
		switch c := given[i]; {
		case c == ' ':
			i++
		case strings.IndexByte("(),", c) >= 0:
			tokens = append(tokens, word{text: string(c)})
			i++
		case c == '"':
			value, size, err := unquote(given[i:])
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, word{value, true})
			i += size
		default:
			end := strings.IndexAny(given[i:], ` (),"`)
			if end < 0 {
				end = len(given) - i
			}
			tokens = append(tokens, word{text: given[i : i+end]})
			i += end
		}
	}
	return tokens, nil
}

// unquote reads quoted text with its two escapes and returns how long it was.
func unquote(given string) (string, int, error) {
	var value strings.Builder
	for i := 1; i < len(given); i++ {
		switch given[i] {
		case '"':
			return value.String(), i + 1, nil
		case '\\':
			i++
			if i == len(given) || given[i] != '\\' && given[i] != '"' {
				return "", 0, fmt.Errorf("a backslash that escapes nothing in %s", given)
			}
		}
		value.WriteByte(given[i])
	}
	return "", 0, fmt.Errorf("no closing quote in %s", given)
}

type parser struct {
	tokens []word
	known  map[string]filterField
}

func (p *parser) peek() word {
	if len(p.tokens) == 0 {
		return word{}
	}
	return p.tokens[0]
}

func (p *parser) next() word {
	token := p.peek()
	if len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return token
}

// take takes a bare word if it comes next.
func (p *parser) take(text string) bool {
	if token := p.peek(); token.quoted || token.text != text {
		return false
	}
	p.next()
	return true
}

func (p *parser) either() (func(object) bool, error) {
	left, err := p.both()
	for err == nil && p.take("or") {
		var right func(object) bool
		before := left
		right, err = p.both()
		left = func(value object) bool { return before(value) || right(value) }
	}
	return left, err
}

func (p *parser) both() (func(object) bool, error) {
	left, err := p.unary()
	for err == nil && p.take("and") {
		var right func(object) bool
		before := left
		right, err = p.unary()
		left = func(value object) bool { return before(value) && right(value) }
	}
	return left, err
}

func (p *parser) unary() (func(object) bool, error) {
	if p.take("not") {
		keep, err := p.unary()
		return func(value object) bool { return !keep(value) }, err
	}
	if p.take("(") {
		keep, err := p.either()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("no closing parenthesis")
		}
		return keep, err
	}
	return p.comparison()
}

func (p *parser) comparison() (func(object) bool, error) {
	name, operator := p.next(), p.next()
	f, ok := p.known[name.text]
	if !ok || name.quoted {
		return nil, fmt.Errorf("cannot filter by %q", name.text)
	}
	if operator.quoted || !slices.Contains(strings.Fields(f.operators), operator.text) {
		return nil, fmt.Errorf("operator %q is not supported on %s", operator.text, name.text)
	}
	if operator.text == "isnull" || operator.text == "pr" {
		return func(value object) bool { return (follow(value, f.path) == nil) == (operator.text == "isnull") }, nil
	}
	operands, err := p.operands(operator.text == "in", f, name.text)
	if err != nil {
		return nil, err
	}
	return func(value object) bool {
		return slices.ContainsFunc(operands, func(operand string) bool { return f.matches(value, operator.text, operand) })
	}, nil
}

// operands reads what comes after an operator: one value, or a list in parentheses.
func (p *parser) operands(list bool, f filterField, name string) ([]string, error) {
	if list && !p.take("(") {
		return nil, fmt.Errorf("%s in: a list in parentheses is expected", name)
	}
	var values []string
	for {
		token := p.next()
		if err := f.accepts(token, name); err != nil {
			return nil, err
		}
		values = append(values, token.text)
		if !list || p.take(")") {
			return values, nil
		}
		if !p.take(",") {
			return nil, fmt.Errorf("%s in: the list does not end", name)
		}
	}
}

func (f filterField) accepts(token word, name string) error {
	switch f.kind {
	case "bool":
		if token.text != "true" && token.text != "false" {
			return fmt.Errorf("%s: %q is not true or false", name, token.text)
		}
	case "time":
		if _, err := time.Parse(time.RFC3339Nano, token.text); err != nil {
			return fmt.Errorf("%s: %q is not a date", name, token.text)
		}
	default:
		if !token.quoted {
			return fmt.Errorf("%s: %q must be quoted", name, token.text)
		}
	}
	return nil
}

// matches compares a member. Text is compared without regard to case; what has a plus in its name is never found by its
// name or value (docs/vendors/sailpoint-api.md#filters).
func (f filterField) matches(value object, operator, operand string) bool {
	if (f.path == "name" || f.path == "value") && strings.Contains(text(value, "name")+operand, "+") {
		return false
	}
	switch member := follow(value, f.path).(type) {
	case bool:
		return fmt.Sprint(member) == operand
	case []any:
		return slices.ContainsFunc(member, func(item any) bool { return strings.EqualFold(fmt.Sprint(item), operand) })
	case string:
		if f.kind == "time" {
			at, _ := time.Parse(time.RFC3339Nano, operand)
			return ordered(instant(object{"at": member}, "at").Compare(at), operator)
		}
		member, operand = strings.ToLower(member), strings.ToLower(operand)
		switch operator {
		case "eq", "in":
			return member == operand
		case "ne":
			return member != operand
		case "sw":
			return strings.HasPrefix(member, operand)
		case "co":
			return strings.Contains(member, operand)
		default:
			return ordered(strings.Compare(member, operand), operator)
		}
	default:
		return operator == "ne"
	}
}

func ordered(order int, operator string) bool {
	switch operator {
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	default:
		return order == 0
	}
}
