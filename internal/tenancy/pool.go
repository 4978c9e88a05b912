// Package tenancy turns backends and their credentials into opened tenants, keeps
// them, and says who may use which.
package tenancy

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/lookup"
)

// Object is a backend of either kind.
type Object interface {
	client.Object
	GetBackendSpec() *v1alpha1.GovernanceBackendSpec
	GetBackendStatus() *v1alpha1.GovernanceBackendStatus
}

// Pool keeps opened tenants. It is safe for concurrent use.
type Pool struct {
	// Client reads backends from the cache and Secrets and ConfigMaps live.
	Client client.Client
	// Vendors is the registry.
	Vendors []backend.Vendor
	// OperatorNamespace holds the Secrets of cluster backends.
	OperatorNamespace string
	// ClusterKind: ClusterGovernanceBackend is served. It is off in namespaced mode.
	ClusterKind bool
	// AllowInsecure permits http endpoints that are not loopback.
	AllowInsecure bool
	// Outside: backends of namespaces may not name an address of the manager's own host.
	Outside   bool
	UserAgent string
	// Share is the part of each backend's budget that is used; all of it if zero.
	Share float64
	// CallTimeout bounds a call to a vendor; the usual bound if zero.
	CallTimeout time.Duration
	// ResyncInterval replaces spec.resyncInterval of every backend, if it is set.
	ResyncInterval time.Duration
	Limits         *safety.Limits
	// Observe returns what receives every call to a host of a vendor; nil for nobody.
	Observe func(vendor, host string) backend.Observer
	// Changed receives the key of a backend whose health has to be checked now.
	Changed func(key string)
	// Dropped receives the key of an opened tenant that nobody uses any more; nil for nobody.
	Dropped func(tenantKey string)
	// Left receives the vendor and the host where no tenant is open any more; nil for nobody.
	Left func(vendor, host string)

	// part is which part of each budget is used, beside a manager that uses it, too; all of it if zero.
	part float64

	names lookup.Cache
	asks  asks
	rooms rooms

	mu      sync.Mutex
	opened  map[string]*opened
	tenants map[string]*tenant
	shared  map[string]*backend.Shared // by credential
}

// opened is what is known of one backend object.
type opened struct {
	tenant     *tenant
	credential string // the key of who signs in
	generation int64
	refused    bool // a 401 came back since the last check
}

// Key names a backend object: kind/namespace/name.
func Key(o Object) string {
	if _, ok := o.(*v1alpha1.ClusterGovernanceBackend); ok {
		return v1alpha1.KindClusterGovernanceBackend + "//" + o.GetName()
	}
	return v1alpha1.KindGovernanceBackend + "/" + o.GetNamespace() + "/" + o.GetName()
}

// Get implements managed.Backends.
func (p *Pool) Get(ctx context.Context, namespace string, ref v1alpha1.BackendRef, deleting bool) (*managed.Backend, error) {
	obj, err := p.fetch(ctx, namespace, ref)
	if err != nil {
		return nil, err
	}
	if !deleting {
		if err := p.mayUse(ctx, obj, namespace); err != nil {
			return nil, err
		}
	}
	return p.use(ctx, obj, deleting)
}

// MayUse is an error where objects of namespace may not use the backend that ref names, or where there is none.
func (p *Pool) MayUse(ctx context.Context, namespace string, ref v1alpha1.BackendRef) error {
	obj, err := p.fetch(ctx, namespace, ref)
	if err != nil {
		return err
	}
	return p.mayUse(ctx, obj, namespace)
}

// mayUse says nothing where objects of namespace may use the backend.
func (p *Pool) mayUse(ctx context.Context, obj Object, namespace string) error {
	cluster, ok := obj.(*v1alpha1.ClusterGovernanceBackend)
	if !ok {
		return nil
	}
	allowed, err := p.allows(ctx, cluster, namespace)
	if err == nil && !allowed {
		err = &managed.BackendError{Reason: v1alpha1.ReasonBackendNotAllowed,
			Message: fmt.Sprintf("spec.backendRef: ClusterGovernanceBackend %q does not allow namespace %q (spec.allowedNamespaces)", cluster.Name, namespace)}
	}
	return err
}

// Place implements managed.Backends.
func (p *Pool) Place(ctx context.Context, namespace string, ref v1alpha1.BackendRef) managed.Place {
	obj, err := p.fetch(ctx, namespace, ref)
	if err != nil {
		return managed.Place{}
	}
	vendor := string(obj.GetBackendSpec().Vendor)
	endpoint, err := EndpointOf(obj.GetBackendSpec(), p.AllowInsecure)
	if err != nil {
		return managed.Place{}
	}
	st := obj.GetBackendStatus()
	place := managed.Place{At: placeOf(vendor, endpoint), Pinned: st.TenantID}
	open := p.kept(Key(obj))
	if open == nil || open.tenant.place != place.At {
		return place
	}
	who := settled(st, open.tenant.last(), open.tenant.called())
	place.Pinned = pinned(st, who, open.tenant.called())
	if p.mayUse(ctx, obj, namespace) == nil {
		place.Proven = who.ID
	}
	return place
}

// Spec returns the spec of the backend that ref names for objects of namespace, by the cache.
func (p *Pool) Spec(ctx context.Context, namespace string, ref v1alpha1.BackendRef) (*v1alpha1.GovernanceBackendSpec, error) {
	obj, err := p.fetch(ctx, namespace, ref)
	if err != nil {
		return nil, err
	}
	return obj.GetBackendSpec(), nil
}

func (p *Pool) fetch(ctx context.Context, namespace string, ref v1alpha1.BackendRef) (Object, error) {
	var obj Object = &v1alpha1.GovernanceBackend{}
	key := client.ObjectKey{Namespace: namespace, Name: ref.Name}
	kind := v1alpha1.KindGovernanceBackend
	if ref.Kind == v1alpha1.KindClusterGovernanceBackend {
		if !p.ClusterKind {
			return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotAllowed, Message: "spec.backendRef: this operator watches single namespaces and serves no ClusterGovernanceBackend"}
		}
		obj, key.Namespace, kind = &v1alpha1.ClusterGovernanceBackend{}, "", ref.Kind
	}
	err := p.Client.Get(ctx, key, obj)
	if apierrors.IsNotFound(err) {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: fmt.Sprintf("spec.backendRef: there is no %s named %q", kind, ref.Name)}
	}
	return obj, err
}

// allows reports whether objects of namespace may use the cluster backend.
func (p *Pool) allows(ctx context.Context, b *v1alpha1.ClusterGovernanceBackend, namespace string) (bool, error) {
	allowed := b.Spec.AllowedNamespaces
	if allowed == nil {
		return false, nil
	}
	for _, name := range allowed.Names {
		if name == namespace {
			return true, nil
		}
	}
	if allowed.Selector == nil {
		return false, nil
	}
	selector, err := metav1.LabelSelectorAsSelector(allowed.Selector)
	if err != nil {
		return false, nil //nolint:nilerr // A selector that cannot be read allows nothing.
	}
	ns := &corev1.Namespace{}
	if err := p.Client.Get(ctx, client.ObjectKey{Name: namespace}, ns); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return selector.Matches(labels.Set(ns.Labels)), nil
}

// use returns the opened tenant of a backend that is good enough for this pass.
func (p *Pool) use(ctx context.Context, obj Object, deleting bool) (*managed.Backend, error) {
	st, key := obj.GetBackendStatus(), Key(obj)
	notReady := func(message string) error {
		return &managed.BackendError{Reason: v1alpha1.ReasonBackendNotReady, Message: fmt.Sprintf("backend %q: %s", obj.GetName(), message)}
	}
	p.mu.Lock()
	open := p.opened[key]
	stale := open == nil || open.generation != obj.GetGeneration()
	p.mu.Unlock()
	if ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady); !deleting || open == nil {
		switch {
		case st.TenantID == "" || ready == nil:
			return nil, notReady("the first sign-in has not succeeded yet")
		case ready.Status != metav1.ConditionTrue && blocks(ready.Reason):
			return nil, notReady(ready.Reason + ": see the backend's own Ready condition")
		}
	}
	if stale {
		var err error
		if open, err = p.Open(ctx, obj); err != nil {
			if kept := p.kept(key); deleting && kept != nil {
				open = kept
			} else if problem := (*managed.BackendError)(nil); errors.As(err, &problem) {
				p.changed(key)
				return nil, notReady(problem.Message)
			} else {
				return nil, err // The API server's trouble, which is over before anybody can look at the backend.
			}
		}
	}
	if stale && p.isGone(ctx, obj) {
		p.Forget(key) // It went while it was opened: nobody else would.
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: fmt.Sprintf("backend %q is gone", obj.GetName())}
	}
	who, err := open.tenant.who(ctx, time.Duration(1<<62))
	if err != nil {
		return nil, err
	}
	host := open.tenant.called()
	who = settled(st, who, host)
	pin := pinned(st, who, host)
	p.hear(obj, key)
	absent, held := p.Limits.Holds(key)
	return &managed.Backend{
		Key: key, Vendor: string(obj.GetBackendSpec().Vendor), Tenant: open.tenant.Tenant, TenantKey: open.tenant.key, At: open.tenant.place, TenantID: who.ID, PinnedTenantID: pin, ByHost: byHost(who, host),
		TenantAccepted: obj.GetAnnotations()[v1alpha1.AnnotationAcceptTenant] == who.ID && who.ID == pin,
		Suspended:      obj.GetBackendSpec().Suspend, KeepRemoved: KeepsRemoved(obj.GetBackendSpec()), Resync: p.resync(obj), Absent: absent, DeletionsHeld: held,
		Verify: func(ctx context.Context, age time.Duration) (backend.TenantID, error) {
			now, err := p.verify(ctx, key, open.tenant, age)
			if err == nil && (now.Unnamed || who.Unnamed) {
				now = who // The same host: it says less than before, or more, which the next pass takes up.
			}
			return now, err
		},
		Names: p.names.Of(open.tenant.key, open.tenant.Tenant),
	}, nil
}

// KeepsRemoved reports whether what leaves a spec stays at the vendor unless its object says otherwise.
func KeepsRemoved(spec *v1alpha1.GovernanceBackendSpec) bool {
	return spec.Management != nil && spec.Management.Removed == v1alpha1.RemovedKeep
}

// blocks reports whether a backend that is not ready for this reason cannot be used at all.
func blocks(reason string) bool {
	switch reason {
	case v1alpha1.ReasonSecretNotFound, v1alpha1.ReasonSecretInvalid, v1alpha1.ReasonUnauthorized, v1alpha1.ReasonInvalidSpec:
		return true
	}
	return false
}

func (p *Pool) kept(key string) *opened {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened[key]
}

func (p *Pool) changed(key string) {
	if p.Changed != nil {
		p.Changed(key)
	}
}

// Unauthorized implements managed.Backends: the credentials are read anew at once.
func (p *Pool) Unauthorized(key string, _ error) {
	p.mu.Lock()
	if open := p.opened[key]; open != nil {
		open.refused = true
	}
	p.mu.Unlock()
	p.changed(key)
}

// verify asks the tenant who it is, unless it was asked in the last age.
func (p *Pool) verify(ctx context.Context, key string, t *tenant, age time.Duration) (backend.TenantID, error) {
	before := t.last()
	who, err := t.who(ctx, age)
	switch {
	case err != nil || before.ID == "" || before.ID == who.ID || who.Unnamed:
	case before.Unnamed:
		p.changed(key) // It has a name now.
	default:
		p.names.Forget(t.key)
		p.changed(key)
	}
	return who, err
}

// Forget drops a backend that is gone, and its tenant when nobody else uses it.
func (p *Pool) Forget(key string) {
	p.mu.Lock()
	open := p.opened[key]
	delete(p.opened, key)
	if open != nil {
		p.leave(key, open.credential)
		p.replaced(open.tenant)
	}
	gone := p.unused()
	p.mu.Unlock()
	p.drop(gone)
	p.asks.forget(key)
}

// share notes what a backend asks of its tenant's budget, and returns what it has in common
// with the others that sign in with its credential; p.mu is held.
func (p *Pool) share(key, credential string, budget backend.Budget) *backend.Shared {
	if p.shared == nil {
		p.shared = map[string]*backend.Shared{}
	}
	if p.shared[credential] == nil {
		p.shared[credential] = &backend.Shared{Part: p.part}
	}
	p.shared[credential].Ask(key, budget)
	return p.shared[credential]
}

// leave takes a backend from those that share a credential, and forgets that after the last; p.mu is held.
func (p *Pool) leave(key, credential string) {
	if shared := p.shared[credential]; shared != nil && shared.Leave(key) {
		delete(p.shared, credential)
	}
}

// EndpointOf checks the endpoint: https, or http for loopback addresses, and for others if insecure ones are allowed. An
// error is a *managed.BackendError.
func EndpointOf(spec *v1alpha1.GovernanceBackendSpec, allowInsecure bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(spec.Endpoint, "/"))
	if err != nil || u.Host == "" {
		return nil, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec, Message: "spec.endpoint: is not a URL"}
	}
	if u.Scheme == "https" || u.Scheme == "http" && (allowInsecure || loopback(u.Hostname())) {
		return u, nil
	}
	return nil, &managed.BackendError{Reason: v1alpha1.ReasonInvalidSpec, Message: fmt.Sprintf("spec.endpoint: %s must be https (http is allowed for loopback addresses only)", u.Redacted())}
}

// isGone reports whether a backend is no more, by the cache.
func (p *Pool) isGone(ctx context.Context, obj Object) bool {
	now := obj.DeepCopyObject().(Object)
	return apierrors.IsNotFound(p.Client.Get(ctx, client.ObjectKeyFromObject(obj), now))
}
