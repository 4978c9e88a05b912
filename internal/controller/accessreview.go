package controller

import (
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// +kubebuilder:rbac:groups=governance-operator.io,resources=accessreviews,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessreviews/status,verbs=patch

// Detail paths that are no fields of the spec: figures of a review that cost calls of their own.
const (
	detailProgress = "progress"
	detailReports  = "reports"
)

// reviewPoll is how often a review that waits for people is looked at.
const reviewPoll = 5 * time.Minute

// AccessReviewKind is what the engine must know of AccessReview. pollEvery replaces
// the usual pace of five minutes, if it is set.
func AccessReviewKind(pollEvery time.Duration) managed.Kind[*v1alpha1.AccessReview, backend.AccessReview] {
	if pollEvery == 0 {
		pollEvery = reviewPoll
	}
	return managed.Kind[*v1alpha1.AccessReview, backend.AccessReview]{
		Name:    v1alpha1.KindAccessReview,
		New:     func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} },
		NewList: func() client.ObjectList { return &v1alpha1.AccessReviewList{} },
		Driver:  func(t backend.Tenant) backend.Driver[backend.AccessReview] { return t.AccessReviews() },
		Desire:  desireAccessReview,
		Project: projectAccessReview,
		Started: started,
		ObservedStarted: func(obs backend.Observation[backend.AccessReview]) bool {
			return obs.Actual.Facts.Started
		},
		DetailFields: func(obj *v1alpha1.AccessReview) []string {
			if !started(obj) {
				return nil
			}
			return []string{detailProgress, detailReports}
		},
		Poll: func(obj *v1alpha1.AccessReview) time.Duration {
			switch obj.Status.State {
			case v1alpha1.ReviewCompleted, v1alpha1.ReviewFailed, v1alpha1.ReviewRemoved:
				return 0
			default:
				return untilDue(obj, pollEvery, time.Now())
			}
		},
		TooLate: reviewTooLate,
		Cleanse: withoutAddresses,
		Held:    startHeld,
	}
}

// started reports whether the status shows a review as started. Not every vendor tells since when.
func started(obj *v1alpha1.AccessReview) bool {
	switch obj.Status.State {
	case v1alpha1.ReviewRunning, v1alpha1.ReviewOverdue, v1alpha1.ReviewCompleted:
		return true
	default:
		return obj.Status.StartedAt != nil
	}
}

// untilDue shortens a poll so that what the spec asks for at a time is done at that time.
func untilDue(obj *v1alpha1.AccessReview, poll time.Duration, now time.Time) time.Duration {
	var due []time.Time
	if s := obj.Spec.Start; s != nil && s.At != "" && !started(obj) {
		if at, err := s.At.Parse(); err == nil {
			due = append(due, at)
		}
	}
	// What has not started by its deadline was missed, which somebody ought to see then.
	if c := obj.Spec.Close; obj.Status.Deadline != nil && (c != nil && c.Mode == v1alpha1.CloseAutomatic || !started(obj)) {
		due = append(due, obj.Status.Deadline.Time)
	}
	for _, at := range due {
		if left := at.Sub(now) + time.Second; left > 0 {
			poll = min(poll, left)
		}
	}
	return poll
}

// reviewTooLate finds a review that would be over when it is made. What is copied from last year's would else start and end
// at once, and whoever did not decide in that second would lose access where the spec says so.
func reviewTooLate(obj *v1alpha1.AccessReview, now time.Time) (path, why string) {
	s := &obj.Spec
	end, by := time.Time{}, ""
	if at, err := s.Deadline.Parse(); s.Deadline != "" && err == nil {
		end, by = at, "spec.deadline"
	} else if d, err := s.Duration.Parse(); s.Duration != "" && err == nil {
		end, by = now.Add(d), "spec.duration"
	}
	if end.IsZero() {
		return "", ""
	}
	if by == "spec.deadline" && !end.After(now) {
		return by, fmt.Sprintf("%s is in the past, so the review would end when it is created; write a later time", s.Deadline)
	}
	if s.Start == nil || s.Start.At == "" {
		return "", ""
	}
	if start, err := s.Start.At.Parse(); err == nil && !start.Before(end) {
		return "spec.start.at", fmt.Sprintf("%s is not before the end of the review, which is %s by %s", s.Start.At, end.UTC().Format(time.RFC3339), by)
	}
	return "", ""
}

// reviewPlan maps the plain fields of an AccessReview.
var reviewPlan = mapping.Must[v1alpha1.AccessReviewSpec, backend.AccessReview](
	"owners", "reviewer", "start.mode", "close.mode",
	"scope.resourceTypes", "scope.apps", "scope.apps.selected", "scope.users", "scope.accounts", "scope.grants",
	"conductorOne.columns", "conductorOne.signature", "conductorOne.reviewerAttributes",
	"sailPoint.roleComposition",
	"veza.configuration",
)

func desireAccessReview(obj *v1alpha1.AccessReview, r *reference.Resolver) (backend.AccessReview, string) {
	s := &obj.Spec
	out := backend.AccessReview{
		Owners:    people("spec.owners", s.Owners, s.Veza != nil, r),
		AutoStart: backend.To(s.Start != nil && s.Start.Mode != v1alpha1.StartManual),
	}
	reviewPlan.ToModel(s, &out, r)
	if s.Close != nil {
		out.AutoClose = backend.To(s.Close.Mode == v1alpha1.CloseAutomatic)
	}
	if v := s.Reviewer; v != nil && s.Veza == nil {
		out.Reviewer = &backend.Reviewer{UserIDs: r.Users("spec.reviewer.users", v.Users), Manager: marker(v.Manager)}
	}
	if s.Scope != nil {
		desireScope("spec.scope", out.Scope, s.Scope, s.SailPoint == nil && s.Veza == nil, r)
	}
	if c := s.ConductorOne; c != nil {
		desireConductorOneReview(out.ConductorOne, c, r)
	}
	if s.SailPoint != nil {
		desireSailPointReview(&out, s, r, time.Now())
	}
	parent := r.BoundParent()
	if v := s.Veza; v != nil {
		parent = r.Parent("spec.veza.configuration", v.Configuration, backend.Name{Kind: backend.NameConfiguration})
		desireVezaReview(&out, s, parent, r)
	}
	return out, parent
}

func desireConductorOneReview(out *backend.ConductorOneAccessReview, c *v1alpha1.ConductorOneReview, r *reference.Resolver) {
	const at = "spec.conductorOne."
	if c.Columns != nil {
		out.Columns = backend.ReviewColumns{}
		for _, col := range c.Columns {
			out.Columns = append(out.Columns, backend.ReviewColumn{Builtin: string(col.Builtin), AccountAttribute: col.Attribute})
		}
	}
	if g := c.Signature; g != nil {
		out.Signature = &backend.ReviewSignature{
			Required: backend.Value(g.Required), Meaning: backend.Value(g.Meaning), TSPURL: backend.Value(g.TSPURL),
			StepUpProviderID: backend.Value(r.ID(at+"signature.stepUpProvider", g.StepUpProvider, backend.Name{Kind: backend.NameStepUpProvider})),
		}
	}
	if c.ReviewerAttributes != nil {
		out.ReviewerAttributes = backend.ReviewerAttributes{}
		for i := range c.ReviewerAttributes {
			a := &c.ReviewerAttributes[i]
			app := r.ID(fmt.Sprintf("%sreviewerAttributes[%d].app", at, i), &a.App, backend.Name{Kind: backend.NameApp})
			out.ReviewerAttributes = append(out.ReviewerAttributes, backend.ReviewerAttribute{AppID: backend.Value(app), Attribute: a.Attribute})
		}
	}
}

// missed reports whether the deadline passed, by the vendor's clock, before the review started.
func missed(obj *v1alpha1.AccessReview, f backend.AccessReviewFacts, date time.Time) bool {
	if f.Started || f.State != backend.ReviewConfiguring && f.State != backend.ReviewStaged || date.IsZero() {
		return false
	}
	deadline := f.Deadline
	if deadline.IsZero() {
		deadline, _ = obj.Spec.Deadline.Parse() // Zero where there is none.
	}
	return !deadline.IsZero() && date.After(deadline)
}

// reviewersOf lists whom the vendor names.
func reviewersOf(actual backend.AccessReview) []string {
	if actual.Reviewer == nil {
		return nil
	}
	return slices.Sorted(slices.Values(actual.Reviewer.UserIDs))
}

func projectAccessReview(obj *v1alpha1.AccessReview, obs backend.Observation[backend.AccessReview]) {
	f, st := obs.Actual.Facts, &obj.Status
	switch {
	case f.State != "":
		st.State = v1alpha1.ReviewState(f.State)
	case obs.ID == "":
		st.State = v1alpha1.ReviewConfiguring // Its start is held: there is nothing at the vendor yet.
	}
	st.VendorState = f.VendorState
	if at := moment(f.StartedAt); at != nil {
		st.StartedAt = at
	}
	if at := moment(f.ClosedAt); at != nil {
		st.ClosedAt = at
	}
	st.Deadline = moment(f.Deadline)
	if missed(obj, f, obs.Date) {
		st.State = v1alpha1.ReviewMissed
	}
	st.Reviewers = reviewersOf(obs.Actual)
	st.Alerts = f.Alerts
	if f.Reports != nil {
		st.Reports = reportsOf(f.Reports)
	}
	if f.Completed != nil || f.Total != nil {
		p := v1alpha1.ReviewProgress{Total: backend.Value(f.Total), Completed: backend.Value(f.Completed),
			Certified: backend.Value(f.Certified), Revoked: backend.Value(f.Revoked)}
		if f.Completed == nil && st.Progress != nil {
			p.Completed, p.Certified, p.Revoked = st.Progress.Completed, st.Progress.Certified, st.Progress.Revoked
		}
		p.Summary = fmt.Sprintf("%d/%d", p.Completed, p.Total)
		st.Progress = &p
	}
}
