package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// findDuplicate looks by the mark, too, while the status tells of a second remote that bears it: a
// read by id does not show that one.
func (p *pass[O, D]) findDuplicate(ctx context.Context, obs *backend.Observation[D]) error {
	c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionSynced)
	if c == nil || c.Reason != v1alpha1.ReasonAmbiguousRemote || p.intent == nil || p.facts.Deleting {
		return nil
	}
	marked, err := p.read(ctx, backend.Ref{ParentID: obs.ParentID, Key: p.intent.Key, Mark: p.mark()})
	if err == nil && marked.Exists && marked.ID == obs.ID {
		obs.Twin = marked.Twin
	}
	return err
}
