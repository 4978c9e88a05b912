package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The keys of the Secret. What the API server has to trust stands beside the certificate, and no key of a CA is kept.
const (
	keyCA          = "ca.crt"
	keyCertificate = corev1.TLSCertKey
	keyPrivate     = corev1.TLSPrivateKeyKey
)

const (
	// validity of a certificate. It is renewed when a third of it is left.
	validity = 90 * 24 * time.Hour
	// lookEvery is how often a replica looks whether another one renewed the certificate.
	lookEvery = 10 * time.Minute
	// retryEvery is how soon it looks again after an error.
	retryEvery = 10 * time.Second
)

var errNoCertificate = errors.New("there is no certificate for the webhook yet")

// Certificate is what the webhook serves with. Without one, handshakes fail, and nothing else does.
type Certificate struct {
	now atomic.Pointer[tls.Certificate]
}

// Get is a tls.Config.GetCertificate.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if now := c.now.Load(); now != nil {
		return now, nil
	}
	return nil, errNoCertificate
}

// Mounted follows a certificate that somebody else renews, in the files tls.crt and tls.key of a folder. They may
// come later.
type Mounted struct {
	Certificate *Certificate
	Dir         string
	Log         logr.Logger
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: every replica serves.
func (*Mounted) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It ends with ctx, and never with an error.
func (m *Mounted) Start(ctx context.Context) error {
	every(ctx, func() time.Duration {
		watcher, err := certwatcher.New(filepath.Join(m.Dir, keyCertificate), filepath.Join(m.Dir, keyPrivate))
		if err != nil {
			m.Log.Info("waiting for the certificate of the webhook", "folder", m.Dir, "error", err.Error())
			return retryEvery
		}
		watcher.RegisterCallback(func(c tls.Certificate) { m.Certificate.now.Store(&c) })
		if err := watcher.Start(ctx); err != nil {
			m.Log.Error(err, "the certificate of the webhook is not followed")
		}
		return retryEvery
	})
	return nil
}

// SelfSigned keeps a certificate in a Secret, renews it in time, and tells the API server whom to trust. Several
// replicas may do so at once. The Secret and the configuration are there already: no right to make one is needed.
type SelfSigned struct {
	Certificate *Certificate
	// Reader reads live.
	Reader client.Reader
	Client client.Client
	// Namespace of the Service and the Secret; Name of both, and of the ValidatingWebhookConfiguration.
	Namespace, Name string
	// Addresses that are certified beside the name of the Service.
	Addresses []net.IP
	Log       logr.Logger
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: every replica serves.
func (*SelfSigned) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It ends with ctx, and never with an error.
func (s *SelfSigned) Start(ctx context.Context) error {
	every(ctx, func() time.Duration {
		err := s.look(ctx)
		if err == nil || ctx.Err() != nil {
			return lookEvery
		}
		if !apierrors.IsConflict(err) { // Another replica was first.
			s.Log.Error(err, "the certificate of the webhook is not as it should be")
		}
		return retryEvery
	})
	return nil
}

// every does what has to be done, and again after the time that it returns, until ctx ends.
func every(ctx context.Context, do func() time.Duration) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(do()):
		}
	}
}

// look takes the certificate from the Secret, or puts a new one there, and has the API server trust it.
func (s *SelfSigned) look(ctx context.Context) error {
	secret := &corev1.Secret{}
	if err := s.Reader.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: s.Name}, secret); err != nil {
		return fmt.Errorf("reading the webhook's Secret: %w", err)
	}
	pair, err := tls.X509KeyPair(secret.Data[keyCertificate], secret.Data[keyPrivate])
	if err != nil || !s.serves(pair.Leaf) {
		if pair, err = s.renew(ctx, secret); err != nil {
			return err
		}
		s.Log.Info("the webhook has a new certificate", "until", pair.Leaf.NotAfter)
	}
	// First the API server trusts, then the certificate is used.
	if err := s.trust(ctx, secret.Data[keyCA]); err != nil {
		return err
	}
	s.Certificate.now.Store(&pair)
	return nil
}

func (s *SelfSigned) host() string { return fmt.Sprintf("%s.%s.svc", s.Name, s.Namespace) }

// serves reports whether a certificate is for these names and lasts long enough.
func (s *SelfSigned) serves(leaf *x509.Certificate) bool {
	for _, name := range append([]string{s.host()}, texts(s.Addresses)...) {
		if leaf.VerifyHostname(name) != nil {
			return false
		}
	}
	return time.Until(leaf.NotAfter) > validity/3
}

func texts(addresses []net.IP) (out []string) {
	for _, a := range addresses {
		out = append(out, a.String())
	}
	return out
}

// renew puts a new certificate into the Secret. Replicas that still serve the old one are trusted on.
func (s *SelfSigned) renew(ctx context.Context, secret *corev1.Secret) (tls.Certificate, error) {
	chain, key, err := cert.GenerateSelfSignedCertKeyWithOptions(cert.SelfSignedCertKeyOptions{Host: s.host(), AlternateIPs: s.Addresses, MaxAge: validity})
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the webhook's certificate: %w", err)
	}
	made, err := cert.ParseCertsPEM(chain) // The certificate, and the CA that signed it.
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the webhook's certificate: %w", err)
	}
	leaf, err := cert.EncodeCertificates(made[0])
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the webhook's certificate: %w", err)
	}
	bundle, err := cert.EncodeCertificates(append(made[1:], stillTrusted(secret.Data[keyCA])...)...)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the webhook's certificate: %w", err)
	}
	secret.Data = map[string][]byte{keyCA: bundle, keyCertificate: leaf, keyPrivate: key}
	if err := s.Client.Update(ctx, secret); err != nil {
		return tls.Certificate{}, fmt.Errorf("writing the webhook's Secret: %w", err)
	}
	return tls.X509KeyPair(leaf, key)
}

// stillTrusted is the newest CA of a bundle, unless it is over.
func stillTrusted(bundle []byte) []*x509.Certificate {
	old, err := cert.ParseCertsPEM(bundle)
	if err != nil || time.Now().After(old[0].NotAfter) {
		return nil
	}
	return old[:1]
}

// trust puts the bundle into the configuration, for every kind.
func (s *SelfSigned) trust(ctx context.Context, bundle []byte) error {
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	if err := s.Reader.Get(ctx, client.ObjectKey{Name: s.Name}, configuration); err != nil {
		return fmt.Errorf("reading the webhook's configuration: %w", err)
	}
	before := configuration.DeepCopy()
	changed := false
	for i := range configuration.Webhooks {
		to := &configuration.Webhooks[i].ClientConfig
		changed = changed || !bytes.Equal(to.CABundle, bundle)
		to.CABundle = bundle
	}
	if !changed {
		return nil
	}
	if err := s.Client.Patch(ctx, configuration, client.StrategicMergeFrom(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("writing the webhook's configuration: %w", err)
	}
	return nil
}
