package veza

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// cutOff stands for the token of a page that the vendor says exists and names no token for:
// such a list must not pass for one that was read.
const cutOff = "\x00"

// pageSize is what the vendor's own client asks for (docs/vendors/veza-api.md#paging).
const pageSize = 250

// api is the verbs of Veza (docs/vendors/veza-api.md#transport).
type api struct{ client *rest.Client }

// do says of a key that is refused by code alone what it says of a 401 (docs/vendors/veza-api.md#errors).
func (a api) do(ctx context.Context, call rest.Call, out any) (rest.Response, error) {
	res, err := a.client.Do(ctx, call, out)
	if err != nil && codeOf(err) == codeUnauthenticated {
		err = &backend.Error{Class: backend.Unauthorized, Err: err}
	}
	return res, err
}

func (a api) get(ctx context.Context, path string, query url.Values, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodGet, Path: path, Query: query}, out)
}

// create posts what must not be posted again: there is no idempotency key (docs/vendors/veza-api.md#pace-and-retries).
func (a api) create(ctx context.Context, path string, body, out any) (rest.Response, error) {
	return a.do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: body, Once: true}, out)
}

// patch changes the fields that body holds, and names them in the mask
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid).
func (a api) patch(ctx context.Context, path string, body fields) error {
	query := url.Values{"update_mask": {body.mask()}}
	_, err := a.do(ctx, rest.Call{Method: http.MethodPatch, Path: path, Query: query, Body: body.values}, nil)
	return err
}

// fields are what a masked update writes, in the order in which they were set.
type fields struct {
	values map[string]any
	names  []string
}

func (f *fields) set(name string, value any) {
	if f.values == nil {
		f.values = map[string]any{}
	}
	f.values[name] = value
	f.names = append(f.names, name)
}

// take sets plain fields.
func (f *fields) take(values []plain.Value) {
	for _, v := range values {
		f.set(v.Name, v.Value)
	}
}

func (f *fields) mask() string { return strings.Join(f.names, ",") }

func (f *fields) empty() bool { return len(f.names) == 0 }

// query is a list or a search.
type query struct {
	path   string
	params url.Values
	// search is the body of a search by POST; nil makes it a GET.
	search any
	// paged: the vendor documents the size of pages for it. Elsewhere only the token that
	// it hands out is sent back (docs/vendors/veza-api.md#paging).
	paged bool
}

// row is an item of a list with the date of its page.
type row[T any] struct {
	item T
	date time.Time
}

// page is the envelope of a list (docs/vendors/veza-api.md#envelopes).
type page[T any] struct {
	Values        []T    `json:"values"`
	PathValues    []T    `json:"path_values"`
	NextPageToken string `json:"next_page_token"`
	HasMore       *bool  `json:"has_more"`
}

// UnmarshalJSON refuses what is no list: an error that is told with 200 must not pass for a
// list without items. An object without any member is one, since no source has it that what is
// empty is shown (docs/vendors/veza-api.md#json).
func (p *page[T]) UnmarshalJSON(data []byte) error {
	type plain page[T]
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	if p.Values != nil || p.PathValues != nil || p.NextPageToken != "" || p.HasMore != nil {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	for name := range members {
		switch name {
		case "values", "path_values", "next_page_token", "has_more":
			return nil
		}
	}
	if members == nil || len(members) > 0 {
		return errors.New("no list")
	}
	return nil
}

// more reports whether another page follows.
func (p page[T]) more() bool {
	if p.HasMore != nil {
		return *p.HasMore
	}
	return p.NextPageToken != ""
}

// list pages a query. Pages may be empty while more follow. The first page's date goes
// to since, if that is not nil: absence is known as of then.
func list[T any](ctx context.Context, a api, q query, since *time.Time) iter.Seq2[row[T], error] {
	return rest.Pages(ctx, func(ctx context.Context, token string) (rest.Page[row[T]], error) {
		if token == cutOff {
			return rest.Page[row[T]]{}, backend.Errorf(backend.Retryable, "%s: the list has more pages and does not give the token for the next one", q.path)
		}
		params := url.Values{}
		maps.Copy(params, q.params)
		if q.paged {
			params.Set("page_size", strconv.Itoa(pageSize))
		}
		if token != "" {
			params.Set("page_token", token)
		}
		call := rest.Call{Method: http.MethodGet, Path: q.path, Query: params}
		if q.search != nil {
			call.Method, call.Body, call.Read = http.MethodPost, q.search, true
		}
		var answer page[T]
		res, err := a.do(ctx, call, &answer)
		if err != nil {
			return rest.Page[row[T]]{}, err
		}
		if since != nil && since.IsZero() {
			*since = res.Date
		}
		out := rest.Page[row[T]]{}
		for _, item := range append(answer.Values, answer.PathValues...) {
			out.Items = append(out.Items, row[T]{item, res.Date})
		}
		if answer.more() {
			out.Next = answer.NextPageToken
			if out.Next == "" {
				out.Next = cutOff
			}
		}
		return out, nil
	})
}
