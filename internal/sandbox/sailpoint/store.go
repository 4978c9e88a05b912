package sailpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// job is something that is done later, by time alone.
type job struct {
	due time.Time
	run func(*call)
}

// store is everything one tenant holds. References are kept as type and id; names are filled in when they are shown.
type store struct {
	seq int64

	sources, identities, workgroups, segments, filters *table
	workflows, roles                                   map[string]string
	attributes                                         map[string]object

	profiles, entitlements, campaigns *table
	// usage is what uses a profile, by its id.
	usage map[string][]object
	// requestConfigs are by entitlement or source.
	requestConfigs map[string]object
	// pending are entitlements of a source that its next aggregation finds.
	pending map[string][]object
	// tags are by type and id of what they are on.
	tags *table

	// certifications, reviewItems and jobs of campaigns; tasks of everything else.
	certifications, reviewItems, campaignJobs, tasks *table
	reports                                          map[string][]object
	stages                                           map[string]time.Time
	jobs                                             []job
}

func newStore() *store {
	return &store{
		sources: wire.NewTable(), identities: wire.NewTable(), workgroups: wire.NewTable(), segments: wire.NewTable(), filters: wire.NewTable(),
		workflows: map[string]string{}, roles: map[string]string{}, attributes: map[string]object{},
		profiles: wire.NewTable(), entitlements: wire.NewTable(), campaigns: wire.NewTable(),
		usage: map[string][]object{}, requestConfigs: map[string]object{}, pending: map[string][]object{},
		tags: wire.NewTable(), certifications: wire.NewTable(), reviewItems: wire.NewTable(), campaignJobs: wire.NewTable(), tasks: wire.NewTable(),
		reports: map[string][]object{}, stages: map[string]time.Time{},
	}
}

func (s *store) next() int64 {
	s.seq++
	return s.seq
}

// add stores a value under its id.
func (s *store) add(t *table, value object, at time.Time) *record {
	return t.Put(s.next(), text(value, "id"), value, at)
}

// hexID makes an id of the most usual form, 32 hex digits, from any text.
func hexID(from string) string {
	sum := sha256.Sum256([]byte(from))
	return hex.EncodeToString(sum[:16])
}

// uuid makes an id of the other form.
func uuid(from string) string {
	id := hexID(from)
	return id[:8] + "-" + id[8:12] + "-4" + id[13:16] + "-8" + id[17:20] + "-" + id[20:]
}

// named is what a reference may name, by type.
func (s *store) named(kind string) *table {
	switch kind {
	case "SOURCE":
		return s.sources
	case "GOVERNANCE_GROUP":
		return s.workgroups
	case "ENTITLEMENT":
		return s.entitlements
	case "ACCESS_PROFILE":
		return s.profiles
	case "CAMPAIGN":
		return s.campaigns
	case "CAMPAIGN_FILTER":
		return s.filters
	default:
		return s.identities
	}
}

// reference is a reference as it is stored.
func reference(kind, id string) object { return object{"type": kind, "id": id} }

// show fills in the name of a reference; nil when what it names is gone.
func (s *store) show(ref object) any {
	if ref == nil {
		return nil
	}
	kind, id := text(ref, "type"), text(ref, "id")
	if name, ok := s.roles[id]; ok && kind == "ROLE" {
		return object{"type": kind, "id": id, "name": name}
	}
	r := s.named(kind).Get(id)
	if r == nil {
		return nil
	}
	return object{"type": kind, "id": id, "name": r.Value["name"]}
}

// take checks a reference of a request and returns it as it is stored. A name need not be given, but a wrong one is an error
// (docs/vendors/sailpoint-api.md#json).
func (s *store) take(kind string, ref object) (object, error) {
	id := text(ref, "id")
	r := s.named(kind).Get(id)
	if r == nil {
		return nil, noReference(kind, id)
	}
	if name, given := ref["name"]; given && name != r.Value["name"] {
		return nil, refuse(codeValue, "%s %s is not named %q", kind, id, name)
	}
	return reference(kind, id), nil
}

// exist checks that every id names something.
func (s *store) exist(kind string, ids []string) error {
	for _, id := range ids {
		if s.named(kind).Get(id) == nil {
			return noReference(kind, id)
		}
	}
	return nil
}

// orNull is how an empty list is read back (docs/vendors/sailpoint-api.md#json).
func orNull(list any) any {
	if list, ok := list.([]any); ok && len(list) > 0 {
		return slices.Clone(list)
	}
	return nil
}
