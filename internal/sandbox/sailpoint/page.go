package sailpoint

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// maxLimit is the largest page, and the default one (docs/vendors/sailpoint-api.md#paging).
const maxLimit = 250

// present returns the values a table holds now.
func present(t *table) []object {
	var list []object
	for _, r := range t.All() {
		list = append(list, r.Value)
	}
	return list
}

// lagging returns what a table held some time ago: the view that lists of managed kinds have.
func (c *call) lagging(t *table) []object {
	var list []object
	for _, row := range t.AsOf(c.now.Add(-time.Duration(c.settings.ListLag))) {
		list = append(list, row.Value)
	}
	return list
}

// shown applies show to each value.
func shown(values []object, show func(object) object) []object {
	list := make([]object, 0, len(values))
	for _, value := range values {
		list = append(list, show(value))
	}
	return list
}

// listing filters, sorts and pages values as they are shown, by what the list declares.
func (c *call) listing(values []object, by view) (any, error) {
	keep, err := parseFilter(c.query.Get("filters"), by.filters)
	if err != nil {
		return nil, err
	}
	sorters, err := by.parseSorters(c.query.Get("sorters"))
	if err != nil {
		return nil, err
	}
	kept := []object{}
	for _, value := range values {
		if keep(value) {
			kept = append(kept, value)
		}
	}
	slices.SortStableFunc(kept, func(a, b object) int {
		for _, s := range sorters {
			if order := s.compare(a, b); order != 0 {
				return order
			}
		}
		return 0
	})
	return c.page(kept)
}

// page cuts a list to what was asked for, and counts it when asked (docs/vendors/sailpoint-api.md#paging).
func (c *call) page(list []object) (any, error) {
	limit, err := c.number("limit", maxLimit)
	if err != nil {
		return nil, err
	}
	if limit > maxLimit {
		return nil, violate(codeLimit, "limit %d is above %d", limit, maxLimit)
	}
	offset, err := c.number("offset", 0)
	if err != nil {
		return nil, err
	}
	switch c.query.Get("count") {
	case "true":
		c.header.Set("X-Total-Count", strconv.Itoa(len(list)))
	case "false", "":
	default:
		return nil, violation("count must be true or false")
	}
	list = list[min(offset, len(list)):]
	return wire.List(list[:min(limit, len(list))]), nil
}

func (c *call) number(name string, unset int) (int, error) {
	given := c.query.Get(name)
	if given == "" {
		return unset, nil
	}
	value, err := strconv.Atoi(given)
	if err != nil || value < 0 {
		return 0, violation("%s: %q is not a number from 0", name, given)
	}
	return value, nil
}

// view is what a list can be filtered and sorted by. A sorter names a member as the API writes it.
type view struct {
	filters map[string]filterField
	sorters string
}

type sorter struct {
	path       string
	descending bool
}

func (v view) parseSorters(given string) ([]sorter, error) {
	var list []sorter
	for name := range strings.SplitSeq(given, ",") {
		if given == "" {
			break
		}
		name, descending := strings.CutPrefix(name, "-")
		if !slices.Contains(strings.Fields(v.sorters), name) {
			return nil, violation("sorters: cannot sort by %q", name)
		}
		path := name
		if f, ok := v.filters[name]; ok {
			path = f.path
		}
		list = append(list, sorter{path, descending})
	}
	return list, nil
}

func (s sorter) compare(a, b object) int {
	order := strings.Compare(sortKey(a, s.path), sortKey(b, s.path))
	if s.descending {
		return -order
	}
	return order
}

func sortKey(value object, path string) string {
	switch member := follow(value, path).(type) {
	case string:
		return strings.ToLower(member)
	case bool:
		return strconv.FormatBool(member)
	default:
		return ""
	}
}

// follow reads a member by a path with dots.
func follow(value object, path string) any {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		value = inner(value, name)
	}
	return value[names[len(names)-1]]
}
