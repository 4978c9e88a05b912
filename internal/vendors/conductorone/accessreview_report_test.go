package conductorone

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheNewestReportsComeFirst(t *testing.T) {
	row := func(minute int, state, url string) reportRow {
		return reportRow{State: state, DownloadURL: url, CreatedAt: moment{time.Date(2030, 1, 1, 0, minute, 0, 0, time.UTC)}}
	}
	got := newestReports([]reportRow{
		row(1, "REPORT_STATE_OK", "a"), row(3, "REPORT_STATE_OK", "c"), row(2, "REPORT_STATE_OK", "b"),
		row(4, "REPORT_STATE_PENDING", "d"), row(5, "REPORT_STATE_OK", ""), row(3, "REPORT_STATE_OK", "a of the same minute"),
	})
	if diff := cmp.Diff([]string{"a of the same minute", "c", "b", "a"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
