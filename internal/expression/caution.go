package expression

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// cautionsOf says what an expression may do that nobody means: hold for everybody, or fail for all who lack an attribute.
func cautionsOf(env Environment, e environment, compiled *cel.Ast) (out []string) {
	root := ast.NavigateAST(compiled.NativeRep())
	if always, known := constant(e.env, compiled, root); known {
		if always {
			return []string{"it is always true: it matches everybody"}
		}
		return []string{"it is always false: it matches nobody"}
	}
	for _, key := range unguarded(root) {
		out = append(out, fmt.Sprintf("it fails for people without %s; test for it first: has(…) && …, or %q in … && …", key, key))
	}
	if env == ReviewUsers || env == ReviewAccounts {
		for _, call := range vendorCalls(root) {
			out = append(out, fmt.Sprintf("the vendor's documents disagree on whether %s is available in the scope of a review", call))
		}
	}
	return out
}

// constant evaluates a condition in which nothing of the subject, and no function of the vendor, plays a part.
func constant(env *cel.Env, compiled *cel.Ast, root ast.NavigableExpr) (value, known bool) {
	varies := func(e ast.NavigableExpr) bool {
		return e.Kind() == ast.IdentKind && !constantName(env, e.AsIdent()) || e.Kind() == ast.CallKind && slices.Contains(functionNames, e.AsCall().FunctionName())
	}
	if len(ast.MatchDescendants(root, varies)) > 0 || compiled.OutputType() != cel.BoolType {
		return false, false
	}
	program, err := env.Program(compiled)
	if err != nil {
		return false, false
	}
	result, _, err := program.Eval(map[string]any{})
	if err != nil {
		return false, false
	}
	return result == types.True, result == types.True || result == types.False
}

func constantName(env *cel.Env, name string) bool {
	return slices.ContainsFunc(env.Variables(), func(v *decls.VariableDecl) bool { return v.Name() == name && v.Value() != nil })
}

// freeMembers are the members whose keys a person may lack.
var freeMembers = []string{"profile", "attributes"}

// unguarded lists the attributes that are read, and whose being there is nowhere asked for.
func unguarded(root ast.NavigableExpr) (out []string) {
	read, asked := []string{}, map[string]bool{}
	for _, e := range append(ast.MatchDescendants(root, ast.AllMatcher()), root) {
		switch e.Kind() {
		case ast.SelectKind:
			s := e.AsSelect()
			if !freeMember(s.Operand()) {
				continue
			}
			if s.IsTestOnly() {
				asked[s.FieldName()] = true
			} else {
				read = append(read, s.FieldName())
			}
		case ast.CallKind:
			call := e.AsCall()
			args := call.Args()
			switch {
			case call.FunctionName() == operators.Index && len(args) == 2 && freeMember(args[0]):
				if key, ok := literal(args[1]); ok {
					read = append(read, key)
				}
			case call.FunctionName() == operators.In && len(args) == 2 && freeMember(args[1]):
				if key, ok := literal(args[0]); ok {
					asked[key] = true
				}
			}
		default: // Nothing else names a member.
		}
	}
	for _, key := range read {
		if !asked[key] && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

func freeMember(e ast.Expr) bool {
	return e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly() && slices.Contains(freeMembers, e.AsSelect().FieldName())
}

func literal(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().Value().(string)
	return text, ok
}

// vendorCalls lists the functions of the vendor's libraries about people that are called.
func vendorCalls(root ast.NavigableExpr) (out []string) {
	for _, e := range append(ast.MatchDescendants(root, ast.KindMatcher(ast.CallKind)), root) {
		if e.Kind() == ast.CallKind && strings.HasPrefix(e.AsCall().FunctionName(), "c1.") {
			out = append(out, e.AsCall().FunctionName())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
