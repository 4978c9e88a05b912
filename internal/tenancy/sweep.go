package tenancy

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sweep"
)

// Targets lists the backends that can be swept: those that answer, and those whose
// limit of absences is exceeded, since only a sweep can see that all is back.
func (p *Pool) Targets(ctx context.Context) ([]sweep.Target, error) {
	objects, err := p.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []sweep.Target
	for _, o := range objects {
		ready := meta.FindStatusCondition(o.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
		if ready == nil || ready.Status != metav1.ConditionTrue && ready.Reason != v1alpha1.ReasonMassAbsence && ready.Reason != v1alpha1.ReasonMassDeletion {
			continue
		}
		t := sweep.Target{Key: Key(o), Namespace: o.GetNamespace(), Interval: p.resync(o), Last: map[string]time.Time{}}
		for _, c := range o.GetBackendStatus().Counts {
			if c.LastSweepAt != nil {
				t.Last[c.Kind] = c.LastSweepAt.Time
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// All lists the backends that are served, from the cache.
func (p *Pool) All(ctx context.Context) ([]Object, error) {
	var out []Object
	list := &v1alpha1.GovernanceBackendList{}
	if err := p.Client.List(ctx, list); err != nil {
		return nil, err
	}
	for i := range list.Items {
		out = append(out, &list.Items[i])
	}
	if !p.ClusterKind {
		return out, nil
	}
	cluster := &v1alpha1.ClusterGovernanceBackendList{}
	if err := p.Client.List(ctx, cluster); err != nil {
		return nil, err
	}
	for i := range cluster.Items {
		out = append(out, &cluster.Items[i])
	}
	return out, nil
}

// ForSweep opens a backend by its key.
func (p *Pool) ForSweep(ctx context.Context, key string) (*managed.Backend, error) {
	objects, err := p.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		if Key(o) == key {
			b, err := p.use(ctx, o, false)
			if err != nil {
				return nil, err
			}
			if b.TenantID != b.PinnedTenantID {
				return nil, &managed.BackendError{Reason: v1alpha1.ReasonTenantChanged, Message: "another tenant answers"}
			}
			return b, nil
		}
	}
	return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: "the backend is gone"}
}

// resync is how often the backend is swept.
func (p *Pool) resync(o Object) time.Duration {
	if p.ResyncInterval > 0 {
		return p.ResyncInterval
	}
	d, err := o.GetBackendSpec().ResyncInterval.Parse()
	if err != nil || d <= 0 {
		return 10 * time.Minute
	}
	return max(d, 10*time.Second)
}
