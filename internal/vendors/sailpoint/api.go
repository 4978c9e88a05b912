package sailpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	// pageSize is the most that a list gives at once (docs/vendors/sailpoint-api.md#paging).
	pageSize = 250
	// deepest is how far an offset may lead into the entitlements; beyond it a page is asked
	// for by the last row of the one before (docs/vendors/sailpoint-api.md#paging).
	deepest = 10_000
)

// api is the verbs of SailPoint, in the family of paths that was chosen. Paths are always
// written as in the current family.
type api struct {
	client *rest.Client
	style  style
}

func (a api) do(ctx context.Context, call rest.Call, out any) (rest.Response, error) {
	call.Path, call.Header = a.style.path(call.Path), a.style.header()
	return a.client.Do(ctx, call, out)
}

func (a api) get(ctx context.Context, path string, query url.Values, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodGet, Path: path, Query: query}, out)
}

// post asks for something that may be asked for again.
func (a api) post(ctx context.Context, path string, body, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body}, out)
}

// create posts what must not be posted again.
func (a api) create(ctx context.Context, path string, body, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body, Once: true}, out)
}

func (a api) patch(ctx context.Context, path string, ops patch, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodPatch, Path: path, Body: ops, ContentType: "application/json-patch+json"}, out)
}

// row is an item of a list with the date of its page.
type row[T any] struct {
	item T
	date time.Time
}

// batch is the rows of one page, with its bytes and the rows' ids.
type batch[T any] struct {
	items []T
	ids   []string
	raw   []byte
}

// UnmarshalJSON reads a list; null is none.
func (b *batch[T]) UnmarshalJSON(data []byte) error {
	b.raw = bytes.Clone(data)
	if err := json.Unmarshal(data, &b.items); err != nil {
		return err
	}
	if b.items == nil {
		return errors.New("no list")
	}
	var named []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	for _, n := range named {
		b.ids = append(b.ids, n.ID)
	}
	return nil
}

// last is the id of the last row, empty where there is none.
func (b batch[T]) last() string {
	if len(b.ids) == 0 {
		return ""
	}
	return b.ids[len(b.ids)-1]
}

// followedBy refuses a full page that comes once more: whoever gives it does not heed the
// offset, and would go on for ever.
func (b batch[T]) followedBy(next batch[T], path string) error {
	if len(next.items) >= pageSize && bytes.Equal(b.raw, next.raw) {
		return backend.Errorf(backend.Retryable, "%s %s: the list gives the same page twice", http.MethodGet, path)
	}
	return nil
}

// list pages a GET. The first page's date goes to since, if that is not nil: absence is
// known as of then. after names a row for searchAfter; nil where the list has none. A row may come twice.
func list[T any](ctx context.Context, a api, path string, query url.Values, since *time.Time, after func(T) string) iter.Seq2[row[T], error] {
	return walk(ctx, a, path, query, since, pager[T]{after: after})
}

// everything is a list of which no row comes again but within some pages: where so much changes between two pages that it cannot be
// told what came already, it ends with an error.
func everything[T any](ctx context.Context, a api, path string, query url.Values, after func(T) string) iter.Seq2[row[T], error] {
	return walk(ctx, a, path, query, nil, pager[T]{after: after, once: true})
}

func walk[T any](ctx context.Context, a api, path string, query url.Values, since *time.Time, p pager[T]) iter.Seq2[row[T], error] {
	return rest.Pages(ctx, func(ctx context.Context, token string) (rest.Page[row[T]], error) {
		asked := maps.Clone(query)
		asked.Set("limit", strconv.Itoa(pageSize))
		p.ask(asked)
		var answer batch[T]
		res, err := a.get(ctx, path, asked, &answer)
		if err == nil && token != "" {
			err = p.before.followedBy(answer, path)
		}
		if err != nil {
			return rest.Page[row[T]]{}, err
		}
		if since != nil && since.IsZero() {
			*since = res.Date
		}
		page := rest.Page[row[T]]{}
		items, more := p.take(answer)
		if p.lost {
			return rest.Page[row[T]]{}, backend.Errorf(backend.Retryable, "%s %s: the list changes faster than it can be read", http.MethodGet, path)
		}
		for _, item := range items {
			page.Items = append(page.Items, row[T]{item, res.Date})
		}
		if more {
			p.asked++
			page.Next = strconv.Itoa(p.asked)
		}
		return page, nil
	})
}

// pager walks a list by offsets. Each page begins with the last row of the one before: where it does not, an older row went
// in between and all that follow moved up, so that one would be missed without a step back.
type pager[T any] struct {
	after  func(T) string
	asked  int
	offset int
	before batch[T]
	// once: no row may come again but within some pages. lost: it is not known which rows came.
	once, lost bool
	// searching is the row that the next page comes after, where the list takes that instead of an offset.
	searching string
}

// ask adds to a query which page is wanted.
func (p *pager[T]) ask(query url.Values) {
	if p.searching != "" {
		query.Set("searchAfter", p.searching)
	} else {
		query.Set("offset", strconv.Itoa(p.offset))
	}
}

// take returns the rows of a page that are news, and whether another one is to be asked for.
func (p *pager[T]) take(page batch[T]) (news []T, more bool) {
	known, last := p.before.ids, p.before.last()
	news = page.items
	switch {
	case p.searching != "" || last == "":
	case len(page.ids) > 0 && page.ids[0] == last:
		news = news[1:]
	case slices.ContainsFunc(page.ids, func(id string) bool { return slices.Contains(known, id) }):
	case p.offset > 0:
		p.offset = max(p.offset-pageSize, 0)
		return nil, true
	default:
		p.lost = p.once
	}
	p.before = page
	if len(page.items) < pageSize {
		return news, false
	}
	p.offset += pageSize
	if page.last() != "" {
		p.offset--
	}
	if p.after != nil && (p.searching != "" || p.offset+pageSize > deepest) {
		p.searching = p.after(page.items[len(page.items)-1])
	}
	return news, true
}

// observed turns the items of a list that keep wants into observations; nil keeps all.
func observed[T, D any](items iter.Seq2[row[T], error], keep func(T) bool, decode func(T, time.Time) backend.Observation[D]) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for r, err := range items {
			if err != nil {
				yield(backend.Observation[D]{}, err)
				return
			}
			if keep != nil && !keep(r.item) {
				continue
			}
			if !yield(decode(r.item, r.date), nil) {
				return
			}
		}
	}
}

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// eq is one clause of a filter (docs/vendors/sailpoint-api.md#filters).
func eq(field, value string) string { return field + ` eq "` + quoter.Replace(value) + `"` }

// among is a clause that any of values fulfils.
func among(field string, values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + quoter.Replace(v) + `"`
	}
	return field + " in (" + strings.Join(quoted, ",") + ")"
}

// filterable: a filter on a name or value with a plus finds nothing, so those are left out
// and compared here (docs/vendors/sailpoint-api.md#filters).
func filterable(value string) bool { return !strings.Contains(value, "+") }

// sought is the query of a list: its clauses are joined, and it is sorted so that pages do not overlap.
func sought(sorters string, clauses ...string) url.Values {
	query := url.Values{}
	if sorters != "" {
		query.Set("sorters", sorters)
	}
	if len(clauses) > 0 {
		query.Set("filters", strings.Join(clauses, " and "))
	}
	return query
}

// ref names a thing. Its name is only read: a stale one is refused (docs/vendors/sailpoint-api.md#json).
type ref struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// The types of references.
const (
	typeIdentity       = "IDENTITY"
	typeGroup          = "GOVERNANCE_GROUP"
	typeSource         = "SOURCE"
	typeEntitlement    = "ENTITLEMENT"
	typeAccessProfile  = "ACCESS_PROFILE"
	typeCampaignFilter = "CAMPAIGN_FILTER"
)

// idOf returns "" for a reference that is null.
func idOf(r *ref) string { return backend.Value(r).ID }

func momentText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// set never returns nil: a set that was read is known to be empty.
func set(values []string) backend.Set { return append(backend.Set{}, values...) }
