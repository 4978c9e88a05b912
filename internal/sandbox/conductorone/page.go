package conductorone

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// cursor is what a page token holds: where to go on, and which question it belongs to.
type cursor struct {
	After  int64  `json:"a"`
	Filter string `json:"f"`
}

// page cuts rows (ordered by sequence number) to the page that was asked for. A token is good for one question only: with
// other filters it is a violation.
func (c *call) page(rows []row) ([]row, string, error) {
	size, token, err := c.paging()
	if err != nil {
		return nil, "", err
	}
	filter := c.fingerprint()
	if token != "" {
		var at cursor
		data, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || json.Unmarshal(data, &at) != nil {
			return nil, "", violation("page token: not one of ours")
		}
		if at.Filter != filter {
			return nil, "", violation("page token: belongs to other filters")
		}
		for len(rows) > 0 && rows[0].Seq <= at.After {
			rows = rows[1:]
		}
	}
	if len(rows) <= size {
		return rows, "", nil
	}
	rows = rows[:size]
	data, err := json.Marshal(cursor{After: rows[size-1].Seq, Filter: filter})
	if err != nil {
		return nil, "", err
	}
	return rows, base64.RawURLEncoding.EncodeToString(data), nil
}

const (
	usualPage, smallestPage, largestPage = 25, 5, 100
	// besides is how many rows some lists answer more than they were asked for.
	besides = 3
)

// paging reads size and token from wherever the operation takes them. None means 25; what is below 5 counts as 5, and what is
// above 100 is refused.
func (c *call) paging() (size int, token string, err error) {
	if c.op.request != "" {
		number, _ := c.body["pageSize"].(int64)
		size, token = int(number), text(c.body, "pageToken")
	} else {
		token = c.query.Get("page_token")
		if given := c.query.Get("page_size"); given != "" {
			if size, err = strconv.Atoi(given); err != nil {
				return 0, "", violation("page_size: %q is not a number", given)
			}
		}
	}
	switch {
	case size < 0 || size > largestPage:
		return 0, "", refused("invalid %s.PageSize: value must be inside range [0, %d]", c.message(), largestPage)
	case size == 0:
		return usualPage, token, nil
	case c.op.generous:
		return max(size, smallestPage) + besides, token, nil
	default:
		return max(size, smallestPage), token, nil
	}
}

// fingerprint identifies the question: everything but size and token.
func (c *call) fingerprint() string {
	question := []any{c.tenant, c.r.URL.Path}
	if c.op.request != "" {
		body := copyObject(c.body)
		delete(body, "pageSize")
		delete(body, "pageToken")
		question = append(question, body)
	} else {
		for name, values := range c.query {
			if name != "page_size" && name != "page_token" {
				question = append(question, name, strings.Join(values, ","))
			}
		}
	}
	data, err := json.Marshal(question)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// rows returns the values of a table that keep accepts, in order, unless they are soft-deleted and not wanted.
func rows(t *table, includeDeleted bool, keep func(object) bool) []row {
	var list []row
	for _, r := range t.All() {
		if (includeDeleted || !deleted(r.Value)) && keep(r.Value) {
			list = append(list, row{Seq: r.Seq, Value: r.Value})
		}
	}
	return list
}

// lagging is rows as of some time ago: the view that lists and searches of managed kinds have.
func (c *call) lagging(t *table, keep func(object) bool) []row {
	var list []row
	for _, r := range t.AsOf(c.now.Add(-c.lag())) {
		if keep(r.Value) {
			list = append(list, r)
		}
	}
	return list
}

// listing answers a page of rows, each shown by show.
func (c *call) listing(rows []row, show func(object) object) (any, error) {
	rows, next, err := c.page(rows)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, r := range rows {
		list = append(list, show(r.Value))
	}
	return object{"list": list, "nextPageToken": next, "expanded": []any{}}, nil
}
