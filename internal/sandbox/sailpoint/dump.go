package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// Dump is the whole store of a tenant. Objects are shown as they are stored: references without names, and members that
// were never set absent.
type Dump struct {
	Tenant       string              `json:"tenant"`
	Profiles     []ProfileDump       `json:"profiles"`
	Entitlements []EntitlementDump   `json:"entitlements"`
	Campaigns    []CampaignDump      `json:"campaigns"`
	Tasks        []map[string]any    `json:"tasks"`
	Tags         []map[string]any    `json:"tags"`
	Lookups      map[string][]object `json:"lookups"`
}

// ObjectDump is an object and what its creator sent.
type ObjectDump = wire.ObjectDump

// ProfileDump is an access profile and what uses it.
type ProfileDump struct {
	ObjectDump
	UsedBy []map[string]any `json:"usedBy"`
}

// EntitlementDump is an entitlement with what belongs to it.
type EntitlementDump struct {
	ObjectDump
	RequestConfig map[string]any `json:"requestConfig"`
	Pending       bool           `json:"pendingAggregation"`
}

// CampaignDump is a campaign with what belongs to it.
type CampaignDump struct {
	ObjectDump
	Certifications []map[string]any `json:"certifications"`
	Items          []map[string]any `json:"items"`
	Reports        []map[string]any `json:"reports"`
	Jobs           []map[string]any `json:"jobs"`
}

func copyRecords(records []*record) []map[string]any {
	result := []map[string]any{}
	for _, r := range records {
		result = append(result, wire.Copy(r.Value))
	}
	return result
}

// Dump returns the active tenant's store as a Dump.
func (k console) Dump() any {
	c, leave := k.begin()
	defer leave()
	s := c.s
	dump := Dump{
		Tenant: c.tenant, Profiles: []ProfileDump{}, Entitlements: []EntitlementDump{}, Campaigns: []CampaignDump{},
		Tasks: copyRecords(s.tasks.All()), Tags: copyRecords(s.tags.All()), Lookups: map[string][]object{},
	}
	for _, r := range s.profiles.All() {
		dump.Profiles = append(dump.Profiles, ProfileDump{ObjectDump: r.Dump(), UsedBy: wire.Copies(s.usage[r.Key])})
	}
	for _, r := range s.entitlements.All() {
		e := EntitlementDump{ObjectDump: r.Dump()}
		if config := s.requestConfigs[r.Key]; config != nil {
			e.RequestConfig = wire.Copy(config)
		}
		dump.Entitlements = append(dump.Entitlements, e)
	}
	for _, source := range s.sources.All() {
		for _, value := range s.pending[source.Key] {
			dump.Entitlements = append(dump.Entitlements, EntitlementDump{ObjectDump: ObjectDump{Object: wire.Copy(value)}, Pending: true})
		}
	}
	for _, r := range s.campaigns.All() {
		var jobs []object
		for _, j := range s.campaignJobs.All() {
			if text(j.Value, "targetId") == r.Key {
				jobs = append(jobs, j.Value)
			}
		}
		dump.Campaigns = append(dump.Campaigns, CampaignDump{
			ObjectDump: r.Dump(), Certifications: copyRecords(c.certificationsOf(r.Key)), Items: copyRecords(c.itemsOf(r.Key)),
			Reports: wire.Copies(s.reports[r.Key]), Jobs: wire.Copies(jobs),
		})
	}
	for name, t := range map[string]*table{
		"sources": s.sources, "identities": s.identities, "workgroups": s.workgroups, "segments": s.segments, "filters": s.filters,
	} {
		dump.Lookups[name] = wire.Copies(present(t))
	}
	return dump
}
