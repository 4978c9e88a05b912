package sailpoint

import (
	"slices"
	"strings"
)

// deepest is how far an offset leads into a list of entitlements; beyond it a page is asked for by the row before it.
const deepest = 10_000

// deep refuses what an offset does not reach, and leaves the rows behind the one that searchAfter names: by the members that the
// list is sorted by, with commas between them, the last of which is the id (docs/vendors/sailpoint-api.md#paging).
func (c *call) deep(values []object) ([]object, error) {
	limit, err := c.number("limit", maxLimit)
	if err != nil {
		return nil, err
	}
	offset, err := c.number("offset", 0)
	if err != nil {
		return nil, err
	}
	if offset+limit > deepest {
		return nil, violate(codeLimit, "offset %d and limit %d lead beyond %d rows: use searchAfter", offset, limit, deepest)
	}
	given := c.query.Get("searchAfter")
	if given == "" {
		return values, nil
	}
	after, sorters := strings.Split(given, ","), strings.Split(c.query.Get("sorters"), ",")
	switch {
	case c.query.Has("offset"):
		return nil, violation("an offset beside searchAfter")
	case len(after) != len(sorters) || sorters[len(sorters)-1] != "id":
		return nil, violation("searchAfter: %d values for the sorters %q, the last of which must be id", len(after), sorters)
	}
	return slices.DeleteFunc(slices.Clone(values), func(value object) bool { return !behind(value, sorters, after) }), nil
}

// behind reports whether a row comes after another by these members.
func behind(value object, sorters, after []string) bool {
	for i, name := range sorters {
		if order := strings.Compare(sortKey(value, name), strings.ToLower(after[i])); order != 0 {
			return order > 0
		}
	}
	return false
}
