package webhook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

func TestAReviewThatCannotBeginIsWarnedOf(t *testing.T) {
	now := time.Date(2030, 1, 10, 0, 0, 0, 0, time.UTC)
	over := v1alpha1.AccessReviewSpec{Deadline: "2030-01-09T00:00:00Z"}
	late := []string{"spec.deadline: 2030-01-09T00:00:00Z is in the past, so the review would end when it is created; write a later time"}
	named := over
	named.RemoteID = "r-1"
	for sentence, c := range map[string]struct {
		obj  v1alpha1.AccessReview
		want []string
	}{
		"no deadline":                    {},
		"a deadline to come":             {obj: v1alpha1.AccessReview{Spec: v1alpha1.AccessReviewSpec{Deadline: "2030-01-11T00:00:00Z"}}},
		"a deadline that past":           {obj: v1alpha1.AccessReview{Spec: over}, want: late},
		"of one that is named by its id": {obj: v1alpha1.AccessReview{Spec: named}},
		"of one that is there": {obj: v1alpha1.AccessReview{Spec: over,
			Status: v1alpha1.AccessReviewStatus{ManagedStatus: v1alpha1.ManagedStatus{Remote: &v1alpha1.RemoteStatus{ID: "r-1"}}}}},
		"of one that was looked for alone": {obj: v1alpha1.AccessReview{Spec: over,
			Status: v1alpha1.AccessReviewStatus{ManagedStatus: v1alpha1.ManagedStatus{Remote: &v1alpha1.RemoteStatus{}}}}, want: late},
		"a start behind the end": {obj: v1alpha1.AccessReview{Spec: v1alpha1.AccessReviewSpec{Duration: "1d", Start: &v1alpha1.ReviewStart{Mode: v1alpha1.StartScheduled, At: "2030-02-01T00:00:00Z"}}},
			want: []string{"spec.start.at: 2030-02-01T00:00:00Z is not before the end of the review, which is 2030-01-11T00:00:00Z by spec.duration"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, overBeforeItBegins(&c.obj, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAReviewUnderWayThatGoesWithItsObjectIsWarnedOf(t *testing.T) {
	warning := []string{"spec.management.deletion: the review has started: deleting this object deletes the review at the vendor, with the decisions made in it"}
	deletes := v1alpha1.AccessReviewSpec{ManagedSpec: v1alpha1.ManagedSpec{Management: &v1alpha1.Management{Deletion: v1alpha1.DeletionDelete}}}
	orphans := v1alpha1.AccessReviewSpec{ManagedSpec: v1alpha1.ManagedSpec{Management: &v1alpha1.Management{Deletion: v1alpha1.DeletionOrphan}}}
	for sentence, c := range map[string]struct {
		spec  v1alpha1.AccessReviewSpec
		state v1alpha1.ReviewState
		want  []string
	}{
		"it runs, and Delete is written":            {deletes, v1alpha1.ReviewRunning, warning},
		"it is over, and Delete is written":         {deletes, v1alpha1.ReviewCompleted, warning},
		"it waits for its start":                    {deletes, v1alpha1.ReviewStaged, nil},
		"it runs, and stays":                        {orphans, v1alpha1.ReviewRunning, nil},
		"it runs, and the default is that it stays": {v1alpha1.AccessReviewSpec{}, v1alpha1.ReviewRunning, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			obj := &v1alpha1.AccessReview{Spec: c.spec, Status: v1alpha1.AccessReviewStatus{State: c.state}}
			if diff := cmp.Diff(c.want, endedByDeletion(obj)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
