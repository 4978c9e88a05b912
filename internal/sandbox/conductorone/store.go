package conductorone

import (
	"time"
)

// record is one stored object with its past, which lists that lag behind are served from.
type record struct {
	seq    int64
	key    string
	value  object
	inputs object
	gone   bool
	past   []version
}

// version is what a record was from an instant on. Nil means that it was not there.
type version struct {
	at    time.Time
	value object
}

// maxPast bounds how many versions a record keeps.
const maxPast = 32

// table holds the records of one kind in the order they were created.
type table struct {
	byKey map[string]*record
	order []*record
}

func newTable() *table { return &table{byKey: map[string]*record{}} }

// get returns the record with the key, or nil when there is none.
func (t *table) get(key string) *record {
	if r := t.byKey[key]; r != nil && !r.gone {
		return r
	}
	return nil
}

// all returns the records that are there, soft-deleted ones included.
func (t *table) all() []*record {
	var list []*record
	for _, r := range t.order {
		if !r.gone {
			list = append(list, r)
		}
	}
	return list
}

// put adds a record.
func (t *table) put(seq int64, key string, value object, at time.Time) *record {
	r := &record{seq: seq, key: key, value: value, inputs: object{}}
	t.byKey[key] = r
	t.order = append(t.order, r)
	r.keep(at)
	return r
}

// set replaces the value of a record.
func (r *record) set(value object, at time.Time) {
	r.value = value
	r.keep(at)
}

// remove takes the record away for good.
func (r *record) remove(at time.Time) {
	r.gone = true
	r.past = append(r.past, version{at: at})
}

func (r *record) keep(at time.Time) {
	if len(r.past) >= maxPast {
		r.past = append([]version(nil), r.past[maxPast/2:]...)
	}
	r.past = append(r.past, version{at: at, value: copyObject(r.value)})
}

// at returns the value as of an instant, or nil when it was not there.
func (r *record) at(instant time.Time) object {
	for i := len(r.past) - 1; i >= 0; i-- {
		if !r.past[i].at.After(instant) {
			return r.past[i].value
		}
	}
	return nil
}

// ref names an entitlement.
type ref struct{ app, id string }

func (r ref) key() string { return r.app + "/" + r.id }

func (r ref) wire() object { return object{"appId": r.app, "id": r.id} }

// store is everything one tenant holds.
type store struct {
	seq int64

	apps, users, policies, attributes, resourceTypes, resources *table
	connectors, webhooks, stepUps, suggestions                  *table
	vaults, requestSchemas                                      map[string]bool

	entitlements, catalogs, reviews, templates, tasks *table

	// owners, automations and exclusions belong to an entitlement and are keyed by ref.key.
	owners      map[string][]string
	automations map[string]object
	exclusions  map[string][]string
	// entries, visibility and bundles belong to a catalog and are keyed by its id.
	entries    map[string][]ref
	visibility map[string][]ref
	bundles    map[string]object
	members    map[string]int64
	// setups, selections, reports and stages belong to a review or a template and are keyed by its id.
	setups     map[string][]object
	selections map[string][]any
	reports    map[string][]object
	stages     map[string]*stage
}

func newStore() *store {
	return &store{
		apps: newTable(), users: newTable(), policies: newTable(), attributes: newTable(), resourceTypes: newTable(),
		resources: newTable(), connectors: newTable(), webhooks: newTable(), stepUps: newTable(), suggestions: newTable(),
		vaults: map[string]bool{}, requestSchemas: map[string]bool{},
		entitlements: newTable(), catalogs: newTable(), reviews: newTable(), templates: newTable(), tasks: newTable(),
		owners: map[string][]string{}, automations: map[string]object{}, exclusions: map[string][]string{},
		entries: map[string][]ref{}, visibility: map[string][]ref{}, bundles: map[string]object{}, members: map[string]int64{},
		setups: map[string][]object{}, selections: map[string][]any{}, reports: map[string][]object{}, stages: map[string]*stage{},
	}
}

func (s *store) next() int64 {
	s.seq++
	return s.seq
}

func text(value object, name string) string {
	result, _ := value[name].(string)
	return result
}

func flag(value object, name string) bool {
	result, _ := value[name].(bool)
	return result
}

func inner(value object, name string) object {
	result, _ := value[name].(object)
	return result
}

func texts(value object, name string) []string {
	list, _ := value[name].([]any)
	result := make([]string, 0, len(list))
	for _, item := range list {
		if item, ok := item.(string); ok {
			result = append(result, item)
		}
	}
	return result
}

func wireTexts(list []string) []any {
	result := []any{}
	for _, item := range list {
		result = append(result, item)
	}
	return result
}

func refs(value object, name string) []ref {
	list, _ := value[name].([]any)
	result := []ref{}
	for _, item := range list {
		if item, ok := item.(object); ok {
			result = append(result, ref{text(item, "appId"), text(item, "id")})
		}
	}
	return result
}

func wireRefs(list []ref) []any {
	result := []any{}
	for _, item := range list {
		result = append(result, item.wire())
	}
	return result
}

func deleted(value object) bool { return value["deletedAt"] != nil }
