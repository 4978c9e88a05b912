package spec

import (
	"encoding/json"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

// provisionBack is the way back of a provision policy of an entitlement in an app.
type provisionBack struct {
	app   string
	names mapping.Names
}

func (b provisionBack) policy(p *conductorone.ProvisionPolicy) *v1alpha1.ProvisionPolicy {
	if p == nil {
		return nil
	}
	out := &v1alpha1.ProvisionPolicy{ProvisionWay: b.way(p)}
	if p.MultiStep == nil {
		return out
	}
	out.MultiStep = &v1alpha1.ProvisionSteps{Steps: []v1alpha1.ProvisionStep{}}
	for i := range p.MultiStep.Steps {
		from := &p.MultiStep.Steps[i]
		step := v1alpha1.ProvisionStep{ProvisionWay: b.way(from)}
		if from.MultiStep != nil {
			step.MultiStep = &v1alpha1.ProvisionInnerSteps{Steps: []v1alpha1.ProvisionInnerStep{}}
			for j := range from.MultiStep.Steps {
				step.MultiStep.Steps = append(step.MultiStep.Steps, v1alpha1.ProvisionInnerStep{ProvisionWay: b.way(&from.MultiStep.Steps[j])})
			}
		}
		out.MultiStep.Steps = append(out.MultiStep.Steps, step)
	}
	return out
}

func (b provisionBack) way(p *conductorone.ProvisionPolicy) v1alpha1.ProvisionWay {
	out := v1alpha1.ProvisionWay{Unconfigured: mapping.Marker(p.Unconfigured)}
	if c := p.Connector; c != nil {
		out.Connector = b.connectorWay(c)
	}
	if m := p.Manual; m != nil {
		out.Manual = &v1alpha1.ManualProvision{Instructions: mapping.Text(m.Instructions), Assignee: b.assignee(m.Assignee), Users: mapping.Users(b.names, m.UserIDs)}
	}
	if d := p.Delegated; d != nil {
		out.Delegated = &v1alpha1.DelegatedProvision{Entitlement: b.entitlement(d.AppID, d.EntitlementID), Implicit: mapping.Flag(d.Implicit)}
	}
	if w := p.Webhook; w != nil {
		out.Webhook = mapping.OptionalTo(b.names, backend.Name{Kind: backend.NameWebhook}, w.WebhookID)
	}
	if t := p.ExternalTicket; t != nil {
		out.ExternalTicket = &v1alpha1.ExternalTicketProvision{
			App: b.appUnlessOwn(t.AppID), Connector: b.connector(t.AppID, t.ConnectorID),
			ProvisionerConfigID: t.ProvisionerID, Instructions: mapping.Text(t.Instructions),
		}
	}
	if a := p.Action; a != nil {
		out.Action = &v1alpha1.ActionProvision{
			App: b.appUnlessOwn(a.AppID), Connector: b.connector(a.AppID, a.ConnectorID), ActionName: a.ActionName, DisplayName: mapping.Text(a.DisplayName),
		}
	}
	if d := p.DevicePlacement; d != nil {
		out.DevicePlacement = &v1alpha1.DevicePlacementProvision{VaultBoundaryID: d.VaultBoundaryID}
	}
	return out
}

func (b provisionBack) connectorWay(c *conductorone.ProvisionConnector) *v1alpha1.ConnectorProvision {
	out := &v1alpha1.ConnectorProvision{}
	if d := c.DefaultBehavior; d != nil {
		out.DefaultBehavior = &v1alpha1.ConnectorChoice{Connector: b.connector(b.app, d.ConnectorID)}
	}
	if a := c.Account; a != nil {
		out.Account = &v1alpha1.AccountProvision{Connector: b.connector(b.app, a.ConnectorID), SchemaID: a.SchemaID, DoNotSave: mapping.Marker(a.DoNotSave)}
		if a.Config != nil {
			if raw, err := json.Marshal(a.Config); err == nil { // It was read as JSON.
				out.Account.Config = &apiextensionsv1.JSON{Raw: raw}
			}
		}
		if a.SaveToVault != nil {
			out.Account.SaveToVault = &v1alpha1.SaveToVault{VaultIDs: mapping.Words[string](a.SaveToVault.VaultIDs)}
		}
	}
	if d := c.DeleteAccount; d != nil {
		out.DeleteAccount = &v1alpha1.ConnectorChoice{Connector: b.connector(b.app, d.ConnectorID)}
	}
	return out
}

func (b provisionBack) assignee(a *conductorone.Assignee) *v1alpha1.ProvisionerAssignment {
	if a == nil {
		return nil
	}
	fallback := func(f *conductorone.AssigneeFallback) *v1alpha1.FallbackProvisioner {
		if f == nil {
			return nil
		}
		return &v1alpha1.FallbackProvisioner{FallbackUsers: mapping.Users(b.names, f.FallbackUserIDs), AllowReassignment: mapping.Flag(f.AllowReassignment)}
	}
	out := &v1alpha1.ProvisionerAssignment{AppOwners: fallback(a.AppOwners), Manager: fallback(a.Manager), EntitlementOwners: fallback(a.EntitlementOwners)}
	if u := a.Users; u != nil {
		out.Users = &v1alpha1.UserProvisioner{Users: mapping.Users(b.names, u.UserIDs), AllowReassignment: mapping.Flag(u.AllowReassignment)}
	}
	if g := a.Group; g != nil {
		out.Group = &v1alpha1.GroupProvisioner{Entitlement: b.entitlement(g.AppID, g.EntitlementID),
			FallbackUsers: mapping.Users(b.names, g.FallbackUserIDs), AllowReassignment: mapping.Flag(g.AllowReassignment)}
	}
	if e := a.Expression; e != nil {
		out.Expression = &v1alpha1.ExpressionProvisioner{Expressions: e.Expressions,
			FallbackUsers: mapping.Users(b.names, e.FallbackUserIDs), AllowReassignment: mapping.Flag(e.AllowReassignment)}
	}
	return out
}

func (b provisionBack) entitlement(appID, id string) v1alpha1.EntitlementRef {
	return mapping.Entitlement(b.names, backend.EntitlementID{AppID: appID, ID: id})
}

// connector is a connector of an app; nil where none is named.
func (b provisionBack) connector(appID, id string) *v1alpha1.NamedRef {
	return mapping.OptionalTo(b.names, backend.Name{Kind: backend.NameConnector, ParentID: appID}, id)
}

// appUnlessOwn is an app; nil for the entitlement's own, which is meant where none is written.
func (b provisionBack) appUnlessOwn(id string) *v1alpha1.NamedRef {
	if id == b.app {
		return nil
	}
	return mapping.OptionalTo(b.names, backend.Name{Kind: backend.NameApp}, id)
}
