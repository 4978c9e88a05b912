package tenancy

import (
	"context"
	"errors"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Visitor is who asks at a tenant beside the manager, and writes nothing.
type Visitor struct {
	Tenant backend.Tenant
	// ID is who answers.
	ID backend.TenantID
	// host is where.
	host string
}

// Lives reports whether what is said to be in a tenant is in this one: one may be known by its host from a time when it did not
// name itself.
func (v Visitor) Lives(tenantID string) bool { return tenantID == v.ID.ID || tenantID == v.host }

// errVisit is why nothing is written by a visitor.
var errVisit = errors.New("this only asks, and writes nothing")

// Visiting returns a context in which nothing can be written, and whose calls leave the greater part of a budget to others.
func Visiting(ctx context.Context) context.Context {
	return backend.WithPriority(backend.WithFence(ctx, func() error { return errVisit }), backend.PrioritySweep)
}

// visitedPart is which part of a budget a visitor has: calls of a sweep take at most half of it, which leaves three quarters.
const visitedPart = 0.5

// Entrance is how a visitor gets to the backends of a cluster.
type Entrance struct {
	// Client reads backends, and the Secrets and ConfigMaps that they name.
	Client  client.Client
	Vendors []backend.Vendor
	// OperatorNamespace holds the Secrets of cluster backends.
	OperatorNamespace string
	UserAgent         string
}

// Visit opens the tenant of a backend for somebody who only asks, whatever the backend's conditions say. The calls that are made
// with it belong into a context of Visiting.
func (e Entrance) Visit(ctx context.Context, obj Object) (Visitor, error) {
	p := &Pool{Client: e.Client, Vendors: e.Vendors, OperatorNamespace: e.OperatorNamespace, UserAgent: e.UserAgent, part: visitedPart}
	open, err := p.Open(ctx, obj)
	if err != nil {
		return Visitor{}, err
	}
	t := open.tenant
	who, err := t.who(Visiting(ctx), 0)
	if err != nil {
		return Visitor{}, fmt.Errorf("asking who answers at %s: %w", t.host, err)
	}
	st := obj.GetBackendStatus()
	who = settled(st, who, t.called())
	if pin := pinned(st, who, t.called()); pin != "" && pin != who.ID {
		return Visitor{}, fmt.Errorf("backend %q belongs to the tenant %s, and %s answers", obj.GetName(), backend.Printable(pin), backend.Printable(who.ID))
	}
	return Visitor{Tenant: t.Tenant, ID: who, host: t.called()}, nil
}
