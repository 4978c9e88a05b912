package plan

import (
	"context"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// backends are the backends of a plan: a tenant is asked once who it is, and a pass waits for the budget instead of ending at it.
type backends struct {
	*tenancy.Pool
	who map[string]backend.TenantID // by the key of the opened tenant
}

// reading is a tenant whose passes wait for the budget.
type reading struct {
	backend.Tenant
	key string
}

// Pace lets every call wait where it is made, unless the vendor wants to be left alone.
func (r reading) Pace(p backend.Priority) backend.Pace {
	pace := r.Tenant.Pace(p)
	if !pace.Throttled && !pace.CircuitOpen {
		pace.Delay = 0
	}
	return pace
}

// Get implements managed.Backends.
func (b *backends) Get(ctx context.Context, namespace string, ref v1alpha1.BackendRef, deleting bool) (*managed.Backend, error) {
	opened, err := b.Pool.Get(ctx, namespace, ref, deleting)
	if err != nil {
		return nil, err
	}
	out := *opened
	out.Tenant = reading{opened.Tenant, opened.TenantKey}
	out.Verify = func(ctx context.Context, _ time.Duration) (backend.TenantID, error) {
		if who, known := b.who[out.TenantKey]; known {
			return who, nil
		}
		who, err := opened.Verify(ctx, 0)
		if err == nil {
			b.who[out.TenantKey] = who
		}
		return who, err
	}
	return &out, nil
}
