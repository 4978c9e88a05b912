package conductorone

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
	owners      *table
	automations map[string]object
	exclusions  map[string][]string
	// entries, visibility and bundles belong to a catalog and are keyed by its id.
	entries    map[string][]ref
	visibility map[string][]ref
	bundles    map[string]object
	members    map[string]int64
	// ran is the rule by which the present members of a catalog came, as its last run found it; requests were opened for them.
	ran      map[string]object
	requests map[string][]request
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
		owners: newTable(), automations: map[string]object{}, exclusions: map[string][]string{},
		entries: map[string][]ref{}, visibility: map[string][]ref{}, bundles: map[string]object{}, members: map[string]int64{},
		ran: map[string]object{}, requests: map[string][]request{},
		setups: map[string][]object{}, selections: map[string][]any{}, reports: map[string][]object{}, stages: map[string]*stage{},
	}
}

func (s *store) next() int64 {
	s.seq++
	return s.seq
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
