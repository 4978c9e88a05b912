package conductorone

import (
	"encoding/json"
	"fmt"
	"maps"
)

// extras are patch keys that are no field of the object: what belongs to it.
var extras = map[string][]string{
	KindAccessProfile:  {"entries", "visibility", "automation", "memberCount"},
	KindAppEntitlement: {"owners"},
	KindAccessReview:   {"entitlements"},
}

// belongings sets what belongs to an object.
func (c *call) belongings(kind string, r *record, rest map[string]any) error {
	for name, given := range rest {
		data, err := json.Marshal(given)
		if err == nil {
			err = c.belonging(name, r, data)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", name, kind, err)
		}
	}
	return nil
}

// belonging sets one thing that belongs to an object, from JSON. Names are those of extras.
func (c *call) belonging(name string, r *record, data []byte) error {
	switch name {
	case "entries":
		return c.editRefs(c.s.entries, r.Key, data)
	case "visibility":
		return c.editRefs(c.s.visibility, r.Key, data)
	case "automation":
		return c.editBundle(r.Key, data)
	case "memberCount":
		var count int64
		if err := json.Unmarshal(data, &count); err != nil {
			return err
		}
		c.s.members[r.Key] = count
	case "owners":
		var ids []string
		if err := json.Unmarshal(data, &ids); err != nil {
			return err
		}
		c.setOwnersOf(r.Key, ids)
	case "entitlements":
		body, err := c.v.schema.DecodeBody(nsReview+"AccessReviewSetupEntitlementAndScopeServiceSetRequest", []byte(`{"entitlements":`+string(data)+`}`))
		if err != nil {
			return err
		}
		c.body = object{"entitlements": body["entitlements"], "scopeV2": r.Value["scopeV2"]}
		return c.attach(reviewSetup, r)
	}
	return nil
}

func (c *call) editRefs(lists map[string][]ref, id string, data []byte) error {
	body, err := c.v.schema.DecodeBody(nsCatalog+"ForceRunBundleAutomationRequest", []byte(`{"refs":`+string(data)+`}`))
	if err != nil {
		return err
	}
	lists[id] = refs(body, "refs")
	return nil
}

// editBundle changes fields of a membership rule; null takes the rule away.
func (c *call) editBundle(id string, data []byte) error {
	if string(data) == "null" {
		delete(c.s.bundles, id)
		return nil
	}
	patch, err := c.v.schema.DecodeBody(nsCatalog+"BundleAutomation", data)
	if err != nil {
		return err
	}
	value := c.s.bundles[id]
	if value == nil {
		value = object{"createdAt": c.stamp()}
	}
	if patch["cel"] != nil || patch["entitlements"] != nil {
		delete(value, "cel")
		delete(value, "entitlements")
	}
	maps.Copy(value, patch)
	value["updatedAt"] = c.stamp()
	c.s.bundles[id] = value
	return nil
}
