package controller_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

const contractors = `
apiVersion: governance-operator.io/v1alpha1
kind: AccessProfile
metadata:
  name: contractors
spec:
  backendRef: {name: tenant}
  displayName: Contractors
`

// profileDump is the profile of a name in the fake's store.
func profileDump(t *tenant, displayName string) conductorone.ProfileDump {
	GinkgoHelper()
	for _, p := range t.dump().AccessProfiles {
		if p.Object["displayName"] == displayName && present(p.Object) {
			return p
		}
	}
	Fail("there is no profile " + displayName)
	return conductorone.ProfileDump{}
}

var _ = Describe("a commit that is reverted", func() {
	const seen = "  requestable: true\n  conductorOne: {visibleTo: [{app: {name: Okta}, name: Okta Engineering}]}\n"

	It("leaves nothing open of what it opened", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, contractors+seen)
		t.ready(ctx, obj, "contractors")
		before := profileDump(t, "Contractors")
		Expect(before.Visibility).To(HaveLen(1))

		t.apply(ctx, contractors+"  requestable: true\n  description: bad\n  membership: {expression: 'true', enabled: true}\n  conductorOne: {visibleToEveryone: true}\n")
		t.ready(ctx, obj, "contractors")
		opened := profileDump(t, "Contractors")
		Expect(opened.Automation).To(HaveKeyWithValue("enabled", true))
		Expect(opened.Object).To(HaveKeyWithValue("visibleToEveryone", true))

		t.apply(ctx, contractors+seen)
		t.ready(ctx, obj, "contractors")
		after := profileDump(t, "Contractors")
		Expect(after.Automation).To(HaveKeyWithValue("enabled", false))
		Expect(after.Object).To(HaveKeyWithValue("visibleToEveryone", false))
		Expect(after.Object).To(HaveKeyWithValue("description", ""))
		Expect(after.Visibility).To(Equal(before.Visibility))
		Expect(obj.Status.LeftBehind).To(ConsistOf(
			v1alpha1.LeftBehind{Path: "membership.enabled", State: v1alpha1.LeftBehindClosed},
			v1alpha1.LeftBehind{Path: "membership.expression", State: v1alpha1.LeftBehindClosed}))
		t.told(ctx, "contractors", v1alpha1.ReasonLeftBehind)
	})

	It("keeps a list that leaves the spec until somebody says what is meant", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, contractors+"  requestable: true\n  entitlements: [{app: {name: GitHub}, name: octo-org Member}]\n")
		t.ready(ctx, obj, "contractors")
		Expect(profileDump(t, "Contractors").Entries).To(HaveLen(1))

		t.apply(ctx, contractors)
		message := t.says(ctx, obj, "contractors", v1alpha1.ConditionSynced, v1alpha1.ReasonFieldRemoved)
		Expect(message).To(ContainSubstring("spec.entitlements left the spec and stays at the vendor with 1 ([] would mean: the profile gives nothing)"))
		held := profileDump(t, "Contractors")
		Expect(held.Entries).To(HaveLen(1))
		Expect(held.Object).To(HaveKeyWithValue("published", false), "what it opened is closed all the same")

		t.apply(ctx, contractors+"  entitlements: []\n")
		t.ready(ctx, obj, "contractors")
		Expect(profileDump(t, "Contractors").Entries).To(BeEmpty())
	})

	It("leaves everything as it is where the backend says so", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorConductorOne, func(s *v1alpha1.GovernanceBackendSpec) {
			s.Management = &v1alpha1.BackendManagement{Removed: v1alpha1.RemovedKeep}
		}), &v1alpha1.AccessProfile{}
		t.apply(ctx, contractors+"  requestable: true\n  entitlements: [{app: {name: GitHub}, name: octo-org Member}]\n")
		t.ready(ctx, obj, "contractors")
		writes := t.Counts().Writes
		t.apply(ctx, contractors)
		t.ready(ctx, obj, "contractors")
		Expect(t.Counts().Writes).To(Equal(writes))
		Expect(obj.Status.LeftBehind).To(ConsistOf(v1alpha1.LeftBehind{Path: "entitlements", State: v1alpha1.LeftBehindLeft},
			v1alpha1.LeftBehind{Path: "requestable", State: v1alpha1.LeftBehindLeft}))
	})
})

var _ = Describe("an upgrade from a version that remembers nothing", func() {
	for _, s := range subjects {
		It("writes, holds and closes nothing of a "+s.String(), func(ctx SpecContext) {
			t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
			s.prepare(t, "one", "One")
			t.apply(ctx, s.manifest("one", "One", ""))
			t.ready(ctx, obj, "one")
			id := obj.GetManagedStatus().Remote.ID
			Expect(c.Status().Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(`{"status":{"written":null}}`)))).To(Succeed())
			intent := map[string]any{}
			Expect(json.Unmarshal([]byte(obj.GetAnnotations()[v1alpha1.AnnotationIntent]), &intent)).To(Succeed())
			delete(intent, "made")
			delete(intent, "wrote")
			t.annotate(ctx, obj, "one", v1alpha1.AnnotationIntent, jsonOf(intent))
			writes := t.Counts().Writes
			asked := time.Now().Format(time.RFC3339Nano)
			t.annotate(ctx, obj, "one", v1alpha1.AnnotationReconcileRequestedAt, asked)
			eventually(ctx, func(g Gomega) {
				g.Expect(t.get(ctx, obj, "one")).To(Succeed())
				g.Expect(obj.GetManagedStatus().LastHandledReconcileAt).To(Equal(asked))
			}).Should(Succeed())
			t.ready(ctx, obj, "one")
			Expect(t.Counts().Writes).To(Equal(writes))
			Expect(obj.GetManagedStatus().LeftBehind).To(BeEmpty())
			Expect(obj.GetManagedStatus().Remote.ID).To(Equal(id))
		})
	}
})
