package tenancy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// askAfter is how often the health pass asks a tenant that nothing happened to.
const askAfter = 5 * time.Minute

// askAgain is how soon it asks a tenant that could not answer.
const askAgain = 5 * time.Second

// Health is what one check of a backend found.
type Health struct {
	Ready bool
	// Reason and Message are those of the Ready condition.
	Reason  string
	Message string
	// Tenant is who answered, zero if nobody did.
	Tenant backend.TenantID
	// Host is where they answered.
	Host         string
	Capabilities []v1alpha1.KindCapabilities
	// Overrides are those in force; they are known where Capabilities are.
	Overrides []v1alpha1.CapabilityOverride
	// Again is when to check again if that is sooner than usual; zero if it is not.
	Again time.Duration
	// Later is set where nothing was looked at, since other backends of the namespace go first.
	Later time.Duration
}

// Check reads the backend's credentials, and asks the tenant who it is after a
// change, after a refusal, and every five minutes.
func (p *Pool) Check(ctx context.Context, obj Object) (Health, error) {
	key := Key(obj)
	if later := p.asks.turn(obj.GetNamespace(), key); later > 0 {
		return Health{Later: later}, nil
	}
	before := p.kept(key)
	open, err := p.Open(ctx, obj)
	var problem *managed.BackendError
	switch {
	case errors.As(err, &problem):
		return Health{Reason: problem.Reason, Message: problem.Message}, nil
	case err != nil:
		return Health{}, err
	}
	h := Health{Capabilities: capabilitiesOf(open.tenant.Tenant), Overrides: inForce(open.tenant, overridesOf(obj.GetBackendSpec()))}
	age := askAfter
	ready := meta.FindStatusCondition(obj.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
	// When much is absent at once, it may well be that another tenant answers.
	if absent, _ := p.Limits.Holds(key); before != open || len(absent) > 0 || ready != nil && ready.Reason == v1alpha1.ReasonTenantChanged {
		age = 0
	}
	who, err := p.identify(backend.WithPriority(ctx, backend.PrioritySweep), obj.GetNamespace(), key, open.tenant, age)
	switch {
	case errors.Is(err, errCrowded) && (ready != nil || who.ID != ""):
		return Health{Later: askAgain}, nil
	case errors.Is(err, errUnanswered) && who.ID != "":
		h.Again, err = askAgain, nil // It answered before, and has not failed.
	}
	if err != nil {
		h.Reason, h.Message = v1alpha1.ReasonUnreachable, err.Error()
		if class := backend.ClassOf(err); errors.Is(err, errUnanswered) || errors.Is(err, errCrowded) || class == backend.Retryable || class == backend.Throttled {
			h.Again = max(backend.AfterOf(err), askAgain)
		}
		if backend.ClassOf(err) == backend.Unauthorized {
			h.Reason = v1alpha1.ReasonUnauthorized
			p.markRefused(key)
		} else if open.tenant.Pace(backend.PrioritySweep).CircuitOpen {
			h.Reason = v1alpha1.ReasonCircuitOpen
		}
		return h, nil
	}
	st := obj.GetBackendStatus()
	h.Host = open.tenant.called()
	who = settled(st, who, h.Host)
	h.Tenant = who
	accepted := obj.GetAnnotations()[v1alpha1.AnnotationAcceptTenant]
	if st.TenantID != "" && who.ID != pinned(st, who, h.Host) && accepted != who.ID {
		h.Reason = v1alpha1.ReasonTenantChanged
		h.Message = fmt.Sprintf("tenant %q answers, and this backend is pinned to %q: restore the credentials or the endpoint, or accept the new tenant with the annotation %s: %s",
			who.ID, st.TenantID, v1alpha1.AnnotationAcceptTenant, who.ID)
		return h, nil
	}
	if open.tenant.Pace(backend.PrioritySweep).CircuitOpen {
		h.Reason, h.Message = v1alpha1.ReasonCircuitOpen, "the vendor failed repeatedly; the operator holds its calls back and probes from time to time"
		return h, nil
	}
	return p.limited(ctx, obj, key, h)
}

// markRefused notes that the tenant refused the credentials, without asking for another check.
func (p *Pool) markRefused(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if open := p.opened[key]; open != nil {
		open.refused = true
	}
}

func capabilitiesOf(t backend.Tenant) []v1alpha1.KindCapabilities {
	return []v1alpha1.KindCapabilities{
		{Kind: v1alpha1.KindAppEntitlement, Verbs: verbs(t.AppEntitlements().Capabilities())},
		{Kind: v1alpha1.KindAccessProfile, Verbs: verbs(t.AccessProfiles().Capabilities())},
		{Kind: v1alpha1.KindAccessReview, Verbs: verbs(t.AccessReviews().Capabilities())},
	}
}

func verbs(c backend.Capabilities) []string {
	if c.NoKind {
		return []string{}
	}
	out := []string{"Adopt"}
	for _, v := range []struct {
		name string
		can  bool
	}{{"Create", c.Create}, {"Update", c.Update}, {"Delete", c.Delete}, {"Retire", c.Retire}} {
		if v.can {
			out = append(out, v.name)
		}
	}
	return out
}
