package act

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/report"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// propose says what is about to be sent, for plans and the audit log. remoteID is empty where a remote is made.
func (p *Action[O, D]) propose(ctx context.Context, action decision.Action, remoteID string, changes backend.Changes) {
	p.proposal = &backend.Proposal{Kind: p.Fleet.Kind.Name, Namespace: p.Obj.GetNamespace(), Name: p.Obj.GetName(),
		TenantID: p.Backend.TenantID, RemoteID: remoteID, Action: action.String()}
	objects := p.referred(ctx)
	switch action {
	case decision.Create:
		p.proposal.Fields = backend.Proposed(p.Desired, nil, nil, p.Caps, objects)
	case decision.Adopt, decision.Update:
		p.proposal.Fields = backend.Proposed(p.Target(), p.Seen.Actual, changes, p.Caps, objects)
		texts := report.Texts(p.Situation, p.Target(), changes)
		for i := range p.proposal.Fields {
			p.proposal.Fields[i].Text = texts[p.proposal.Fields[i].Path]
		}
	default: // Nothing is written.
	}
}

// referred names the objects that the spec refers to, by the ids of their remotes.
func (p *Action[O, D]) referred(ctx context.Context) map[string]string {
	out := map[string]string{}
	for _, ref := range reference.Of(p.Obj) {
		target := reference.New(ref.Kind)
		if p.Fleet.Client.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, target) != nil {
			continue // Its id is told as it is.
		}
		if remote := target.GetManagedStatus().Remote; remote != nil && remote.ID != "" {
			out[remote.ID] = ref.Kind + "/" + ref.Name
		}
	}
	return out
}
