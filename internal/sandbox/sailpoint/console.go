package sailpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The kinds a console acts on.
const (
	KindAccessProfile  = "AccessProfile"
	KindAppEntitlement = "AppEntitlement"
	KindAccessReview   = "AccessReview"
)

// consoleMessages are the tables of the members a person may set.
var consoleMessages = map[string]string{KindAccessProfile: "AccessProfile", KindAppEntitlement: "EntitlementObject", KindAccessReview: "Campaign"}

// extras are members of a patch that are no field of the object: what belongs to it.
var extras = map[string][]string{
	KindAccessProfile:  {"usedBy"},
	KindAppEntitlement: {"requestConfig", "tags"},
	KindAccessReview:   {"alerts"},
}

// console is what people do in the vendor's user interface.
type console struct{ v *Vendor }

// begin starts a look at the active tenant, alone until leave.
func (k console) begin() (c *call, leave func()) {
	k.v.tenants.Lock()
	return k.v.begin(), k.v.tenants.Unlock
}

// decode reads wire fields of a kind one by one: null clears, and nothing is required.
func (k console) decode(kind string, given map[string]any) (set object, rest object, err error) {
	// Through JSON, so that values given in Go and values given over HTTP are the same.
	data, err := json.Marshal(given)
	if err != nil {
		return nil, nil, err
	}
	raw, err := wire.ReadJSON(data)
	if err != nil {
		return nil, nil, err
	}
	m := k.v.schema.Messages[consoleMessages[kind]]
	if m == nil {
		return nil, nil, fmt.Errorf("unknown kind %q", kind)
	}
	set, rest = object{}, object{}
	values, _ := raw.(object)
	for name, value := range values {
		f := m.ByName[name]
		switch {
		case slices.Contains(extras[kind], name):
			rest[name] = value
		case f == nil:
			return nil, nil, fmt.Errorf("%s has no field %s", kind, name)
		case value == nil:
			set[name] = nil
		default:
			if set[name], err = k.v.schema.DecodeField(f, value, name); err != nil {
				return nil, nil, err
			}
		}
	}
	stripNames(set)
	return set, rest, nil
}

// stripNames brings references into the form they are stored in.
func stripNames(set object) {
	for name, kind := range map[string]string{"owner": "IDENTITY", "source": "SOURCE", "filter": "CAMPAIGN_FILTER"} {
		if ref := inner(set, name); ref != nil {
			set[name] = reference(kind, text(ref, "id"))
		}
	}
	if _, given := set["entitlements"]; given {
		list := []any{}
		for _, ref := range items(set, "entitlements") {
			list = append(list, reference("ENTITLEMENT", text(ref, "id")))
		}
		set["entitlements"] = list
	}
}

// Create adds an object as a person in the console does. It may name its own id; otherwise it gets one. An entitlement's parent is its source, and
// one with pendingAggregation is found by the next aggregation of that.
func (k console) Create(kind, parentID string, given map[string]any) (string, error) {
	c, leave := k.begin()
	defer leave()
	given = wire.Copy(given)
	id, _ := given["id"].(string)
	status, _ := given["status"].(string)
	pending, _ := given["pendingAggregation"].(bool)
	for _, name := range []string{"id", "status", "pendingAggregation"} {
		delete(given, name)
	}
	value, rest, err := k.decode(kind, given)
	if err != nil {
		return "", err
	}
	if id == "" {
		id = c.newID()
	}
	value["id"] = id
	var r *record
	switch kind {
	case KindAccessProfile:
		r = c.addForeignProfile(value, parentID)
	case KindAppEntitlement:
		if r, err = c.addForeignEntitlement(value, parentID, pending); err != nil || pending {
			return id, err
		}
	case KindAccessReview:
		r = c.addForeignCampaign(value, status)
	}
	return id, c.belongings(r, rest)
}

func (c *call) addForeignProfile(value object, source string) *record {
	if value["owner"] == nil {
		value["owner"] = reference("IDENTITY", SeedID("identity", seedPeople[0][0]))
	}
	if source == "" {
		source = SeedID("source", seedSources[0][0])
	}
	if value["source"] == nil {
		value["source"] = reference("SOURCE", source)
	}
	return c.addProfile(value)
}

func (c *call) addForeignEntitlement(given object, source string, pending bool) (*record, error) {
	if c.s.sources.Get(source) == nil {
		return nil, fmt.Errorf("source %q not found", source)
	}
	value := newEntitlement(source)
	for name, member := range given {
		value[name] = member
	}
	if value["value"] == nil {
		value["value"] = value["name"]
	}
	if value["name"] == nil {
		value["name"] = value["value"]
	}
	if pending {
		c.s.pending[source] = append(c.s.pending[source], value)
		return nil, nil
	}
	value["created"], value["modified"] = c.stamp(), c.stamp()
	return c.s.add(c.s.entitlements, value, c.now), nil
}

func (c *call) addForeignCampaign(value object, status string) *record {
	for name, unset := range map[string]any{"type": "MANAGER", "deadline": stamp(c.tomorrow()), "name": "By hand", "description": "Made at the console."} {
		if value[name] == nil {
			value[name] = unset
		}
	}
	r := c.addCampaign(value)
	if status != "" && status != statusPending {
		c.enter(r, status)
	}
	return r
}

func (c *call) target(t sandbox.Target) (*record, error) {
	kept, ok := map[string]*table{KindAccessProfile: c.s.profiles, KindAppEntitlement: c.s.entitlements, KindAccessReview: c.s.campaigns}[t.Kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", t.Kind)
	}
	r := kept.Get(t.ID)
	if r == nil {
		return nil, fmt.Errorf("%s %s not found", t.Kind, t.ID)
	}
	return r, nil
}

// Edit sets fields and clears those given as null.
func (k console) Edit(t sandbox.Target, patch map[string]any) error {
	c, leave := k.begin()
	defer leave()
	r, err := c.target(t)
	if err != nil {
		return err
	}
	if _, given := patch["status"]; given {
		return errors.New("the status of a campaign is set by its own call")
	}
	set, rest, err := k.decode(t.Kind, patch)
	if err != nil {
		return err
	}
	value := wire.Copy(r.Value)
	for name, member := range set {
		if member == nil {
			delete(value, name)
		} else {
			value[name] = member
		}
	}
	value["modified"] = c.stamp()
	r.Set(value, c.now)
	return c.belongings(r, rest)
}

// belongings sets what belongs to an object. UsedBy are ids of roles.
func (c *call) belongings(r *record, rest object) error {
	for name, given := range rest {
		switch name {
		case "usedBy":
			c.s.usage[r.Key] = nil
			for _, id := range texts(rest, name) {
				c.s.usage[r.Key] = append(c.s.usage[r.Key], reference("ROLE", id))
			}
		case "requestConfig":
			if given == nil {
				delete(c.s.requestConfigs, r.Key)
				continue
			}
			config, err := c.v.schema.Decode(c.v.schema.Messages["EntitlementRequestConfig"], given, name)
			if err != nil {
				return err
			}
			c.s.requestConfigs[r.Key] = config
		case "tags":
			c.body = object{"objectRef": reference("ENTITLEMENT", r.Key), "tags": wire.List(texts(rest, name))}
			c.setTags(tagKey("ENTITLEMENT", r.Key))
		case "alerts":
			value := wire.Copy(r.Value)
			value["alerts"] = given
			r.Set(value, c.now)
		}
	}
	return nil
}

// Delete removes an object for good, whoever uses it.
func (k console) Delete(t sandbox.Target) error {
	c, leave := k.begin()
	defer leave()
	r, err := c.target(t)
	if err != nil {
		return err
	}
	if t.Kind == KindAccessReview {
		c.dropCampaign(r)
		return nil
	}
	r.Remove(c.now)
	return nil
}

// SetState moves a campaign to a status.
func (k console) SetState(id, state string) error {
	c, leave := k.begin()
	defer leave()
	r := c.s.campaigns.Get(id)
	if r == nil {
		return fmt.Errorf("campaign %s not found", id)
	}
	if !slices.Contains(k.v.schema.Enums["CampaignStatus"], state) {
		return fmt.Errorf("unknown status %q", state)
	}
	c.enter(r, state)
	return nil
}

// CloseTasks decides up to count open items of a campaign. An empty outcome approves. An active campaign all of whose
// reviewers have signed off ends (docs/vendors/sailpoint-api.md#campaign-states).
func (k console) CloseTasks(id string, count int, outcome string) (int, error) {
	c, leave := k.begin()
	defer leave()
	r := c.s.campaigns.Get(id)
	if r == nil {
		return 0, fmt.Errorf("campaign %s not found", id)
	}
	if outcome == "" {
		outcome = "APPROVE"
	}
	if !slices.Contains(k.v.schema.Enums["Decision"], outcome) {
		return 0, fmt.Errorf("unknown decision %q", outcome)
	}
	closed := c.decide(r, count, outcome)
	open := slices.ContainsFunc(c.certificationsOf(id), func(certification *record) bool { return !flag(certification.Value, "completed") })
	if text(r.Value, "status") == statusActive && !open {
		c.enter(r, statusCompleting)
	}
	return closed, nil
}

// Reset puts every tenant back to its seed.
func (k console) Reset() { k.v.tenants.Reset() }
