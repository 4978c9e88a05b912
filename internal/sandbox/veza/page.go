package veza

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// cursor is what a page token holds: where to go on, which question it belongs to, and whether the empty page before this one
// was served already.
type cursor struct {
	After  int64  `json:"a"`
	Filter string `json:"f"`
	Full   bool   `json:"n"`
}

// rows returns the values of a table that keep accepts, in order.
func rows(t *wire.Table, keep func(object) bool) []wire.Row {
	var list []wire.Row
	for _, r := range t.All() {
		if keep(r.Value) {
			list = append(list, wire.Row{Seq: r.Seq, Value: r.Value})
		}
	}
	return list
}

// lagging is rows as of some time ago: the view that lists of managed kinds have.
func (c *call) lagging(t *wire.Table, keep func(object) bool) []wire.Row {
	return slices.DeleteFunc(t.AsOf(c.now.Add(-time.Duration(c.settings.ListLag))), func(r wire.Row) bool { return !keep(r.Value) })
}

func everything(object) bool { return true }

// Page sizes: the default is that of providers, the only one documented for plain lists, and the bound that of review results
// (docs/vendors/veza-api.md#paging).
const (
	defaultPage = 25
	resultPage  = 100
	maxPage     = 2000
)

// listing answers a page of rows, each shown by show.
func (c *call) listing(rows []wire.Row, size int, show func(object) object) (any, error) {
	rows, next, err := c.page(rows, size)
	if err != nil {
		return nil, err
	}
	return values(rows, next, show), nil
}

func values(rows []wire.Row, next string, show func(object) object) object {
	list := []any{}
	for _, r := range rows {
		list = append(list, show(r.Value))
	}
	return object{"values": list, "next_page_token": next, "has_more": next != ""}
}

// page cuts rows, ordered by sequence number, to the page that was asked for. A token is good for one question only. With
// emptyPages an empty page comes before each page that holds something, as the vendor says may happen.
func (c *call) page(rows []wire.Row, size int) ([]wire.Row, string, error) {
	if given := c.query.Get("page_size"); c.query.Has("page_size") {
		number, err := strconv.ParseInt(given, 10, 32)
		if err != nil || number < 1 {
			return nil, "", wire.Violation("page_size: %q is not a positive number", given)
		}
		size = min(int(number), maxPage)
	}
	at := cursor{Filter: c.fingerprint()}
	if token := c.query.Get("page_token"); token != "" {
		var sent cursor
		data, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || json.Unmarshal(data, &sent) != nil {
			return nil, "", wire.Violation("page_token: not one of ours")
		}
		if sent.Filter != at.Filter {
			return nil, "", wire.Violation("page_token: belongs to another question")
		}
		at = sent
	}
	for len(rows) > 0 && rows[0].Seq <= at.After {
		rows = rows[1:]
	}
	if c.feature("emptyPages") && !at.Full {
		at.Full = true
		next, err := at.token()
		return nil, next, err
	}
	if len(rows) <= size {
		return rows, "", nil
	}
	rows = rows[:size]
	next, err := cursor{After: rows[size-1].Seq, Filter: at.Filter}.token()
	return rows, next, err
}

func (at cursor) token() (string, error) {
	data, err := json.Marshal(at)
	return base64.RawURLEncoding.EncodeToString(data), err
}

// fingerprint identifies the question: everything but size and token.
func (c *call) fingerprint() string {
	question := []any{c.tenant, c.r.URL.Path, c.body}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		if name != "page_size" && name != "page_token" {
			question = append(question, name, strings.Join(c.query[name], ","))
		}
	}
	data, err := json.Marshal(question)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// checkOrder refuses what the fake does not act on: the values of order_by are not published, and ignoring one would answer
// wrongly.
func (c *call) checkOrder() error {
	if c.query.Get("order_by") != "" {
		return wire.Unsimulated("the sandbox does not simulate order_by")
	}
	return nil
}
