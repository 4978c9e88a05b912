package spec

import (
	"fmt"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func provisionPolicy(path string, p *v1alpha1.ProvisionPolicy, app string, r *reference.Resolver) *conductorone.ProvisionPolicy {
	if p == nil {
		return nil
	}
	out := provisionWay(path, p.ProvisionWay, app, r)
	if p.MultiStep != nil {
		out.MultiStep = &conductorone.ProvisionMultiStep{}
		for i := range p.MultiStep.Steps {
			step := &p.MultiStep.Steps[i]
			at := fmt.Sprintf("%s.multiStep.steps[%d]", path, i)
			inner := provisionWay(at, step.ProvisionWay, app, r)
			if step.MultiStep != nil {
				inner.MultiStep = &conductorone.ProvisionMultiStep{}
				for j := range step.MultiStep.Steps {
					inner.MultiStep.Steps = append(inner.MultiStep.Steps,
						provisionWay(fmt.Sprintf("%s.multiStep.steps[%d]", at, j), step.MultiStep.Steps[j].ProvisionWay, app, r))
				}
			}
			out.MultiStep.Steps = append(out.MultiStep.Steps, inner)
		}
	}
	return &out
}

func provisionWay(path string, w v1alpha1.ProvisionWay, app string, r *reference.Resolver) conductorone.ProvisionPolicy {
	out := conductorone.ProvisionPolicy{Unconfigured: mapping.Presence(w.Unconfigured)}
	if w.Connector != nil {
		out.Connector = connectorProvision(path+".connector", w.Connector, app, r)
	}
	if m := w.Manual; m != nil {
		out.Manual = &conductorone.ProvisionManual{
			Instructions: backend.Value(m.Instructions),
			Assignee:     assignee(path+".manual.assignee", m.Assignee, r),
			UserIDs:      r.Users(path+".manual.users", m.Users),
		}
	}
	if d := w.Delegated; d != nil {
		e := r.Entitlement(path+".delegated.entitlement", d.Entitlement)
		out.Delegated = &conductorone.ProvisionDelegated{AppID: e.AppID, EntitlementID: e.ID, Implicit: backend.Value(d.Implicit)}
	}
	if w.Webhook != nil {
		out.Webhook = &conductorone.ProvisionWebhook{WebhookID: backend.Value(r.ID(path+".webhook", w.Webhook, backend.Name{Kind: backend.NameWebhook}))}
	}
	if t := w.ExternalTicket; t != nil {
		in := appOr(path+".externalTicket.app", t.App, app, r)
		out.ExternalTicket = &conductorone.ProvisionExternalTicket{
			AppID: in, ConnectorID: connector(path+".externalTicket.connector", t.Connector, in, r),
			ProvisionerID: t.ProvisionerConfigID, Instructions: backend.Value(t.Instructions),
		}
	}
	if a := w.Action; a != nil {
		in := appOr(path+".action.app", a.App, app, r)
		out.Action = &conductorone.ProvisionAction{
			AppID: in, ConnectorID: connector(path+".action.connector", a.Connector, in, r),
			ActionName: a.ActionName, DisplayName: backend.Value(a.DisplayName),
		}
	}
	if d := w.DevicePlacement; d != nil {
		out.DevicePlacement = &conductorone.ProvisionDevicePlacement{VaultBoundaryID: d.VaultBoundaryID}
	}
	return out
}

func connectorProvision(path string, c *v1alpha1.ConnectorProvision, app string, r *reference.Resolver) *conductorone.ProvisionConnector {
	out := &conductorone.ProvisionConnector{}
	if d := c.DefaultBehavior; d != nil {
		out.DefaultBehavior = &conductorone.ProvisionDefaultBehavior{ConnectorID: connector(path+".defaultBehavior.connector", d.Connector, app, r)}
	}
	if a := c.Account; a != nil {
		out.Account = &conductorone.ProvisionAccount{
			ConnectorID: connector(path+".account.connector", a.Connector, app, r), SchemaID: a.SchemaID, DoNotSave: mapping.Presence(a.DoNotSave),
		}
		if a.Config != nil {
			config, err := mapping.Object(a.Config.Raw)
			if err != nil {
				r.Reject(v1alpha1.ReasonInvalidSpec, path+".account.config", "is not an object")
			}
			out.Account.Config = config
		}
		if a.SaveToVault != nil {
			out.Account.SaveToVault = &conductorone.VaultIDs{VaultIDs: mapping.List(a.SaveToVault.VaultIDs)}
		}
	}
	if d := c.DeleteAccount; d != nil {
		out.DeleteAccount = &conductorone.ProvisionDeleteAccount{ConnectorID: connector(path+".deleteAccount.connector", d.Connector, app, r)}
	}
	return out
}

// connector resolves a connector of an app; empty when it is left out.
func connector(path string, ref *v1alpha1.NamedRef, app string, r *reference.Resolver) string {
	if ref == nil || ref.Name != "" && app == "" {
		return ""
	}
	return backend.Value(r.ID(path, ref, backend.Name{Kind: backend.NameConnector, ParentID: app}))
}

// appOr resolves an app, or takes the entitlement's own where none is written.
func appOr(path string, ref *v1alpha1.NamedRef, own string, r *reference.Resolver) string {
	if ref == nil {
		return own
	}
	return backend.Value(r.ID(path, ref, backend.Name{Kind: backend.NameApp}))
}

func assignee(path string, a *v1alpha1.ProvisionerAssignment, r *reference.Resolver) *conductorone.Assignee {
	if a == nil {
		return nil
	}
	fallback := func(arm string, f *v1alpha1.FallbackProvisioner) *conductorone.AssigneeFallback {
		if f == nil {
			return nil
		}
		return &conductorone.AssigneeFallback{FallbackUserIDs: r.Users(path+"."+arm+".fallbackUsers", f.FallbackUsers), AllowReassignment: backend.Value(f.AllowReassignment)}
	}
	out := &conductorone.Assignee{
		AppOwners:         fallback("appOwners", a.AppOwners),
		Manager:           fallback("manager", a.Manager),
		EntitlementOwners: fallback("entitlementOwners", a.EntitlementOwners),
	}
	if u := a.Users; u != nil {
		out.Users = &conductorone.AssigneeUsers{UserIDs: r.Users(path+".users.users", u.Users), AllowReassignment: backend.Value(u.AllowReassignment)}
	}
	if g := a.Group; g != nil {
		e := r.Entitlement(path+".group.entitlement", g.Entitlement)
		out.Group = &conductorone.AssigneeGroup{AppID: e.AppID, EntitlementID: e.ID,
			FallbackUserIDs: r.Users(path+".group.fallbackUsers", g.FallbackUsers), AllowReassignment: backend.Value(g.AllowReassignment)}
	}
	if e := a.Expression; e != nil {
		for i, text := range e.Expressions {
			mapping.CheckExpression(fmt.Sprintf("%s.expression.expressions[%d]", path, i), expression.Provisioner, text, r)
		}
		out.Expression = &conductorone.AssigneeExpression{Expressions: e.Expressions,
			FallbackUserIDs: r.Users(path+".expression.fallbackUsers", e.FallbackUsers), AllowReassignment: backend.Value(e.AllowReassignment)}
	}
	return out
}
