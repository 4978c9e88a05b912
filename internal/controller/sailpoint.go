package controller

import (
	"fmt"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func desireSailPointEntitlement(out *backend.SailPointAppEntitlement, s *v1alpha1.SailPointEntitlement, r *reference.Resolver) {
	const at = "spec.sailPoint."
	if s.OnNotFound != "" {
		out.Aggregate = backend.To(s.OnNotFound == v1alpha1.OnNotFoundAggregate)
	}
	if c := s.AccessRequestConfig; c != nil {
		out.AccessRequest.ApprovalSchemes = entitlementSchemes(at+"accessRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
	if c := s.RevocationRequestConfig; c != nil {
		out.Revocation.ApprovalSchemes = entitlementSchemes(at+"revocationRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
}

func entitlementSchemes(path string, schemes []v1alpha1.SailPointEntitlementApprovalScheme, r *reference.Resolver) backend.ApprovalSchemes {
	if schemes == nil {
		return nil
	}
	out := backend.ApprovalSchemes{}
	for i, s := range schemes {
		out = append(out, approval(fmt.Sprintf("%s[%d]", path, i), string(s.Approver), s.Group, nil, s.WorkflowID, r))
	}
	return out
}

func profileSchemes(path string, schemes []v1alpha1.SailPointProfileApprovalScheme, r *reference.Resolver) backend.ApprovalSchemes {
	if schemes == nil {
		return nil
	}
	out := backend.ApprovalSchemes{}
	for i, s := range schemes {
		out = append(out, approval(fmt.Sprintf("%s[%d]", path, i), string(s.Approver), s.Group, s.User, s.WorkflowID, r))
	}
	return out
}

// approval resolves who approves a step: of the three ways at most one is written.
func approval(path, approver string, group *v1alpha1.NamedRef, user *v1alpha1.UserRef, workflowID string, r *reference.Resolver) backend.ApprovalScheme {
	out := backend.ApprovalScheme{ApproverType: approver, ApproverID: workflowID}
	if id := r.ID(path+".group", group, backend.Name{Kind: backend.NameGroup}); id != nil {
		out.ApproverID = *id
	}
	if user != nil {
		out.ApproverID = r.User(path+".user", *user)
	}
	return out
}

func desireSailPointProfile(out *backend.SailPointAccessProfile, p *v1alpha1.SailPointProfile, source string, r *reference.Resolver) {
	const at = "spec.sailPoint."
	out.SourceID = optional(source)
	if c := p.AccessRequestConfig; c != nil {
		out.AccessRequest.ApprovalSchemes = profileSchemes(at+"accessRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
	if c := p.RevocationRequestConfig; c != nil {
		out.Revocation.ApprovalSchemes = profileSchemes(at+"revocationRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
	if c := p.ProvisioningCriteria; c != nil {
		out.ProvisioningCriteria = criteria(c)
	}
	if p.AccessModelMetadata != nil {
		out.AccessModelMetadata = backend.SailPointMetadata{}
		for _, m := range p.AccessModelMetadata {
			out.AccessModelMetadata[m.Key] = set(m.Values)
		}
	}
}

// criteria rolls the three levels of the schema, which cannot recurse, into a tree.
func criteria(c *v1alpha1.SailPointCriteria) *backend.ProvisioningCriterion {
	top := criterion(c.SailPointTest)
	for _, group := range c.Children {
		middle := criterion(group.SailPointTest)
		for _, leaf := range group.Children {
			middle.Children = append(middle.Children, criterion(leaf.SailPointTest))
		}
		top.Children = append(top.Children, middle)
	}
	return &top
}

func criterion(t v1alpha1.SailPointTest) backend.ProvisioningCriterion {
	return backend.ProvisioningCriterion{Operation: string(t.Operation), Attribute: t.Attribute, Value: t.Value}
}

// ownSource refuses entitlements that the profile's source does not have.
func ownSource(refs []v1alpha1.EntitlementRef, have backend.EntitlementSet, source string, r *reference.Resolver) {
	if len(refs) != len(have) || source == "" {
		return // Something is unresolved, and says so.
	}
	for i, e := range have {
		if e.AppID != source {
			r.Reject(v1alpha1.ReasonInvalidSpec, fmt.Sprintf("spec.entitlements[%d]", i),
				"belongs to source %q, and a SailPoint profile bundles entitlements of its own source (%q) only", e.AppID, source)
		}
	}
}

// desireSailPointReview fills what SailPoint has of its own. There is no start and no end
// that the vendor carries out at a time: the operator does, and asks for each when it is due.
func desireSailPointReview(out *backend.AccessReview, s *v1alpha1.AccessReviewSpec, r *reference.Resolver, now time.Time) {
	const at = "spec.sailPoint."
	c := s.SailPoint
	out.AutoStart = nil
	if start := s.Start; start != nil && start.Mode != v1alpha1.StartManual && (out.StartAt == nil || !now.Before(out.StartAt.Time)) {
		out.AutoStart = backend.To(true)
	}
	if out.AutoClose != nil && !*out.AutoClose {
		out.AutoClose = nil
	}
	if v := s.Reviewer; v != nil {
		out.Reviewer.GroupID = backend.Value(r.ID("spec.reviewer.group", v.Group, backend.Name{Kind: backend.NameGroup}))
	}
	if q := c.RoleComposition; q != nil {
		out.SailPoint.RoleComposition = &backend.SailPointRoleComposition{
			RemediatorID: r.User(at+"roleComposition.remediator", q.Remediator),
			RoleIDs:      set(q.RoleIDs), Query: q.Query, Description: q.Description,
		}
	}
}
