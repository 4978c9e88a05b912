package controller_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// eventually has the patience of the suite.
func eventually(ctx context.Context, actual any) AsyncAssertion {
	return Eventually(actual).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond)
}

// always proves that something does not happen.
func always(ctx context.Context, actual any) AsyncAssertion {
	return Consistently(actual).WithContext(ctx).WithTimeout(3 * time.Second).WithPolling(50 * time.Millisecond)
}

// eventsOf counts how often an event with this reason was sent for an object.
func (t *tenant) eventsOf(ctx context.Context, name, reason string) int {
	GinkgoHelper()
	list := &eventsv1.EventList{}
	Expect(c.List(ctx, list, client.InNamespace(t.namespace))).To(Succeed())
	n := 0
	for _, e := range list.Items {
		if e.Regarding.Name != name || e.Reason != reason {
			continue
		}
		n++
		if e.Series != nil {
			n += int(e.Series.Count) - 1
		}
	}
	return n
}

// told waits until exactly one event with this reason was sent for an object.
func (t *tenant) told(ctx context.Context, name, reason string) {
	GinkgoHelper()
	count := func() int { return t.eventsOf(ctx, name, reason) }
	eventually(ctx, count).Should(Equal(1), "events %s of %s", reason, name)
}

// quiet proves that nothing is written at the vendor, and that it is read at most so often in three seconds.
func (t *tenant) quiet(ctx context.Context, reads int) {
	GinkgoHelper()
	before := t.Counts()
	always(ctx, func(g Gomega) {
		now := t.Counts()
		g.Expect(now.Writes).To(Equal(before.Writes), "writes at the vendor")
		g.Expect(now.Reads-before.Reads).To(BeNumerically("<=", reads), "reads at the vendor")
	}).Should(Succeed())
}

// neighbour proves that another object of the namespace is served meanwhile.
func (t *tenant) neighbour(ctx context.Context, backend string) {
	GinkgoHelper()
	t.apply(ctx, strings.ReplaceAll(manifest(v1alpha1.KindAccessProfile, "neighbour", "", "  displayName: Neighbour"), "name: tenant", "name: "+backend))
	t.ready(ctx, &v1alpha1.AccessProfile{}, "neighbour")
}

// blocked proves that an object cannot be as written: it says why and once, leaves the vendor alone, and holds nobody up.
func (t *tenant) blocked(ctx context.Context, obj managed.Object, name, condition, reason string, words ...string) {
	GinkgoHelper()
	message := t.says(ctx, obj, name, condition, reason)
	for _, word := range words {
		Expect(message).To(ContainSubstring(word))
	}
	ready := t.condition(ctx, obj, name, v1alpha1.ConditionReady)
	Expect(ready).NotTo(BeNil())
	Expect(string(ready.Status)).To(Equal("False"))
	t.quiet(ctx, 12)
	t.told(ctx, name, reason)
	t.neighbour(ctx, "tenant")
}

// edit changes an object as a person with kubectl does.
func (t *tenant) edit(ctx context.Context, obj client.Object, name string, change func()) {
	GinkgoHelper()
	Expect(t.get(ctx, obj, name)).To(Succeed())
	before := obj.DeepCopyObject().(client.Object)
	change()
	Expect(c.Patch(ctx, obj, client.MergeFrom(before))).To(Succeed())
}

// annotate sets an annotation of an object.
func (t *tenant) annotate(ctx context.Context, obj client.Object, name, key, value string) {
	GinkgoHelper()
	t.edit(ctx, obj, name, func() {
		annotations := obj.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[key] = value
		obj.SetAnnotations(annotations)
	})
}

// shown is the confirmation that the message of a backend's Ready shows for copying.
func (t *tenant) shown(ctx context.Context, obj client.Object, name string) string {
	GinkgoHelper()
	message := t.condition(ctx, obj, name, v1alpha1.ConditionReady).Message
	found := regexp.MustCompile(`accept-[a-z]+: "([^"]+)"`).FindStringSubmatch(message)
	Expect(found).To(HaveLen(2), message)
	return found[1]
}

// wipe takes the status of an object away, as a restored backup does.
func (t *tenant) wipe(ctx context.Context, obj client.Object, name string) {
	GinkgoHelper()
	obj.SetNamespace(t.namespace)
	obj.SetName(name)
	Expect(c.Status().Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(`{"status":null}`)))).To(Succeed())
}

// there proves that an object stays.
func (t *tenant) there(ctx context.Context, obj client.Object, name string) {
	GinkgoHelper()
	always(ctx, func() error { return t.get(ctx, obj, name) }).Should(Succeed())
}

// writesIn lists the writes that one of the vendor's tenants got.
func (t *tenant) writesIn(id string) (out []string) {
	for _, call := range t.Calls(0) {
		if call.Class == sandbox.ClassWrite && call.Tenant == id {
			out = append(out, call.Method+" "+call.Path)
		}
	}
	return out
}

// sent lists the calls of a method whose route ends so, by their bodies.
func (t *tenant) sent(method, routeEnd string) (out []map[string]any) {
	for _, call := range t.Calls(0) {
		if call.Method != method || !strings.HasSuffix(call.Route, routeEnd) || call.Class != sandbox.ClassWrite {
			continue
		}
		body := map[string]any{}
		if call.Body != "" {
			Expect(json.Unmarshal([]byte(call.Body), &body)).To(Succeed())
		}
		out = append(out, body)
	}
	return out
}

// many renders objects of one kind, numbered from one.
func many(n int, render func(i int) string) string {
	docs := make([]string, n)
	for i := range docs {
		docs[i] = render(i + 1)
	}
	return strings.Join(docs, "\n---\n")
}

// objectOf returns the stored object of the remote with this id.
func objectOf(objects []map[string]any, id string) map[string]any {
	GinkgoHelper()
	at := slices.IndexFunc(objects, func(o map[string]any) bool { return o["id"] == id })
	Expect(at).To(BeNumerically(">=", 0), "no remote %s", id)
	return objects[at]
}

// everythingSaid is every condition and every event of the namespace, as text.
func (t *tenant) everythingSaid(ctx context.Context) string {
	GinkgoHelper()
	var all []string
	for _, list := range []client.ObjectList{&v1alpha1.AppEntitlementList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AccessReviewList{}, &v1alpha1.GovernanceBackendList{}, &eventsv1.EventList{}} {
		Expect(c.List(ctx, list, client.InNamespace(t.namespace))).To(Succeed())
		raw, err := json.Marshal(list)
		Expect(err).NotTo(HaveOccurred())
		all = append(all, string(raw))
	}
	return strings.Join(all, "\n")
}

// putSecret writes the credentials of the tenant, whether or not there were any.
func (t *tenant) putSecret(ctx context.Context, credentials sandbox.Credentials) {
	GinkgoHelper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "credentials"}}
	Expect(client.IgnoreNotFound(c.Delete(ctx, secret))).To(Succeed())
	t.secret(ctx, "credentials", t.product.fake.Secret(credentials))
}

// clusterBackend makes a backend for many namespaces that allows none yet.
func (t *tenant) clusterBackend(ctx context.Context) *v1alpha1.ClusterGovernanceBackend {
	GinkgoHelper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: t.namespace},
		StringData: map[string]string{"clientID": t.Credentials().ClientID, "clientSecret": t.Credentials().ClientSecret}}
	Expect(c.Create(ctx, secret)).To(Succeed())
	cluster := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: t.namespace}, Spec: v1alpha1.ClusterGovernanceBackendSpec{
		GovernanceBackendSpec: v1alpha1.GovernanceBackendSpec{Vendor: v1alpha1.VendorConductorOne, Endpoint: t.URL,
			Credentials: v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: secret.Name}}},
	}}
	Expect(c.Create(ctx, cluster)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) {
		Expect(client.IgnoreNotFound(c.Delete(ctx, secret))).To(Succeed())
		Expect(client.IgnoreNotFound(c.Delete(ctx, cluster))).To(Succeed())
	})
	return cluster
}
