package e2e

import (
	"context"
	"errors"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// plane is a control plane with the account of an installed manager.
type plane struct {
	*testenv.Environment
	kubeconfig string
}

// newPlane starts one. The caller stops it.
func newPlane(ctx context.Context, options ...testenv.Option) *plane {
	GinkgoHelper()
	env, err := testenv.Start(ctx, options...)
	Expect(err).NotTo(HaveOccurred())
	p := &plane{Environment: env}
	p.kubeconfig, err = env.ManagerKubeconfig(ctx)
	if err != nil {
		err = errors.Join(err, env.Stop())
	}
	Expect(err).NotTo(HaveOccurred())
	return p
}

// shared are the control planes of this test process: to start one costs more than most specs do. A spec has them to itself
// while it runs, with namespaces of its own, and leaves them as if it had not been. The second is for specs about two clusters.
// What changes the definitions or the API server needs one of its own.
var shared [2]*plane

var _ = AfterSuite(func() {
	for _, p := range shared {
		if p != nil {
			Expect(p.Stop()).To(Succeed())
		}
	}
})

// borrow lends a shared control plane to a spec.
func borrow(ctx context.Context, which int) *plane {
	GinkgoHelper()
	if shared[which] == nil {
		shared[which] = newPlane(ctx)
	}
	p := shared[which]
	DeferCleanup(p.clear)
	return p
}

// managed are the kinds whose objects the manager holds with a finalizer.
func managed() []client.ObjectList {
	return []client.ObjectList{&v1alpha1.AccessReviewList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AppEntitlementList{}}
}

// clear takes away what a spec made and a manager would see or be hindered by. No manager runs any more.
func (p *plane) clear(ctx SpecContext) {
	Expect(p.RemoveWebhook(ctx)).To(Succeed())
	all := append(managed(), &v1alpha1.GovernanceBackendList{}, &v1alpha1.ClusterGovernanceBackendList{}, &corev1.SecretList{}, &coordinationv1.LeaseList{})
	for _, list := range all {
		p.remove(ctx, list)
	}
	for _, list := range all[:len(all)-1] {
		Expect(p.of(ctx, list)).To(BeEmpty(), "%T", list)
	}
}

// of lists what specs have in a list: what the API server keeps for itself stays.
func (p *plane) of(ctx context.Context, list client.ObjectList) (out []client.Object) {
	GinkgoHelper()
	Expect(p.Client.List(ctx, list)).To(Succeed())
	Expect(meta.EachListItem(list, func(o runtimeObject) error {
		if obj := o.(client.Object); obj.GetNamespace() != metav1.NamespaceSystem {
			out = append(out, obj)
		}
		return nil
	})).To(Succeed())
	return out
}

// remove deletes what is in a list, some at a time, and waits for nobody who holds it.
func (p *plane) remove(ctx context.Context, list client.ObjectList) {
	GinkgoHelper()
	objects := p.of(ctx, list)
	todo := make(chan client.Object, len(objects))
	for _, obj := range objects {
		todo <- obj
	}
	close(todo)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			defer GinkgoRecover()
			for obj := range todo {
				Expect(p.letGo(ctx, obj)).To(Succeed())
			}
		})
	}
	wait.Wait()
}

func (p *plane) letGo(ctx context.Context, obj client.Object) error {
	if len(obj.GetFinalizers()) > 0 {
		before := obj.DeepCopyObject().(client.Object)
		obj.SetFinalizers(nil)
		if err := client.IgnoreNotFound(p.Client.Patch(ctx, obj, client.MergeFrom(before))); err != nil {
			return err
		}
	}
	return client.IgnoreNotFound(p.Client.Delete(ctx, obj))
}
