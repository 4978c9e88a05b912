package engine_test

import (
	"regexp"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestAnIDThatCannotBeOneIsNotSent(t *testing.T) {
	const odd = "is not an id of this vendor, whose ids are a word and a number"
	for sentence, c := range map[string]struct {
		change func(*v1alpha1.AppEntitlement)
		want   string
	}{
		"of the app": {func(e *v1alpha1.AppEntitlement) { e.Spec.App = v1alpha1.NamedRef{ID: "GitHub"} }, `spec.app: "GitHub" ` + odd},
		"of the app, in which a name is looked for": {func(e *v1alpha1.AppEntitlement) {
			e.Spec.App = v1alpha1.NamedRef{ID: "GitHub"}
			e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{Resource: &v1alpha1.ConductorOneResource{Name: "r", Type: v1alpha1.NamedRef{Name: "t"}}}
		}, `spec.app: "GitHub" ` + odd},
		"of an owner":   {func(e *v1alpha1.AppEntitlement) { e.Spec.Owners = []v1alpha1.UserRef{{ID: "ada"}} }, `spec.owners[0]: "ada" ` + odd},
		"of the remote": {func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = "payroll" }, `spec.remoteID: "payroll" ` + odd},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.tenant.Entitlements.Caps.IDs = &backend.IDForm{Pattern: regexp.MustCompile(`^[a-z]+-[0-9]+$`), Words: "a word and a number"}
				w.apply("payroll", c.change)
				w.run("payroll")
				if got := w.message("payroll", v1alpha1.ConditionAccepted); !strings.Contains(got, c.want) {
					t.Errorf("%q, want %q", got, c.want)
				}
				if got := w.condition("payroll", v1alpha1.ConditionAccepted); got != "False/InvalidSpec" {
					t.Errorf("Accepted is %s", got)
				}
				if got := w.tenant.TotalCalls(); got != 0 {
					t.Errorf("%d calls", got)
				}
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
					e.Spec.App, e.Spec.Owners, e.Spec.RemoteID, e.Spec.ConductorOne = v1alpha1.NamedRef{ID: app}, nil, "", nil
				})
				w.run("payroll")
				w.wantSynced("payroll", inSync)
			})
		})
	}
}
