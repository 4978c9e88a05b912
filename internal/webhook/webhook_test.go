package webhook

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestAnUpdateIsRefusedForWhatItMakesWrongAlone(t *testing.T) {
	named := func(name string) *v1alpha1.AccessProfile {
		return &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Name: "payroll"}, Spec: v1alpha1.AccessProfileSpec{DisplayName: name}}
	}
	gone := named("new")
	now := metav1.Now()
	gone.DeletionTimestamp = &now
	for sentence, c := range map[string]struct {
		old, obj *v1alpha1.AccessProfile
		refused  []string
		warnings []string
	}{
		"nothing is wrong":                {old: named("before"), obj: named("fine")},
		"it was wrong before":             {old: named("old"), obj: named("old fine"), warnings: []string{"spec.old: is wrong"}},
		"it becomes wrong":                {old: named("before"), obj: named("new"), refused: []string{"spec.new: Invalid value: is wrong"}},
		"one was, and another is":         {old: named("old"), obj: named("old new"), refused: []string{"spec.new: Invalid value: is wrong"}, warnings: []string{"spec.old: is wrong"}},
		"it is wrong and does not change": {old: named("new"), obj: named("new")},
		"it is being deleted":             {old: named("before"), obj: gone},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := validator[*v1alpha1.AccessProfile]{
				kind: v1alpha1.KindAccessProfile,
				spec: func(obj *v1alpha1.AccessProfile) any { return &obj.Spec },
				validate: func(_ context.Context, obj *v1alpha1.AccessProfile) (out verdict) {
					for _, word := range strings.Fields(obj.Spec.DisplayName) {
						if word == "old" || word == "new" {
							out.faults = append(out.faults, backend.Problem{Path: "spec." + word, Message: "is wrong"})
						}
					}
					return out
				},
			}
			warnings, err := v.ValidateUpdate(t.Context(), c.old, c.obj)
			if diff := cmp.Diff(c.warnings, []string(warnings)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if (err != nil) != (c.refused != nil) || err != nil && !apierrors.IsInvalid(err) {
				t.Fatalf("error %v, want %v", err, c.refused)
			}
			for _, want := range c.refused {
				if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "spec.old") {
					t.Errorf("refused with %q, want %q alone", err, want)
				}
			}
		})
	}
}
