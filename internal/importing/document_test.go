package importing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

func TestADocumentHasTheOrderOfItsTypeAndSaysWhatItLeavesOut(t *testing.T) {
	description := "First.\n\nThird: a \"quote\" # no comment"
	spec := v1alpha1.AccessProfileSpec{
		ManagedSpec: v1alpha1.ManagedSpec{BackendRef: v1alpha1.BackendRef{Name: "prod"}, RemoteID: "0123",
			Management: &v1alpha1.Management{Creation: v1alpha1.CreationAdopt, Drift: v1alpha1.DriftReport, Deletion: v1alpha1.DeletionOrphan}},
		DisplayName: "no", Description: &description,
		Owners: []v1alpha1.UserRef{{ID: "u1"}, {Email: "ada@corp.example"}},
	}
	got, err := document("AccessProfile", "team", "no", spec, []kinds.Omission{
		{Path: "requestable", Why: kinds.WhyEmpty, Text: "there is none"},
		{Path: "conductorOne.cohort", Why: kinds.WhyHidden, Text: "the vendor does not show it"},
		{Path: "inherits", Why: kinds.WhyUsual, Text: "it is what\nthe vendor has", Value: "a\n# b"},
	}, map[string]string{"u1": "Ada: several have its name"})
	if err != nil {
		t.Fatal(err)
	}
	want := `apiVersion: governance-operator.io/v1alpha1
kind: AccessProfile
metadata:
  name: "no"
  namespace: team
spec:
  backendRef:
    name: prod
  remoteID: "0123"
  management:
    creation: Adopt
    drift: Report
    deletion: Orphan
  displayName: "no"
  description: |-
    First.

    Third: a "quote" # no comment
  owners:
    - id: u1 # Ada: several have its name
    - email: ada@corp.example
# Left out of spec:
# - conductorOne.cohort: the vendor does not show it
# - inherits: it is what the vendor has (it is a # b)
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTextsAreReadAsTheyAre whatever people write.
func TestTextsAreReadAsTheyAre(t *testing.T) {
	texts := []string{"", "no", "Yes", "NULL", "~", "0123", "1e3", "0x1f", "12:30:45", "2030-01-02", "- a", "a: b", "a #b", "#a", " a", "a ", "\ta", "a\tb", "a\n", "a\n\n", "\na", "a\n b", "a \nb",
		"😀", "a\u2028b", "\u0085", "\ufeffa", "a\rb", "a\r\nb", "'", `"`, `\`, "{a}", "[a]", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "---", "...", "a\n---\nb", "<<", "=", "\x7f", "é\né",
		strings.Repeat("line: 1\n", 2000), strings.Repeat("word ", 500) + "end"}
	for _, text := range texts {
		description := text
		file, err := document("AccessProfile", "", "a", v1alpha1.AccessProfileSpec{Description: &description, DisplayName: text}, nil, nil)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got v1alpha1.AccessProfile
		if err := yaml.UnmarshalStrict(file, &got); err != nil || got.Spec.Description == nil || *got.Spec.Description != text || got.Spec.DisplayName != text {
			t.Errorf("%q: %v, %s", text, err, file)
		}
	}
}

func TestNamesAreThoseOfObjects(t *testing.T) {
	for label, want := range map[string]string{
		"Payroll / Admin (EU)": "payroll-admin-eu", "---": "the-id", "日本": "the-id", "": "the-id", strings.Repeat("a", 62) + "-b": strings.Repeat("a", 62),
		strings.Repeat("ab-", 40): strings.Repeat("ab-", 20) + "ab-"[:2],
	} {
		if got := dnsName(label, "The ID"); got != want {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
	taken := map[string]bool{}
	for n := range 12 {
		name := free(strings.Repeat("x", 63), func(name string) bool { return taken[name] })
		if taken[name] || len(name) > 63 {
			t.Errorf("%d: %q", n, name)
		}
		taken[name] = true
	}
}
