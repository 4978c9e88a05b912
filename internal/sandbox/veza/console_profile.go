package veza

import (
	"fmt"
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// commands are what a patch of a profile may ask for besides fields, each by true.
var commands = []string{"openDraft", "discardDraft", "publishDraft", "approve"}

// split takes what a console says of a profile apart: its own fields, those of a version, and commands.
func split(given object) (own, version object, asked map[string]bool, err error) {
	own, version, asked = object{}, object{}, map[string]bool{}
	for name, item := range given {
		switch {
		case slices.Contains(commands, name):
			on, ok := item.(bool)
			if !ok {
				return nil, nil, nil, fmt.Errorf("%s is true or false", name)
			}
			asked[name] = on
		case name == "members" || slices.Contains(versionFields, name):
			version[name] = item
		default:
			own[name] = item
		}
	}
	return own, version, asked, nil
}

func (c *call) createByHand(given object) (string, error) {
	own, fields, asked, err := split(given)
	if err != nil || len(asked) > 0 {
		return "", firstError(err, fmt.Errorf("commands are for edits"))
	}
	value, version := object{"state": stateInitial, "profile_type": scopedID(c.tenant, "type", "Profile")}, object{}
	if err := firstError(c.applyProfile(value, own), c.applyVersion(version, fields)); err != nil {
		return "", err
	}
	return c.addProfile(value, version, stranger).Key, nil
}

// editProfile changes a profile and its version: the live one, unless the patch opens a draft or nothing was ever published.
func (c *call) editProfile(r *wire.Record, patch object) error {
	own, fields, asked, err := split(patch)
	if err != nil {
		return err
	}
	value := wire.Copy(r.Value)
	if asked["openDraft"] {
		c.openDraft(value, stranger)
	}
	draft := versionOf(value, number(value, "draft_version_number"))
	version := latest(value)
	if asked["openDraft"] && draft != nil {
		version = draft
	}
	if err := firstError(c.applyProfile(value, own), c.applyVersion(version, fields)); err != nil {
		return err
	}
	if len(fields) > 0 {
		version["updated_at"] = c.stamp()
	}
	switch {
	case asked["publishDraft"] && draft != nil:
		c.publish(value, draft, stranger)
	case asked["discardDraft"]:
		discardDraft(value)
	}
	if asked["approve"] && wire.Text(value, "state") == statePending {
		value["state"] = stateRunning
		if value["started_at"] == nil {
			value["started_at"], value["started_by"] = c.stamp(), stranger
		}
	}
	value["updated_at"] = c.stamp()
	r.Set(value, c.now)
	return nil
}

func (c *call) applyProfile(value, fields object) error {
	if err := c.apply("AccessProfile", value, fields); err != nil {
		return err
	}
	if state := wire.Text(value, "state"); !slices.Contains(c.v.schema.Enums["AccessProfileState"], state) {
		return fmt.Errorf("unknown state %q", state)
	}
	if kind := wire.Text(value, "profile_type"); c.s.types.Get(kind) == nil {
		return fmt.Errorf("access profile type %s not found", kind)
	}
	return nil
}

func (c *call) applyVersion(version, fields object) error {
	before := wire.Copy(version)
	if err := c.apply("ConsoleVersion", version, fields); err != nil {
		return err
	}
	if fields["members"] != nil {
		for _, member := range wire.Items(version, "members") {
			if wire.Text(member, "created_from") == "" {
				member["created_from"] = byHand
			}
		}
	}
	c.keepOld(version, before)
	return nil
}
