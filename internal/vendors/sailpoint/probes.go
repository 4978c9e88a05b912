package sailpoint

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	kindProfile = "AccessProfile"
	kindReview  = "AccessReview"
	// nobodysID has the form of the vendor's ids, and no thing has it.
	nobodysID = "2c9180000000000000governance0000"
	// untilGone is how often a campaign is looked for that is being deleted, and between how long a wait it is.
	untilGone  = 20
	betweenTwo = 30 * time.Second
)

// Checked is what a check of a tenant has to know of SailPoint.
func Checked() probe.Vendor {
	return probe.Vendor{
		Vendor:  Vendor(),
		Probes:  slices.Concat(readProbes(), profileProbes(), campaignProbes(), lawProbes(), neverProbes()),
		Doer:    func(t backend.Tenant) probe.Doer { return t.(*tenant).do },
		Lists:   markedLists(),
		Prepare: prepare,
		Remove:  removeThing,
	}
}

// signs are what a row says of whose a thing is.
type signs struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func things(kind string, seq iter.Seq2[row[signs], error]) ([]probe.Thing, error) {
	var out []probe.Thing
	for r, err := range seq {
		if err != nil {
			return nil, err
		}
		_, mark := backend.SplitMark(r.item.Description)
		out = append(out, probe.Thing{Kind: kind, ID: r.item.ID, Name: r.item.Name, Text: r.item.Description, Mark: mark})
	}
	return out, nil
}

// markedLists read everything that can have an ownership marker. Entitlements cannot be made, and nothing marks them.
func markedLists() map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error) {
	read := func(kind, path string) func(context.Context, backend.Tenant) ([]probe.Thing, error) {
		return func(ctx context.Context, t backend.Tenant) ([]probe.Thing, error) {
			return things(kind, list[signs](ctx, t.(*tenant).api, path, sought(byAge), nil, nil))
		}
	}
	return map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error){
		kindProfile: read(kindProfile, profilesPath), kindReview: read(kindReview, campaignsPath),
	}
}

// prepare finds the source and the person.
func prepare(ctx context.Context, b *probe.Bench, place, owner string) error {
	for _, what := range []struct {
		need probe.Need
		kind backend.NameKind
		name string
		id   *string
	}{{probe.NeedOwner, backend.NameUser, owner, &b.Owner}, {probe.NeedPlace, backend.NameApp, place, &b.Place}} {
		if what.name == "" {
			continue
		}
		id, err := b.One(ctx, backend.Name{Kind: what.kind, Name: what.name})
		if err != nil {
			return fmt.Errorf("%s: %w", what.need, err)
		}
		*what.id = id
	}
	return nil
}

func pathOf(t probe.Thing) string {
	if t.Kind == kindReview {
		return campaignPath(t.ID)
	}
	return profilePath(t.ID)
}

func getCall(path string, query map[string]string) rest.Call {
	call := rest.Call{Method: http.MethodGet, Path: path, Query: map[string][]string{}}
	for key, value := range query {
		call.Query.Set(key, value)
	}
	return call
}

func postCall(path string, body any) rest.Call {
	return rest.Call{Method: http.MethodPost, Path: path, Body: body}
}

// step is one step of a patch.
type step struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

func patchCall(path string, steps ...step) rest.Call {
	return rest.Call{Method: http.MethodPatch, Path: path, Body: steps, ContentType: "application/json-patch+json"}
}

// described is the description of what a probe makes, with the line of its mark.
func described(b *probe.Bench, what string) string { return b.Mark(what).Stamp(b.Sentence()) }

// makeThing makes a profile that is switched off and gives nothing, or a campaign that nobody starts.
func makeThing(ctx context.Context, b *probe.Bench, kind, what string, fields map[string]any) (probe.Thing, probe.Reply) {
	t := probe.Thing{Kind: kind, Name: b.Name(what)}
	body := map[string]any{"name": t.Name, "description": described(b, what)}
	path := profilesPath
	switch kind {
	case kindReview:
		path = campaignsPath
		body["type"], body["deadline"], body["emailNotificationEnabled"] = "SEARCH", inTwoMonths(b).Format(time.RFC3339), false
		body["searchCampaignInfo"] = map[string]any{
			"type": "IDENTITY", "identityIds": []string{b.Owner}, "reviewer": map[string]any{"type": "IDENTITY", "id": b.Owner},
		}
	default:
		body["enabled"], body["owner"] = false, map[string]any{"type": "IDENTITY", "id": b.Owner}
		body["source"] = map[string]any{"type": "SOURCE", "id": b.Place}
	}
	for key, value := range fields {
		body[key] = value
	}
	reply := b.Ask(ctx, postCall(path, body))
	if t.ID = reply.Text("id"); reply.OK() && t.ID != "" {
		b.Keep(t)
	}
	return t, reply
}

// inTwoMonths is a deadline on a full minute.
func inTwoMonths(b *probe.Bench) time.Time {
	return b.Clock().UTC().AddDate(0, 2, 0).Truncate(time.Hour)
}

// absent reports whether a thing is not there: by 404, or by a 400 whose code says so.
func absent(reply probe.Reply) bool {
	return reply.Status == http.StatusNotFound || reply.Status == http.StatusBadRequest && strings.HasPrefix(reply.Text("detailCode"), "400.1.404")
}

// removeThing removes a thing and waits until it is gone: the deletion of a campaign is a job at the vendor.
func removeThing(ctx context.Context, b *probe.Bench, t probe.Thing) error {
	if t.Kind != kindReview {
		reply := b.Ask(ctx, rest.Call{Method: http.MethodDelete, Path: pathOf(t)})
		if !reply.OK() && !absent(reply) {
			return fmt.Errorf("the vendor answered %d", reply.Status)
		}
		b.Dropped(t)
		return nil
	}
	if reply := b.Ask(ctx, postCall(campaignsPath+"/delete", map[string]any{"ids": []string{t.ID}})); !reply.OK() && !absent(reply) {
		return fmt.Errorf("the vendor answered %d", reply.Status)
	}
	for range untilGone {
		b.Sleep(ctx, betweenTwo)
		if absent(b.Ask(ctx, getCall(pathOf(t), nil))) {
			b.Dropped(t)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("it is still there after %s", untilGone*betweenTwo)
}

// with makes a thing, asks ask about it, and removes it.
func with(kind, what string, fields map[string]any, ask func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer) func(context.Context, *probe.Bench) probe.Answer {
	return func(ctx context.Context, b *probe.Bench) probe.Answer {
		t, made := makeThing(ctx, b, kind, what, fields)
		if !made.OK() {
			return made.Unsaid()
		}
		if t.ID == "" {
			return probe.Perhaps("no-id-in-the-answer", made.Status)
		}
		defer func() { _ = removeThing(ctx, b, t) }() // The end of the check tells of what could not be removed.
		return ask(ctx, b, t)
	}
}
