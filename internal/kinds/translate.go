// Package kinds describes the managed kinds: how a spec becomes a model and a model becomes a spec, and what a status shows.
package kinds

import (
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// Translation translates the specs of a kind into models and back: plain fields by their declarations, and the rest by hand, here
// for the fields of all vendors and in the vendors' own packages for their blocks.
type Translation[O reference.Managed, S, M any] struct {
	plan    *mapping.Plan[S, M]
	vendors *mapping.Parts[S, M]
	object  func() O
	spec    func(O) *S
	block   func(*M) backend.Block
	// toModel translates what is no plain field, before the vendor's part does, and returns the parent as far as it is known.
	toModel func(part mapping.Part[S, M], spec *S, model *M, r *reference.Resolver) (parentID string)
	// toSpec is the way back of toModel.
	toSpec func(part mapping.Part[S, M], model *M, spec *S, parentID string, names mapping.Names)
	// unsaid is what the Trim of a vendor lists, for the fields of all vendors.
	unsaid func(model *M) map[string]string
	// mean are leaves that mean something also where the spec does not have them.
	mean []string
}

// Desire is the model that the spec of obj asks for, and the parent of the remote. What cannot be resolved, or cannot be so, is
// noted in r.
func (t *Translation[O, S, M]) Desire(obj O, r *reference.Resolver) (model M, parentID string) {
	spec := t.spec(obj)
	part := t.vendors.Of(spec)
	parent := t.toModel(part, spec, &model, r)
	return model, part.Complete(spec, &model, parent, r)
}

// Declare is the spec that asks for a model whose remote has this parent: the way back of Desire. It sets the fields of the kind
// and of the vendor's block, and none of those that every managed object has.
func (t *Translation[O, S, M]) Declare(model M, parentID string, names mapping.Names) (spec S) {
	part := t.vendors.OfBlock(t.block(&model))
	t.plan.ToSpec(&model, &spec, names)
	t.toSpec(part, &model, &spec, parentID, names)
	if part.ToSpec != nil {
		part.ToSpec(&model, &spec, parentID, names)
	}
	return spec
}

// Emptied lists the lists of the vendor's block that are empty, in the place of left out, which takes everything away.
func (t *Translation[O, S, M]) Emptied(obj O) []string {
	spec := t.spec(obj)
	if part := t.vendors.Of(spec); part.Emptied != nil {
		return part.Emptied(spec)
	}
	return nil
}

// Blocks is a block of each vendor that has one for the kind.
func (t *Translation[O, S, M]) Blocks() []backend.Block {
	var out []backend.Block
	for _, b := range t.vendors.Blocks() {
		out = append(out, b.Type)
	}
	return out
}

func partsOf[S, M any](of func(mapping.Vendor) mapping.Part[S, M]) *mapping.Parts[S, M] {
	var parts []mapping.Part[S, M]
	for _, v := range vendors.Specs() {
		parts = append(parts, of(v))
	}
	return mapping.PartsOf(parts...)
}

// Entitlements translates AppEntitlements.
var Entitlements = func() *Translation[*v1alpha1.AppEntitlement, v1alpha1.AppEntitlementSpec, backend.AppEntitlement] {
	type part = mapping.Part[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]
	parts := partsOf(func(v mapping.Vendor) part { return v.Entitlements })
	plan := mapping.Must[v1alpha1.AppEntitlementSpec, backend.AppEntitlement](parts.Blocks(), "owners")
	return &Translation[*v1alpha1.AppEntitlement, v1alpha1.AppEntitlementSpec, backend.AppEntitlement]{
		plan: plan, vendors: parts,
		object: func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} },
		spec:   func(obj *v1alpha1.AppEntitlement) *v1alpha1.AppEntitlementSpec { return &obj.Spec },
		block:  func(m *backend.AppEntitlement) backend.Block { return m.Block },
		toModel: func(p part, s *v1alpha1.AppEntitlementSpec, m *backend.AppEntitlement, r *reference.Resolver) string {
			app := r.Parent("spec.app", s.App, backend.Name{Kind: backend.NameApp})
			m.Owners = p.People("spec.owners", s.Owners, r)
			plan.ToModel(s, m, r)
			return app
		},
		toSpec: func(p part, m *backend.AppEntitlement, s *v1alpha1.AppEntitlementSpec, app string, names mapping.Names) {
			s.App = mapping.Ref(names, backend.Name{Kind: backend.NameApp}, app)
			s.Owners = p.PeopleToSpec(m.Owners, names)
		},
	}
}()

// Profiles translates AccessProfiles.
var Profiles = func() *Translation[*v1alpha1.AccessProfile, v1alpha1.AccessProfileSpec, backend.AccessProfile] {
	type part = mapping.Part[v1alpha1.AccessProfileSpec, backend.AccessProfile]
	parts := partsOf(func(v mapping.Vendor) part { return v.Profiles })
	plan := mapping.Must[v1alpha1.AccessProfileSpec, backend.AccessProfile](parts.Blocks(), "owners")
	return &Translation[*v1alpha1.AccessProfile, v1alpha1.AccessProfileSpec, backend.AccessProfile]{
		plan: plan, vendors: parts,
		object: func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} },
		spec:   func(obj *v1alpha1.AccessProfile) *v1alpha1.AccessProfileSpec { return &obj.Spec },
		block:  func(m *backend.AccessProfile) backend.Block { return m.Block },
		toModel: func(p part, s *v1alpha1.AccessProfileSpec, m *backend.AccessProfile, r *reference.Resolver) string {
			m.Owners = backend.Owners(p.People("spec.owners", s.Owners, r))
			plan.ToModel(s, m, r)
			if rule := s.Membership; rule != nil {
				mapping.CheckExpression("spec.membership.expression", expression.Membership, rule.Expression, r)
			}
			return r.BoundParent()
		},
		toSpec: func(p part, m *backend.AccessProfile, s *v1alpha1.AccessProfileSpec, _ string, names mapping.Names) {
			s.Owners = p.PeopleToSpec(backend.Set(m.Owners), names)
		},
	}
}()

// Reviews translates AccessReviews.
var Reviews = func() *Translation[*v1alpha1.AccessReview, v1alpha1.AccessReviewSpec, backend.AccessReview] {
	type part = mapping.Part[v1alpha1.AccessReviewSpec, backend.AccessReview]
	parts := partsOf(func(v mapping.Vendor) part { return v.Reviews })
	plan := mapping.Must[v1alpha1.AccessReviewSpec, backend.AccessReview](parts.Blocks(), "owners", "reviewer", "start.mode", "close.mode",
		"scope.resourceTypes", "scope.apps", "scope.apps.selected", "scope.users", "scope.grants")
	return &Translation[*v1alpha1.AccessReview, v1alpha1.AccessReviewSpec, backend.AccessReview]{
		plan: plan, vendors: parts,
		object: func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} },
		spec:   func(obj *v1alpha1.AccessReview) *v1alpha1.AccessReviewSpec { return &obj.Spec },
		block:  func(m *backend.AccessReview) backend.Block { return m.Block },
		toModel: func(p part, s *v1alpha1.AccessReviewSpec, m *backend.AccessReview, r *reference.Resolver) string {
			m.Owners = p.People("spec.owners", s.Owners, r)
			m.AutoStart = backend.To(s.Start != nil && s.Start.Mode != v1alpha1.StartManual)
			plan.ToModel(s, m, r)
			if s.Close != nil {
				m.AutoClose = backend.To(s.Close.Mode == v1alpha1.CloseAutomatic)
			}
			if v := s.Reviewer; v != nil && !p.PeopleAsWritten {
				m.Reviewer = &backend.Reviewer{UserIDs: r.Users("spec.reviewer.users", v.Users), Manager: mapping.Presence(v.Manager)}
			}
			if s.Scope != nil {
				scopeToModel("spec.scope", m.Scope, s.Scope, !p.AppsByName, r)
			}
			return r.BoundParent()
		},
		toSpec: func(p part, m *backend.AccessReview, s *v1alpha1.AccessReviewSpec, _ string, names mapping.Names) {
			s.Owners = p.PeopleToSpec(m.Owners, names)
			s.Start, s.Close = startToSpec(m), closeToSpec(m)
			if v := m.Reviewer; v != nil {
				s.Reviewer = &v1alpha1.Reviewer{Users: mapping.Users(names, v.UserIDs), Manager: mapping.Marker(v.Manager)}
			}
			if m.Scope != nil {
				scopeToSpec(m.Scope, s.Scope, names)
			}
		},
		unsaid: unsaidOfReview, mean: []string{"start.mode"},
	}
}()

// startToSpec is when a review starts; nil where a person starts it, as where nothing is written.
func startToSpec(m *backend.AccessReview) *v1alpha1.ReviewStart {
	switch {
	case m.StartAt != nil:
		return &v1alpha1.ReviewStart{Mode: v1alpha1.StartScheduled, At: mapping.Timestamp(m.StartAt)}
	case backend.Value(m.AutoStart):
		return &v1alpha1.ReviewStart{Mode: v1alpha1.StartImmediate}
	}
	return nil
}

// closeToSpec is how a review ends; nil where nothing is said of it.
func closeToSpec(m *backend.AccessReview) *v1alpha1.ReviewClose {
	if m.AutoClose == nil && m.Undecided == nil {
		return nil
	}
	out := &v1alpha1.ReviewClose{Mode: v1alpha1.CloseManual, Undecided: v1alpha1.UndecidedAction(backend.Value(m.Undecided))}
	if backend.Value(m.AutoClose) || m.Undecided != nil { // What becomes of undecided items belongs to an end that comes by itself.
		out.Mode = v1alpha1.CloseAutomatic
	}
	return out
}

// startHeld: where a review starts when it is made, it is made when the spec lets it start.
func startHeld(desired backend.AccessReview) (held bool, until time.Time) {
	if block, ok := desired.Block.(backend.Starting); !ok || !block.StartsWhenMade() {
		return false, time.Time{}
	}
	if desired.StartAt != nil {
		return time.Now().Before(desired.StartAt.Time), desired.StartAt.Time
	}
	return !backend.Value(desired.AutoStart), time.Time{}
}
