package veza

import (
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// Dump is the whole store of a tenant. Objects are shown as they are stored, by their wire names: fields that were never set
// are absent, enumerations are names. A profile has its "versions", the "members" of the one that is live, and, as a
// certification has, the "inputs" its creator sent.
type Dump struct {
	Tenant         string                      `json:"tenant"`
	Profiles       []map[string]any            `json:"profiles"`
	Entities       []map[string]any            `json:"entities"`
	Certifications []map[string]any            `json:"certifications"`
	AccessRequests []map[string]any            `json:"accessRequests"`
	Lookups        map[string][]map[string]any `json:"lookups"`
}

// Dump returns the active tenant's store as a Dump.
func (k console) Dump() any {
	k.v.tenants.Lock()
	defer k.v.tenants.Unlock()
	c := k.v.begin()
	s := c.s
	dump := Dump{
		Tenant: c.tenant, Profiles: dumpTable(s.profiles, true), Entities: dumpTable(s.entities, false),
		Certifications: dumpTable(s.certifications, true), AccessRequests: dumpTable(s.requests, false), Lookups: map[string][]map[string]any{},
	}
	for _, profile := range dump.Profiles {
		profile["members"] = wire.List(wire.Items(wire.Copy(latest(profile)), "members"))
	}
	for name, t := range map[string]*wire.Table{
		"types": s.types, "providers": s.providers, "extractions": s.extractions, "datasources": s.datasources, "identities": s.identities,
		"policies": s.policies, "requestPolicies": s.requestPolicies, "configurations": s.workflows,
	} {
		dump.Lookups[name] = dumpTable(t, false)
	}
	return dump
}

func dumpTable(t *wire.Table, inputs bool) []map[string]any {
	result := []map[string]any{}
	for _, r := range t.All() {
		value := wire.Copy(r.Value)
		if inputs {
			value["inputs"] = wire.Copy(r.Inputs)
		}
		result = append(result, value)
	}
	return result
}
