package monitoring

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// store is a Prometheus without server and disk: its engine over scrapes in memory.
type store struct {
	engine *promql.Engine

	mu     sync.Mutex
	series map[string]*series
}

type series struct {
	labels  labels.Labels
	samples []chunks.Sample
}

func newStore() *store {
	return &store{series: map[string]*series{}, engine: promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: promQL})}
}

// point is one sample.
type point struct {
	t int64
	f float64
}

func (p point) T() int64                    { return p.t }
func (point) ST() int64                     { return 0 }
func (p point) F() float64                  { return p.f }
func (point) H() *histogram.Histogram       { return nil }
func (point) FH() *histogram.FloatHistogram { return nil }
func (point) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (p point) Copy() chunks.Sample         { return p }

// add stores one scrape.
func (s *store) add(families map[string]*dto.MetricFamily, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, family := range families {
		for _, m := range family.GetMetric() {
			put := func(suffix string, value float64, more ...string) {
				b := labels.NewBuilder(labels.EmptyLabels()).Set(model.MetricNameLabel, name+suffix)
				for _, l := range m.GetLabel() {
					b.Set(l.GetName(), l.GetValue())
				}
				for i := 0; i < len(more); i += 2 {
					b.Set(more[i], more[i+1])
				}
				set := b.Labels()
				one := s.series[set.String()]
				if one == nil {
					one = &series{labels: set}
					s.series[set.String()] = one
				}
				one.samples = append(one.samples, point{at.UnixMilli(), value})
			}
			samples(family, m, put)
		}
	}
}

func samples(family *dto.MetricFamily, m *dto.Metric, put func(suffix string, value float64, more ...string)) {
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		put("", m.GetCounter().GetValue())
	case dto.MetricType_GAUGE:
		put("", m.GetGauge().GetValue())
	case dto.MetricType_HISTOGRAM:
		for _, b := range m.GetHistogram().GetBucket() {
			bound := fmt.Sprint(b.GetUpperBound())
			if math.IsInf(b.GetUpperBound(), 1) {
				bound = "+Inf"
			}
			put("_bucket", float64(b.GetCumulativeCount()), "le", bound)
		}
		put("_sum", m.GetHistogram().GetSampleSum())
		put("_count", float64(m.GetHistogram().GetSampleCount()))
	case dto.MetricType_SUMMARY, dto.MetricType_UNTYPED, dto.MetricType_GAUGE_HISTOGRAM: // The manager exports none.
	}
}

// ask evaluates an expression.
func (s *store) ask(t *testing.T, expr string, at time.Time) promql.Vector {
	t.Helper()
	q, err := s.engine.NewInstantQuery(t.Context(), s, nil, expr, at)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	defer q.Close()
	vector, err := q.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return slices.Clone(vector)
}

// Querier implements storage.Queryable.
func (s *store) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{store: s, mint: mint, maxt: maxt}, nil
}

// querier answers what the engine asks: series by their labels.
type querier struct {
	storage.LabelQuerier
	store      *store
	mint, maxt int64
}

func (*querier) Close() error { return nil }

// Select implements storage.Querier.
func (q *querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	q.store.mu.Lock()
	defer q.store.mu.Unlock()
	out := &found{at: -1}
	for _, one := range q.store.series {
		if slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(one.labels.Get(m.Name)) }) {
			continue
		}
		var inside []chunks.Sample
		for _, sample := range one.samples {
			if sample.T() >= q.mint && sample.T() <= q.maxt {
				inside = append(inside, sample)
			}
		}
		if len(inside) > 0 {
			out.list = append(out.list, storage.NewListSeries(one.labels, inside))
		}
	}
	slices.SortFunc(out.list, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return out
}

type found struct {
	list []storage.Series
	at   int
}

func (f *found) Next() bool                      { f.at++; return f.at < len(f.list) }
func (f *found) At() storage.Series              { return f.list[f.at] }
func (*found) Err() error                        { return nil }
func (*found) Warnings() annotations.Annotations { return nil }
