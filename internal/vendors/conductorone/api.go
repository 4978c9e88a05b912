package conductorone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// api is the verbs of ConductorOne: an update is a POST on the item, a search is a
// POST that only reads (docs/vendors/conductorone-api.md#verbs-and-paths).
type api struct{ client *rest.Client }

func (a api) get(ctx context.Context, path string, query url.Values, out any) (rest.Response, error) {
	return a.client.Do(ctx, rest.Call{Method: http.MethodGet, Path: path, Query: query}, out)
}

// post writes something that may be written again.
func (a api) post(ctx context.Context, path string, body, out any) (rest.Response, error) {
	return a.client.Do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body}, out)
}

// create posts what must not be posted again.
func (a api) create(ctx context.Context, path string, body, out any) (rest.Response, error) {
	return a.client.Do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body, Once: true}, out)
}

func (a api) put(ctx context.Context, path string, body any) error {
	_, err := a.client.Do(ctx, rest.Call{Method: http.MethodPut, Path: path, Body: body}, nil)
	return err
}

func (a api) delete(ctx context.Context, path string, body any) error {
	_, err := a.client.Do(ctx, rest.Call{Method: http.MethodDelete, Path: path, Body: body}, nil)
	return err
}

// remove deletes a thing; one that is gone already is no error.
func (a api) remove(ctx context.Context, path string) error {
	if err := a.delete(ctx, path, struct{}{}); err != nil && !rest.IsNotFound(err) {
		return err
	}
	return nil
}

// another is the error for an answer that is about another thing than was asked for: what it
// says must neither be taken over nor count as a removal.
func another(path string) error {
	return backend.Errorf(backend.Retryable, "%s %s: the answer is about another id", http.MethodGet, path)
}

// empty is the error for an answer that should hold a thing and does not: that it is
// not shown does not mean that it is not there.
func empty(method, path string) error {
	return backend.Errorf(backend.Retryable, "%s %s: the answer is empty", method, path)
}

// row is an item of a list with the date of its page.
type row[T any] struct {
	item T
	date time.Time
}

type listing[T any] struct {
	List          []T
	NextPageToken string
}

// UnmarshalJSON refuses what is no list: both members are always shown, the list null at
// times (docs/vendors/conductorone-api.md#errors). An error that is told with 200 must not pass for a list without items.
func (l *listing[T]) UnmarshalJSON(data []byte) error {
	var page struct {
		List          *[]T    `json:"list"`
		NextPageToken *string `json:"nextPageToken"`
	}
	if err := json.Unmarshal(data, &page); err != nil {
		return err
	}
	if page.List == nil && page.NextPageToken == nil {
		return errors.New("no list")
	}
	l.List, l.NextPageToken = backend.Value(page.List), backend.Value(page.NextPageToken)
	return nil
}

// list pages a GET. The first page's date goes to since, if that is not nil: absence
// is known as of then.
func list[T any](ctx context.Context, a api, path string, since *time.Time) iter.Seq2[row[T], error] {
	return rest.Pages(ctx, func(ctx context.Context, token string) (rest.Page[row[T]], error) {
		query := url.Values{"page_size": {strconv.Itoa(rest.PageSize)}}
		if token != "" {
			query.Set("page_token", token)
		}
		var page listing[T]
		res, err := a.get(ctx, path, query, &page)
		return pageOf(page, res, since), err
	})
}

// search pages a POST that reads.
func search[T any](ctx context.Context, a api, path string, filter map[string]any) iter.Seq2[row[T], error] {
	return rest.Pages(ctx, func(ctx context.Context, token string) (rest.Page[row[T]], error) {
		body := maps.Clone(filter)
		body["pageSize"] = rest.PageSize
		if token != "" {
			body["pageToken"] = token
		}
		var page listing[T]
		res, err := a.client.Do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body, Read: true}, &page)
		return pageOf(page, res, nil), err
	})
}

func pageOf[T any](page listing[T], res rest.Response, since *time.Time) rest.Page[row[T]] {
	if since != nil && since.IsZero() {
		*since = res.Date
	}
	out := rest.Page[row[T]]{Next: page.NextPageToken}
	for _, item := range page.List {
		out.Items = append(out.Items, row[T]{item, res.Date})
	}
	return out
}

// collect gathers a sequence.
func collect[T any](seq iter.Seq2[row[T], error]) ([]T, error) {
	var out []T
	for r, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, r.item)
	}
	return out, nil
}

// masked collects the fields of a masked update: what is named is also sent, zero or
// not, because a named field that is missing would be cleared (docs/vendors/conductorone-api.md#update-masks).
type masked struct {
	values map[string]any
	paths  []string
}

func (m *masked) set(path string, value any) {
	if m.values == nil {
		m.values = map[string]any{}
	}
	if _, again := m.values[path]; !again {
		m.paths = append(m.paths, path)
	}
	m.values[path] = value
}

// take sets plain fields.
func (m *masked) take(fields []plain.Value) {
	for _, f := range fields {
		m.set(f.Name, f.Value)
	}
}

func (m *masked) empty() bool { return len(m.paths) == 0 }

// number is an int64, which ConductorOne writes as text (docs/vendors/conductorone-api.md#json).
type number int64

// MarshalJSON writes text.
func (n number) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatInt(int64(n), 10))
}

// UnmarshalJSON reads text, a number or nothing.
func (n *number) UnmarshalJSON(data []byte) error {
	var v json.Number
	if string(data) == `""` || string(data) == "null" {
		*n = 0
		return nil
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	i, err := v.Int64()
	*n = number(i)
	return err
}

// moment is a timestamp; null and "" are the zero time.
type moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339, and what other servers make of it.
func (m *moment) UnmarshalJSON(data []byte) error {
	*m = moment{}
	if string(data) == `""` || string(data) == "null" {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	t, ok := rest.ParseMoment(text)
	if !ok {
		return errors.New("a time that cannot be read")
	}
	m.Time = t
	return nil
}

// instantOf returns nil for a time that was never set, so that it compares as empty.
func instantOf(m moment) *backend.Instant {
	if m.IsZero() {
		return nil
	}
	return &backend.Instant{Time: m.Time}
}

func momentText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// span is a duration in decimal seconds: "3600s" (docs/vendors/conductorone-api.md#json).
type span string

func spanOf(d time.Duration) span {
	text := strconv.FormatInt(int64(d/time.Second), 10)
	if nanos := d % time.Second; nanos != 0 {
		text += fmt.Sprintf(".%09d", nanos.Abs())
	}
	return span(text + "s")
}

// duration returns nil where nothing is set or the text cannot be read.
func (s span) duration() *backend.Duration {
	if s == "" {
		return nil
	}
	d, err := time.ParseDuration(string(s))
	if err != nil {
		return nil
	}
	return &backend.Duration{Duration: d}
}

// ref names an entitlement in most calls; what a campaign reviews has a form of its own
// (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
type ref struct {
	AppID string `json:"appId"`
	ID    string `json:"id"`
}

func refsOf(set backend.EntitlementSet) []ref {
	out := make([]ref, 0, len(set))
	for _, e := range set {
		out = append(out, ref{AppID: e.AppID, ID: e.ID})
	}
	return out
}

func setOf(refs []ref) backend.EntitlementSet {
	out := make(backend.EntitlementSet, 0, len(refs))
	for _, r := range refs {
		out = append(out, backend.EntitlementID{AppID: r.AppID, ID: r.ID})
	}
	return out
}

// set never returns nil: a set that was read is known to be empty.
func set(values []string) backend.Set { return append(backend.Set{}, values...) }

// texts never returns nil: null would mean unset.
func texts(s backend.Set) []string { return append([]string{}, s...) }
