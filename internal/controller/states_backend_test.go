package controller_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// home is a tenant whose backends are of one of the two kinds.
type home struct {
	*tenant
	kind string
}

// called is the name of a backend in the cluster.
func (h home) called(name string) string {
	if h.kind == v1alpha1.KindClusterGovernanceBackend {
		return h.namespace + "-" + name
	}
	return name
}

// secretName is the Secret with the credentials: in the namespace, or in the operator's.
func (h home) secretName() string {
	if h.kind == v1alpha1.KindClusterGovernanceBackend {
		return h.namespace
	}
	return "credentials"
}

// rendered is a backend of this tenant; change is done to its text.
func (h home) rendered(name string, change ...string) string {
	spec := "  requestsPerSecond: 1000\n  burst: 1000\n"
	if h.kind == v1alpha1.KindClusterGovernanceBackend {
		spec += "  allowedNamespaces: {names: [" + h.namespace + "]}\n"
	}
	text := fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: %s\nmetadata:\n  name: %s\nspec:\n  vendor: ConductorOne\n  endpoint: %s\n  credentials: {secretRef: {name: %s}}\n%s",
		h.kind, h.called(name), h.URL, h.secretName(), spec)
	return strings.NewReplacer(change...).Replace(text)
}

// made makes a backend, and the Secret that those of the cluster need.
func (h home) made(ctx context.Context, name string, change ...string) {
	GinkgoHelper()
	if h.kind == v1alpha1.KindClusterGovernanceBackend {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: h.namespace}, StringData: h.product.fake.Secret(h.Credentials())}
		Expect(client.IgnoreAlreadyExists(c.Create(ctx, secret))).To(Succeed())
		obj := newObject(h.kind)
		obj.SetName(h.called(name))
		DeferCleanup(func(ctx SpecContext) {
			Expect(client.IgnoreNotFound(c.Delete(ctx, secret))).To(Succeed())
			Expect(client.IgnoreNotFound(c.Delete(ctx, obj))).To(Succeed())
		})
	}
	h.apply(ctx, h.rendered(name, change...))
}

func (h home) keep(ctx context.Context, r *recorder, name, state string, when moment) {
	GinkgoHelper()
	r.keep(ctx, h.tenant, h.kind, h.called(name), state, when)
}

// behind renders an object that uses a backend.
func (h home) behind(text, name string) string {
	return strings.ReplaceAll(text, "backendRef: {name: tenant}", "backendRef: {kind: "+h.kind+", name: "+h.called(name)+"}")
}

// crowd makes many objects behind a backend, and waits until all are Ready.
func (h home) crowd(ctx context.Context, name string) {
	GinkgoHelper()
	s := subjects[0]
	h.apply(ctx, many(crowd, func(i int) string {
		return h.behind(s.manifest(fmt.Sprintf("one-%d", i), fmt.Sprintf("One %d", i), ""), name)
	}))
	s.allReady(ctx, h.tenant)
}

// backendStates produce the states of a backend.
var backendStates = map[string]func(ctx SpecContext, r *recorder, h home){
	"in peace, and as it can be written": func(ctx SpecContext, r *recorder, h home) {
		r.created(ctx, h.tenant, h.kind, "new", h.rendered("new"))
		h.made(ctx, "ready")
		h.made(ctx, "going")
		h.made(ctx, "held", "  burst:", "  suspend: true\n  burst:")
		h.made(ctx, "poor", "{name: "+h.secretName()+"}", "{name: nothing}")
		h.made(ctx, "silent", h.URL, "http://127.0.0.1:1")
		h.made(ctx, "wrong", "secretRef: {name: "+h.secretName()+"}", "workloadIdentity: {clientID: someone@elsewhere.example/wfe, serviceAccountRef: {name: workload}}")
		h.keep(ctx, r, "going", "ready", isAuthenticated)
		h.apply(ctx, h.behind(subjects[0].manifest("one", "One", ""), "going"))
		h.ready(ctx, &v1alpha1.AppEntitlement{}, "one")
		r.edited(ctx, h.tenant, h.kind, h.called("ready"), "edited", `{"spec":{"resyncInterval":"30m"}}`)
		h.keep(ctx, r, "held", "suspended", isAuthenticated)
		h.keep(ctx, r, "poor", "secret-not-found", tells(v1alpha1.ConditionReady, v1alpha1.ReasonSecretNotFound))
		h.keep(ctx, r, "silent", "unreachable", tells(v1alpha1.ConditionReady, v1alpha1.ReasonUnreachable))
		h.keep(ctx, r, "wrong", "invalid-spec", tells(v1alpha1.ConditionReady, v1alpha1.ReasonInvalidSpec))
		obj := newObject(h.kind)
		Expect(h.get(ctx, obj, h.called("going"))).To(Succeed())
		Expect(c.Delete(ctx, obj)).To(Succeed())
		h.keep(ctx, r, "going", "deleting", goes(v1alpha1.ConditionReady, v1alpha1.ReasonAuthenticated))
	},
	"whose credentials are refused": func(ctx SpecContext, r *recorder, h home) {
		old := h.product.fake.Secret
		stale := h.Credentials()
		h.product.fake.Secret = func(sandbox.Credentials) map[string]string { return old(stale) }
		_, err := h.RotateCredentials()
		Expect(err).NotTo(HaveOccurred())
		h.made(ctx, "one")
		h.keep(ctx, r, "one", "unauthorized", tells(v1alpha1.ConditionReady, v1alpha1.ReasonUnauthorized))
	},
	"whose vendor fails again and again": func(ctx SpecContext, r *recorder, h home) {
		h.made(ctx, "one")
		h.crowd(ctx, "one")
		Expect(h.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusServiceUnavailable})).To(Succeed())
		for i := range crowd {
			h.annotate(ctx, &v1alpha1.AppEntitlement{}, fmt.Sprintf("one-%d", i+1), v1alpha1.AnnotationReconcileRequestedAt, "now")
		}
		h.keep(ctx, r, "one", "circuit-open", tells(v1alpha1.ConditionReady, v1alpha1.ReasonCircuitOpen))
	},
	"behind whose address another tenant answers": func(ctx SpecContext, r *recorder, h home) {
		h.made(ctx, "one")
		h.apply(ctx, h.behind(subjects[0].manifest("one", "One", ""), "one"))
		h.ready(ctx, &v1alpha1.AppEntitlement{}, "one")
		h.SwitchTenant("stranger")
		h.apply(ctx, h.behind(subjects[0].manifest("one", "Edited", ""), "one"))
		h.keep(ctx, r, "one", "tenant-changed", tells(v1alpha1.ConditionReady, v1alpha1.ReasonTenantChanged))
	},
	"behind which far too much vanishes": func(ctx SpecContext, r *recorder, h home) {
		h.made(ctx, "one")
		h.crowd(ctx, "one")
		h.Configure(func(settings *sandbox.Settings) { settings.Blind = true })
		h.keep(ctx, r, "one", "mass-absence", tells(v1alpha1.ConditionReady, v1alpha1.ReasonMassAbsence))
	},
	"behind which far too much is deleted": func(ctx SpecContext, r *recorder, h home) {
		h.made(ctx, "one")
		h.crowd(ctx, "one")
		Expect(c.DeleteAllOf(ctx, &v1alpha1.AppEntitlement{}, client.InNamespace(h.namespace))).To(Succeed())
		h.keep(ctx, r, "one", "mass-deletion", tells(v1alpha1.ConditionReady, v1alpha1.ReasonMassDeletion))
	},
}
