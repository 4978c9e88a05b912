package chart_test

import (
	"strings"
	"testing"
)

// notes are what helm prints after an installation with these arguments.
func notes(t *testing.T, args ...string) string {
	t.Helper()
	text, err := runHelm(t.Context(), append([]string{"install", release, chart, "--namespace", namespace, "--dry-run=client"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(text, "\nNOTES:\n")
	if !found {
		t.Fatalf("no notes in\n%s", text)
	}
	return text
}

func TestTheNotesTellOnlyWhoHoldsTheDefinitionsToDeleteThem(t *testing.T) {
	const deletes, never, narrowed = "kubectl delete crd", "Never delete the CRDs", "BEFORE YOU TAKE A NAMESPACE OUT"
	for sentence, c := range map[string]struct {
		args       []string
		have, lack []string
	}{
		"the only one":                             {have: []string{deletes, "without another release of this operator"}, lack: []string{never, narrowed}},
		"one whose definitions go with it":         {args: []string{"--set", "crds.keep=false"}, have: []string{deletes, "CRDs are never removed"}, lack: []string{never}},
		"one beside others":                        {args: []string{"--set", "crds.enabled=false,rbac.userRoles.create=false"}, have: []string{never, "Orphan"}, lack: []string{deletes, narrowed}},
		"one of a team":                            {args: []string{"--set", "crds.enabled=false,rbac.userRoles.create=false,watchNamespaces={payroll}"}, have: []string{never, "releases only those in its namespaces", narrowed}, lack: []string{deletes}},
		"one of a team that holds the definitions": {args: []string{"--set", "watchNamespaces={payroll}"}, have: []string{never, narrowed, "the CRDs stay"}, lack: []string{deletes}},
	} {
		t.Run(sentence, func(t *testing.T) {
			said := notes(t, c.args...)
			for _, want := range c.have {
				if !strings.Contains(said, want) {
					t.Errorf("nothing of %q in\n%s", want, said)
				}
			}
			for _, wrong := range c.lack {
				if strings.Contains(said, wrong) {
					t.Errorf("%q in\n%s", wrong, said)
				}
			}
		})
	}
}
