package controller_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// entitlement renders an entitlement; spec are further lines of its spec.
func entitlement(name, app, displayName, spec string) string {
	return manifest(v1alpha1.KindAppEntitlement, name, spec, "  app: "+app, "  displayName: "+displayName)
}

const inGitHub = "{name: GitHub}"

var _ = Describe("a mistake in what people write", func() {
	Context("about a name", func() {
		It("is told for an app that does not exist, and mended by spelling it right", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			t.apply(ctx, entitlement("one", "{name: GitHbu}", "One", ""))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound, "spec.app", "GitHbu")
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			Expect(live(entitlementObjects(t), "One")).To(Equal(1))
		})

		It("mends itself when the thing that was named comes into being at the vendor", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "", "  displayName: One", "  entitlements: [{app: {name: GitHub}, name: Soon}]"))
			t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound)
			_, err := t.Create(v1alpha1.KindAppEntitlement, github, map[string]any{"displayName": "Soon"})
			Expect(err).NotTo(HaveOccurred())
			// An answer "no such thing" is kept for half a minute.
			eventually(ctx, func() int { return live(profileObjects(t), "One") }).WithTimeout(50 * time.Second).Should(Equal(1))
			t.ready(ctx, obj, "one")
		})

		It("is told for a name that two apps share, with their ids, and mended by an id", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			first, second := conductorone.DuplicateApps()
			t.apply(ctx, entitlement("one", "{name: Duplicate App}", "One", ""))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameAmbiguous, "spec.app", first, second)
			t.apply(ctx, entitlement("one", "{id: "+second+"}", "One", ""))
			t.ready(ctx, obj, "one")
			Expect(obj.Status.Remote.ParentID).To(Equal(second))
		})

		It("is told for an owner who is disabled", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			t.apply(ctx, entitlement("one", inGitHub, "One", "  owners: [{email: bob@corp.example}]"))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound, "spec.owners[0]", "bob@corp.example", "disabled")
			t.apply(ctx, entitlement("one", inGitHub, "One", "  owners: [{email: ada@corp.example}]"))
			t.ready(ctx, obj, "one")
		})
	})

	Context("about the name of something that the vendor cannot do without", func() {
		It("is told as the name that it is, for the only owner of a SailPoint profile", func(ctx SpecContext) {
			t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "  sailPoint: {source: {name: Workday}}", "  displayName: One", "  owners: [{email: nobody@corp.example}]"))
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound)).To(SatisfyAll(
				ContainSubstring("spec.owners[0]"), Not(ContainSubstring("empty")), Not(ContainSubstring("needed"))))
		})

		It("is told as the name that it is, for the source of a SailPoint profile and the type of a Veza profile", func(ctx SpecContext) {
			t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "  sailPoint: {source: {name: Wrokday}}", "  displayName: One", "  owners: [{email: ada@corp.example}]"))
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound)).To(SatisfyAll(
				ContainSubstring("spec.sailPoint.source"), Not(ContainSubstring("needed"))))
			t, obj = newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "  veza: {profileType: {name: Nothing}}", "  displayName: One"))
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound)).To(SatisfyAll(
				ContainSubstring("spec.veza.profileType"), Not(ContainSubstring("needed"))))
		})
	})

	Context("about another object", func() {
		It("waits for an entitlement that is not there yet, and goes on when it is", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "", "  displayName: One", "  entitlements: [{ref: {name: later}}]"))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonReferenceNotFound, "spec.entitlements[0].ref", "later")
			t.apply(ctx, entitlement("later", inGitHub, "Later", ""))
			t.ready(ctx, obj, "one")
		})

		It("is told for two entitlements that delegate to each other, and mended by cutting one", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			delegate := func(name, to string) string {
				return entitlement(name, inGitHub, strings.ToUpper(name), "  conductorOne: {provision: {delegated: {entitlement: {ref: {name: "+to+"}}}}}")
			}
			t.apply(ctx, delegate("one", "two")+"\n---\n"+delegate("two", "one"))
			for _, name := range []string{"one", "two"} {
				t.blocked(ctx, obj, name, v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonReferenceCycle, "AppEntitlement one", "AppEntitlement two", "→")
				Expect(t.condition(ctx, obj, name, v1alpha1.ConditionStalled)).NotTo(BeNil())
			}
			t.apply(ctx, entitlement("two", inGitHub, "TWO", "  conductorOne: {provision: {unconfigured: {}}}"))
			t.ready(ctx, obj, "two")
			t.ready(ctx, obj, "one")
		})
	})

	Context("about a backend", func() {
		for sentence, wrong := range map[string]struct {
			data   map[string]string
			reason string
			words  []string
			secret string
		}{
			"is told for a Secret that is missing, and mended by creating it": {nil, v1alpha1.ReasonSecretNotFound, []string{"credentials"}, ""},
			"is told for a Secret without the keys, which it names": {map[string]string{"clientId": "somebody@127.0.0.1/spc", "password": "open-sesame-4711"},
				v1alpha1.ReasonSecretInvalid, []string{"clientID", "clientSecret"}, "open-sesame-4711"},
			"is told for a Secret whose value cannot be read, by its key and never its value": {map[string]string{"clientID": "somebody@127.0.0.1/spc", "clientSecret": "open-sesame-4711"},
				v1alpha1.ReasonSecretInvalid, []string{"clientSecret"}, "open-sesame-4711"},
		} {
			It(sentence, func(ctx SpecContext) {
				t, obj, b := startTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
				secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "credentials"}}
				Expect(c.Delete(ctx, secret)).To(Succeed())
				if wrong.data != nil {
					t.secret(ctx, "credentials", wrong.data)
				}
				t.backend(ctx, "tenant")
				message := t.says(ctx, b, "tenant", v1alpha1.ConditionReady, wrong.reason)
				for _, word := range wrong.words {
					Expect(message).To(ContainSubstring(word))
				}
				if wrong.secret != "" {
					Expect(t.everythingSaid(ctx)).NotTo(ContainSubstring(wrong.secret))
				}
				t.apply(ctx, entitlement("one", inGitHub, "One", ""))
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotReady)
				t.quiet(ctx, 0)
				t.told(ctx, "tenant", wrong.reason)
				t.putSecret(ctx, t.Credentials())
				t.ready(ctx, b, "tenant")
				t.ready(ctx, obj, "one")
			})
		}

		It("is told for credentials that the vendor refuses, and mended by the right ones", func(ctx SpecContext) {
			t, obj, b := startTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			old := t.Credentials()
			fresh, err := t.RotateCredentials()
			Expect(err).NotTo(HaveOccurred())
			Expect(old).NotTo(Equal(fresh))
			t.backend(ctx, "tenant")
			t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonUnauthorized)
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotReady)
			t.quiet(ctx, 6)
			Expect(t.Counts().Tokens).To(BeNumerically("<", 20), "the token endpoint must not be hammered")
			t.told(ctx, "tenant", v1alpha1.ReasonUnauthorized)
			Expect(t.everythingSaid(ctx)).NotTo(ContainSubstring(old.ClientSecret))
			t.putSecret(ctx, fresh)
			t.ready(ctx, b, "tenant")
			t.ready(ctx, obj, "one")
		})

		It("is told when the vendor no longer takes credentials that it took, and mended by the new ones", func(ctx SpecContext) {
			t, obj, b := newTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			fresh, err := t.RotateCredentials()
			Expect(err).NotTo(HaveOccurred())
			t.apply(ctx, entitlement("one", inGitHub, "Two", ""))
			t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonUnauthorized)
			t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotReady)
			t.putSecret(ctx, fresh)
			t.ready(ctx, b, "tenant")
			t.ready(ctx, obj, "one")
			Expect(live(entitlementObjects(t), "Two")).To(Equal(1))
		})

		It("is told for an address that is not encrypted and not local", func(ctx SpecContext) {
			t, obj, b := startTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			url := t.URL
			t.URL = "http://example.invalid"
			t.backend(ctx, "tenant")
			t.URL = url
			Expect(t.says(ctx, b, "tenant", v1alpha1.ConditionReady, v1alpha1.ReasonInvalidSpec)).To(ContainSubstring("spec.endpoint"))
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBackendNotReady)
			t.told(ctx, "tenant", v1alpha1.ReasonInvalidSpec)
			t.edit(ctx, b, "tenant", func() { b.Spec.Endpoint = url })
			t.ready(ctx, b, "tenant")
			t.ready(ctx, obj, "one")
		})

		It("is told for a cluster backend that does not allow the namespace, and mended by allowing it", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			cluster := t.clusterBackend(ctx)
			t.apply(ctx, strings.ReplaceAll(entitlement("one", inGitHub, "One", ""), "backendRef: {name: tenant}", "backendRef: {kind: ClusterGovernanceBackend, name: "+cluster.Name+"}"))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonBackendNotAllowed, "spec.backendRef", cluster.Name, t.namespace)
			t.edit(ctx, cluster, cluster.Name, func() { cluster.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Names: []string{t.namespace}} })
			t.ready(ctx, obj, "one")
		})

		It("is told for a backend that does not exist, and mended by creating it", func(ctx SpecContext) {
			t, obj := startTenant(ctx), &v1alpha1.AppEntitlement{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonBackendNotFound)).To(ContainSubstring("spec.backendRef"))
			t.told(ctx, "one", v1alpha1.ReasonBackendNotFound)
			t.backend(ctx, "tenant")
			t.ready(ctx, obj, "one")
		})
	})

	Context("in an expression", func() {
		It("is told for a membership rule, with its place and what was probably meant", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
			profile := func(rule string) string {
				return manifest(v1alpha1.KindAccessProfile, "one", "", "  displayName: One", "  membership: {enabled: true, expression: '"+rule+"'}")
			}
			t.apply(ctx, profile(`subject.departmant == "Finance"`))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonExpressionInvalid, "spec.membership.expression", "1:8", `did you mean "department"?`)
			Expect(live(profileObjects(t), "One")).To(BeZero())
			t.apply(ctx, profile(`subject.profile["level"] == "1"`))
			t.ready(ctx, obj, "one")
			Expect(meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionAccepted).Message).To(ContainSubstring("mind spec.membership.expression: it fails for people without level"))
			t.apply(ctx, profile(`subject.department == "Finance"`))
			t.ready(ctx, obj, "one")
			Expect(meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionAccepted).Message).To(Equal("the spec is accepted"))
		})

		for field, wrong := range map[string][3]string{
			"users":    {`sbject.department == "Finance"`, "1:1", `did you mean "subject"?`},
			"accounts": {`subject.status.statis == Status.ENABLED`, "1:15", `did you mean "status"?`},
		} {
			It("is told for the "+field+" of a review, with its place and what was probably meant", func(ctx SpecContext) {
				t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
				review := subjects[2].manifest
				t.apply(ctx, review("one", "One", fmt.Sprintf("  scope: {%s: {expression: '%s'}}", field, wrong[0])))
				t.blocked(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonExpressionInvalid, "spec.scope."+field+".expression", wrong[1], wrong[2])
				Expect(live(reviewObjects(t), "One")).To(BeZero())
				t.apply(ctx, review("one", "One", "  scope: {"+field+": {all: {}}}"))
				t.ready(ctx, obj, "one")
			})
		}
	})

	Context("about what cannot be", func() {
		for sentence, wrong := range map[string]struct {
			kind, spec, path string
		}{
			"is told for an entitlement that should be requestable":   {v1alpha1.KindAppEntitlement, "  requestable: true", "spec.requestable"},
			"is told for a review with reviewers of its own":          {v1alpha1.KindAccessReview, "  reviewer: {manager: {}}", "spec.reviewer"},
			"is told for a review that approves what nobody decides":  {v1alpha1.KindAccessReview, "  close: {mode: Automatic, undecided: Approve}", "spec.close.undecided"},
			"is told for a profile that inherits from another":        {v1alpha1.KindAccessProfile, "  inherits: [{id: other}]", "spec.inherits"},
			"is told for a profile with owners that are not possible": {v1alpha1.KindAccessProfile, "  owners: [{email: ada@corp.example}]", "spec.owners"},
		} {
			It(sentence, func(ctx SpecContext) {
				t, obj := newTenant(ctx), newObject(wrong.kind).(managed.Object)
				for _, s := range subjectsOf(v1alpha1.VendorConductorOne) {
					if s.kind != wrong.kind {
						continue
					}
					t.apply(ctx, s.manifest("one", "One", wrong.spec))
					t.blocked(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonFieldUnsupported, wrong.path)
					Expect(s.count(t, "One")).To(BeZero())
					t.apply(ctx, s.manifest("one", "One", ""))
					t.ready(ctx, obj, "one")
				}
			})
		}

		It("is told for an entitlement without a resource where one is to be made, and only there", func(ctx SpecContext) {
			t := newTenant(ctx)
			made := func(name, displayName string, creation v1alpha1.CreationPolicy) *v1alpha1.AppEntitlement {
				obj := &v1alpha1.AppEntitlement{}
				obj.Namespace, obj.Name = t.namespace, name
				obj.Spec.BackendRef.Name, obj.Spec.App.Name, obj.Spec.DisplayName = "tenant", "GitHub", displayName
				if creation != "" {
					obj.Spec.Management = &v1alpha1.Management{Creation: creation}
				}
				Expect(c.Create(ctx, obj)).To(Succeed())
				return obj
			}
			plain, either, there := made("plain", "Plain", ""), made("either", "Either", v1alpha1.CreationCreateOrAdopt), made("there", "platform Member", v1alpha1.CreationCreateOrAdopt)
			Expect(t.says(ctx, plain, "plain", v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec)).To(Equal("spec.conductorOne.resource: is needed to create this at the vendor"))
			Expect(t.says(ctx, either, "either", v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec)).To(
				Equal("spec.conductorOne.resource: is needed to create this at the vendor, and nothing is there to take over"))
			t.ready(ctx, there, "there")
			Expect(live(entitlementObjects(t), "Plain") + live(entitlementObjects(t), "Either")).To(BeZero())
		})

		It("is told for an entitlement that should move to another app, and mended by the old name", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.ready(ctx, obj, "one")
			id := obj.Status.Remote.ID
			t.apply(ctx, entitlement("one", "{name: Workday}", "One", ""))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec, "spec.app", github)
			t.apply(ctx, entitlement("one", "{id: "+github+"}", "One", ""))
			t.ready(ctx, obj, "one")
			Expect(obj.Status.Remote.ID).To(Equal(id))
		})

		It("is told in the vendor's words, without what is secret", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			secret, bearer := t.Credentials().ClientSecret, "Bearer abcdefghijklmnopqrstuvwxyz0123"
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusBadRequest, Method: http.MethodPost, Class: sandbox.ClassWrite, PathPattern: "/entitlements$",
				Body: fmt.Sprintf(`{"code":3,"message":"the name is on the black list; you sent %s and %s"}`, secret, bearer)})).To(Succeed())
			t.apply(ctx, entitlement("one", inGitHub, "One", ""))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRefused, "400", "the name is on the black list")
			said := t.everythingSaid(ctx)
			Expect(said).To(ContainSubstring("the name is on the black list"))
			Expect(said).NotTo(ContainSubstring(secret))
			Expect(said).NotTo(ContainSubstring("abcdefghijklmnopqrstuvwxyz0123"))
			t.ClearFaults()
			t.apply(ctx, entitlement("one", inGitHub, "Other", ""))
			t.ready(ctx, obj, "one")
		})

		It("is told for an alias that somebody else has", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
			_, err := t.Create(v1alpha1.KindAppEntitlement, conductorone.SeedID("app", "Workday"), map[string]any{"displayName": "Theirs", "alias": "taken"})
			Expect(err).NotTo(HaveOccurred())
			t.apply(ctx, entitlement("one", inGitHub, "One", "  conductorOne: {alias: taken}"))
			t.blocked(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRefused, "alias", "taken")
			t.apply(ctx, entitlement("one", inGitHub, "One", "  conductorOne: {alias: free}"))
			t.ready(ctx, obj, "one")
		})
	})
})
