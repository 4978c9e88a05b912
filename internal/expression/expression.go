// Package expression type-checks the CEL expressions that people write into
// membership rules, review scopes and provisioning policies, in the environments
// that the vendor which has them documents (the section "Expressions" of its page in docs/vendors): every variable, type, constant
// and function is declared, so that a wrong name, field, type or result is refused
// here, with its position, before the vendor sees it.
package expression

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
)

// Environment says where an expression is used.
type Environment string

// The environments.
const (
	// Membership rules of profiles: subject is a User, the result is bool.
	Membership Environment = "membership"
	// ReviewUsers is the user scope of a review: subject is a User, the result is bool.
	ReviewUsers Environment = "review-users"
	// ReviewAccounts is the account scope of a review: subject is an AppUser, the result is bool.
	ReviewAccounts Environment = "review-accounts"
	// Provisioner expressions name people: the result is a User or a list of them.
	Provisioner Environment = "provisioner"
)

// maxLength bounds an expression, in characters.
const maxLength = 8192

type environment struct {
	env     *cel.Env
	results []*cel.Type
	want    string
}

var environments = sync.OnceValues(func() (map[Environment]environment, error) {
	build := func(results []*cel.Type, want string, options ...cel.EnvOption) (environment, error) {
		base := []cel.EnvOption{
			cel.CustomTypeProvider(newProvider()), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
			cel.EagerlyValidateDeclarations(true), cel.ParserExpressionSizeLimit(maxLength), cel.ParserRecursionLimit(64),
			cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals()),
			ext.Strings(),
		}
		env, err := cel.NewCustomEnv(append(append([]cel.EnvOption{cel.StdLib()}, base...), options...)...)
		return environment{env, results, want}, err
	}
	boolean := []*cel.Type{cel.BoolType}
	people := []*cel.Type{typeUser, cel.ListType(typeUser)}
	user := cel.Variable("subject", typeUser)
	out := map[Environment]environment{}
	for _, e := range []struct {
		name    Environment
		results []*cel.Type
		want    string
		options []cel.EnvOption
	}{
		{Membership, boolean, "bool", concat([]cel.EnvOption{user}, userConstants(), userFunctions(), directoryFunctions(), timeFunctions())},
		{ReviewUsers, boolean, "bool", concat([]cel.EnvOption{user}, userConstants(), userFunctions(), directoryFunctions(), timeFunctions())},
		{ReviewAccounts, boolean, "bool", concat([]cel.EnvOption{cel.Variable("subject", typeAppUser)}, accountConstants(), userFunctions(typeAppUser), directoryFunctions(), timeFunctions())},
		{Provisioner, people, "User or list(User)", concat([]cel.EnvOption{
			user, cel.Variable("account", typeAppUser), cel.Variable("entitlement", typeEntitlement), cel.Variable("task", typeTask),
			cel.Variable("ip", typeIP), cel.Variable("appOwners", cel.ListType(typeUser)),
		}, userConstants(), policyConstants(), userFunctions(), directoryFunctions(), policyFunctions(), timeFunctions())},
	} {
		built, err := build(e.results, e.want, e.options...)
		if err != nil {
			return nil, fmt.Errorf("environment %s: %w", e.name, err)
		}
		out[e.name] = built
	}
	return out, nil
})

func concat(lists ...[]cel.EnvOption) []cel.EnvOption {
	var out []cel.EnvOption
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// Check compiles text for env. The error says what is wrong, where (line:column, from
// 1), and, for a mistyped name, what was probably meant: one printable line of at most 512
// characters, though the expression may hold anything. Blank text is unset and fine.
func Check(env Environment, text string) error {
	_, err := Examine(env, text)
	return err
}

// Examine is Check, and says of an expression that is fine what it may do that nobody means.
func Examine(env Environment, text string) (cautions []string, err error) {
	e, compiled, err := compile(env, text)
	if err != nil {
		return nil, errors.New(readable(err.Error()))
	}
	if compiled == nil {
		return nil, nil
	}
	for _, caution := range cautionsOf(env, e, compiled) {
		cautions = append(cautions, readable(caution))
	}
	return cautions, nil
}

const longestError = 512

func readable(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > longestError {
		text = string(runes[:longestError-1]) + "…"
	}
	return text
}

// compile returns nothing for a blank text.
func compile(env Environment, text string) (environment, *cel.Ast, error) {
	if strings.TrimSpace(text) == "" {
		return environment{}, nil, nil
	}
	all, err := environments()
	if err != nil {
		return environment{}, nil, err
	}
	e, ok := all[env]
	if !ok {
		return e, nil, fmt.Errorf("there is no expression environment %q", env)
	}
	if n := utf8.RuneCountInString(text); n > maxLength {
		return e, nil, fmt.Errorf("the expression has %d characters, and at most %d are allowed", n, maxLength)
	}
	ast, issues := e.env.Compile(text)
	if issues != nil && issues.Err() != nil {
		return e, nil, errors.New(describe(issues, e))
	}
	result := ast.OutputType()
	for _, want := range e.results {
		if want.IsAssignableType(result) || result.IsExactType(cel.DynType) {
			return e, ast, nil
		}
	}
	return e, nil, fmt.Errorf("1:1: the result is %s, and must be %s", result, e.want)
}

// describe renders the first problems in one line.
func describe(issues *cel.Issues, env environment) string {
	var parts []string
	for i, e := range issues.Errors() {
		if i == 2 {
			parts = append(parts, fmt.Sprintf("and %d more", len(issues.Errors())-2))
			break
		}
		message := strings.TrimSpace(strings.ReplaceAll(e.Message, "\n", " "))
		if hint := hintFor(message, env); hint != "" {
			message += " (" + hint + ")"
		}
		parts = append(parts, fmt.Sprintf("%d:%d: %s", e.Location.Line(), e.Location.Column()+1, message))
	}
	return strings.Join(parts, "; ")
}

// hintFor names the nearest known word for an unknown one: a word that exists where the expression is used.
func hintFor(message string, e environment) string {
	word := quoted(message)
	field, name := strings.Contains(message, "undefined field"), strings.Contains(message, "undeclared reference")
	switch {
	case word == "" || !field && !name:
		return ""
	case field:
		if best := nearest(word, e.fields()); best != "" {
			return fmt.Sprintf("did you mean %q?", best)
		}
		if _, ofPeople := structs[typeUser.TypeName()][word]; ofPeople && e.subject() == typeAppUser.TypeName() {
			return fmt.Sprintf("an account has no %s; people have, so write it in scope.users", word)
		}
		return ""
	}
	// The parts of a dotted name are told of one by one.
	last := map[string]string{}
	for _, function := range e.functions() {
		if strings.HasPrefix(function, word+".") {
			return ""
		}
		last[function[strings.LastIndex(function, ".")+1:]] = function
	}
	if best := nearest(word, append(e.variables(), slices.Collect(maps.Keys(last))...)); best != "" {
		return fmt.Sprintf("did you mean %q?", cmp.Or(last[best], best))
	}
	return "known here: " + strings.Join(e.variables(), ", ")
}

// nearest is the candidate with the fewest letters that differ, fewer than the word itself has; empty if all are far off.
func nearest(word string, candidates []string) string {
	best, distance := "", min(3, len(word))
	slices.Sort(candidates)
	for _, c := range candidates {
		if d := edits(word, c); d > 0 && d < distance {
			best, distance = c, d
		}
	}
	return best
}

// variables lists the names that an expression begins with.
func (e environment) variables() (out []string) {
	for _, v := range e.env.Variables() {
		if _, object := structs[v.Type().TypeName()]; object || v.Type().Kind() == cel.ListKind {
			out = append(out, v.Name())
		}
	}
	slices.Sort(out)
	return out
}

// subject is the type of whom an expression is about.
func (e environment) subject() string {
	for _, v := range e.env.Variables() {
		if v.Name() == "subject" {
			return v.Type().TypeName()
		}
	}
	return ""
}

// functions lists the vendor's functions that are known here.
func (e environment) functions() (out []string) {
	known := e.env.Functions()
	for _, name := range functionNames {
		if known[name] != nil {
			out = append(out, name)
		}
	}
	return out
}

// fields lists the fields of what the variables are, and of what these hold.
func (e environment) fields() (out []string) {
	seen := map[string]bool{}
	var walk func(t *cel.Type)
	walk = func(t *cel.Type) {
		if seen[t.TypeName()] {
			return
		}
		seen[t.TypeName()] = true
		for name, field := range structs[t.TypeName()] {
			out = append(out, name)
			walk(field)
		}
	}
	for _, v := range e.env.Variables() {
		walk(v.Type())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func quoted(message string) string {
	_, rest, ok := strings.Cut(message, "'")
	if !ok {
		return ""
	}
	word, _, _ := strings.Cut(rest, "'")
	return word
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			last, row[j] = row[j], min(row[j]+1, row[j-1]+1, last+cost)
		}
	}
	return row[len(b)]
}
