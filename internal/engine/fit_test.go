package engine_test

import (
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestALongRequestIsHandledOnce(t *testing.T) {
	born(t, func(w *world) {
		for _, request := range []string{strings.Repeat("now ", 200), strings.Repeat("now ", 200) + "again", "\xff\xfe", "now"} {
			w.resetCounts()
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
				e.Generation-- // An annotation is no edit of the spec.
				e.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = request
			})
			w.run("payroll")
			if n := w.statusPatches; n != 1 {
				t.Errorf("%.20q: %d status patches, want 1", request, n)
			}
			if got := w.get("payroll").Status.LastHandledReconcileAt; got == "" || len([]rune(got)) > 256 {
				t.Errorf("%.20q: %d characters are echoed", request, len([]rune(got)))
			}
			w.run("payroll")
			if n := w.statusPatches; n != 1 {
				t.Errorf("%.20q: it is not over: %d status patches", request, n)
			}
		}
	})
}

// TestWhatAVendorSaysTooMuchOfDoesNotFreezeTheStatus: the fake client takes anything, so the
// bounds themselves are what is looked at.
func TestWhatAVendorSaysTooMuchOfDoesNotFreezeTheStatus(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { e.Facts.ExternalID = strings.Repeat("x", 3000) })
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Another" })
		w.run("payroll")
		st := w.get("payroll").Status
		if st.ExternalID != "" {
			t.Errorf("%d characters of an id were written", len(st.ExternalID))
		}
		if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "status.externalID is left out") {
			t.Errorf("Synced says %q", got)
		}
		w.wantSynced("payroll", inSync)
		patches := w.statusPatches
		w.force("payroll")
		if w.statusPatches != patches {
			t.Error("the same is written again")
		}
	})
}

// refuses makes the API server refuse a status that holds more than conditions and the remote.
func (w *world) refuses(how func(*v1alpha1.AppEntitlement) bool) {
	w.invalid = func(obj *v1alpha1.AppEntitlement) error {
		if !how(obj) {
			return nil
		}
		return apierrors.NewInvalid(schema.GroupKind{Kind: "AppEntitlement"}, obj.Name, field.ErrorList{field.TooMany(field.NewPath("status", "resolved"), 9, 8)})
	}
}

func TestARefusedStatusIsToldAtOnceAndHoldsNoWorker(t *testing.T) {
	for sentence, c := range map[string]struct {
		how    func(*v1alpha1.AppEntitlement) bool
		synced string
	}{
		"all but conditions and the remote": {func(e *v1alpha1.AppEntitlement) bool { return e.Status.InputsDigest != "" }, inSync},
		"all but the remote":                {func(e *v1alpha1.AppEntitlement) bool { return len(e.Status.Conditions) > 0 }, "absent"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.refuses(c.how)
				w.apply("payroll")
				before := time.Now()
				w.pass("payroll")
				if took := time.Since(before); took > 0 {
					t.Errorf("the worker was held for %s", took)
				}
				if got := w.remoteID("payroll"); got != first {
					t.Errorf("the id was lost: %q", got)
				}
				w.wantSynced("payroll", c.synced)
				for range 5 {
					w.force("payroll")
				}
				w.wantRemotes(first)
				told := 0
				for _, e := range w.happened() {
					if strings.Contains(e, v1alpha1.ReasonStatusRefused) {
						told++
						if !strings.Contains(e, "status.resolved") {
							t.Errorf("%q does not say what was refused", e)
						}
					}
				}
				if told != 1 {
					t.Errorf("told %d times, want once", told)
				}
			})
		})
	}
}
