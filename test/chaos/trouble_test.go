package chaos

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// faults are what calls to a vendor suffer from, each by its chance.
var faults = []sandbox.Fault{
	{Kind: sandbox.FaultStatus, Status: 500, Probability: 0.01},
	{Kind: sandbox.FaultStatusAfter, Status: 502, Probability: 0.02},
	{Kind: sandbox.FaultResetBefore, Probability: 0.01},
	{Kind: sandbox.FaultResetAfter, Probability: 0.02},
	{Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 1, Probability: 0.005},
	{Kind: sandbox.FaultLatency, Delay: sandbox.Duration(80 * time.Millisecond), Probability: 0.05},
	{Kind: sandbox.FaultExpireTokens, Probability: 0.005},
}

// wipe takes the status of an object away, as a restored backup does.
func (w *world) wipe(ctx context.Context, t *thing) {
	GinkgoHelper()
	obj := reference.New(t.species.kind)
	obj.SetNamespace(w.namespace)
	obj.SetName(t.name)
	Expect(client.IgnoreNotFound(w.c.Status().Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(`{"status":null}`))))).To(Succeed())
	w.count("statuses wiped")
}

// disturb begins everything that goes wrong beside the kills, and returns how to end it.
func (w *world) disturb(ctx context.Context) (stop func()) {
	GinkgoHelper()
	for _, vendor := range vendors {
		for _, fault := range faults {
			Expect(w.tenants[vendor].AddFault(fault)).To(Succeed())
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	for _, trouble := range []func(context.Context) bool{w.people, w.secrets, w.apiServer} {
		done.Go(func() {
			defer GinkgoRecover()
			for trouble(ctx) {
			}
		})
	}
	done.Go(func() {
		defer GinkgoRecover()
		w.timeToReady(ctx)
	})
	return func() {
		cancel()
		done.Wait()
	}
}

// people edit, delete and apply.
func (w *world) people(ctx context.Context) bool {
	if !pause(ctx, w.between(100*time.Millisecond, 400*time.Millisecond)) {
		return false
	}
	w.edit(context.WithoutCancel(ctx))
	return true
}

// secrets are rotated, broken and deleted, and mended a little later.
func (w *world) secrets(ctx context.Context) bool {
	if !pause(ctx, w.between(4*time.Second, 12*time.Second)) {
		return false
	}
	vendor := vendors[w.chance(len(vendors))]
	ctx = context.WithoutCancel(ctx)
	switch w.chance(3) {
	case 0:
		_, err := w.tenants[vendor].RotateCredentials()
		Expect(err).NotTo(HaveOccurred())
		w.count("credentials rotated")
	case 1:
		w.writeSecret(ctx, vendor, map[string]string{"clientID": "nonsense", "clientSecret": "nonsense", "apiKey": "nonsense"})
		w.count("Secrets broken")
	default:
		w.deleteSecret(ctx, vendor)
		w.count("Secrets deleted")
	}
	pause(ctx, w.between(0, 2*time.Second))
	w.deleteSecret(ctx, vendor)
	w.putSecret(ctx, vendor)
	return true
}

// apiServer is out of the manager's reach now and then: seconds mostly, and sometimes a minute.
func (w *world) apiServer(ctx context.Context) bool {
	if !pause(ctx, w.between(15*time.Second, 40*time.Second)) {
		return false
	}
	long := w.between(time.Second, 5*time.Second)
	if w.chance(20) == 0 {
		long = 60 * time.Second
	}
	w.line.set(true)
	w.count("API server cut off")
	pause(ctx, long)
	w.line.set(false)
	return ctx.Err() == nil
}

func (w *world) deleteSecret(ctx context.Context, vendor v1alpha1.Vendor) {
	GinkgoHelper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: nameOf(vendor)}}
	Expect(client.IgnoreNotFound(w.c.Delete(ctx, secret))).To(Succeed())
}
