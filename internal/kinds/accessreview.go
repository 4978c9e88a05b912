package kinds

import (
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Detail paths that are no fields of the spec: figures of a review that cost calls of their own.
const (
	detailProgress = "progress"
	detailReports  = "reports"
)

// reviewPoll is how often a review that waits for people is looked at.
const reviewPoll = 5 * time.Minute

// AccessReview is what the engine must know of AccessReview. pollEvery replaces
// the usual pace of five minutes, if it is set.
func AccessReview(pollEvery time.Duration) managed.Kind[*v1alpha1.AccessReview, backend.AccessReview] {
	if pollEvery == 0 {
		pollEvery = reviewPoll
	}
	return managed.Kind[*v1alpha1.AccessReview, backend.AccessReview]{
		Name:    v1alpha1.KindAccessReview,
		New:     func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} },
		NewList: func() client.ObjectList { return &v1alpha1.AccessReviewList{} },
		Driver:  func(t backend.Tenant) backend.Driver[backend.AccessReview] { return t.AccessReviews() },
		Desire:  Reviews.Desire,
		Project: projectAccessReview,
		Started: Started,
		ObservedStarted: func(obs backend.Observation[backend.AccessReview]) bool {
			return obs.Actual.Facts.Started
		},
		DetailFields: func(obj *v1alpha1.AccessReview) []string {
			if !Started(obj) {
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

// Started reports whether the status shows a review as started. Not every vendor tells since when.
func Started(obj *v1alpha1.AccessReview) bool {
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
	if s := obj.Spec.Start; s != nil && s.At != "" && !Started(obj) {
		if at, err := s.At.Parse(); err == nil {
			due = append(due, at)
		}
	}
	// What has not started by its deadline was missed, which somebody ought to see then.
	if c := obj.Spec.Close; obj.Status.Deadline != nil && (c != nil && c.Mode == v1alpha1.CloseAutomatic || !Started(obj)) {
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
	if at := Moment(f.StartedAt); at != nil {
		st.StartedAt = at
	}
	if at := Moment(f.ClosedAt); at != nil {
		st.ClosedAt = at
	}
	st.Deadline = Moment(f.Deadline)
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
