package conductorone

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// The kinds a console acts on.
const (
	KindAccessProfile  = "AccessProfile"
	KindAppEntitlement = "AppEntitlement"
	KindAccessReview   = "AccessReview"
)

// consoleMessages are the tables of the fields a person may set.
var consoleMessages = map[string]string{KindAccessProfile: msgCatalog, KindAppEntitlement: msgEntitlement, KindAccessReview: msgReview}

// toolKeys are the annotations an edit in the console takes away: the object is no longer managed by a tool.
var toolKeys = []string{"managed_by", "iac_workspace", "iac_resource_address", "iac_tool_version"}

// console is what people do in the vendor's user interface.
type console struct{ v *Vendor }

// begin starts a look at the active tenant, alone until leave.
func (k console) begin() (c *call, leave func()) {
	k.v.tenants.Lock()
	return k.v.begin(), k.v.tenants.Unlock
}

// decode reads wire fields of a kind. Read-only fields are welcome: a console can set what the API cannot.
func (k console) decode(kind string, fields map[string]any) (object, error) {
	name, ok := consoleMessages[kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", kind)
	}
	// Through JSON, so that values given in Go and values given over HTTP are the same.
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return k.v.schema.DecodeBody(name, data)
}

// split takes a patch apart into fields, fields to clear, and extras.
func split(kind string, patch map[string]any) (fields map[string]any, cleared []string, rest map[string]any) {
	fields, rest = map[string]any{}, map[string]any{}
	for name, value := range patch {
		switch {
		case slices.Contains(extras[kind], name):
			rest[name] = value
		case value == nil:
			cleared = append(cleared, name)
		default:
			fields[name] = value
		}
	}
	return fields, cleared, rest
}

// Create adds an object as a person in the console does. It may name its own id; otherwise it gets one.
func (k console) Create(kind, parentID string, given map[string]any) (string, error) {
	c, leave := k.begin()
	defer leave()
	fields, _, rest := split(kind, given)
	value, err := k.decode(kind, fields)
	if err != nil {
		return "", err
	}
	stranger := SeedID("user", seedPeople[0][0])
	var r *record
	switch kind {
	case KindAccessProfile:
		r = c.addCatalog(value, stranger)
	case KindAppEntitlement:
		r, err = c.addForeignEntitlement(parentID, value)
	case KindAccessReview:
		state := stateOf(value)
		r = c.addReview(value, stranger)
		if state != "" && state != statePending {
			c.enter(r, state)
		}
	}
	if err != nil {
		return "", err
	}
	return text(r.Value, "id"), c.belongings(kind, r, rest)
}

func (c *call) addForeignEntitlement(app string, value object) (*record, error) {
	if c.s.apps.Get(app) == nil {
		return nil, fmt.Errorf("app %s not found", app)
	}
	if text(value, "id") == "" {
		value["id"] = c.v.host.NewID()
	}
	if _, ok := value["isManuallyManaged"]; !ok {
		value["isManuallyManaged"] = true
	}
	value["appId"], value["createdAt"], value["updatedAt"] = app, c.stamp(), c.stamp()
	return c.s.entitlements.Put(c.s.next(), ref{app, text(value, "id")}.key(), value, c.now), nil
}

func (c *call) target(t sandbox.Target) (*record, error) {
	var r *record
	switch t.Kind {
	case KindAccessProfile:
		r = c.s.catalogs.Get(t.ID)
	case KindAppEntitlement:
		r = c.s.entitlements.Get(ref{t.ParentID, t.ID}.key())
	case KindAccessReview:
		r = c.s.reviews.Get(t.ID)
	default:
		return nil, fmt.Errorf("unknown kind %q", t.Kind)
	}
	if r == nil {
		return nil, fmt.Errorf("%s %s not found", t.Kind, t.ID)
	}
	return r, nil
}

// Edit sets fields, clears those given as null, and takes the tool's annotations away unless the patch brings its own.
func (k console) Edit(t sandbox.Target, patch map[string]any) error {
	c, leave := k.begin()
	defer leave()
	r, err := c.target(t)
	if err != nil {
		return err
	}
	fields, cleared, rest := split(t.Kind, patch)
	given, err := k.decode(t.Kind, fields)
	if err != nil {
		return err
	}
	if given["state"] != nil {
		return errors.New("the state of a review is set by its own call")
	}
	value := copyObject(r.Value)
	for _, name := range cleared {
		delete(value, name)
	}
	annotations := inner(value, "annotations")
	for _, key := range toolKeys {
		delete(annotations, key)
	}
	m := k.v.schema.Messages[consoleMessages[t.Kind]]
	for name, change := range given {
		if f := m.ByName[name]; f.Oneof != "" {
			for _, sibling := range m.Fields {
				if sibling.Oneof == f.Oneof {
					delete(value, sibling.Name)
				}
			}
		}
		value[name] = change
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	if t.Kind == KindAccessProfile {
		c.followName(t.ID, text(value, "displayName"))
	}
	return c.belongings(t.Kind, r, rest)
}

// Delete removes an object for good.
func (k console) Delete(t sandbox.Target) error {
	c, leave := k.begin()
	defer leave()
	r, err := c.target(t)
	if err != nil {
		return err
	}
	r.Remove(c.now)
	switch t.Kind {
	case KindAccessProfile:
		if e := c.s.entitlements.Get(ref{c1App, t.ID}.key()); e != nil {
			e.Remove(c.now)
		}
	case KindAccessReview:
		c.dropTasks(t.ID)
	}
	return nil
}

// SetState moves a review to a state, given with or without its prefix.
func (k console) SetState(id, state string) error {
	c, leave := k.begin()
	defer leave()
	r := c.s.reviews.Get(id)
	if r == nil {
		return fmt.Errorf("access review %s not found", id)
	}
	state = strings.TrimPrefix(state, statePrefix)
	if !slices.Contains(k.v.schema.Enums["AccessReviewState"], statePrefix+state) {
		return fmt.Errorf("unknown state %q", state)
	}
	c.enter(r, state)
	return nil
}

// CloseTasks closes up to count open tasks of a review. An empty outcome certifies.
func (k console) CloseTasks(id string, count int, outcome string) (int, error) {
	c, leave := k.begin()
	defer leave()
	if c.s.reviews.Get(id) == nil {
		return 0, fmt.Errorf("access review %s not found", id)
	}
	if outcome == "" {
		outcome = "CERTIFY_OUTCOME_CERTIFIED"
	}
	if !slices.Contains(k.v.schema.Enums["CertifyOutcome"], outcome) {
		return 0, fmt.Errorf("unknown outcome %q", outcome)
	}
	return c.closeTasks(id, count, outcome), nil
}

// Reset puts every tenant back to its seed.
func (k console) Reset() { k.v.tenants.Reset() }
