package validate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	celgo "github.com/google/cel-go/cel"
	celtypes "github.com/google/cel-go/common/types"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apiserver/pkg/admission"
	admissioncel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	shipped "github.com/governance-operator/governance-operator/config/admission"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// policy is an admission policy, compiled as the API server compiles it.
type policy struct {
	*admissionregistrationv1.ValidatingAdmissionPolicy

	matcher     matchconditions.Matcher
	validations admissioncel.ConditionEvaluator
	messages    admissioncel.ConditionEvaluator
}

// policies are those that are shipped and look at what is created.
var policies = sync.OnceValues(readPolicies)

func readPolicies() (out []*policy, err error) {
	files, err := fs.Glob(shipped.Policies, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := shipped.Policies.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			p := &policy{ValidatingAdmissionPolicy: &admissionregistrationv1.ValidatingAdmissionPolicy{}}
			if err := yaml.Unmarshal([]byte(document), p.ValidatingAdmissionPolicy); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if p.Kind != "ValidatingAdmissionPolicy" {
				continue
			}
			if err := p.compile(); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// expression is a CEL expression of a policy.
type expression struct {
	name, text string
	result     *celgo.Type
}

// GetExpression is the text.
func (e *expression) GetExpression() string { return e.text }

// GetName is the name of a variable.
func (e *expression) GetName() string { return e.name }

// ReturnTypes are the types that it may have.
func (e *expression) ReturnTypes() []*celgo.Type { return []*celgo.Type{e.result} }

func (p *policy) compile() error {
	compiler, err := admissioncel.NewCompositedCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	if err != nil {
		return err
	}
	asks, silent := admissioncel.OptionalVariableDeclarations{HasAuthorizer: true}, admissioncel.OptionalVariableDeclarations{}
	var errs []error
	for _, v := range p.Spec.Variables {
		if result := compiler.CompileAndStoreVariable(&expression{v.Name, v.Expression, celgo.AnyType}, asks, environment.StoredExpressions); result.Error != nil {
			errs = append(errs, result.Error)
		}
	}
	var conditions, validations, messages []admissioncel.ExpressionAccessor
	for i := range p.Spec.MatchConditions {
		conditions = append(conditions, (*matchconditions.MatchCondition)(&p.Spec.MatchConditions[i]))
	}
	for _, v := range p.Spec.Validations {
		validations = append(validations, &expression{text: v.Expression, result: celgo.BoolType})
		messages = append(messages, &expression{text: v.MessageExpression, result: celgo.StringType})
	}
	matcher := compiler.CompileCondition(conditions, asks, environment.StoredExpressions)
	p.validations = compiler.CompileCondition(validations, asks, environment.StoredExpressions)
	p.messages = compiler.CompileCondition(messages, silent, environment.StoredExpressions)
	p.matcher = matchconditions.NewMatcher(matcher, p.Spec.FailurePolicy, "policy", "validate", p.Name)
	return errors.Join(slices.Concat(errs, matcher.CompilationErrors(), p.validations.CompilationErrors(), p.messages.CompilationErrors())...)
}

// looksAt reports whether the policy is about such objects when they are created.
func (p *policy) looksAt(resource string) bool {
	return p.Spec.MatchConstraints != nil && slices.ContainsFunc(p.Spec.MatchConstraints.ResourceRules, func(r admissionregistrationv1.NamedRuleWithOperations) bool {
		return slices.Contains(r.Operations, admissionregistrationv1.Create) && slices.Contains(r.Resources, resource)
	})
}

// anybody stands for the user, whom no file has.
const anybody = "whoever applies it"

// rights answers each question about rights in the same way.
type rights authorizer.Decision

// Authorize answers.
func (r rights) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.Decision(r), "", nil
}

// guarded adds what the policies refuse of an object. What depends on the rights of who applies it is a warning.
func (c *check) guarded(ctx context.Context, s source, id reference.Object) error {
	all, err := policies()
	if err != nil {
		return err
	}
	raw, err := s.decode()
	if err != nil {
		return err
	}
	for _, p := range all {
		if !p.looksAt(c.definitions[id.Kind].resource) {
			continue
		}
		always, err := p.refuses(ctx, raw, id, c.definitions[id.Kind].resource, rights(authorizer.DecisionAllow))
		if err != nil {
			return err
		}
		without, err := p.refuses(ctx, raw, id, c.definitions[id.Kind].resource, rights(authorizer.DecisionDeny))
		if err != nil {
			return err
		}
		for _, message := range without {
			severity := Warning
			if slices.Contains(always, message) {
				severity = Error
			}
			c.add(s, id, severity, "", fmt.Sprintf("ValidatingAdmissionPolicy '%s' denied request: %s", p.Name, message))
		}
	}
	return nil
}

// refuses returns what the policy refuses of an object that is created by somebody with these rights.
func (p *policy) refuses(ctx context.Context, raw map[string]any, id reference.Object, resource string, may rights) ([]string, error) {
	kind, gvr := v1alpha1.GroupVersion.WithKind(id.Kind), v1alpha1.GroupVersion.WithResource(resource)
	object := &unstructured.Unstructured{Object: raw}
	record := admission.NewAttributesRecord(object, nil, kind, id.Namespace, id.Name, gvr, "", admission.Create, nil, false, &user.DefaultInfo{Name: anybody})
	request := &admission.VersionedAttributes{Attributes: record, VersionedKind: kind}
	request.VersionedObject.Set(object)
	if matched := p.matcher.Match(ctx, request, nil, may); matched.Error != nil || !matched.Matches {
		return nil, matched.Error
	}
	described := admissioncel.CreateAdmissionRequest(record, metav1.GroupVersionResource(gvr), metav1.GroupVersionKind(kind))
	namespace := admissioncel.CreateNamespaceObject(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: id.Namespace}})
	results, left, err := p.validations.ForInput(ctx, request, described, admissioncel.OptionalVariableBindings{Authorizer: may}, namespace, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return nil, err
	}
	messages, _, err := p.messages.ForInput(ctx, request, described, admissioncel.OptionalVariableBindings{}, namespace, left)
	if err != nil {
		return nil, err
	}
	var out []string
	for i, result := range results {
		switch {
		case result.Error != nil: // The policies fail closed.
			out = append(out, result.Error.Error())
		case result.EvalResult == celtypes.True:
		case messages[i].Error != nil:
			out = append(out, "failed expression: "+strings.TrimSpace(p.Spec.Validations[i].Expression))
		default:
			out = append(out, strings.TrimSpace(fmt.Sprint(messages[i].EvalResult.Value())))
		}
	}
	return out, nil
}
