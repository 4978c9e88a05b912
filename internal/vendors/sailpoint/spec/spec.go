// Package spec translates SailPoint's blocks of the API types into its models and back.
package spec

import (
	"fmt"
	"maps"
	"slices"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

const at = "spec.sailPoint."

// Vendor is what SailPoint adds to the API types.
func Vendor() mapping.Vendor {
	return mapping.Vendor{
		Name: sailpoint.Vendor().Name,
		Entitlements: mapping.Part[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]{
			Block: mapping.Block{Type: &sailpoint.EntitlementBlock{},
				ByHand: []string{"onNotFound", "accessRequestConfig.approvalSchemes", "revocationRequestConfig.approvalSchemes"}},
			ToModel: entitlementToModel, ToSpec: entitlementToSpec, Trim: trimEntitlement,
		},
		Profiles: mapping.Part[v1alpha1.AccessProfileSpec, backend.AccessProfile]{
			Block: mapping.Block{Type: &sailpoint.ProfileBlock{}, ByHand: []string{"source",
				"accessRequestConfig.approvalSchemes", "revocationRequestConfig.approvalSchemes", "provisioningCriteria", "accessModelMetadata"}},
			ToModel: profileToModel, ToSpec: profileToSpec,
		},
		Reviews: mapping.Part[v1alpha1.AccessReviewSpec, backend.AccessReview]{
			Block:      mapping.Block{Type: &sailpoint.ReviewBlock{}},
			AppsByName: true,
			ToModel:    reviewToModel, ToSpec: reviewToSpec, Trim: trimReview,
		},
		Configure: func(spec *v1alpha1.GovernanceBackendSpec, cfg *backend.Config) {
			if s := spec.SailPoint; s != nil {
				cfg.APIStyle = string(s.APIStyle)
			}
		},
	}
}

func entitlementToModel(spec *v1alpha1.AppEntitlementSpec, m *backend.AppEntitlement, bound string, r *reference.Resolver) string {
	s, out := spec.SailPoint, m.Block.(*sailpoint.EntitlementBlock)
	if s.OnNotFound != "" {
		out.Aggregate = backend.To(s.OnNotFound == v1alpha1.OnNotFoundAggregate)
	}
	if c := s.AccessRequestConfig; c != nil {
		out.AccessRequest.ApprovalSchemes = entitlementSchemes(at+"accessRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
	if c := s.RevocationRequestConfig; c != nil {
		out.Revocation.ApprovalSchemes = entitlementSchemes(at+"revocationRequestConfig.approvalSchemes", c.ApprovalSchemes, r)
	}
	return bound
}

func entitlementToSpec(m *backend.AppEntitlement, spec *v1alpha1.AppEntitlementSpec, _ string, names mapping.Names) {
	s, from := spec.SailPoint, m.Block.(*sailpoint.EntitlementBlock)
	if from.Aggregate != nil {
		s.OnNotFound = v1alpha1.OnNotFoundWait
		if *from.Aggregate {
			s.OnNotFound = v1alpha1.OnNotFoundAggregate
		}
	}
	of := func(a approver) v1alpha1.SailPointEntitlementApprovalScheme {
		return v1alpha1.SailPointEntitlementApprovalScheme{Approver: v1alpha1.SailPointEntitlementApprover(a.kind), Group: a.group, WorkflowID: a.workflow}
	}
	if c := from.AccessRequest; c != nil {
		s.AccessRequestConfig.ApprovalSchemes = schemesToSpec(c.ApprovalSchemes, names, of)
	}
	if c := from.Revocation; c != nil {
		s.RevocationRequestConfig.ApprovalSchemes = schemesToSpec(c.ApprovalSchemes, names, of)
	}
}

func entitlementSchemes(path string, schemes []v1alpha1.SailPointEntitlementApprovalScheme, r *reference.Resolver) sailpoint.ApprovalSchemes {
	if schemes == nil {
		return nil
	}
	out := sailpoint.ApprovalSchemes{}
	for i, s := range schemes {
		out = append(out, approval(fmt.Sprintf("%s[%d]", path, i), string(s.Approver), s.Group, nil, s.WorkflowID, r))
	}
	return out
}

func profileSchemes(path string, schemes []v1alpha1.SailPointProfileApprovalScheme, r *reference.Resolver) sailpoint.ApprovalSchemes {
	if schemes == nil {
		return nil
	}
	out := sailpoint.ApprovalSchemes{}
	for i, s := range schemes {
		out = append(out, approval(fmt.Sprintf("%s[%d]", path, i), string(s.Approver), s.Group, s.User, s.WorkflowID, r))
	}
	return out
}

// approval resolves who approves a step: of the three ways at most one is written.
func approval(path, approver string, group *v1alpha1.NamedRef, user *v1alpha1.UserRef, workflowID string, r *reference.Resolver) sailpoint.ApprovalScheme {
	out := sailpoint.ApprovalScheme{ApproverType: approver, ApproverID: workflowID}
	if id := r.ID(path+".group", group, backend.Name{Kind: backend.NameGroup}); id != nil {
		out.ApproverID = *id
	}
	if user != nil {
		out.ApproverID = r.User(path+".user", *user)
	}
	return out
}

// approver is a step of an approval as a spec has it.
type approver struct {
	kind     string
	group    *v1alpha1.NamedRef
	user     *v1alpha1.UserRef
	workflow string
}

// schemesToSpec is the way back of approval steps: the type of an approver says what its id means.
func schemesToSpec[T any](schemes sailpoint.ApprovalSchemes, names mapping.Names, of func(approver) T) []T {
	if schemes == nil {
		return nil
	}
	out := []T{}
	for _, s := range schemes {
		a := approver{kind: s.ApproverType}
		switch {
		case s.ApproverID == "":
		case s.ApproverType == v1alpha1.ApproverGovernanceGroup, s.ApproverType == v1alpha1.ApproverAdditionalGovernanceGroup:
			a.group = mapping.OptionalTo(names, backend.Name{Kind: backend.NameGroup}, s.ApproverID)
		case s.ApproverType == v1alpha1.ApproverAdditionalOwner:
			a.user = backend.To(mapping.User(names, s.ApproverID))
		default:
			a.workflow = s.ApproverID
		}
		out = append(out, of(a))
	}
	return out
}

func profileToModel(spec *v1alpha1.AccessProfileSpec, m *backend.AccessProfile, _ string, r *reference.Resolver) string {
	p, out := spec.SailPoint, m.Block.(*sailpoint.ProfileBlock)
	source := r.Parent(at+"source", p.Source, backend.Name{Kind: backend.NameApp})
	out.SourceID = mapping.Text(source)
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
		out.AccessModelMetadata = sailpoint.Metadata{}
		for _, m := range p.AccessModelMetadata {
			out.AccessModelMetadata[m.Key] = mapping.List(m.Values)
		}
	}
	ownSource(spec.Entitlements, m.Entitlements, source, r)
	return source
}

func profileToSpec(m *backend.AccessProfile, spec *v1alpha1.AccessProfileSpec, parentID string, names mapping.Names) {
	p, from := spec.SailPoint, m.Block.(*sailpoint.ProfileBlock)
	p.Source = mapping.Ref(names, backend.Name{Kind: backend.NameApp}, parentID)
	of := func(a approver) v1alpha1.SailPointProfileApprovalScheme {
		return v1alpha1.SailPointProfileApprovalScheme{Approver: v1alpha1.SailPointProfileApprover(a.kind), Group: a.group, User: a.user, WorkflowID: a.workflow}
	}
	if c := from.AccessRequest; c != nil {
		p.AccessRequestConfig.ApprovalSchemes = schemesToSpec(c.ApprovalSchemes, names, of)
	}
	if c := from.Revocation; c != nil {
		p.RevocationRequestConfig.ApprovalSchemes = schemesToSpec(c.ApprovalSchemes, names, of)
	}
	if c := from.ProvisioningCriteria; c != nil {
		p.ProvisioningCriteria = criteriaToSpec(c)
	}
	if from.AccessModelMetadata != nil {
		p.AccessModelMetadata = []v1alpha1.SailPointMetadata{}
		for _, key := range slices.Sorted(maps.Keys(from.AccessModelMetadata)) {
			p.AccessModelMetadata = append(p.AccessModelMetadata, v1alpha1.SailPointMetadata{Key: key, Values: mapping.Words[string](from.AccessModelMetadata[key])})
		}
	}
}

// criteria rolls the three levels of the schema, which cannot recurse, into a tree.
func criteria(c *v1alpha1.SailPointCriteria) *sailpoint.ProvisioningCriterion {
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

func criterion(t v1alpha1.SailPointTest) sailpoint.ProvisioningCriterion {
	return sailpoint.ProvisioningCriterion{Operation: string(t.Operation), Attribute: t.Attribute, Value: t.Value}
}

func criteriaToSpec(c *sailpoint.ProvisioningCriterion) *v1alpha1.SailPointCriteria {
	top := &v1alpha1.SailPointCriteria{SailPointTest: test(c)}
	for i := range c.Children {
		group := v1alpha1.SailPointCriteriaGroup{SailPointTest: test(&c.Children[i])}
		for j := range c.Children[i].Children {
			group.Children = append(group.Children, v1alpha1.SailPointCriteriaLeaf{SailPointTest: test(&c.Children[i].Children[j])})
		}
		top.Children = append(top.Children, group)
	}
	return top
}

func test(c *sailpoint.ProvisioningCriterion) v1alpha1.SailPointTest {
	return v1alpha1.SailPointTest{Operation: v1alpha1.SailPointOperation(c.Operation), Attribute: c.Attribute, Value: c.Value}
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

// reviewToModel fills what SailPoint has of its own. There is no start and no end
// that the vendor carries out at a time: the operator does, and asks for each when it is due.
func reviewToModel(s *v1alpha1.AccessReviewSpec, out *backend.AccessReview, bound string, r *reference.Resolver) string {
	out.AutoStart = nil
	if start := s.Start; start != nil && start.Mode != v1alpha1.StartManual && (out.StartAt == nil || !time.Now().Before(out.StartAt.Time)) {
		out.AutoStart = backend.To(true)
	}
	if out.AutoClose != nil && !*out.AutoClose {
		out.AutoClose = nil
	}
	if v := s.Reviewer; v != nil {
		out.Reviewer.GroupID = backend.Value(r.ID("spec.reviewer.group", v.Group, backend.Name{Kind: backend.NameGroup}))
	}
	return bound
}

func reviewToSpec(m *backend.AccessReview, s *v1alpha1.AccessReviewSpec, _ string, names mapping.Names) {
	if v := m.Reviewer; v != nil {
		s.Reviewer.Group = mapping.OptionalTo(names, backend.Name{Kind: backend.NameGroup}, v.GroupID)
	}
}
