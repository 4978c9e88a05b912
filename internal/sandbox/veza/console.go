package veza

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The kinds a console acts on.
const (
	KindAccessProfile  = "AccessProfile"
	KindAppEntitlement = "AppEntitlement"
	KindAccessReview   = "AccessReview"
)

// stranger is who acts in the console.
var stranger = SeedID("user", "administrator")

// console is what people do in the vendor's user interface.
type console struct{ v *Vendor }

// do runs something on the active tenant, alone.
func (k console) do(act func(*call) error) error {
	k.v.tenants.Lock()
	defer k.v.tenants.Unlock()
	return act(k.v.begin())
}

// decode reads wire fields of a message. Read-only fields are welcome: a console can set what the API cannot. Required ones
// are only asked for when the whole object is given.
func (c *call) decode(message string, fields object, whole bool) (object, error) {
	// Through JSON, so that values given in Go and values given over HTTP are the same.
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var value object
	if whole {
		if value, err = c.v.schema.DecodeBody(message, data); err != nil {
			return nil, err
		}
	} else if value, err = c.decodePart(message, data); err != nil {
		return nil, err
	}
	for name, item := range value {
		if text, ok := item.(string); ok && slices.ContainsFunc([]string{"_at", "_date", "_time"}, func(end string) bool { return strings.HasSuffix(name, end) }) {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				value[name] = timestamp(at)
			}
		}
	}
	return value, nil
}

func (c *call) decodePart(message string, data []byte) (object, error) {
	raw, err := wire.ReadJSON(data)
	if err != nil {
		return nil, err
	}
	fields, ok := raw.(object)
	if !ok {
		return nil, errors.New("no object")
	}
	value := object{}
	for name, item := range fields {
		f := c.v.schema.Messages[message].ByName[name]
		if f == nil {
			return nil, fmt.Errorf("unknown property %s of %s", name, message)
		}
		if value[name], err = c.v.schema.DecodeField(f, item, name); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// Create adds an object as a person in the console does. It may name its own id; otherwise it gets one.
func (k console) Create(kind, parentID string, given map[string]any) (id string, err error) {
	err = k.do(func(c *call) error {
		switch kind {
		case KindAccessProfile:
			id, err = c.createByHand(given)
		case KindAppEntitlement:
			id, err = c.createEntityByHand(parentID, given)
		case KindAccessReview:
			id, err = c.createReviewByHand(parentID, given)
		default:
			err = fmt.Errorf("unknown kind %q", kind)
		}
		return err
	})
	return id, err
}

func (c *call) createEntityByHand(parentID string, given object) (string, error) {
	source := look(c.s.datasources, parentID)
	if source == nil {
		return "", fmt.Errorf("datasource %s not found", parentID)
	}
	value, err := c.decode("Entity", given, true)
	if err != nil {
		return "", err
	}
	return wire.Text(c.addEntity(source, value), "id"), nil
}

func (c *call) createReviewByHand(parentID string, given object) (string, error) {
	workflow := look(c.s.workflows, parentID)
	if workflow == nil {
		return "", fmt.Errorf("configuration %s not found", parentID)
	}
	value, err := c.decode("Certification", given, true)
	if err != nil {
		return "", err
	}
	return c.addCertification(workflow, value).Key, nil
}

// target finds an object. An entity is named by its id and, where several share it, by its datasource.
func (c *call) target(t sandbox.Target) (*wire.Record, error) {
	var r *wire.Record
	switch t.Kind {
	case KindAccessProfile:
		r = c.s.profiles.Get(t.ID)
	case KindAppEntitlement:
		for _, e := range c.s.entities.All() {
			source := look(c.s.datasources, t.ParentID)
			if e.Value["id"] == t.ID && (t.ParentID == "" || e.Value["datasource_id"] == source["extraction"]) {
				r = e
			}
		}
	case KindAccessReview:
		r = c.s.certifications.Get(t.ID)
	default:
		return nil, fmt.Errorf("unknown kind %q", t.Kind)
	}
	if r == nil {
		return nil, fmt.Errorf("%s %s not found", t.Kind, t.ID)
	}
	return r, nil
}

// Edit sets fields and clears those given as null.
func (k console) Edit(t sandbox.Target, patch map[string]any) error {
	return k.do(func(c *call) error {
		r, err := c.target(t)
		if err != nil {
			return err
		}
		if t.Kind == KindAccessProfile {
			return c.editProfile(r, patch)
		}
		if patch["state"] != nil || patch["id"] != nil || patch["type"] != nil {
			return errors.New("neither ids, types nor the states of reviews are edited")
		}
		message := map[string]string{KindAppEntitlement: "Entity", KindAccessReview: "Certification"}[t.Kind]
		value := wire.Copy(r.Value)
		if err := c.apply(message, value, patch); err != nil {
			return err
		}
		if t.Kind == KindAccessReview {
			value["updated_at"] = c.stamp()
		}
		r.Set(value, c.now)
		return nil
	})
}

// apply sets and clears fields of a message.
func (c *call) apply(message string, value, patch object) error {
	fields := object{}
	for name, item := range patch {
		if item == nil {
			delete(value, name)
		} else {
			fields[name] = item
		}
	}
	given, err := c.decode(message, fields, false)
	if err != nil {
		return err
	}
	for name, item := range given {
		value[name] = item
	}
	return nil
}

// Delete removes an object for good.
func (k console) Delete(t sandbox.Target) error {
	return k.do(func(c *call) error {
		r, err := c.target(t)
		if err != nil {
			return err
		}
		r.Remove(c.now)
		return nil
	})
}

// SetState moves a review to a phase by setting the dates that mean it (docs/vendors/veza-api.md#review-fields).
func (k console) SetState(id, state string) error {
	return k.do(func(c *call) error {
		r := c.s.certifications.Get(id)
		if r == nil {
			return fmt.Errorf("access review %s not found", id)
		}
		value := wire.Copy(r.Value)
		delete(value, "completed_at")
		delete(value, "completed_by")
		if due := wire.Instant(value, "due_date"); !due.IsZero() && due.Before(c.now) {
			delete(value, "due_date")
		}
		if state != "Preparing" {
			c.prepare(value, c.now)
		}
		switch state {
		case "Preparing":
			delete(value, "query_completed_at")
			value["total_result_count"], value["total_complete_count"], value["decisions"] = int64(0), int64(0), []any{}
		case "InProgress":
		case "Overdue":
			value["due_date"] = timestamp(c.now.Add(-time.Second))
		case "Completed":
			value["completed_at"] = c.stamp()
			value["completed_by"] = object{"user_type": "LOCAL", "id": stranger, "email": "administrator@corp.example", "name": "Administrator"}
		default:
			return fmt.Errorf("unknown state %q: Preparing, InProgress, Overdue or Completed", state)
		}
		value["updated_at"] = c.stamp()
		r.Set(value, c.now)
		return nil
	})
}

// reviewOutcomes are the decisions that complete a row (docs/vendors/veza-api.md#review-fields). An empty outcome accepts.
var reviewOutcomes = []string{"ACCEPTED", "REJECTED", "FIXED"}

// CloseTasks decides up to count open rows of a review.
func (k console) CloseTasks(id string, count int, outcome string) (closed int, err error) {
	err = k.do(func(c *call) error {
		r := c.s.certifications.Get(id)
		if r == nil {
			return fmt.Errorf("access review %s not found", id)
		}
		if outcome == "" {
			outcome = reviewOutcomes[0]
		}
		if !slices.Contains(reviewOutcomes, outcome) {
			return fmt.Errorf("unknown outcome %q", outcome)
		}
		value := wire.Copy(r.Value)
		decisions := wire.Texts(value, "decisions")
		for closed < count && int64(len(decisions)) < number(value, "total_result_count") {
			decisions = append(decisions, outcome)
			closed++
		}
		value["decisions"], value["total_complete_count"] = wire.List(decisions), int64(len(decisions))
		value["results_updated_at"], value["updated_at"] = c.stamp(), c.stamp()
		r.Set(value, c.now)
		return nil
	})
	return closed, err
}

// Reset puts every tenant back to its seed.
func (k console) Reset() { k.v.tenants.Reset() }
