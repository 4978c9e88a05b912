// Package expression type-checks the CEL expressions that people write into
// membership rules, review scopes and provisioning policies, in the environments
// that ConductorOne documents (contract section 8): every variable, type, constant
// and function is declared, so that a wrong name, field, type or result is refused
// here, with its position, before the vendor sees it.
package expression

import (
	"errors"
	"fmt"
	"sort"
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
		{ReviewAccounts, boolean, "bool", concat([]cel.EnvOption{cel.Variable("subject", typeAppUser)}, accountConstants(), timeFunctions())},
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
	if err := check(env, text); err != nil {
		return errors.New(readable(err.Error()))
	}
	return nil
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

func check(env Environment, text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	all, err := environments()
	if err != nil {
		return err
	}
	e, ok := all[env]
	if !ok {
		return fmt.Errorf("there is no expression environment %q", env)
	}
	if n := utf8.RuneCountInString(text); n > maxLength {
		return fmt.Errorf("the expression has %d characters, and at most %d are allowed", n, maxLength)
	}
	ast, issues := e.env.Compile(text)
	if issues != nil && issues.Err() != nil {
		return errors.New(describe(issues, env))
	}
	result := ast.OutputType()
	for _, want := range e.results {
		if want.IsAssignableType(result) || result.IsExactType(cel.DynType) {
			return nil
		}
	}
	return fmt.Errorf("1:1: the result is %s, and must be %s", result, e.want)
}

// describe renders the first problems in one line.
func describe(issues *cel.Issues, env Environment) string {
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

// hintFor names the nearest known word for an unknown one.
func hintFor(message string, env Environment) string {
	word := quoted(message)
	if word == "" || !strings.Contains(message, "undeclared reference") && !strings.Contains(message, "undefined field") {
		return ""
	}
	var candidates []string
	if strings.Contains(message, "undefined field") {
		for _, fields := range structs {
			for name := range fields {
				candidates = append(candidates, name)
			}
		}
	} else {
		candidates = []string{"subject"}
		if env == Provisioner {
			candidates = append(candidates, "account", "entitlement", "task", "ip", "appOwners")
		}
		candidates = append(candidates, functionNames...)
	}
	sort.Strings(candidates)
	best, distance := "", 3
	for _, c := range candidates {
		if d := edits(word, c); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		if strings.Contains(message, "undeclared reference") {
			return "known here: " + strings.Join(known(env), ", ")
		}
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

func known(env Environment) []string {
	if env == Provisioner {
		return []string{"subject", "account", "entitlement", "task", "ip", "appOwners"}
	}
	return []string{"subject"}
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
