package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// witness computes the kstatus of every version of every object and notes what does
// not fit the conditions.
type witness struct {
	mu     sync.Mutex
	seen   map[status.Status]int
	faults []string
}

func (w *witness) follow(events <-chan watch.Event) {
	for e := range events {
		if u, ok := e.Object.(*unstructured.Unstructured); ok && e.Type != watch.Deleted {
			w.check(u)
		}
	}
}

func (w *witness) check(u *unstructured.Unstructured) {
	result, err := status.Compute(u)
	w.mu.Lock()
	defer w.mu.Unlock()
	fault := func(format string, args ...any) {
		w.faults = append(w.faults, fmt.Sprintf("%s/%s: ", u.GetKind(), u.GetName())+fmt.Sprintf(format, args...))
	}
	if err != nil {
		fault("kstatus cannot read it: %v", err)
		return
	}
	w.seen[result.Status]++
	var conditions []metav1.Condition
	raw, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, one := range raw {
		c := metav1.Condition{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(one.(map[string]any), &c); err != nil {
			fault("a condition cannot be read: %v", err)
		}
		conditions = append(conditions, c)
	}
	is := func(kind string) bool { return meta.IsStatusConditionTrue(conditions, kind) }
	ready, reconciling, stalled := is(v1alpha1.ConditionReady), is(v1alpha1.ConditionReconciling), is(v1alpha1.ConditionStalled)
	observed, _, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration")
	present := observed == u.GetGeneration()
	for _, c := range conditions {
		if (c.Type == v1alpha1.ConditionReconciling || c.Type == v1alpha1.ConditionStalled) && c.Status != metav1.ConditionTrue {
			fault("%s is there and is not True", c.Type)
		}
		if c.ObservedGeneration > u.GetGeneration() {
			fault("%s speaks of a generation to come", c.Type)
		}
	}
	deleting := u.GetDeletionTimestamp() != nil
	switch {
	case reconciling && stalled:
		fault("Reconciling and Stalled at once")
	case deleting && result.Status != status.TerminatingStatus:
		fault("deleting, and kstatus says %s", result.Status)
	case deleting && present && ready:
		fault("deleting, and Ready")
	case result.Status == status.CurrentStatus && (!ready || !present):
		fault("kstatus says Current, and Ready is %t for generation %d of %d", ready, observed, u.GetGeneration())
	case !deleting && present && ready && !reconciling && result.Status != status.CurrentStatus:
		fault("Ready, and kstatus says %s", result.Status)
	case !deleting && present && stalled && result.Status != status.FailedStatus:
		fault("Stalled, and kstatus says %s", result.Status)
	case present && len(conditions) == 0:
		fault("a generation was observed and there are no conditions")
	}
}

func (s *stack) witness(ctx context.Context) *witness {
	GinkgoHelper()
	w := &witness{seen: map[status.Status]int{}}
	watcher, err := client.NewWithWatch(s.env.Config, client.Options{})
	Expect(err).NotTo(HaveOccurred())
	for _, kind := range []string{v1alpha1.KindGovernanceBackend, v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		stream, err := watcher.Watch(ctx, list, client.InNamespace(s.namespace))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(stream.Stop)
		go w.follow(stream.ResultChan())
	}
	return w
}

// shell runs commands as an administrator types them, with the installed kubectl or the one that was built beside the control plane.
func (s *stack) shell(ctx context.Context, dir, commands string) (string, error) {
	GinkgoHelper()
	admin, err := s.env.KubeconfigFile("admin", "system:masters")
	Expect(err).NotTo(HaveOccurred())
	beside, err := filepath.Abs("../../bin/k8s")
	Expect(err).NotTo(HaveOccurred())
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "KUBECONFIG="+admin, "PATH="+os.Getenv("PATH")+":"+beside)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// kubectlWait runs kubectl wait --for=condition=Ready on an object.
func (s *stack) kubectlWait(ctx context.Context, what string) {
	GinkgoHelper()
	if out, err := s.shell(ctx, "", "kubectl -n "+s.namespace+" wait --for=condition=Ready --timeout=60s "+what); err != nil {
		seen, _ := s.shell(ctx, "", "kubectl -n "+s.namespace+" get governance -o yaml")
		Fail(fmt.Sprintf("kubectl wait %s: %s\n%s", what, out, seen))
	}
}

var _ = Describe("kstatus", Label("kstatus"), func() {
	It("agrees with the conditions at every transition, and kubectl wait works", func(ctx SpecContext) {
		s := newStack(ctx)
		w := s.witness(ctx)
		s.start(ctx, "--resync-interval=1s")
		resources := []string{"appentitlement/one", "accessprofile/one", "accessreview/one"}
		for i, k := range three {
			obj := s.apply(ctx, k.manifest("one", "First")).(reference.Managed)
			s.kubectlWait(ctx, resources[i])
			s.apply(ctx, k.manifest("one", "Second"))
			s.kubectlWait(ctx, resources[i])
			s.ready(ctx, obj)
		}
		// A name that does not exist, one that is waited for, a refusal, a vendor that is down.
		s.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "nowhere", "app: {name: Nowhere}", "displayName: Nowhere", "conductorOne: {"+inResource("GitHub", "Team", "platform")+"}"))
		s.apply(ctx, manifest(v1alpha1.KindAccessProfile, "waits", "displayName: Waits", "entitlements: [{ref: {name: later}}]"))
		s.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "sealed", "app: {name: GitHub}", "displayName: S", "requestable: true", "conductorOne: {"+inResource("GitHub", "Team", "platform")+"}"))
		s.apply(ctx, kinds[0].manifest("later", "Later"))
		s.kubectlWait(ctx, "accessprofile/waits")
		Expect(s.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, Count: 4})).To(Succeed())
		s.apply(ctx, kinds[0].manifest("one", "Third"))
		s.kubectlWait(ctx, "appentitlement/one")
		for _, k := range three {
			obj := s.apply(ctx, k.manifest("one", "Last")).(reference.Managed)
			s.ready(ctx, obj)
			Expect(s.c.Delete(ctx, obj)).To(Succeed())
			Eventually(func() error { return client.IgnoreNotFound(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)) }).
				WithTimeout(patience).Should(Succeed())
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		AddReportEntry("kstatus", fmt.Sprint(w.seen))
		Expect(w.faults).To(BeEmpty())
		for _, want := range []status.Status{status.CurrentStatus, status.InProgressStatus, status.FailedStatus} {
			Expect(w.seen).To(HaveKey(want))
		}
	}, SpecTimeout(4*time.Minute))
})
