package conductorone

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestTheNewestReportsComeFirst(t *testing.T) {
	const a, b, c, d = "2aaaaaaaaaaaaaaaaaaaaaaaaaa", "2bbbbbbbbbbbbbbbbbbbbbbbbbb", "2cccccccccccccccccccccccccc", "2dddddddddddddddddddddddddd"
	at := func(minute int) time.Time { return time.Date(2030, 1, 1, 0, minute, 0, 0, time.UTC) }
	row := func(minute int, state, id string) reportRow {
		return reportRow{ID: id, State: state, Format: "ACCESS_REVIEW_REPORT_FORMAT_CSV", CreatedAt: moment{at(minute)}}
	}
	odd := row(0, "REPORT_STATE_OK", d)
	odd.Format, odd.Hashes = "ACCESS_REVIEW_REPORT_FORMAT_UNSPECIFIED", map[string]string{
		"sha256": "9f86d081884c7d65", "md5": "CY9rzUYh03PK3k6DJie09g==", "url": "https://downloads.example/2d?signature=s", "https://x": "1"}
	got := newestReports([]reportRow{
		row(1, "REPORT_STATE_OK", c), row(2, "REPORT_STATE_OK", b), row(4, "REPORT_STATE_PENDING", d), row(5, "REPORT_STATE_OK", ""),
		row(5, "REPORT_STATE_OK", "https://downloads.example"), row(2, "REPORT_STATE_OK", a), odd,
	})
	want := []backend.ReviewReport{
		{ID: a, Format: "CSV", CreatedAt: at(2)}, {ID: b, Format: "CSV", CreatedAt: at(2)}, {ID: c, Format: "CSV", CreatedAt: at(1)},
		{ID: d, CreatedAt: at(0), Hashes: []backend.ReportHash{{Algorithm: "md5", Value: "CY9rzUYh03PK3k6DJie09g=="}, {Algorithm: "sha256", Value: "9f86d081884c7d65"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
