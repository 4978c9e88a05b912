package controller

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// ofTheEngine are the wakers that are no watch: tests of the engine and of the sweep see them wake.
var ofTheEngine = []decision.Waker{decision.ByPerson, decision.ByHolder, decision.BySweep}

// TestTheWatchesThatTheEngineNamesFire: for each waker of the table of effects there is a watch,
// and what is said there wakes the objects that it should, and no others.
func TestTheWatchesThatTheEngineNamesFire(t *testing.T) {
	cluster := v1alpha1.BackendRef{Kind: v1alpha1.KindClusterGovernanceBackend, Name: "shared"}
	own := v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
	profile := func(namespace, name string, ref v1alpha1.BackendRef, entitlement string) client.Object {
		p := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		p.Spec.BackendRef = ref
		if entitlement != "" {
			p.Spec.Entitlements = []v1alpha1.EntitlementRef{{Ref: &v1alpha1.LocalObjectRef{Name: entitlement}}}
		}
		return p
	}
	leaving := func(name string, kept bool) client.Object {
		now := metav1.Now()
		e := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name, DeletionTimestamp: &now, Finalizers: []string{v1alpha1.Finalizer}}}
		e.Spec.KeepWhileReferenced = kept
		return e
	}
	reader := indexedClient(leaving("kept", true), leaving("free", false), profile("team", "shared", cluster, ""), profile("team", "own", own, "read"), profile("other", "shared", cluster, ""))
	ready := func(b client.Object, status metav1.ConditionStatus) client.Object {
		conditions := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: status, Reason: "Any"}}
		switch b := b.(type) {
		case *v1alpha1.GovernanceBackend:
			b.Status.Conditions = conditions
		case *v1alpha1.ClusterGovernanceBackend:
			b.Status.Conditions = conditions
		}
		return b
	}
	namespace := func(label string) client.Object {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team", Labels: map[string]string{"governance": label}}}
	}
	entitlement := func(id string) client.Object {
		e := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "read"}}
		if id != "" {
			e.Status.Remote = &v1alpha1.RemoteStatus{ID: id}
		}
		return e
	}
	backendOf := func() client.Object {
		return &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}}
	}
	shared := func() client.Object {
		return &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "shared"}}
	}
	seen := map[decision.Waker]bool{}
	for sentence, c := range map[string]struct {
		by            decision.Waker
		before, after client.Object
		want          []string
		kind          string // of whom is woken; profiles if empty
	}{
		"a backend that recovers":              {decision.ByBackend, ready(backendOf(), "False"), ready(backendOf(), "True"), []string{"team/own"}, ""},
		"a backend that stays as it is":        {decision.ByBackend, ready(backendOf(), "True"), ready(backendOf(), "True"), nil, ""},
		"a cluster backend that recovers":      {decision.ByBackend, ready(shared(), "False"), ready(shared(), "True"), []string{"other/shared", "team/shared"}, ""},
		"a namespace that is labelled":         {decision.ByNamespace, namespace(""), namespace("enabled"), []string{"team/shared"}, ""},
		"a namespace whose labels stay":        {decision.ByNamespace, namespace("enabled"), namespace("enabled"), nil, ""},
		"a reference that gets its remote":     {decision.ByReference, entitlement(""), entitlement("e-1"), []string{"team/own"}, ""},
		"a reference whose remote is the same": {decision.ByReference, entitlement("e-1"), entitlement("e-1"), nil, ""},
		"the last object that refers to what is kept": {
			decision.ByReferrer, profile("team", "own", own, "kept"), profile("team", "own", own, ""), []string{"team/kept"}, v1alpha1.KindAppEntitlement},
		"an object that refers to what is not kept": {
			decision.ByReferrer, profile("team", "own", own, "free"), profile("team", "own", own, ""), nil, v1alpha1.KindAppEntitlement},
	} {
		t.Run(sentence, func(t *testing.T) {
			seen[c.by] = true
			var got []string
			for _, w := range watches(reader, cmp.Or(c.kind, v1alpha1.KindAccessProfile), true) {
				if w.by != c.by || !sameType(w.target, c.after) || !w.when.Update(event.UpdateEvent{ObjectOld: c.before, ObjectNew: c.after}) {
					continue
				}
				for _, o := range []client.Object{c.before, c.after} { // As the handler of maps does.
					for _, r := range w.wakes(t.Context(), o) {
						got = append(got, r.String())
					}
				}
			}
			slices.Sort(got)
			got = slices.Compact(got)
			if diff := gocmp.Diff(c.want, got); diff != "" {
				t.Errorf("woken (-want +got):\n%s", diff)
			}
		})
	}
	for _, by := range decision.Wakers() {
		if !seen[by] && !slices.Contains(ofTheEngine, by) {
			t.Errorf("no case for waker %b", by)
		}
	}
	for _, w := range watches(reader, v1alpha1.KindAccessProfile, false) {
		switch w.target.(type) {
		case *corev1.Namespace, *v1alpha1.ClusterGovernanceBackend:
			t.Errorf("with single namespaces %T may not be watched", w.target)
		}
	}
}

func sameType(a, b client.Object) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// indexedClient has the objects, and the indexes of the manager's cache.
func indexedClient(objects ...client.Object) client.Client {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	b := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
	for _, kind := range managedKinds {
		for _, x := range indexes {
			b = b.WithIndex(reference.New(kind), x.name, x.of)
		}
	}
	return b.Build()
}
