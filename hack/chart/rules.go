package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

// rules makes named templates of the rules in config/rbac, so that the chart grants what the manager was tested with.
func rules(root string) (map[string]string, error) {
	manager, err := readRole(root, "role.yaml")
	if err != nil {
		return nil, err
	}
	election, err := readRole(root, "leader_election_role.yaml")
	if err != nil {
		return nil, err
	}
	metricsAuth, err := readRole(root, "metrics_auth_role.yaml")
	if err != nil {
		return nil, err
	}
	metricsReader, err := readRole(root, "metrics_reader_role.yaml")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	out.WriteString("{{- /* " + generated + " */}}\n")
	for _, part := range []struct {
		name, comment string
		rules         []rbacv1.PolicyRule
	}{
		{"cluster", "All that the manager does, in every namespace.", manager},
		{"namespace", "What it does in a namespace that it watches alone.", each(manager, namespaced)},
		{"definitions", "What it reads of its own CRDs, by name.", each(manager, definitionsOnly)},
		{"leaderElection", "What leader election does in the operator's own namespace.", election},
		{"metricsAuth", "What it asks the API server about those who read its metrics.", metricsAuth},
		{"metricsReader", "What these need.", metricsReader},
	} {
		text, err := yaml.Marshal(part.rules)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "\n{{- /* %s */}}\n{{- define \"governance-operator.rules.%s\" -}}\n%s{{- end }}\n", part.comment, part.name, text)
	}
	return map[string]string{filepath.Join("templates", "rbac", "_rules.tpl"): out.String()}, nil
}

func readRole(root, file string) ([]rbacv1.PolicyRule, error) {
	raw, err := os.ReadFile(filepath.Join(root, "config", "rbac", file))
	if err != nil {
		return nil, err
	}
	role := &rbacv1.ClusterRole{}
	if err := yaml.UnmarshalStrict(raw, role); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return role.Rules, nil
}

// each keeps the resources of every rule that pass, and drops the rules that have none left.
func each(all []rbacv1.PolicyRule, pass func(resource string) bool) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for _, rule := range all {
		rule.Resources = slices.DeleteFunc(slices.Clone(rule.Resources), func(resource string) bool { return !pass(resource) })
		if len(rule.Resources) > 0 {
			out = append(out, rule)
		}
	}
	return out
}

func definitionsOnly(resource string) bool { return resource == "customresourcedefinitions" }

// namespaced leaves out what no Role can grant.
func namespaced(resource string) bool {
	kind, _, _ := strings.Cut(resource, "/")
	return !slices.Contains([]string{"customresourcedefinitions", "namespaces", "clustergovernancebackends"}, kind)
}
