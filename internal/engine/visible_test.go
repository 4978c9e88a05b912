package engine_test

import (
	"context"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// visible is born visible to whoever has Read, under a drift policy.
func visible(t *testing.T, drift v1alpha1.DriftPolicy, scenario func(b *bundle)) {
	t.Helper()
	inBundle(t, []v1alpha1.EntitlementRef{named("Read")}, func(b *bundle) {
		b.edit(func(s *v1alpha1.AccessProfileSpec) {
			s.Management = &v1alpha1.Management{Drift: drift}
			s.ConductorOne = &v1alpha1.ConductorOneProfile{VisibleTo: []v1alpha1.EntitlementRef{named("Read")}}
		})
		b.wantRefs("")
		b.happened()
		b.tenant.ResetCalls()
		scenario(b)
	})
}

func (b *bundle) opens() {
	b.tenant.Profiles.Edit(b.get().Status.Remote.ID, func(p *backend.AccessProfile) { profileBlock(p).VisibleToEveryone = backend.To(true) })
}

// older makes the status that of an operator which did not map what is visible to somebody to not visible to everyone.
func (b *bundle) older() {
	b.t.Helper()
	obj := b.get()
	actual, _, _ := b.tenant.Profiles.Has(obj.Status.Remote.ID)
	before := actual
	before.Block = backend.To(*profileBlock(actual))
	profileBlock(before).VisibleToEveryone = nil
	_, inputs, _ := strings.Cut(obj.Status.InputsDigest, ":")
	obj.Status.InputsDigest, obj.Status.DesiredDigest = "v1:"+inputs, backend.DesiredDigest(before)
	if err := b.client.Status().Update(context.Background(), obj); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) wantOpen(want bool) {
	b.t.Helper()
	actual, _, _ := b.tenant.Profiles.Has(b.get().Status.Remote.ID)
	if got := backend.Value(profileBlock(actual).VisibleToEveryone); got != want {
		b.t.Errorf("visible to everyone: %t, want %t", got, want)
	}
}

func TestVisibleToSomebodyIsNotVisibleToEveryone(t *testing.T) {
	visible(t, "", func(b *bundle) {
		b.opens()
		b.r.Force(bundleKey)
		b.run()
		b.wantOpen(false)
		events := strings.Join(b.happened(), "\n")
		if !strings.Contains(events, "Normal CorrectingDrift") || !strings.Contains(events, "spec.conductorOne.visibleToEveryone") {
			t.Errorf("events %s", events)
		}
	})
}

func TestAnUpgradeClosesWhatWasMeantToBeSeenBySome(t *testing.T) {
	for sentence, c := range map[string]struct {
		drift        v1alpha1.DriftPolicy
		open         bool
		writes       int
		reason, says string
	}{
		"nobody opened it":               {writes: 0, reason: v1alpha1.ReasonInSync},
		"everybody sees it":              {open: true, writes: 1, reason: v1alpha1.ReasonInSync, says: "spec.conductorOne.visibleToEveryone"},
		"everybody sees it, and is told": {drift: v1alpha1.DriftReport, open: true, writes: 0, reason: v1alpha1.ReasonDrifted, says: "spec.conductorOne.visibleToEveryone"},
	} {
		t.Run(sentence, func(t *testing.T) {
			visible(t, c.drift, func(b *bundle) {
				if c.open {
					b.opens()
				}
				b.older()
				swept, err := b.r.Sweep(t.Context(), &b.backend, 0)
				if err != nil || (len(swept.Differ) > 0) != c.open {
					t.Errorf("%v have to look, %v", swept.Differ, err)
				}
				b.run()
				if n := b.tenant.Calls(backendtest.VerbUpdate); n != c.writes {
					t.Errorf("%d writes, want %d", n, c.writes)
				}
				b.wantOpen(c.drift == v1alpha1.DriftReport)
				for _, cond := range b.get().Status.Conditions {
					if cond.Type == v1alpha1.ConditionSynced && cond.Reason != c.reason {
						t.Errorf("Synced is %s (%s), want %s", cond.Reason, cond.Message, c.reason)
					}
				}
				if events := strings.Join(b.happened(), "\n"); !strings.Contains(events, c.says) || (c.says == "") != (events == "") {
					t.Errorf("events %q, want %q", events, c.says)
				}
			})
		})
	}
}
