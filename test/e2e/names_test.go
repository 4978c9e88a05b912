package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// fill makes n entitlements of an app by hand.
func (s *stack) fill(app string, n int) {
	GinkgoHelper()
	for i := range n {
		_, err := s.Create(v1alpha1.KindAppEntitlement, app, map[string]any{
			"displayName":       fmt.Sprintf("Synced %d", i),
			"appResourceTypeId": conductorone.SeedID("resource-type", "Duplicate App#1/Team"),
			"appResourceId":     conductorone.SeedID("resource", "Duplicate App#1/Team/everyone"),
		})
		Expect(err).NotTo(HaveOccurred())
	}
}

// emptyApp is an app of the sandbox that has no entitlements.
var emptyApp = conductorone.SeedID("app", "Duplicate App#1")

// inApp is an entitlement of an app without anything that takes a call of its own.
func inApp(app, name, displayName string) string {
	return manifest(v1alpha1.KindAppEntitlement, name, "app: {id: "+app+"}", "displayName: "+displayName, "conductorOne: {"+inResource("Duplicate App#1", "Team", "everyone")+"}")
}

// applyAtOnce applies n objects, sixteen at a time.
func (s *stack) applyAtOnce(ctx context.Context, n int, manifest func(i int) string) {
	GinkgoHelper()
	todo := make(chan int)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			defer GinkgoRecover()
			for i := range todo {
				s.apply(ctx, manifest(i))
			}
		})
	}
	for i := range n {
		todo <- i
	}
	close(todo)
	wait.Wait()
}

// vendorCalls are those since the last reset; tokens do not count.
func (s *stack) vendorCalls() (n int) {
	for _, call := range s.Calls(0) {
		if call.Class != sandbox.ClassToken {
			n++
		}
	}
	return n
}

// identities are the questions who answers among them.
func (s *stack) identities() (n int) {
	for _, call := range s.Calls(0) {
		if matches(populations[0].identity, call.Path) {
			n++
		}
	}
	return n
}

var _ = Describe("names at the vendor", Label("names"), func() {
	It("cost a thousand new entitlements of one app no more than thirty calls beside their creates", func(ctx SpecContext) {
		s := newStack(ctx)
		app := emptyApp
		s.start(ctx)
		s.backendReady(ctx)
		s.ResetCalls()
		began := time.Now()
		s.applyAtOnce(ctx, 1000, func(i int) string {
			return inApp(app, fmt.Sprintf("one-%04d", i), fmt.Sprintf("One %04d", i))
		})
		s.allReady(ctx, &v1alpha1.AppEntitlementList{}, 1000)
		took := time.Since(began)
		calls, identities := s.vendorCalls(), s.identities()
		AddReportEntry("calls", fmt.Sprintf("%d, of which %d writes, and %d questions who answers in %s", calls, s.Counts().Writes, identities, took.Round(time.Millisecond)))
		Expect(s.Counts().Writes).To(Equal(1000))
		Expect(calls - identities).To(BeNumerically("<=", 1030))
		Expect(identities).To(BeNumerically("<=", 2+int(took/(2*time.Second))), "a backend is asked who answers at a pace of its own")
	}, SpecTimeout(4*time.Minute))

	It("cost one new entitlement of an app that has fifty thousand no call beside its list, and the next one a search", func(ctx SpecContext) {
		s := newStack(ctx)
		app := emptyApp
		s.fill(app, 50_000)
		s.start(ctx)
		s.backendReady(ctx)
		s.ResetCalls()
		s.ready(ctx, s.apply(ctx, inApp(app, "first", "First")).(*v1alpha1.AppEntitlement))
		const pages, create, marks, identities = 501, 1, 1, 2 // Nothing marked is there yet: the first one is read again.
		Expect(s.vendorCalls()).To(BeNumerically("<=", pages+create+marks+identities))
		s.ResetCalls()
		s.ready(ctx, s.apply(ctx, inApp(app, "second", "Second")).(*v1alpha1.AppEntitlement))
		Expect(s.vendorCalls()).To(BeNumerically("<=", 1+create+identities))
		s.ResetCalls()
		s.apply(ctx, inApp(app, "taken", "Synced 4711"))
		s.refusedFor(ctx, &v1alpha1.AppEntitlement{}, "taken", v1alpha1.ReasonRemoteExists)
		Expect(s.Counts().Writes).To(BeZero())
		Expect(s.vendorCalls()).To(BeNumerically("<=", 2))
	}, SpecTimeout(4*time.Minute))

	It("go to one of a hundred objects that want the same at once, also when the manager is killed meanwhile", func(ctx SpecContext) {
		s := newStack(ctx)
		app := emptyApp
		s.start(ctx)
		s.backendReady(ctx)
		s.ResetCalls()
		s.applyAtOnce(ctx, 100, func(i int) string { return inApp(app, fmt.Sprintf("one-%04d", i), "Payroll") })
		s.kill()
		s.start(ctx)
		var owner string
		Eventually(func(g Gomega) {
			list := &v1alpha1.AppEntitlementList{}
			g.Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
			bound, told := 0, 0
			for _, o := range list.Items {
				switch ready := readyOf(&o); {
				case ready == nil:
				case ready.Status == metav1.ConditionTrue:
					bound++
					owner = o.Name
				case ready.Reason == v1alpha1.ReasonClaimedByOther && strings.Contains(ready.Message, s.namespace+"/"+owner+":"):
					told++
				}
			}
			g.Expect([]int{bound, told}).To(Equal([]int{1, 99}))
		}).WithContext(ctx).WithTimeout(patience).WithPolling(200 * time.Millisecond).Should(Succeed())
		Expect(s.Counts().Writes).To(Equal(1))
	}, SpecTimeout(3*time.Minute))
})

// readyOf is the condition Ready of an object, nil if it has none.
func readyOf(obj *v1alpha1.AppEntitlement) *metav1.Condition {
	for i := range obj.Status.Conditions {
		if obj.Status.Conditions[i].Type == v1alpha1.ConditionReady {
			return &obj.Status.Conditions[i]
		}
	}
	return nil
}

// refusedFor waits until Ready is False for a reason.
func (s *stack) refusedFor(ctx context.Context, obj *v1alpha1.AppEntitlement, name, reason string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: name}, obj)).To(Succeed())
		ready := readyOf(obj)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(ready.Reason).To(Equal(reason), ready.Message)
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
}

var fenced = regexp.MustCompile("(?ms)^( *)```sh\n(.*?)^ *```")

// copied runs the commands of a page, as one who copies them from top to bottom.
func (s *stack) copied(ctx context.Context, page string) {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	Expect(err).NotTo(HaveOccurred())
	var script []string
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		script = append(script, regexp.MustCompile("(?m)^"+m[1]).ReplaceAllString(m[2], "")) // Without what a list indents it by.
	}
	Expect(len(script)).To(BeNumerically(">=", 3))
	admin, err := s.env.KubeconfigFile("admin", "system:masters")
	Expect(err).NotTo(HaveOccurred())
	shell := exec.CommandContext(ctx, "bash", "-euxo", "pipefail", "-c", strings.Join(script, "\n"))
	built, err := filepath.Abs("../../bin/k8s")
	Expect(err).NotTo(HaveOccurred())
	shell.Env = append(os.Environ(), "KUBECONFIG="+admin, "PATH="+os.Getenv("PATH")+":"+built)
	shell.Dir = GinkgoT().TempDir()
	out, err := shell.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
}

// teams are two namespaces with a backend named prod each, for the same tenant.
func (s *stack) teams(ctx context.Context, names ...string) {
	GinkgoHelper()
	b, secret := &v1alpha1.GovernanceBackend{}, &corev1.Secret{}
	Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "tenant"}, b)).To(Succeed())
	Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: b.Spec.Credentials.SecretRef.Name}, secret)).To(Succeed())
	for _, name := range names {
		// A namespace of that name may be there from the spec before: without a controller manager none goes.
		Expect(client.IgnoreAlreadyExists(s.c.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))).To(Succeed())
		Expect(s.c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: secret.Name}, Data: secret.Data})).To(Succeed())
		Expect(s.c.Create(ctx, &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "prod"}, Spec: b.Spec})).To(Succeed())
	}
}

// profile reads a profile.
func (s *stack) profile(ctx context.Context, namespace, name string) *v1alpha1.AccessProfile {
	GinkgoHelper()
	p := &v1alpha1.AccessProfile{}
	Expect(s.c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, p)).To(Succeed())
	return p
}

var _ = Describe("the pages about taking things apart", Label("names", "pages"), func() {
	It("move an object to another namespace, and the remote stays what it was", func(ctx SpecContext) {
		s := newStack(ctx)
		s.start(ctx)
		s.teams(ctx, "team-a", "team-b")
		s.copied(ctx, "move.md")
		Expect(s.names(kinds[1])).To(Equal([]string{"Payroll"}))
		Expect(s.profile(ctx, "team-b", "payroll").Status.Remote.ID).NotTo(BeEmpty())
		deletes := 0
		for _, call := range s.Calls(0) {
			if call.Method == "DELETE" {
				deletes++
			}
		}
		Expect(deletes).To(BeZero())
	}, SpecTimeout(3*time.Minute))

	It("split a profile, and what goes is taken away last", func(ctx SpecContext) {
		s := newStack(ctx)
		s.start(ctx)
		s.teams(ctx, "team-a")
		s.copied(ctx, "split.md")
		Expect(s.names(kinds[1])).To(ConsistOf("Sales", "Sales EMEA"))
		Expect(s.profile(ctx, "team-a", "sales").Spec.Entitlements).To(HaveLen(1))
		Expect(s.profile(ctx, "team-a", "sales-emea").Spec.Entitlements).To(HaveLen(1))
		Expect(s.Rejections()).To(BeEmpty())
	}, SpecTimeout(3*time.Minute))
})
