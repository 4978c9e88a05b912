package wire

import (
	"net/http"
	"sync"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Tenants keeps a store for each tenant of a vendor. Whoever looks into one holds the lock, so that requests, time and the
// console take turns.
type Tenants[S any] struct {
	sync.Mutex
	seed   func(tenant string) *S
	stores map[string]*S
}

// NewTenants returns tenants that begin with what seed makes.
func NewTenants[S any](seed func(tenant string) *S) *Tenants[S] {
	return &Tenants[S]{seed: seed, stores: map[string]*S{}}
}

// Of returns a tenant's store, seeding it when it is new. Callers hold the lock.
func (t *Tenants[S]) Of(tenant string) *S {
	s := t.stores[tenant]
	if s == nil {
		s = t.seed(tenant)
		t.stores[tenant] = s
	}
	return s
}

// Reset puts every tenant back to its seed.
func (t *Tenants[S]) Reset() {
	t.Lock()
	defer t.Unlock()
	clear(t.stores)
}

// Serve carries out requests alone, after a look at who asks; what either of the two complains of is answered by refuse.
func (t *Tenants[S]) Serve(
	authorize func(*http.Request) error, perform func(*http.Request) (sandbox.Response, error), refuse func(error) sandbox.Response,
) func(*http.Request) sandbox.Response {
	return func(r *http.Request) sandbox.Response {
		if err := authorize(r); err != nil {
			return refuse(err)
		}
		t.Lock()
		defer t.Unlock()
		response, err := perform(r)
		if err != nil {
			return refuse(err)
		}
		return response
	}
}
