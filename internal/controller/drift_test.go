package controller_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// annotationsOf returns the annotations that the vendor holds.
func annotationsOf(objects []map[string]any, id string) map[string]any {
	GinkgoHelper()
	annotations, _ := objectOf(objects, id)["annotations"].(map[string]any)
	return annotations
}

var _ = Describe("an edit in the console", func() {
	for _, s := range subjects[:2] {
		objects := map[string]func(*tenant) []map[string]any{v1alpha1.KindAppEntitlement: entitlementObjects, v1alpha1.KindAccessProfile: profileObjects}[s.kind]

		It("that takes the sign of a managed "+s.kind+" away is mended, and is no take-over", func(ctx SpecContext) {
			t, obj := newTenant(ctx), newObject(s.kind).(managed.Object)
			t.apply(ctx, s.manifest("one", "One", "  description: Wanted"))
			t.ready(ctx, obj, "one")
			id := obj.GetManagedStatus().Remote.ID
			before := annotationsOf(objects(t), id)
			Expect(before).To(HaveKey("managed_by"))
			for _, patch := range []map[string]any{{"description": "Console"}, {}} {
				Expect(t.Edit(targetOf(obj), patch)).To(Succeed())
				Expect(annotationsOf(objects(t), id)).NotTo(HaveKey("managed_by"))
				eventually(ctx, func() map[string]any { return annotationsOf(objects(t), id) }).Should(Equal(before))
				Expect(objectOf(objects(t), id)["description"]).To(Equal("Wanted"))
				t.ready(ctx, obj, "one")
			}
			Expect(t.eventsOf(ctx, "one", v1alpha1.ReasonOwnershipLost)).To(BeZero())
		})

		It("that takes our own mark off a "+s.kind+" ends our hold of it, and nothing is written any more", func(ctx SpecContext) {
			t, obj := newTenant(ctx), newObject(s.kind).(managed.Object)
			t.apply(ctx, s.manifest("one", "One", ""))
			t.ready(ctx, obj, "one")
			id := obj.GetManagedStatus().Remote.ID
			Expect(t.Edit(targetOf(obj), map[string]any{"displayName": "Taken", "annotations": map[string]any{"cost_center": "1"}})).To(Succeed())
			t.ResetCalls()
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonOwnershipLost)).To(ContainSubstring(id))
			t.quiet(ctx, 200)
			t.told(ctx, "one", v1alpha1.ReasonOwnershipLost)
			Expect(c.Delete(ctx, obj)).To(Succeed())
			t.gone(ctx, obj, "one")
			Expect(s.count(t, "Taken")).To(Equal(1))
			Expect(t.Counts().Writes).To(BeZero())
		})
	}

	It("that takes the line of our mark off a review is mended, and is no take-over", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.apply(ctx, subjects[2].manifest("one", "One", "  description: Wanted"))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		before := objectOf(reviewObjects(t), id)["description"]
		Expect(t.Edit(targetOf(obj), map[string]any{"description": "Wanted"})).To(Succeed())
		eventually(ctx, func() any { return objectOf(reviewObjects(t), id)["description"] }).Should(Equal(before))
		t.ready(ctx, obj, "one")
	})
})

// sample is one of the repository's samples.
type sample struct{ file, kind, name, text string }

// samplesOf reads the samples that work together.
func samplesOf() (out []sample) {
	GinkgoHelper()
	folder := filepath.Join("..", "..", "config", "samples")
	raw, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	Expect(err).NotTo(HaveOccurred())
	var list struct{ Resources []string }
	Expect(yaml.Unmarshal(raw, &list)).To(Succeed())
	for _, file := range list.Resources {
		raw, err := os.ReadFile(filepath.Join(folder, file))
		Expect(err).NotTo(HaveOccurred())
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		Expect(yaml.Unmarshal(raw, &head)).To(Succeed())
		if strings.HasSuffix(head.Kind, "Backend") {
			continue
		}
		out = append(out, sample{file, head.Kind, head.Metadata.Name, string(raw)})
	}
	return out
}

// sampled applies all samples, each to its vendor, and waits until all are Ready. All
// tenants share the namespace of the first.
func sampled(ctx context.Context) ([]*tenant, []sample) {
	GinkgoHelper()
	return sampledBy(ctx, (*tenant).apply)
}

// sampledBy does it with another way to apply.
func sampledBy(ctx context.Context, apply func(*tenant, context.Context, string)) ([]*tenant, []sample) {
	GinkgoHelper()
	var all []*tenant
	for _, b := range []struct {
		vendor v1alpha1.Vendor
		name   string
	}{{v1alpha1.VendorConductorOne, "sandbox"}, {v1alpha1.VendorSailPoint, "sailpoint"}, {v1alpha1.VendorVeza, "veza"}} {
		t := startTenantOf(ctx, b.vendor)
		if len(all) > 0 {
			t.namespace = all[0].namespace
			t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		}
		t.secret(ctx, b.name, t.product.fake.Secret(t.Credentials()))
		t.backend(ctx, b.name, func(spec *v1alpha1.GovernanceBackendSpec) { spec.Credentials.SecretRef.Name = b.name })
		t.ready(ctx, &v1alpha1.GovernanceBackend{}, b.name)
		all = append(all, t)
	}
	t, samples := all[0], samplesOf()
	for _, s := range samples {
		apply(t, ctx, s.text)
	}
	for _, s := range samples {
		obj := newObject(s.kind)
		if s.name == "privileged-again" {
			// The vendor copies another review for it.
			eventually(ctx, func(g Gomega) {
				g.Expect(t.get(ctx, obj, s.name)).To(Succeed())
				g.Expect(obj.(managed.Object).GetManagedStatus().Remote).NotTo(BeNil())
			}).Should(Succeed())
			Expect(t.SetReviewState(obj.(managed.Object).GetManagedStatus().Remote.ID, "PENDING")).To(Succeed())
		}
		t.ready(ctx, obj, s.name)
	}
	return all, samples
}

var _ = Describe("a repeated look", func() {
	It("at any of the samples writes nothing at the vendor, and an identical apply changes nothing", func(ctx SpecContext) {
		tenants, all := sampled(ctx)
		t := tenants[0]
		writes := func() (n int) {
			for _, other := range tenants {
				Expect(other.Rejections()).To(BeEmpty())
				n += other.Counts().Writes
			}
			return n
		}
		for _, other := range tenants {
			other.ResetCalls()
		}
		for range 3 {
			for _, s := range all {
				t.reconcile(ctx, newObject(s.kind).(managed.Object), s.name)
			}
		}
		for _, s := range all {
			t.ready(ctx, newObject(s.kind), s.name)
		}
		Expect(writes()).To(BeZero())

		versions := func() map[string]string {
			out := map[string]string{}
			for _, s := range all {
				obj := newObject(s.kind)
				Expect(t.get(ctx, obj, s.name)).To(Succeed())
				out[s.kind+" "+s.name] = obj.GetResourceVersion()
			}
			return out
		}
		before := versions()
		for _, s := range all {
			t.apply(ctx, s.text)
		}
		always(ctx, versions).Should(Equal(before))
		Expect(writes()).To(BeZero())
	})

	It("finds the token, the owner and the cluster of an object on its remote", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.apply(ctx, entitlement("one", inGitHub, "One", ""))
		t.ready(ctx, obj, "one")
		got := annotationsOf(entitlementObjects(t), obj.Status.Remote.ID)
		want := backend.Mark{Token: tokenOf(obj), Owner: t.namespace + "/one", Cluster: "cluster-one"}
		for key, value := range want.Annotations() {
			Expect(got).To(HaveKeyWithValue(key, value))
		}
	})
})
