package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
)

func TestATemplateKeepsTheBracesOfADefinition(t *testing.T) {
	got, err := definition("---\nkind: CustomResourceDefinition\nmetadata:\n  annotations:\n    a: b\n  name: things\nspec:\n  description: like {{ .Name }}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := `{{- if .Values.crds.enabled }}
kind: CustomResourceDefinition
metadata:
  annotations:
    {{- include "governance-operator.crdAnnotations" . | nindent 4 }}
    a: b
  labels:
    {{- include "governance-operator.labels" . | nindent 4 }}
  name: things
spec:
  description: like {{ "{{" }} .Name }}
{{- end }}
`
	if diff := cmp.Diff("{{- /* "+generated+" */}}\n"+want, got); diff != "" {
		t.Errorf("template (-want +got):\n%s", diff)
	}
}

func TestADefinitionOfAnotherFormIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no annotations": "metadata:\n  name: things\nspec:\n  a: b\n",
		"no spec":        "metadata:\n  annotations:\n    a: b\n  name: things\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := definition(text); err == nil {
				t.Errorf("accepted: %s", got)
			}
		})
	}
}

func TestAPolicyTakesNameActionsAndNamespacesFromTheRelease(t *testing.T) {
	got, err := policy("metadata:\n  name: no-thing.governance-operator.io\nspec:\n  expression: \"{{}}\"\n---\nmetadata:\n  name: no-thing.governance-operator.io\nspec:\n  policyName: no-thing.governance-operator.io\n  validationActions: [Deny]\n", []string{"no", "thing"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{{- if .Values.admissionPolicies.noThing.enabled }}
metadata:
  name: {{ include "governance-operator.suffixed" (list . "no-thing") }}
  labels:
    {{- include "governance-operator.labels" . | nindent 4 }}
spec:
  expression: "{{ "{{" }}}}"
---
metadata:
  name: {{ include "governance-operator.suffixed" (list . "no-thing") }}
  labels:
    {{- include "governance-operator.labels" . | nindent 4 }}
spec:
  policyName: {{ include "governance-operator.suffixed" (list . "no-thing") }}
  validationActions: {{ toJson .Values.admissionPolicies.noThing.validationActions }}
  {{- with .Values.admissionPolicies.noThing.namespaceSelector }}
  matchResources:
    namespaceSelector:
      {{- toYaml . | nindent 6 }}
  {{- end }}
{{- end }}
`
	if diff := cmp.Diff("{{- /* "+generated+" */}}\n"+want, got); diff != "" {
		t.Errorf("template (-want +got):\n%s", diff)
	}
}

func TestAPolicyOfAnotherFormIsRefused(t *testing.T) {
	if got, err := policy("metadata:\n  name: no-thing.governance-operator.io\n", []string{"no", "thing"}); err == nil {
		t.Errorf("accepted: %s", got)
	}
}

func TestRulesOfANamespaceHoldWhatARoleCanGrant(t *testing.T) {
	all := []rbacv1.PolicyRule{
		{Resources: []string{"namespaces"}, Verbs: []string{"get"}},
		{Resources: []string{"secrets", "namespaces"}, Verbs: []string{"get"}},
		{Resources: []string{"governancebackends/status", "clustergovernancebackends/status"}, Verbs: []string{"patch"}},
	}
	want := []rbacv1.PolicyRule{
		{Resources: []string{"secrets"}, Verbs: []string{"get"}},
		{Resources: []string{"governancebackends/status"}, Verbs: []string{"patch"}},
	}
	if diff := cmp.Diff(want, each(all, namespaced)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestTheGeneratedPartsAreWhole(t *testing.T) {
	root := "../.."
	parts, err := definitions(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 5 {
		t.Errorf("%d CRDs, want 5", len(parts))
	}
	if parts, err = policies(root); err != nil {
		t.Fatal(err)
	}
	if len(parts) != 3 {
		t.Errorf("%d policies, want 3", len(parts))
	}
	secrets, err := credentials(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range secrets {
		if !strings.Contains(text, "clientID: sandbox@HOST/spc") {
			t.Errorf("%s has no host to put in: %s", path, text)
		}
	}
}
