package controller_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// wrongs are lines of the spec that ConductorOne cannot do, and those that name what is not there.
var wrongs = map[string]struct{ unsupported, missing, reason string }{
	v1alpha1.KindAppEntitlement: {"  requestable: true", "  owners: [{email: nobody@corp.example}]", v1alpha1.ReasonNameNotFound},
	v1alpha1.KindAccessProfile:  {"  inherits: [{id: other}]", "  entitlements: [{ref: {name: later}}]", v1alpha1.ReasonReferenceNotFound},
	v1alpha1.KindAccessReview:   {"  reviewer: {manager: {}}", "  scope: {entitlements: [{ref: {name: later}}]}", v1alpha1.ReasonReferenceNotFound},
}

var _ = Describe("the recorded states of objects are those that the operator leaves them in:", Ordered, ContinueOnFailure, func() {
	r := &recorder{}

	for _, s := range subjects[:3] {
		wrong := wrongs[s.kind]

		It(s.kind+", while the vendor answers", func(ctx SpecContext) {
			t := s.tenant(ctx)
			r.created(ctx, t, s.kind, "new", s.manifest("new", "New", ""))
			taken := foreign(t, s, "Taken")
			t.apply(ctx, strings.Join([]string{
				s.manifest("ready", "Ready", ""),
				s.manifest("drifted", "Drifted", underReport),
				s.manifest("missing", "Missing", underReport),
				s.manifest("held", "Held", "  suspend: true"),
				s.manifest("going", "Going", ""),
				s.manifest("unsupported", "Unsupported", wrong.unsupported),
				s.manifest("blocked", "Blocked", wrong.missing),
				s.manifest("exists", "Exists", "  remoteID: "+taken),
				strings.ReplaceAll(s.manifest("homeless", "Homeless", ""), "name: tenant", "name: nowhere"),
			}, "\n---\n"))
			drifted, missing, going := newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
			t.ready(ctx, drifted, "drifted")
			t.ready(ctx, missing, "missing")
			t.ready(ctx, going, "going")
			Expect(t.Edit(targetOf(drifted), map[string]any{s.nameField: "Console"})).To(Succeed())
			Expect(t.Delete(targetOf(missing))).To(Succeed())
			t.edit(ctx, going, "going", func() { going.GetManagedSpec().Suspend = true })
			Expect(c.Delete(ctx, going)).To(Succeed())

			r.keep(ctx, t, s.kind, "ready", "ready", isReady)
			r.edited(ctx, t, s.kind, "ready", "edited", `{"spec":{"displayName":"Edited"}}`)
			r.keep(ctx, t, s.kind, "drifted", "drifted", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonDrifted))
			r.keep(ctx, t, s.kind, "missing", "remote-missing", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing))
			r.keep(ctx, t, s.kind, "held", "suspended", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended))
			r.keep(ctx, t, s.kind, "going", "deleting", goes(v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended))
			r.keep(ctx, t, s.kind, "unsupported", "field-unsupported", tells(v1alpha1.ConditionAccepted, v1alpha1.ReasonFieldUnsupported))
			r.keep(ctx, t, s.kind, "blocked", "blocked", tells(v1alpha1.ConditionResolvedRefs, wrong.reason))
			r.keep(ctx, t, s.kind, "exists", "remote-exists", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists))
			r.keep(ctx, t, s.kind, "homeless", "backend-not-found", tells(v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonBackendNotFound))
		})

		It(s.kind+", while the vendor is in trouble", func(ctx SpecContext) {
			t, going, obj := s.tenant(ctx), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
			t.apply(ctx, s.manifest("going", "Going", "")+"\n---\n"+s.manifest("one", "One", ""))
			t.ready(ctx, going, "going")
			t.ready(ctx, obj, "one")

			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusBadRequest, Class: sandbox.ClassWrite, Body: `{"message":"not with us"}`})).To(Succeed())
			t.apply(ctx, s.manifest("refused", "Refused", ""))
			r.keep(ctx, t, s.kind, "refused", "refused", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonRefused))
			Expect(c.Delete(ctx, going)).To(Succeed())
			r.keep(ctx, t, s.kind, "going", "deletion-blocked", goes(v1alpha1.ConditionSynced, v1alpha1.ReasonDeletionBlocked))
			t.ClearFaults()

			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: 2, PathPattern: "/api/"})).To(Succeed())
			t.apply(ctx, s.manifest("throttled", "Throttled", ""))
			r.keep(ctx, t, s.kind, "throttled", "throttled", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonThrottled))
			t.ClearFaults()
			t.ready(ctx, newObject(s.kind), "throttled")

			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusServiceUnavailable})).To(Succeed())
			t.annotate(ctx, obj, "one", v1alpha1.AnnotationReconcileRequestedAt, "now")
			r.keep(ctx, t, s.kind, "one", "vendor-down", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonBackendUnavailable))
		})
	}

	It("AppEntitlement, where the vendor cannot create them", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorSailPoint)[0]
		t := s.tenant(ctx)
		t.apply(ctx, s.manifest("one", "One", "  management: {creation: CreateOrAdopt}")+"\n---\n"+s.manifest("two", "Two", "  management: {creation: Adopt}"))
		r.keep(ctx, t, s.kind, "one", "create-unsupported", tells(v1alpha1.ConditionAccepted, v1alpha1.ReasonCreateUnsupported))
		r.keep(ctx, t, s.kind, "two", "remote-not-found", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteNotFound))
	})

	It("AccessProfile, where versions have drafts", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorVeza)[1]
		t, one, two := s.tenant(ctx), &v1alpha1.AccessProfile{}, &v1alpha1.AccessProfile{}
		const typed = "  veza: {profileType: {name: Profile}}"
		t.apply(ctx, vezaProfile("Payroll", typed)+"\n---\n"+s.manifest("two", "Two", ""))
		t.ready(ctx, one, "one")
		t.ready(ctx, two, "two")
		Expect(t.Edit(targetOf(one), map[string]any{"openDraft": true})).To(Succeed())
		t.apply(ctx, vezaProfile("Everyone", typed))
		Expect(t.Edit(targetOf(two), map[string]any{"last_sync_error_message": "the group is gone"})).To(Succeed())
		r.keep(ctx, t, s.kind, "one", "draft-pending", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonDraftPending))
		r.keep(ctx, t, s.kind, "two", "remote-failed", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteFailed))
	})

	It("AccessReview, from its start to its end", func(ctx SpecContext) {
		t := newTenant(ctx)
		const kind = v1alpha1.KindAccessReview
		obj := t.opened(ctx, review("one", "One", ""))
		r.keep(ctx, t, kind, "one", "awaiting-reviewers", inState(v1alpha1.ReviewRunning))
		t.edit(ctx, obj, "one", func() { obj.Spec.ConductorOne.Policy.Name = "Certify by app owner" })
		r.keep(ctx, t, kind, "one", "sealed", tells(v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor))
		t.edit(ctx, obj, "one", func() { obj.Spec.ConductorOne.Policy.Name = "Certify by manager" })
		Expect(t.SetReviewState(obj.Status.Remote.ID, "CLOSED")).To(Succeed())
		r.keep(ctx, t, kind, "one", "completed", inState(v1alpha1.ReviewCompleted))
		t.apply(ctx, strings.ReplaceAll(subjects[2].manifest("two", "Two", ""), "conductorOne: {", "conductorOne: {duplicateFrom: {ref: {name: one}}, "))
		r.keep(ctx, t, kind, "two", "vendor-working", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking))
	})

	It("AccessReview, where it exists only from its start", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorVeza)[2]
		t := s.tenant(ctx)
		t.Configure(func(settings *sandbox.Settings) { settings.Features["notesHidden"] = true })
		t.apply(ctx, strings.ReplaceAll(s.manifest("one", "One", ""), "Immediate", "Manual"))
		r.keep(ctx, t, s.kind, "one", "start-held", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonStartHeld))
		Expect(t.AddFault(sandbox.Fault{Method: "POST", PathPattern: "/certifications$", Kind: sandbox.FaultResetAfter, Count: 1})).To(Succeed())
		t.apply(ctx, s.manifest("two", "Two", ""))
		r.keep(ctx, t, s.kind, "two", "outcome-unknown", tells(v1alpha1.ConditionSynced, v1alpha1.ReasonOutcomeUnknown))
	})

	for _, kind := range []string{v1alpha1.KindGovernanceBackend, v1alpha1.KindClusterGovernanceBackend} {
		for sentence, record := range backendStates {
			It(kind+", "+sentence, func(ctx SpecContext) { record(ctx, r, home{startTenant(ctx), kind}) })
		}
	}

	It("and no other is recorded", func() { r.complete() })
})
