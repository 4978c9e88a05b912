package controller_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// recordings holds one object per kind and state, as the operator left it. The health scripts of Argo CD
// are tried with them. RECORD=1 writes those anew that are in another state than they were recorded in.
var recordings = filepath.Join("..", "..", "config", "argocd", "resource_customizations", v1alpha1.GroupVersion.Group)

// recorder knows which recordings were seen again in this process.
type recorder struct{ seen []string }

// moment tells one version of an object from the others.
type moment func(*unstructured.Unstructured) bool

// tells is the moment in which a condition about the present generation has this reason.
func tells(condition, reason string) moment {
	return func(u *unstructured.Unstructured) bool {
		return slices.ContainsFunc(toldBy(u), func(c map[string]any) bool {
			return c["type"] == condition && c["reason"] == reason && fmt.Sprint(c["observedGeneration"]) == fmt.Sprint(u.GetGeneration())
		})
	}
}

// inState is the moment in which a review is in this state and told so.
func inState(state v1alpha1.ReviewState) moment {
	return func(u *unstructured.Unstructured) bool {
		got, _, _ := unstructured.NestedString(u.Object, "status", "state")
		return got == string(state) && tells(v1alpha1.ConditionReady, v1alpha1.ReasonInSync)(u)
	}
}

// goes is the moment in which an object is being deleted and tells this.
func goes(condition, reason string) moment {
	return func(u *unstructured.Unstructured) bool {
		return u.GetDeletionTimestamp() != nil && tells(condition, reason)(u)
	}
}

var (
	isReady         = tells(v1alpha1.ConditionReady, v1alpha1.ReasonInSync)
	isAuthenticated = tells(v1alpha1.ConditionReady, v1alpha1.ReasonAuthenticated)
)

func toldBy(u *unstructured.Unstructured) (out []map[string]any) {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, one := range list {
		out = append(out, one.(map[string]any))
	}
	return out
}

// likeness is what is compared of an object and its recording.
func likeness(u *unstructured.Unstructured) []string {
	observed, _, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration")
	suspend, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend")
	state, _, _ := unstructured.NestedString(u.Object, "status", "state")
	out := []string{
		fmt.Sprintf("new: %t, observed: %t", observed == -1, observed == u.GetGeneration()),
		fmt.Sprintf("suspended: %t, deleting: %t, state: %q", suspend, u.GetDeletionTimestamp() != nil, state),
	}
	for _, c := range toldBy(u) {
		out = append(out, fmt.Sprintf("%s=%s %s", c["type"], c["status"], c["reason"]))
	}
	slices.Sort(out[2:])
	return out
}

// keep waits for a moment in the life of an object, and compares it with its recording.
func (r *recorder) keep(ctx context.Context, t *tenant, kind, name, state string, when moment) {
	GinkgoHelper()
	r.compare(ctx, kind, state, func(g Gomega) *unstructured.Unstructured {
		u := t.unstructured(kind, name)
		g.Expect(c.Get(ctx, client.ObjectKeyFromObject(u), u)).To(Succeed())
		g.Expect(when(u)).To(BeTrue(), "%s %s says %v", kind, name, likeness(u))
		return u
	})
}

// edited compares what the API server makes of an edit before the operator has seen it.
func (r *recorder) edited(ctx context.Context, t *tenant, kind, name, state, patch string) {
	GinkgoHelper()
	r.compare(ctx, kind, state, func(g Gomega) *unstructured.Unstructured {
		u := t.unstructured(kind, name)
		g.Expect(c.Patch(ctx, u, client.RawPatch("application/merge-patch+json", []byte(patch)), client.DryRunAll)).To(Succeed())
		return u
	})
}

// created compares what the API server makes of a manifest before the operator has seen it.
func (r *recorder) created(ctx context.Context, t *tenant, kind, state, manifest string) {
	GinkgoHelper()
	r.compare(ctx, kind, state, func(g Gomega) *unstructured.Unstructured {
		u := &unstructured.Unstructured{}
		g.Expect(yaml.Unmarshal([]byte(manifest), &u.Object)).To(Succeed())
		if kind != v1alpha1.KindClusterGovernanceBackend {
			u.SetNamespace(t.namespace)
		}
		g.Expect(c.Create(ctx, u, client.DryRunAll)).To(Succeed())
		return u
	})
}

func (t *tenant) unstructured(kind, name string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	u.SetName(name)
	if kind != v1alpha1.KindClusterGovernanceBackend {
		u.SetNamespace(t.namespace)
	}
	return u
}

func (r *recorder) compare(ctx context.Context, kind, state string, look func(Gomega) *unstructured.Unstructured) {
	GinkgoHelper()
	By(kind + " " + state)
	path := filepath.Join(recordings, kind, "testdata", state+".yaml")
	r.seen = append(r.seen, kind+"/"+state)
	was := &unstructured.Unstructured{}
	if raw, err := os.ReadFile(path); err == nil {
		raw, err = yaml.YAMLToJSON(raw)
		Expect(err).NotTo(HaveOccurred())
		Expect(was.UnmarshalJSON(raw)).To(Succeed()) // Which keeps whole numbers whole.
	}
	recording := os.Getenv("RECORD") != ""
	var got *unstructured.Unstructured
	eventually(ctx, func(g Gomega) {
		got = look(g)
		if !recording {
			g.Expect(likeness(got)).To(Equal(likeness(was)), "%s; after a wanted change: make argocd", path)
		}
	}).Should(Succeed())
	if !recording || was.Object != nil && slices.Equal(likeness(got), likeness(was)) {
		return
	}
	got.SetManagedFields(nil)
	raw, err := yaml.Marshal(got.Object)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
	Expect(os.WriteFile(path, raw, 0o644)).To(Succeed())
}

// complete sees that every recording was compared.
func (r *recorder) complete() {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join(recordings, "*", "testdata", "*.yaml"))
	Expect(err).NotTo(HaveOccurred())
	var all []string
	for _, path := range files {
		kind := filepath.Base(filepath.Dir(filepath.Dir(path)))
		all = append(all, kind+"/"+strings.TrimSuffix(filepath.Base(path), ".yaml"))
	}
	Expect(all).To(ConsistOf(r.seen))
}
