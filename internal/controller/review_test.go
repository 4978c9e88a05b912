package controller_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// review renders a review of two entitlements.
func review(name, displayName, spec string) string {
	return subjects[2].manifest(name, displayName, "  scope: {entitlements: ["+octoMember+", "+viewer+"], users: {all: {}}}\n"+spec)
}

const (
	octoMember = "{app: {name: GitHub}, name: octo-org Member}"
	viewer     = "{app: {name: Workday}, name: Viewer}"
)

// reviewState waits until the status tells a state.
func (t *tenant) reviewState(ctx context.Context, obj *v1alpha1.AccessReview, name string, want v1alpha1.ReviewState) {
	GinkgoHelper()
	eventually(ctx, func(g Gomega) {
		g.Expect(t.get(ctx, obj, name)).To(Succeed())
		g.Expect(obj.Status.State).To(Equal(want))
	}).Should(Succeed())
}

// opened applies a review and starts it as a person in the console does.
func (t *tenant) opened(ctx context.Context, manifest string) *v1alpha1.AccessReview {
	GinkgoHelper()
	obj := &v1alpha1.AccessReview{}
	t.apply(ctx, manifest)
	t.ready(ctx, obj, "one")
	Expect(t.SetReviewState(obj.Status.Remote.ID, "OPEN")).To(Succeed())
	t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
	t.ready(ctx, obj, "one")
	return obj
}

// dumped is what the vendor holds of a review.
func (t *tenant) dumped(id string) conductorone.ReviewDump {
	GinkgoHelper()
	for _, r := range t.dump().Reviews {
		if r.Object["id"] == id {
			return r
		}
	}
	Fail("no review " + id)
	return conductorone.ReviewDump{}
}

// attachedTo lists the names of the entitlements of a review.
func (t *tenant) attachedTo(id string) (names []string) {
	GinkgoHelper()
	for _, e := range t.dumped(id).Entitlements {
		names = append(names, objectOf(entitlementObjects(t), e["appEntitlementId"].(string))["displayName"].(string))
	}
	return names
}

var _ = Describe("an access review", func() {
	It("shows where it is, from its configuration to its end, and how many tasks are done", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", ""))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewConfiguring)
		Expect(obj.Status.StartedAt).To(BeNil())
		Expect(t.SetReviewState(id, "DRAFT")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewStaged)
		Expect(t.SetReviewState(id, "OPEN")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
		Expect(obj.Status.StartedAt).NotTo(BeNil())
		t.ready(ctx, obj, "one")

		summary := func() string {
			Expect(t.get(ctx, obj, "one")).To(Succeed())
			if obj.Status.Progress == nil {
				return ""
			}
			return obj.Status.Progress.Summary
		}
		eventually(ctx, summary).Should(Equal("0/4"))
		Expect(t.CloseReviewTasks(id, 2, "")).To(Equal(2))
		Expect(t.CloseReviewTasks(id, 1, "CERTIFY_OUTCOME_DECERTIFIED")).To(Equal(1))
		eventually(ctx, summary).Should(Equal("3/4"))
		Expect(*obj.Status.Progress).To(Equal(v1alpha1.ReviewProgress{Total: 4, Completed: 3, Certified: 2, Revoked: 1, Summary: "3/4"}))

		Expect(t.SetReviewState(id, "CLOSED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		eventually(ctx, func() any { Expect(t.get(ctx, obj, "one")).To(Succeed()); return obj.Status.ClosedAt }).ShouldNot(BeNil())
		t.ready(ctx, obj, "one")
		t.quiet(ctx, 100)
	})

	for field, edit := range map[string]func(string) string{
		"spec.conductorOne.policy": func(m string) string { return strings.ReplaceAll(m, "Certify by manager", "Certify by app owner") },
		"spec.scope.users": func(m string) string {
			return strings.ReplaceAll(m, "users: {all: {}}", "users: {selected: [{email: ada@corp.example}]}")
		},
		"spec.scope.entitlements": func(m string) string { return strings.ReplaceAll(m, ", "+viewer, "") },
		"spec.conductorOne.scopeType": func(m string) string {
			return strings.ReplaceAll(m, "conductorOne: {", "conductorOne: {scopeType: ByUsers, ")
		},
	} {
		It("refuses an edit of "+field+" after its start, by name, and takes the old value back", func(ctx SpecContext) {
			t := newTenant(ctx)
			written := review("one", "One", "")
			obj := t.opened(ctx, written)
			t.ResetCalls()
			t.apply(ctx, edit(written))
			message := t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)
			Expect(message).To(And(ContainSubstring(field), ContainSubstring("delete and apply")))
			t.told(ctx, "one", v1alpha1.ReasonSealedByVendor)
			t.quiet(ctx, 200)
			t.apply(ctx, written)
			t.ready(ctx, obj, "one")
			Expect(t.Counts().Writes).To(BeZero())
		})
	}

	It("takes a new deadline while it is open", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", ""))
		t.apply(ctx, strings.ReplaceAll(review("one", "One", ""), "2031-01-01", "2031-02-02"))
		t.ready(ctx, obj, "one")
		Expect(objectOf(reviewObjects(t), obj.Status.Remote.ID)["completionDate"]).To(HavePrefix("2031-02-02"))
		Expect(obj.Status.Deadline.UTC().Format("2006-01-02")).To(Equal("2031-02-02"))
	})

	for _, s := range []subject{subjects[2], sailPointSubjects[2]} {
		It("that would be over before it begins is refused by its field, and nothing is sent: "+s.String(), func(ctx SpecContext) {
			t, obj := s.tenant(ctx), &v1alpha1.AccessReview{}
			yesterday := t.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
			t.apply(ctx, strings.ReplaceAll(s.manifest("one", "One", ""), "2031-01-01T00:00:00Z", yesterday))
			message := t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec)
			Expect(message).To(And(ContainSubstring("spec.deadline"), ContainSubstring(yesterday)))
			t.quiet(ctx, 12)
			t.told(ctx, "one", v1alpha1.ReasonInvalidSpec)
			Expect(t.writesIn(t.Tenant())).To(BeEmpty())
			t.apply(ctx, s.manifest("one", "One", ""))
			t.ready(ctx, obj, "one")
		})

		It("that is there already may be over, and was missed if it never started: "+s.String(), func(ctx SpecContext) {
			t, obj := s.tenant(ctx), &v1alpha1.AccessReview{}
			soon := t.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
			written := strings.ReplaceAll(s.manifest("one", "One", ""), "2031-01-01T00:00:00Z", soon)
			t.apply(ctx, written)
			t.ready(ctx, obj, "one")
			t.Advance(96 * time.Hour)
			t.reviewState(ctx, obj, "one", v1alpha1.ReviewMissed)
			t.wipe(ctx, obj, "one")
			t.ready(ctx, obj, "one")
			t.annotate(ctx, obj, "one", v1alpha1.AnnotationReconcileRequestedAt, "now")
			t.ready(ctx, obj, "one")
		})
	}

	It("is never made a second time: not when its status is lost, and not when somebody deletes it at the vendor", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", ""))
		id := obj.Status.Remote.ID
		t.wipe(ctx, &v1alpha1.AccessReview{}, "one")
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Remote).NotTo(BeNil())
		}).Should(Succeed())
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal(id))
		Expect(obj.Status.StartedAt).NotTo(BeNil())
		Expect(t.Delete(targetOf(obj))).To(Succeed())
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
		t.told(ctx, "one", v1alpha1.ReasonRemoteMissing)
		t.wipe(ctx, &v1alpha1.AccessReview{}, "one")
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
		t.quiet(ctx, 200)
		Expect(t.sent(http.MethodPost, "/access_review")).To(HaveLen(1))
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
	})

	It("starts at once only after all that is reviewed was written", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", "  start: {mode: Immediate}"))
		t.ready(ctx, obj, "one")
		written, started := int64(0), int64(0)
		for _, call := range t.Calls(0) {
			if call.Class != sandbox.ClassWrite {
				continue
			}
			if strings.HasSuffix(call.Path, "/scope_and_entitlements") {
				written = call.Seq
			}
			if strings.Contains(call.Body, "autoStartCampaign") {
				Expect(started).To(BeZero(), "the start is written once")
				started = call.Seq
			}
		}
		Expect(written).NotTo(BeZero())
		Expect(started).To(BeNumerically(">", written))
		Expect(objectOf(reviewObjects(t), obj.Status.Remote.ID)["autoStartCampaign"]).To(BeTrue())
		Expect(t.attachedTo(obj.Status.Remote.ID)).To(ConsistOf("octo-org Member", "Viewer"))
	})

	It("of whole apps reviews all that they have when it is prepared, beside what is named", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		spec := "  start: {mode: Immediate}\n  scope: {apps: {selected: [{name: Workday}, {name: Salesforce}]}, users: {all: {}}}"
		t.apply(ctx, subjects[2].manifest("one", "One", spec))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		Expect(t.attachedTo(id)).To(ConsistOf("Viewer", "Payroll Administrator", "Access", "System Administrator", "Access"))
		Expect(t.dumped(id).Object["scopeV2"]).To(HaveKey("specificResources"))
		Expect(t.dumped(id).Object["autoStartCampaign"]).To(BeTrue())

		By("staying as it was prepared")
		_, err := t.Create(v1alpha1.KindAppEntitlement, conductorone.SeedID("app", "Workday"), map[string]any{"displayName": "Later"})
		Expect(err).NotTo(HaveOccurred())
		t.ResetCalls()
		t.reconcile(ctx, obj, "one")
		t.quiet(ctx, 200)
		t.ready(ctx, obj, "one")
		Expect(t.Counts().Writes).To(BeZero())

		By("taking what is named beside")
		t.apply(ctx, subjects[2].manifest("one", "One", strings.Replace(spec, "apps:", "entitlements: ["+octoMember+"], apps:", 1)))
		t.ready(ctx, obj, "one")
		Expect(t.attachedTo(id)).To(ConsistOf("octo-org Member", "Viewer", "Payroll Administrator", "Access", "Later", "System Administrator", "Access"))
		t.ResetCalls()
		t.reconcile(ctx, obj, "one")
		t.quiet(ctx, 200)
		t.ready(ctx, obj, "one")
		Expect(t.Counts().Writes).To(BeZero())

		By("being read-only like the rest once it runs")
		Expect(t.SetReviewState(id, "OPEN")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
		t.ready(ctx, obj, "one")
		t.apply(ctx, subjects[2].manifest("one", "One", strings.ReplaceAll(spec, ", {name: Salesforce}", "")))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)).To(ContainSubstring("spec.scope.apps.selected"))
	})

	It("of whole apps that runs finds itself again without its status", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, subjects[2].manifest("one", "One", "  scope: {apps: {selected: [{name: Workday}]}, users: {all: {}}}"))
		t.ResetCalls()
		t.wipe(ctx, &v1alpha1.AccessReview{}, "one")
		t.ready(ctx, obj, "one")
		Expect(t.Counts().Writes).To(BeZero())
	})

	It("stays at the vendor when it has started and its object is deleted", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", ""))
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(live(reviewObjects(t), "One")).To(Equal(1))
		Expect(t.dumped(obj.Status.Remote.ID).Object["state"]).To(Equal("ACCESS_REVIEW_STATE_OPEN"))
	})

	It("stays at the vendor when it has started a moment before its object is deleted", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", ""))
		t.ready(ctx, obj, "one")
		Expect(t.SetReviewState(obj.Status.Remote.ID, "OPEN")).To(Succeed())
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(live(reviewObjects(t), "One")).To(Equal(1))
	})

	It("is deleted with its object while it is being configured", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", ""))
		t.ready(ctx, obj, "one")
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(live(reviewObjects(t), "One")).To(BeZero())
	})

	It("that copies another one waits until the vendor has copied it", func(ctx SpecContext) {
		t, first, second := newTenant(ctx), &v1alpha1.AccessReview{}, &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", ""))
		t.ready(ctx, first, "one")
		t.apply(ctx, strings.ReplaceAll(subjects[2].manifest("two", "Two", "  description: A copy\n  start: {mode: Immediate}"), "conductorOne: {", "conductorOne: {duplicateFrom: {ref: {name: one}}, "))
		t.says(ctx, second, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
		id := second.Status.Remote.ID
		t.ResetCalls()
		t.quiet(ctx, 100)
		Expect(t.SetReviewState(id, "PENDING")).To(Succeed())
		t.ready(ctx, second, "two")
		Expect(t.attachedTo(id)).To(ConsistOf("octo-org Member", "Viewer"))
		Expect(t.dumped(id).Object["autoStartCampaign"]).To(BeTrue())
	})
})
