package kinds

import (
	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// reportsOf is what a status tells of reports.
func reportsOf(reports []backend.ReviewReport) []v1alpha1.ReviewReport {
	var out []v1alpha1.ReviewReport
	for _, report := range reports {
		told := v1alpha1.ReviewReport{ID: report.ID, Format: report.Format, CreatedAt: Moment(report.CreatedAt)}
		for _, h := range report.Hashes {
			told.Hashes = append(told.Hashes, v1alpha1.ReportHash(h))
		}
		out = append(out, told)
	}
	return out
}

// withoutAddresses takes out of a status what an older version kept there: whoever read it could fetch audit evidence.
func withoutAddresses(obj *v1alpha1.AccessReview) bool {
	had := len(obj.Status.ReportURLs) > 0 //nolint:staticcheck // It is there to be emptied.
	obj.Status.ReportURLs = nil           //nolint:staticcheck // As above.
	return had
}
