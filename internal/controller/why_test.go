package controller_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// terminal runs the commands that are printed for people.
type terminal struct{ binary, kubeconfig string }

// openTerminal builds the command that is named in what is printed.
func openTerminal() terminal {
	GinkgoHelper()
	kubeconfig, err := env.KubeconfigFile("person", "system:masters")
	Expect(err).NotTo(HaveOccurred())
	binary := filepath.Join(GinkgoT().TempDir(), "governance")
	build := exec.Command("go", "build", "-o", binary, "./cmd/governance")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
	return terminal{binary, kubeconfig}
}

// words are those of a command, as a shell reads them.
func words(command string) (out []string) {
	GinkgoHelper()
	shell := exec.Command("sh", "-c", `for word in "$@"; do printf '%s\n' "$word"; done`)
	shell.Args = []string{"sh", "-c", "set -- " + command + `; for word in "$@"; do printf '%s\n' "$word"; done`}
	text, err := shell.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(text))
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// paste does what a printed command does: this one's own are run, and those of kubectl are read word by word.
func (r terminal) paste(ctx context.Context, command string) {
	GinkgoHelper()
	in := words(command)
	if in[0] == "governance" {
		run := exec.CommandContext(ctx, r.binary, in[1:]...)
		run.Env = append(os.Environ(), "KUBECONFIG="+r.kubeconfig)
		out, err := run.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s\n%s", command, out)
		return
	}
	Expect(in[0]).To(Equal("kubectl"))
	kind, name, _ := strings.Cut(in[2], "/")
	u := &unstructured.Unstructured{}
	for _, known := range []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview, v1alpha1.KindGovernanceBackend, v1alpha1.KindClusterGovernanceBackend} {
		if strings.ToLower(known) == kind {
			u.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(known))
		}
	}
	u.SetName(name)
	rest := in[3:]
	if len(rest) > 1 && rest[0] == "-n" {
		u.SetNamespace(rest[1])
		rest = rest[2:]
	}
	switch verb := in[1]; {
	case verb == "patch" && len(rest) == 3 && rest[0] == "--type=merge" && rest[1] == "-p":
		Expect(c.Patch(ctx, u, client.RawPatch(types.MergePatchType, []byte(rest[2])))).To(Succeed(), command)
	case verb == "patch" && len(rest) == 3 && rest[0] == "--type=json" && rest[1] == "-p":
		Expect(c.Patch(ctx, u, client.RawPatch(types.JSONPatchType, []byte(rest[2])))).To(Succeed(), command)
	case verb == "annotate" && len(rest) == 2 && rest[0] == "--overwrite":
		key, value, _ := strings.Cut(rest[1], "=")
		patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, key, value)
		Expect(c.Patch(ctx, u, client.RawPatch(types.MergePatchType, []byte(patch)))).To(Succeed(), command)
	case verb == "delete" && len(rest) == 0:
		Expect(c.Delete(ctx, u)).To(Succeed(), command)
	default:
		Fail("nobody can run " + command)
	}
}

// stuck is an object in a state that it does not leave as it should, and the way out of it that is pasted.
type stuck struct {
	vendor v1alpha1.Vendor // ConductorOne if it is empty
	kind   int             // which of the subjects of the vendor
	// lead leads "one" there.
	lead func(ctx context.Context, t *tenant, s subject, obj managed.Object)
	// condition that has the reason, Synced if it is empty.
	condition, reason string
	// rule is a part of the rule that is named, and fact of the message or of the facts.
	rule, fact string
	// says is a part of what the way out says. before is done at the vendor first, where the page asks for it.
	says   string
	before func(t *tenant)
	// then is the reason of Synced afterwards, InSync if it is empty. gone: the object goes.
	then string
	gone bool
}

// way is the way out that says so.
func way(why inspect.Why, says string) string {
	GinkgoHelper()
	var all []string
	for w := &why; w != nil; w = w.Backend {
		for _, way := range w.Ways {
			if strings.Contains(way.Says, says) {
				return way.Command
			}
			all = append(all, way.Says+": "+way.Command)
		}
	}
	Fail(fmt.Sprintf("%s has no way out that says %q, but\n%s", why.Object, says, strings.Join(all, "\n")))
	return ""
}

// explained is what is printed of "one" as soon as it has the reason.
func (t *tenant) explained(ctx context.Context, obj managed.Object, name string) inspect.Why {
	GinkgoHelper()
	Expect(t.get(ctx, obj, name)).To(Succeed())
	why, err := inspect.Explain(ctx, c, obj, inspect.Caller{Program: "governance"}, time.Now())
	Expect(err).NotTo(HaveOccurred())
	return why
}

// applied makes an object with further lines of its spec.
func applied(lines string) func(context.Context, *tenant, subject, managed.Object) {
	return func(ctx context.Context, t *tenant, s subject, _ managed.Object) {
		t.apply(ctx, s.manifest("one", "One", lines))
	}
}

// fresh makes an object that is Ready.
func fresh(ctx context.Context, t *tenant, s subject, obj managed.Object, lines string) {
	GinkgoHelper()
	applied(lines)(ctx, t, s, obj)
	t.ready(ctx, obj, "one")
}

var refusing = sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusBadRequest, Class: sandbox.ClassWrite, Body: `{"message":"not with us"}`}

var stucks = map[string]stuck{
	"drift that is reported": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, underReport)
			Expect(t.Edit(targetOf(obj), map[string]any{s.nameField: "Console"})).To(Succeed())
		},
		reason: v1alpha1.ReasonDrifted, rule: "somebody else's change that is left", fact: "these fields differ from the spec: displayName", says: "choose drift: Correct",
	},
	"a remote that is gone, where drift is reported": {
		kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, underReport)
			Expect(t.Delete(targetOf(obj))).To(Succeed())
		},
		reason: v1alpha1.ReasonRemoteMissing, rule: "it was there, and no other is to be made", fact: "is not found", says: "Choose Correct with Create",
	},
	"a suspension in the spec": {lead: applied("  suspend: true"), reason: v1alpha1.ReasonSuspended, rule: "a create, and suspended", fact: "spec.suspend holds every write", says: "Set it to false"},
	"a suspension with an end": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "")
			t.annotate(ctx, obj, "one", v1alpha1.AnnotationSuspendedUntil, "2099-01-01T00:00:00Z")
			t.edit(ctx, obj, "one", func() { obj.(*v1alpha1.AppEntitlement).Spec.DisplayName = "Edited" })
		},
		reason: v1alpha1.ReasonSuspended, rule: "an update, and suspended", fact: "it is suspended until 2099", says: "governance resume ends it",
	},
	"a suspension of the backend": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			t.suspend(ctx.(SpecContext), true)
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonSuspended, rule: "a create, and suspended", fact: "spec.suspend of its backend", says: "Set it to false",
	},
	"a field that the vendor does not have": {
		lead: applied("  requestable: true"), condition: v1alpha1.ConditionAccepted, reason: v1alpha1.ReasonFieldUnsupported, rule: "the spec cannot be carried out", fact: "spec.requestable", says: "Take it out",
	},
	"a remote that nobody marked, by policy": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			s.stranger(t, "one", "One")
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonRemoteExists, rule: "the policy does not allow to take it over", fact: "is not marked by any operator", says: "Choose creation: CreateOrAdopt",
	},
	"a remote that nobody marked, by its id": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			s.stranger(t, "one", "One")
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonRemoteExists, rule: "the policy does not allow to take it over", fact: "it is bound to no remote", says: "set spec.remoteID",
	},
	"a second remote of the name": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			s.stranger(t, "one", "One")
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonRemoteExists, rule: "the policy does not allow to take it over", fact: "has the name already", says: "choose creation: CreateDuplicate",
	},
	"a kind that the vendor cannot create": {
		vendor: v1alpha1.VendorSailPoint, lead: applied("  management: {creation: CreateOrAdopt}"), condition: v1alpha1.ConditionAccepted, reason: v1alpha1.ReasonCreateUnsupported,
		rule: "the vendor cannot create", fact: "choose Adopt", says: "choose management.creation: Adopt", then: v1alpha1.ReasonRemoteNotFound,
	},
	"a kind that the vendor cannot delete": {
		vendor: v1alpha1.VendorSailPoint,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			s.stranger(t, "one", "One")
			fresh(ctx, t, s, obj, "  management: {creation: Adopt, deletion: Retire}")
			Expect(c.Delete(ctx, obj)).To(Succeed())
		},
		condition: v1alpha1.ConditionAccepted, reason: v1alpha1.ReasonDeletionUnsupported, rule: "the vendor has no such verb", fact: "its deletion was asked for at", says: "Choose Orphan", gone: true,
	},
	"nothing to adopt": {
		kind: 1, lead: applied("  management: {creation: Adopt}"), reason: v1alpha1.ReasonRemoteNotFound, rule: "there is nothing to adopt yet", fact: "nothing to adopt yet", says: "creation: CreateOrAdopt creates it",
	},
	"another id than the bound one": {
		kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "")
			t.edit(ctx, obj, "one", func() { obj.GetManagedSpec().RemoteID = strings.Repeat("A", 27) })
		},
		condition: v1alpha1.ConditionAccepted, reason: v1alpha1.ReasonRemoteIDMismatch, rule: "spec.remoteID names another remote than the bound one", fact: "it is bound to remote", says: "Put it back",
	},
	"a deletion that the vendor refuses": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "")
			Expect(t.AddFault(refusing)).To(Succeed())
			Expect(c.Delete(ctx, obj)).To(Succeed())
		},
		reason: v1alpha1.ReasonDeletionBlocked, rule: "the vendor refused the deletion", fact: "not with us", says: "Orphan to let the object go", gone: true,
	},
	"a write that the vendor refuses": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			Expect(t.AddFault(refusing)).To(Succeed())
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonRefused, rule: "the vendor refused it", fact: "not with us", says: "To request a full pass", before: func(t *tenant) { t.ClearFaults() },
	},
	"a remote that another object has": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			t.apply(ctx, s.manifest("holder", "One", ""))
			holder := newObject(s.kind).(managed.Object)
			t.ready(ctx, holder, "holder")
			applied("  remoteID: "+holder.GetManagedStatus().Remote.ID)(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonClaimedByOther, rule: "another object goes before this one", fact: "holder", says: "delete that object under deletion: Orphan",
	},
	"a remote that is left to another object": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			t.apply(ctx, s.manifest("holder", "One", ""))
			holder := newObject(s.kind).(managed.Object)
			t.ready(ctx, holder, "holder")
			applied("  remoteID: "+holder.GetManagedStatus().Remote.ID)(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonClaimedByOther, rule: "another object goes before this one", fact: "holder", says: "delete this one: the remote stays", gone: true,
	},
	"a remote from which our marker was taken": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "")
			Expect(t.Edit(targetOf(obj), s.marked(backend.Mark{Token: "SOMEBODYELSETOK1", Owner: "elsewhere/theirs", Cluster: "cluster-two"}))).To(Succeed())
		},
		reason: v1alpha1.ReasonOwnershipLost, rule: "our marker is gone from the bound remote", fact: "cluster-two", says: "delete the object under deletion: Orphan", gone: true,
	},
	"an entitlement that others refer to": {
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "  keepWhileReferenced: true")
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "sales", "", "  displayName: Sales", "  entitlements: [{ref: {name: one}}]"))
			t.ready(ctx, &v1alpha1.AccessProfile{}, "sales")
			Expect(c.Delete(ctx, obj)).To(Succeed())
		},
		reason: v1alpha1.ReasonStillReferenced, rule: "others still refer to it", fact: "AccessProfile/sales", says: "keepWhileReferenced to false", gone: true,
	},
	"a list that left the spec": {
		kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "  entitlements: [{app: {name: GitHub}, name: octo-org Member}]")
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonFieldRemoved, rule: "something left the spec that cannot be closed", fact: "spec.entitlements left the spec", says: "removed: Keep",
	},
	"a review that is not started yet": {
		vendor: v1alpha1.VendorVeza, kind: 2,
		lead: func(ctx context.Context, t *tenant, s subject, _ managed.Object) {
			t.apply(ctx, strings.ReplaceAll(s.manifest("one", "One", ""), "Immediate", "Manual"))
		},
		reason: v1alpha1.ReasonStartHeld, rule: "its time has not come", fact: "waits for its start", says: "Change spec.start",
	},
	"a create of which nothing can be seen": {
		vendor: v1alpha1.VendorVeza, kind: 2,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			t.Configure(func(settings *sandbox.Settings) { settings.Features["notesHidden"] = true })
			Expect(t.AddFault(sandbox.Fault{Method: "POST", PathPattern: "/certifications$", Kind: sandbox.FaultResetAfter, Count: 1})).To(Succeed())
			applied("")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonOutcomeUnknown, rule: "a create may have made one, and nothing can show it", fact: "a create may have happened", says: "delete under deletion: Orphan and apply", gone: true,
	},
	"a namespace that the backend does not allow": {
		lead: func(ctx context.Context, t *tenant, s subject, _ managed.Object) {
			shared := t.clusterBackend(ctx)
			t.apply(ctx, strings.ReplaceAll(s.manifest("one", "One", ""), "name: tenant", "kind: ClusterGovernanceBackend, name: "+shared.Name))
		},
		condition: v1alpha1.ConditionResolvedRefs, reason: v1alpha1.ReasonBackendNotAllowed, rule: "the backend cannot be used", fact: "spec.backendRef", says: "let the backend's owner add it",
	},
	"somebody's draft": {
		vendor: v1alpha1.VendorVeza, kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "  entitlements: []")
			Expect(t.Edit(targetOf(obj), map[string]any{"openDraft": true})).To(Succeed())
			applied("  entitlements: [{app: {name: Okta Lifecycle Management}, name: Everyone}]")(ctx, t, s, obj)
		},
		reason: v1alpha1.ReasonDraftPending, rule: "somebody's draft is open", fact: "publish or discard it", says: "Publish or discard it there",
		before: func(t *tenant) {
			for _, o := range t.Dump().(veza.Dump).Profiles {
				if o["name"] == "One" {
					Expect(t.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: fmt.Sprint(o["id"])}, map[string]any{"discardDraft": true})).To(Succeed())
				}
			}
		},
	},
	"work that failed at the vendor": {
		vendor: v1alpha1.VendorVeza, kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			fresh(ctx, t, s, obj, "")
			Expect(t.Edit(targetOf(obj), map[string]any{"last_sync_error_message": "the group is gone"})).To(Succeed())
		},
		reason: v1alpha1.ReasonRemoteFailed, rule: "the vendor's work failed, and no edit may help", fact: "the group is gone", says: "Fix it there",
		before: func(t *tenant) {
			for _, o := range t.Dump().(veza.Dump).Profiles {
				if o["name"] == "One" {
					Expect(t.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: fmt.Sprint(o["id"])}, map[string]any{"last_sync_error_message": ""})).To(Succeed())
				}
			}
		},
	},
	"a reference to what is not there yet, which is looked at": {
		kind: 1,
		lead: func(ctx context.Context, t *tenant, s subject, obj managed.Object) {
			t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "read", "  suspend: true", "  app: {name: GitHub}", "  displayName: Read"))
			applied("  entitlements: [{ref: {name: read}}]")(ctx, t, s, obj)
		},
		condition: v1alpha1.ConditionResolvedRefs, reason: v1alpha1.ReasonReferenceNotReady, rule: "something that the spec names is not as it has to be",
		fact: "it refers to AppEntitlement/read", says: "Look at that object", then: v1alpha1.ReasonBlocked,
	},
}

// behind are backends that hold their objects, and the way out of it that is pasted.
var behind = map[string]struct {
	lead         func(ctx context.Context, t *tenant, one managed.Object)
	reason, says string
	// of the object is the reason that it has meanwhile.
	of string
}{
	"far too many deletions": {
		lead: func(ctx context.Context, t *tenant, _ managed.Object) {
			Expect(c.DeleteAllOf(ctx, &v1alpha1.AppEntitlement{}, client.InNamespace(t.namespace))).To(Succeed())
		},
		reason: v1alpha1.ReasonMassDeletion, says: "Confirm number and moment", of: v1alpha1.ReasonMassDeletion,
	},
	"far too many remotes that vanished": {
		lead: func(_ context.Context, t *tenant, _ managed.Object) {
			t.Configure(func(settings *sandbox.Settings) { settings.Blind = true })
		},
		reason: v1alpha1.ReasonMassAbsence, says: "confirm number and moment", of: v1alpha1.ReasonMassAbsence,
	},
	"another tenant": {
		lead: func(ctx context.Context, t *tenant, one managed.Object) {
			t.SwitchTenant("stranger")
			t.edit(ctx, one, "crowd-1", func() { one.(*v1alpha1.AppEntitlement).Spec.DisplayName = "Edited" })
		},
		reason: v1alpha1.ReasonTenantChanged, says: "accept the new tenant",
	},
}

// heldBy waits for an entitlement of which Synced has the reason, or any if that is empty, and names it.
func (t *tenant) heldBy(ctx context.Context, reason string) (name string) {
	GinkgoHelper()
	eventually(ctx, func(g Gomega) {
		list := &v1alpha1.AppEntitlementList{}
		g.Expect(c.List(ctx, list, client.InNamespace(t.namespace))).To(Succeed())
		at := slices.IndexFunc(list.Items, func(e v1alpha1.AppEntitlement) bool {
			synced := meta.FindStatusCondition(e.Status.Conditions, v1alpha1.ConditionSynced)
			return reason == "" || synced != nil && synced.Reason == reason
		})
		g.Expect(at).To(BeNumerically(">=", 0), "nobody has %s", reason)
		name = list.Items[at].Name
	}).Should(Succeed())
	return name
}

var _ = Describe("a way out that is printed of a backend", Ordered, ContinueOnFailure, func() {
	var person terminal

	BeforeAll(func() { person = openTerminal() })

	for sentence, s := range behind {
		It("helps out of "+sentence, func(ctx SpecContext) {
			t, one, tenant := newTenant(ctx), &v1alpha1.AppEntitlement{}, &v1alpha1.GovernanceBackend{}
			t.apply(ctx, many(crowd, func(i int) string {
				name := fmt.Sprintf("crowd-%d", i)
				return subjects[0].manifest(name, name, "")
			}))
			for i := range crowd {
				t.ready(ctx, one, fmt.Sprintf("crowd-%d", i+1))
			}
			Expect(t.get(ctx, one, "crowd-1")).To(Succeed())
			s.lead(ctx, t, one)
			t.says(ctx, tenant, "tenant", v1alpha1.ConditionReady, s.reason)

			name := t.heldBy(ctx, s.of)
			why := t.explained(ctx, one, name)
			Expect(why.Person).To(BeFalse(), "it is its backend that waits for a person")
			Expect(why.Backend).NotTo(BeNil())
			Expect(why.Backend.Reason).To(Equal(s.reason))
			eventually(ctx, func(g Gomega) { // Number and moment may still move.
				g.Expect(t.get(ctx, tenant, "tenant")).To(Succeed())
				now, err := inspect.ExplainBackend(tenant, inspect.Caller{Program: "governance"})
				g.Expect(err).NotTo(HaveOccurred())
				if now.State != inspect.Ready {
					person.paste(ctx, way(now, s.says))
				}
				g.Expect(now.State).To(Equal(inspect.Ready))
			}).Should(Succeed())
		})
	}
})

var _ = Describe("a way out that is printed of an object", Ordered, ContinueOnFailure, func() {
	var person terminal

	BeforeAll(func() { person = openTerminal() })

	for sentence, s := range stucks {
		It("helps out of "+sentence, func(ctx SpecContext) {
			vendor := s.vendor
			if vendor == "" {
				vendor = v1alpha1.VendorConductorOne
			}
			of := subjectsOf(vendor)[s.kind]
			t, obj := of.tenant(ctx), newObject(of.kind).(managed.Object)
			s.lead(ctx, t, of, obj)
			condition := s.condition
			if condition == "" {
				condition = v1alpha1.ConditionSynced
			}
			t.says(ctx, obj, "one", condition, s.reason)

			why := t.explained(ctx, obj, "one")
			Expect(why.Reason).To(Equal(s.reason))
			Expect(why.Means).NotTo(BeEmpty())
			var rules []string
			for _, r := range why.Rules {
				rules = append(rules, r.Rule)
			}
			Expect(rules).To(ContainElement(ContainSubstring(s.rule)))
			Expect(append(why.Facts, why.Message)).To(ContainElement(ContainSubstring(s.fact)))

			command := way(why, s.says)
			if s.before != nil {
				s.before(t)
			}
			person.paste(ctx, command)
			switch {
			case s.gone:
				t.gone(ctx, obj, "one")
			case s.then != "":
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, s.then)
			default:
				t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
			}
		})
	}
})

// passing are states that an object leaves by itself, when what it waits for comes.
var passing = map[string]struct {
	lead         func(ctx context.Context, t *tenant, s subject)
	reason, rule string
	// again is a part of when the operator looks again, and wakes of what brings the object back before.
	again, wakes string
	comes        func(ctx context.Context, t *tenant)
}{
	"a pause that the vendor asks for": {
		lead: func(ctx context.Context, t *tenant, s subject) {
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: 2, PathPattern: "/api/"})).To(Succeed())
			t.apply(ctx, s.manifest("one", "One", ""))
		},
		reason: v1alpha1.ReasonThrottled, rule: "the vendor asked for a pause", again: "after the pause", comes: func(_ context.Context, t *tenant) { t.ClearFaults() },
	},
	"a vendor that is down": {
		lead: func(ctx context.Context, t *tenant, s subject) {
			Expect(t.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusServiceUnavailable})).To(Succeed())
			t.apply(ctx, s.manifest("one", "One", ""))
		},
		reason: v1alpha1.ReasonBackendUnavailable, rule: "the vendor, or the way to it, failed", again: "after a second", comes: func(_ context.Context, t *tenant) { t.ClearFaults() },
	},
	"a reference to an object that comes later": {
		lead: func(ctx context.Context, t *tenant, s subject) {
			t.apply(ctx, s.manifest("one", "One", "  entitlements: [{ref: {name: later}}]"))
		},
		reason: v1alpha1.ReasonReferenceNotFound, rule: "something that the spec names is not as it has to be", wakes: "an object that it refers to",
		comes: func(ctx context.Context, t *tenant) {
			t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "later", "", "  app: {name: GitHub}", "  displayName: Later"))
		},
	},
	"a backend that comes later": {
		lead: func(ctx context.Context, t *tenant, s subject) {
			t.apply(ctx, strings.ReplaceAll(s.manifest("one", "One", ""), "name: tenant", "name: later"))
		},
		reason: v1alpha1.ReasonBackendNotFound, rule: "the backend cannot be used", again: "after 30s", wakes: "a change of its backend",
		comes: func(ctx context.Context, t *tenant) { t.backend(ctx, "later") },
	},
}

var _ = Describe("an object of which nothing is asked for", func() {
	for sentence, s := range passing {
		It("because of "+sentence+" goes on by itself, as it says", func(ctx SpecContext) {
			t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
			s.lead(ctx, t, subjects[1])
			eventually(ctx, func(g Gomega) {
				g.Expect(t.get(ctx, obj, "one")).To(Succeed())
				why := t.explained(ctx, obj, "one")
				g.Expect(why.Reason).To(Equal(s.reason))
				g.Expect(why.Person).To(BeFalse())
				g.Expect(why.Ways).To(BeEmpty())
				g.Expect(why.Text(time.Now())).To(ContainSubstring("Ways out:  none is needed"))
				g.Expect(why.Again).To(ContainSubstring(s.again))
				g.Expect(strings.Join(why.Wakes, "; ")).To(ContainSubstring(s.wakes))
				g.Expect(why.Rules).To(ContainElement(HaveField("Rule", s.rule)))
			}).Should(Succeed())
			s.comes(ctx, t)
			t.ready(ctx, obj, "one")
		})
	}
})
