package kinds_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

func TestAReviewThatWouldBeOverBeforeItBeginsIsNamedByItsField(t *testing.T) {
	now := time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	for sentence, c := range map[string]struct {
		spec       v1alpha1.AccessReviewSpec
		path, says string
	}{
		"no end":                  {spec: v1alpha1.AccessReviewSpec{}},
		"an end to come":          {spec: v1alpha1.AccessReviewSpec{Deadline: "2030-06-01T12:00:01Z"}},
		"an end just now":         {v1alpha1.AccessReviewSpec{Deadline: "2030-06-01T12:00:00Z"}, "spec.deadline", "is in the past"},
		"an end in another zone":  {v1alpha1.AccessReviewSpec{Deadline: "2030-06-01T13:00:00+02:00"}, "spec.deadline", "is in the past"},
		"a duration":              {spec: v1alpha1.AccessReviewSpec{Duration: "336h"}},
		"a duration and a start":  {spec: v1alpha1.AccessReviewSpec{Duration: "336h", Start: at("2030-06-05T00:00:00Z")}},
		"a start after the whole": {v1alpha1.AccessReviewSpec{Duration: "24h", Start: at("2030-06-05T00:00:00Z")}, "spec.start.at", "2030-06-02T12:00:00Z by spec.duration"},
		"a start at the very end": {v1alpha1.AccessReviewSpec{Deadline: "2030-06-05T00:00:00Z", Start: at("2030-06-05T00:00:00Z")}, "spec.start.at", "by spec.deadline"},
		"a start that is past":    {spec: v1alpha1.AccessReviewSpec{Deadline: "2030-06-05T00:00:00Z", Start: at("2029-01-01T00:00:00Z")}},
		"last year's, whole":      {v1alpha1.AccessReviewSpec{Deadline: "2029-12-31T17:00:00Z", Start: at("2029-12-01T08:00:00Z")}, "spec.deadline", "is in the past"},
	} {
		t.Run(sentence, func(t *testing.T) {
			path, why := kinds.AccessReview(0).TooLate(&v1alpha1.AccessReview{Spec: c.spec}, now)
			if path != c.path || !strings.Contains(why, c.says) {
				t.Errorf("%q: %q, want %q: %q", path, why, c.path, c.says)
			}
		})
	}
}

func at(instant v1alpha1.Timestamp) *v1alpha1.ReviewStart {
	return &v1alpha1.ReviewStart{Mode: v1alpha1.StartScheduled, At: instant}
}
