package conductorone

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	enumReportFormat = "ACCESS_REVIEW_REPORT_FORMAT_"
	reportReady      = "REPORT_STATE_OK"
)

// reportRow leaves out where the report can be fetched: such an address opens it to whoever has it, and is not even read.
type reportRow struct {
	ID        string            `json:"id"`
	State     string            `json:"state"`
	Format    string            `json:"format"`
	Hashes    map[string]string `json:"hashes"`
	CreatedAt moment            `json:"createdAt"`
}

// What a hash looks like, so that nothing else passes for one: an address least of all.
var (
	hashWord  = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	hashValue = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{1,256}$`)
	formats   = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)
)

// readReports reads which reports were made. One page is enough: they are few, and the newest count.
func (d *reviewDriver) readReports(ctx context.Context, obs *reviewObservation) error {
	var answer listing[reportRow]
	query := url.Values{"page_size": {strconv.Itoa(rest.PageSize)}}
	if _, err := d.get(ctx, reviewPath(obs.ID)+"/report", query, &answer); err != nil {
		return err
	}
	obs.Actual.Facts.Reports = newestReports(answer.List)
	return nil
}

// newestReports are the finished reports, the newest first: a status that cannot hold them all keeps the first.
func newestReports(rows []reportRow) []backend.ReviewReport {
	slices.SortStableFunc(rows, func(a, b reportRow) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt.Time), strings.Compare(a.ID, b.ID))
	})
	reports := []backend.ReviewReport{}
	for _, row := range rows {
		if row.State != reportReady || !idForm.Pattern.MatchString(row.ID) {
			continue
		}
		report := backend.ReviewReport{ID: row.ID, CreatedAt: row.CreatedAt.Time, Hashes: hashesOf(row.Hashes)}
		if format := strings.TrimPrefix(row.Format, enumReportFormat); formats.MatchString(format) && format != unspecified {
			report.Format = format
		}
		reports = append(reports, report)
	}
	return reports
}

func hashesOf(told map[string]string) (hashes []backend.ReportHash) {
	for _, algorithm := range slices.Sorted(maps.Keys(told)) {
		if hashWord.MatchString(algorithm) && hashValue.MatchString(told[algorithm]) {
			hashes = append(hashes, backend.ReportHash{Algorithm: algorithm, Value: told[algorithm]})
		}
	}
	return hashes
}
