package conductorone

import "github.com/governance-operator/governance-operator/internal/sandbox/wire"

// Dump is the whole store of a tenant. Objects are shown as they are stored: fields that were never set are absent.
type Dump struct {
	Tenant         string              `json:"tenant"`
	AccessProfiles []ProfileDump       `json:"accessProfiles"`
	Entitlements   []EntitlementDump   `json:"appEntitlements"`
	Reviews        []ReviewDump        `json:"accessReviews"`
	Templates      []ObjectDump        `json:"accessReviewTemplates"`
	Lookups        map[string][]object `json:"lookups"`
}

// ObjectDump is an object and what its creator sent.
type ObjectDump = wire.ObjectDump

// ProfileDump is an access profile with what belongs to it.
type ProfileDump struct {
	ObjectDump
	Entries     []any          `json:"entries"`
	Visibility  []any          `json:"visibility"`
	Automation  map[string]any `json:"automation"`
	MemberCount int64          `json:"memberCount"`
	// Requests were opened for the members of the moment, who had come by a rule.
	Requests []RequestDump `json:"requests"`
}

// RequestDump is a request that was opened for everybody whom a rule had made a member.
type RequestDump struct {
	Rule map[string]any `json:"rule"`
	Ref  map[string]any `json:"ref"`
}

// EntitlementDump is an entitlement with what belongs to it.
type EntitlementDump struct {
	ObjectDump
	Owners     []string       `json:"owners"`
	Automation map[string]any `json:"automation"`
}

// ReviewDump is a review with what belongs to it.
type ReviewDump struct {
	ObjectDump
	Entitlements           []map[string]any `json:"entitlements"`
	ResourceTypeSelections []any            `json:"resourceTypeSelections"`
	Tasks                  []map[string]any `json:"tasks"`
	Reports                []map[string]any `json:"reports"`
}

func orNil(value object) map[string]any {
	if value == nil {
		return nil
	}
	return copyObject(value)
}

func dumpRequests(list []request) []RequestDump {
	out := []RequestDump{}
	for _, r := range list {
		out = append(out, RequestDump{copyObject(r.rule), r.ref.wire()})
	}
	return out
}

// Dump returns the active tenant's store as a Dump.
func (k console) Dump() any {
	c, leave := k.begin()
	defer leave()
	s := c.s
	dump := Dump{
		Tenant: c.tenant, AccessProfiles: []ProfileDump{}, Entitlements: []EntitlementDump{}, Reviews: []ReviewDump{}, Templates: []ObjectDump{},
		Lookups: map[string][]object{},
	}
	for _, r := range s.catalogs.All() {
		dump.AccessProfiles = append(dump.AccessProfiles, ProfileDump{
			ObjectDump: r.Dump(), Entries: wireRefs(s.entries[r.Key]), Visibility: wireRefs(s.visibility[r.Key]),
			Automation: orNil(s.bundles[r.Key]), MemberCount: s.members[r.Key], Requests: dumpRequests(s.requests[r.Key]),
		})
	}
	for _, r := range s.entitlements.All() {
		dump.Entitlements = append(dump.Entitlements, EntitlementDump{
			ObjectDump: r.Dump(), Owners: append([]string{}, c.ownersNow(r.Key)...), Automation: orNil(s.automations[r.Key]),
		})
	}
	tasks := map[string][]object{}
	for _, r := range s.tasks.All() {
		review := text(certifyOf(r.Value), "accessReviewId")
		tasks[review] = append(tasks[review], r.Value)
	}
	for _, r := range s.reviews.All() {
		selections, _ := deepCopy(s.selections[r.Key]).([]any)
		dump.Reviews = append(dump.Reviews, ReviewDump{
			ObjectDump: r.Dump(), Entitlements: wire.Copies(s.setups[r.Key]), ResourceTypeSelections: selections,
			Tasks: wire.Copies(tasks[r.Key]), Reports: wire.Copies(s.reports[r.Key]),
		})
	}
	for _, r := range s.templates.All() {
		dump.Templates = append(dump.Templates, r.Dump())
	}
	for name, t := range map[string]*table{
		"apps": s.apps, "users": s.users, "policies": s.policies, "attributes": s.attributes, "resourceTypes": s.resourceTypes,
		"resources": s.resources, "connectors": s.connectors, "webhooks": s.webhooks, "stepUpProviders": s.stepUps, "suggestions": s.suggestions,
	} {
		for _, r := range t.All() {
			dump.Lookups[name] = append(dump.Lookups[name], copyObject(r.Value))
		}
	}
	return dump
}
