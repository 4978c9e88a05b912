package tenancy

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// subjectTokenSeconds is how long a workload identity token lives.
const subjectTokenSeconds = 600

// Open reads the backend's credentials live and opens its tenant, or returns the
// one that is open already if nothing changed. Errors are *managed.BackendError, or of the API server.
func (p *Pool) Open(ctx context.Context, obj Object) (*opened, error) {
	spec := obj.GetBackendSpec()
	endpoint, err := EndpointOf(spec, p.AllowInsecure)
	if err != nil {
		return nil, err
	}
	outside := p.Outside && obj.GetNamespace() != ""
	if outside && loopback(endpoint.Hostname()) {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec, Message: "spec.endpoint: is a loopback address, which is the manager's own host; the flag --allow-loopback-endpoints permits it"}
	}
	vendor, ok := p.vendor(string(spec.Vendor))
	if !ok {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec, Message: fmt.Sprintf("spec.vendor: %s is not supported by this version of the operator", spec.Vendor)}
	}
	namespace := obj.GetNamespace()
	if namespace == "" {
		namespace = p.OperatorNamespace
	}
	credentials, who, err := p.credentials(ctx, namespace, spec, endpoint)
	if err != nil {
		return nil, err
	}
	bundle, err := p.caBundle(ctx, namespace, spec.CABundleRef)
	if err != nil {
		return nil, err
	}
	cfg := ConfigOf(spec)
	cfg.Endpoint, cfg.Credentials, cfg.CABundle, cfg.UserAgent = endpoint.String(), credentials, bundle, p.UserAgent
	cfg.Timeout, cfg.Room, cfg.Outside = p.CallTimeout, p.rooms.of(obj.GetNamespace()), outside
	t := &tenant{credential: who.key(vendor.Name, endpoint, bundle), place: placeOf(vendor.Name, endpoint), vendor: vendor.Name, host: endpoint.Host}
	t.key = fingerprint(t.credential, fmt.Sprint(cfg.APIStyle, cfg.Allow, cfg.Overrides, outside))
	budget := budgetOf(spec)
	budget.Share = p.Share
	open, gone, err := p.enter(Key(obj), obj.GetGeneration(), vendor, cfg, budget, t)
	p.drop(gone)
	return open, err
}

// enter makes t the tenant of a backend, or the one that is open already with the same key, and
// returns the tenants that nobody uses any more.
func (p *Pool) enter(key string, generation int64, vendor backend.Vendor, cfg backend.Config, budget backend.Budget, t *tenant) (*opened, []*tenant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cfg.Shared = p.share(key, t.credential, budget)
	before := p.opened[key]
	if before != nil && before.tenant.key == t.key && !before.refused {
		before.generation = generation
		return before, nil, nil
	}
	credential := t.credential
	t, err := p.openTenant(vendor, cfg, t, before)
	if err != nil {
		if before == nil || before.credential != credential {
			p.leave(key, credential)
		}
		return nil, nil, &managed.BackendError{Reason: v1alpha1.ReasonSecretInvalid, Message: err.Error()}
	}
	if p.opened == nil {
		p.opened = map[string]*opened{}
	}
	open := &opened{tenant: t, credential: t.credential, generation: generation}
	p.opened[key] = open
	if before != nil && before.credential != t.credential {
		p.leave(key, before.credential)
	}
	if before != nil {
		p.replaced(before.tenant)
	}
	return open, p.unused(), nil
}

// ConfigOf is what a spec says by itself, without its credentials: what a vendor declares may depend on it.
func ConfigOf(spec *v1alpha1.GovernanceBackendSpec) (cfg backend.Config) {
	for _, v := range vendors.Specs() {
		if v.Configure != nil {
			v.Configure(spec, &cfg)
		}
	}
	cfg.Overrides = overridesOf(spec)
	return cfg
}

func budgetOf(spec *v1alpha1.GovernanceBackendSpec) (b backend.Budget) {
	if spec.RequestsPerSecond != nil {
		b.PerSecond = float64(*spec.RequestsPerSecond)
	}
	if spec.Burst != nil {
		b.Burst = int(*spec.Burst)
	}
	return b
}

// openTenant opens t, unless backends with the same key have one open that was not refused; p.mu is
// held. What the backend had open before says until when the vendor wants to be left alone.
func (p *Pool) openTenant(vendor backend.Vendor, cfg backend.Config, t *tenant, before *opened) (*tenant, error) {
	if open, ok := p.tenants[t.key]; ok {
		refused := false
		for _, o := range p.opened {
			refused = refused || o.tenant == open && o.refused
		}
		if !refused {
			return open, nil
		}
	}
	if p.Observe != nil {
		cfg.Observe = p.Observe(vendor.Name, t.host)
	}
	cfg.Gone = t.gone.Load
	opened, err := vendor.Open(cfg)
	if err != nil {
		return nil, err
	}
	if p.tenants == nil {
		p.tenants = map[string]*tenant{}
	}
	t.whole = opened
	t.Tenant = backend.Instrument(backend.Restrict(opened, cfg.Overrides))
	if before != nil && before.tenant.place == t.place {
		t.quiet = before.tenant.pause()
	}
	p.tenants[t.key] = t
	return t, nil
}

// Gate tells how the gate stands that the calls of a backend pass, and false while it is not opened.
func (p *Pool) Gate(key string) (backend.GateState, bool) {
	p.mu.Lock()
	var shared *backend.Shared
	if open := p.opened[key]; open != nil {
		shared = p.shared[open.credential]
	}
	p.mu.Unlock()
	if shared == nil {
		return backend.GateState{}, false
	}
	return shared.State()
}

func (p *Pool) vendor(name string) (backend.Vendor, bool) {
	for _, v := range p.Vendors {
		if v.Name == name {
			return v, true
		}
	}
	return backend.Vendor{}, false
}

// credentials reads the Secret, or prepares workload identity, and says who signs in with them.
func (p *Pool) credentials(ctx context.Context, namespace string, spec *v1alpha1.GovernanceBackendSpec, endpoint *url.URL) (backend.Credentials, credential, error) {
	if w := spec.Credentials.WorkloadIdentity; w != nil {
		return p.workloadIdentity(namespace, w, endpoint)
	}
	if spec.Credentials.SecretRef == nil {
		return backend.Credentials{}, credential{}, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec, Message: "spec.credentials: write secretRef or workloadIdentity"}
	}
	name := spec.Credentials.SecretRef.Name
	secret := &corev1.Secret{}
	err := p.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, secret)
	if apierrors.IsNotFound(err) {
		return backend.Credentials{}, credential{}, &managed.BackendError{Reason: v1alpha1.ReasonSecretNotFound, Message: fmt.Sprintf("spec.credentials.secretRef: there is no Secret %s/%s", namespace, name)}
	}
	if err != nil {
		return backend.Credentials{}, credential{}, fmt.Errorf("reading Secret %s/%s: %w", namespace, name, err)
	}
	value := func(key string) string { return strings.TrimSpace(string(secret.Data[key])) }
	c := backend.Credentials{ClientID: value("clientID"), ClientSecret: backend.Secret(value("clientSecret")), Token: backend.Secret(value("token"))}
	if c.Token == "" {
		c.Token = backend.Secret(value("apiKey"))
	}
	if c.Token == "" && (c.ClientID == "" || c.ClientSecret == "") {
		return backend.Credentials{}, credential{}, &managed.BackendError{Reason: v1alpha1.ReasonSecretInvalid,
			Message: fmt.Sprintf("Secret %s/%s: has none of the keys clientID and clientSecret, token, apiKey that %s needs", namespace, name, spec.Vendor)}
	}
	return c, secretCredential(c), nil
}

// workloadIdentity requests tokens for a ServiceAccount of the backend's namespace,
// with the tenant's host as audience: the operator's own token is never sent anywhere.
func (p *Pool) workloadIdentity(namespace string, w *v1alpha1.WorkloadIdentity, endpoint *url.URL) (backend.Credentials, credential, error) {
	_, right, _ := strings.Cut(w.ClientID, "@")
	host, _, _ := strings.Cut(right, "/")
	if host != endpoint.Hostname() {
		return backend.Credentials{}, credential{}, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec,
			Message: fmt.Sprintf("spec.credentials.workloadIdentity.clientID: belongs to host %q, and spec.endpoint to %q", host, endpoint.Hostname())}
	}
	account := w.ServiceAccountRef.Name
	token := func(ctx context.Context) (backend.Secret, error) {
		request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
			Audiences: []string{host}, ExpirationSeconds: backend.To(int64(subjectTokenSeconds)),
		}}
		sa := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: account}}
		if err := p.Client.SubResource("token").Create(ctx, sa, request); err != nil {
			return "", fmt.Errorf("requesting a token for ServiceAccount %s/%s: %w", namespace, account, err)
		}
		return backend.Secret(request.Status.Token), nil
	}
	return backend.Credentials{ClientID: w.ClientID, SubjectToken: token}, workloadCredential(w.ClientID, namespace, account), nil
}

func (p *Pool) caBundle(ctx context.Context, namespace string, ref *v1alpha1.CABundleRef) ([]byte, error) {
	if ref == nil {
		return nil, nil
	}
	key := ref.Key
	if key == "" {
		key = "ca.crt"
	}
	cm := &corev1.ConfigMap{}
	err := p.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.Name}, cm)
	if apierrors.IsNotFound(err) {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonSecretNotFound, Message: fmt.Sprintf("spec.caBundleRef: there is no ConfigMap %s/%s", namespace, ref.Name)}
	}
	if err != nil {
		return nil, fmt.Errorf("reading ConfigMap %s/%s: %w", namespace, ref.Name, err)
	}
	if cm.Data[key] == "" {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonSecretInvalid, Message: fmt.Sprintf("spec.caBundleRef: ConfigMap %s/%s has no key %q", namespace, ref.Name, key)}
	}
	return []byte(cm.Data[key]), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
