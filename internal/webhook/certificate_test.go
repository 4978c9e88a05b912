package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// replica is a manager with a certificate of its own making, over an API server that has the Secret and the configuration.
type replica struct {
	SelfSigned
	writes atomic.Int32
	// refuse fails the next write, if it is set.
	refuse error
}

func newReplica() *replica {
	r := &replica{}
	write := func() error {
		err := r.refuse
		r.refuse = nil
		if err == nil {
			r.writes.Add(1)
		}
		return err
	}
	c := fake.NewClientBuilder().WithScheme(scheme.Scheme).WithObjects(
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "webhook"}},
		&admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "webhook"},
			Webhooks: []admissionregistrationv1.ValidatingWebhook{{Name: "profiles.example.com"}, {Name: "reviews.example.com"}}},
	).WithInterceptorFuncs(interceptor.Funcs{
		Update: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.UpdateOption) error {
			if err := write(); err != nil {
				return err
			}
			return c.Update(ctx, obj, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
			if err := write(); err != nil {
				return err
			}
			return c.Patch(ctx, obj, patch, opts...)
		},
	}).Build()
	r.SelfSigned = SelfSigned{Certificate: &Certificate{}, Reader: c, Client: c, Namespace: "system", Name: "webhook", Log: logr.Discard()}
	return r
}

func (r *replica) secret(t *testing.T) *corev1.Secret {
	t.Helper()
	secret := &corev1.Secret{}
	if err := r.Reader.Get(t.Context(), client.ObjectKey{Namespace: "system", Name: "webhook"}, secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

// served is the certificate that a client gets, which every webhook of the configuration has to trust now, and the number of
// CAs that are trusted.
func (r *replica) served(t *testing.T, names ...string) (leaf *x509.Certificate, trusted int) {
	t.Helper()
	pair, err := r.Certificate.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	if err := r.Reader.Get(t.Context(), client.ObjectKey{Name: "webhook"}, configuration); err != nil {
		t.Fatal(err)
	}
	for _, w := range configuration.Webhooks {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(w.ClientConfig.CABundle) {
			t.Fatalf("%s trusts nobody", w.Name)
		}
		for _, name := range append([]string{"webhook.system.svc"}, names...) {
			if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: time.Now()}); err != nil {
				t.Errorf("%s does not trust what is served as %s: %v", w.Name, name, err)
			}
		}
		bundle, err := cert.ParseCertsPEM(w.ClientConfig.CABundle)
		if err != nil {
			t.Fatal(err)
		}
		trusted = len(bundle)
	}
	return pair.Leaf, trusted
}

func TestACertificateIsRenewedInTime(t *testing.T) {
	for sentence, c := range map[string]struct {
		// change is what becomes of a certificate that was made just now.
		change  func(t *testing.T, r *replica)
		renewed bool
		trusted int
		names   []string
	}{
		"a young one stays":                    {change: func(*testing.T, *replica) {}, trusted: 1},
		"with more than a third left it stays": {change: func(*testing.T, *replica) { time.Sleep(validity*2/3 - 2*time.Hour) }, trusted: 1},
		"with a third left it is renewed, and who still serves the old one is trusted": {
			change: func(*testing.T, *replica) { time.Sleep(validity * 2 / 3) }, renewed: true, trusted: 2},
		"of older ones the newest alone is trusted on": {change: func(t *testing.T, r *replica) {
			for range 2 {
				time.Sleep(validity * 2 / 3)
				if err := r.look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(validity * 2 / 3)
		}, renewed: true, trusted: 2},
		"one that is over is not trusted on": {change: func(*testing.T, *replica) { time.Sleep(2 * validity) }, renewed: true, trusted: 1},
		"what is no certificate is replaced": {change: func(t *testing.T, r *replica) {
			secret := r.secret(t)
			secret.Data[keyCertificate] = []byte("none")
			if err := r.Client.Update(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
		}, renewed: true, trusted: 2},
		"an address that it lacks is certified": {change: func(_ *testing.T, r *replica) { r.Addresses = []net.IP{net.IPv4(10, 0, 0, 7)} },
			renewed: true, trusted: 2, names: []string{"10.0.0.7"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReplica()
				if _, err := r.Certificate.Get(nil); !errors.Is(err, errNoCertificate) {
					t.Errorf("before the first look: %v", err)
				}
				if err := r.look(t.Context()); err != nil {
					t.Fatal(err)
				}
				first, _ := r.served(t)
				c.change(t, r)
				before := r.writes.Load()
				last, err := r.Certificate.Get(nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := r.look(t.Context()); err != nil {
					t.Fatal(err)
				}
				leaf, trusted := r.served(t, c.names...)
				if renewed := !leaf.Equal(last.Leaf); renewed != c.renewed || trusted != c.trusted {
					t.Errorf("renewed: %t, %d trusted; want %t, %d", renewed, trusted, c.renewed, c.trusted)
				}
				if wrote, want := r.writes.Load()-before, map[bool]int32{true: 2}[c.renewed]; wrote != want {
					t.Errorf("%d writes, want %d: the Secret, and the configuration", wrote, want)
				}
				if left := time.Until(leaf.NotAfter); left <= validity/3 || left > validity {
					t.Errorf("it lasts for %s more, the first one until %s", left, first.NotAfter)
				}
			})
		})
	}
}

func TestReplicasServeWithOneCertificate(t *testing.T) {
	one := newReplica()
	if err := one.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	two := &replica{SelfSigned: one.SelfSigned}
	two.Certificate = &Certificate{}
	if err := two.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, _ := one.served(t)
	b, _ := two.served(t)
	if !a.Equal(b) || one.writes.Load() != 2 {
		t.Errorf("the same certificate: %t, after %d writes", a.Equal(b), one.writes.Load())
	}
}

// Whoever is not trusted yet must not be served with: the API server would refuse it.
func TestNothingNewIsServedBeforeItIsTrusted(t *testing.T) {
	for sentence, c := range map[string]struct {
		prepare func(t *testing.T, r *replica)
		wrote   int32
	}{
		"there is no Secret": {prepare: func(t *testing.T, r *replica) {
			if err := r.Client.Delete(t.Context(), r.secret(t)); err != nil {
				t.Fatal(err)
			}
		}},
		"another replica was first": {prepare: func(_ *testing.T, r *replica) {
			r.refuse = apierrors.NewConflict(schema.GroupResource{Resource: "secrets"}, "webhook", errors.New("it moved"))
		}},
		"there is no configuration": {wrote: 1, prepare: func(t *testing.T, r *replica) {
			gone := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "webhook"}}
			if err := r.Client.Delete(t.Context(), gone); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := newReplica()
			c.prepare(t, r)
			if err := r.look(t.Context()); err == nil || r.writes.Load() != c.wrote {
				t.Errorf("error %v after %d writes, want one after %d", err, r.writes.Load(), c.wrote)
			}
			if _, err := r.Certificate.Get(nil); !errors.Is(err, errNoCertificate) {
				t.Errorf("it serves: %v", err)
			}
		})
	}
}

func TestALookThatFailsIsRepeatedSoonAndAnotherOneIsNotHurried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReplica()
		r.refuse = apierrors.NewConflict(schema.GroupResource{Resource: "secrets"}, "webhook", errors.New("it moved"))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Start(ctx) }()
		time.Sleep(retryEvery - time.Second)
		if r.writes.Load() != 0 {
			t.Errorf("%d writes before the second look", r.writes.Load())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if _, err := r.Certificate.Get(nil); err != nil || r.writes.Load() != 2 {
			t.Errorf("after the second look: %v, %d writes", err, r.writes.Load())
		}
		secret := r.secret(t)
		secret.Data[keyCertificate] = bytes.ToUpper(secret.Data[keyCertificate])
		if err := r.Client.Update(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookEvery - 2*time.Second)
		if r.writes.Load() != 3 {
			t.Errorf("%d writes before the third look, want the two and the one of this test", r.writes.Load())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r.writes.Load() != 5 {
			t.Errorf("%d writes after the third look, want Secret and configuration once more", r.writes.Load())
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAFolderWithoutACertificateIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &Mounted{Certificate: &Certificate{}, Dir: t.TempDir(), Log: logr.Discard()}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- m.Start(ctx) }()
		time.Sleep(time.Hour)
		if _, err := m.Certificate.Get(nil); !errors.Is(err, errNoCertificate) {
			t.Errorf("it serves: %v", err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
