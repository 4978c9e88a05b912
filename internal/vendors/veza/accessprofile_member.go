package veza

import (
	"context"
	"net/http"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// membersPerCall bounds one change; no limit is documented (docs/vendors/veza-api.md#members).
const membersPerCall = 100

func membersPath(id string, n number) string {
	return rest.Path(profilesPath+"/%s/versions/%s/members", id, n.text())
}

// members lists those who were put into a version by hand; nobody is in a profile of which
// no version is in force.
func (d *profileDriver) members(ctx context.Context, id string, n number) (backend.Set, error) {
	out := backend.Set{}
	if n <= 0 {
		return out, nil
	}
	for r, err := range list[member](ctx, d.api, query{path: membersPath(id, n)}, nil) {
		if err != nil {
			return nil, err
		}
		if r.item.byHand() {
			out = append(out, r.item.IdentityID)
		}
	}
	return out, nil
}

// peopled reports whether anybody at all is in a profile.
func (d *profileDriver) peopled(ctx context.Context, id, typeID string) (bool, error) {
	p, _, err := d.read(ctx, id, typeID)
	if err != nil || p == nil {
		return true, err
	}
	if p.Current <= 0 {
		return false, nil
	}
	for _, err := range list[member](ctx, d.api, query{path: membersPath(id, p.Current)}, nil) {
		return true, err
	}
	return false, nil
}

// changeMembers adds or removes people. It is a delta, and an answer that sounds good may
// hold an error (docs/vendors/veza-api.md#members).
func (d *profileDriver) changeMembers(ctx context.Context, id string, n number, kind string, people []string) error {
	var answer struct {
		Error string `json:"access_request_error_message"`
	}
	body := memberChange{ProfileID: id, Version: n, Type: kind, IdentityIDs: people}
	if _, err := d.do(ctx, rest.Call{Method: http.MethodPut, Path: membersPath(id, n), Body: body}, &answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return invalid(pathMembers, "Veza accepted the change and answered: %s", cut(answer.Error, longestWords))
	}
	return nil
}

// minus returns the items of a that are not in b.
func minus(a, b backend.Set) []string {
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(a))), func(id string) bool { return slices.Contains(b, id) })
}
