package engine_test

import (
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestOurOwnLineInASpecCountsAsNotThere(t *testing.T) {
	for sentence, mangled := range map[string]func(string) string{
		"as the console shows it":       func(s string) string { return s },
		"with a line break of a form":   func(s string) string { return s + "\r\n" },
		"twice":                         func(s string) string { return s + "\n" + strings.SplitN(s, "\n", 2)[1] },
		"in HTML":                       func(s string) string { return "<p>" + strings.ReplaceAll(s, "\n", "<br>") + "</p>" },
		"before a text of many letters": func(s string) string { return s },
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				text := "Reads payroll."
				if sentence == "before a text of many letters" {
					text = strings.Repeat("x", 1000)
					w.tenant.Entitlements.Caps.MaxLength = map[string]int{"description": 1000}
				}
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = &text })
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				w.resetCounts()
				_, mark, _ := w.tenant.Entitlements.Has(first)
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To(mangled(mark.Stamp(text))) })
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				w.wantCalls(0, 0, 0, 0, 1)
				w.older("payroll")
				if swept, err := w.r.Sweep(w.t.Context(), &w.backend, 0); err != nil || len(swept.Differ) != 0 {
					t.Errorf("%v have to look, %v", swept.Differ, err)
				}
			})
		})
	}
}

func TestAnotherLineInASpecIsTextLikeAnyOther(t *testing.T) {
	born(t, func(w *world) {
		_, mark, _ := w.tenant.Entitlements.Has(first)
		for _, other := range []backend.Mark{
			{Token: "ABCDEFGHIJKLMNOP", Owner: mark.Owner, Cluster: mark.Cluster}, {Token: mark.Token, Owner: "team-b/payroll", Cluster: mark.Cluster},
		} {
			text := other.Stamp("Reads payroll.")
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = &text })
			w.run("payroll")
			w.wantSynced("payroll", inSync)
			if actual, _, _ := w.tenant.Entitlements.Has(first); backend.Value(actual.Description) != text {
				t.Errorf("the description is %q, want %q", backend.Value(actual.Description), text)
			}
		}
	})
}
