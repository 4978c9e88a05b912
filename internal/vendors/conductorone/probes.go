package conductorone

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	kindEntitlement = "AppEntitlement"
	kindProfile     = "AccessProfile"
	kindReview      = "AccessReview"
)

// nobodysID has the form of the vendor's ids, and no thing has it.
const nobodysID = "2governancecheckgovernance0"

// Checked is what a check of a tenant has to know of ConductorOne.
func Checked() probe.Vendor {
	return probe.Vendor{
		Vendor:  Vendor(),
		Probes:  slices.Concat(readProbes(), liveReads(), liveOwners(), liveWrites(), entitlementProbes(), profileProbes(), reviewProbes(), lawProbes(), neverProbes()),
		Doer:    func(t backend.Tenant) probe.Doer { return t.(*tenant).client.Do },
		Lists:   markedLists(),
		Prepare: prepare,
		Remove:  removeThing,
	}
}

func getCall(path string, query url.Values) rest.Call {
	return rest.Call{Method: http.MethodGet, Path: path, Query: query}
}

func searchCall(path string, body map[string]any) rest.Call {
	return rest.Call{Method: http.MethodPost, Path: path, Body: body, Read: true}
}

func postCall(path string, body any) rest.Call {
	return rest.Call{Method: http.MethodPost, Path: path, Body: body}
}

func deleteCall(path string, body any) rest.Call {
	return rest.Call{Method: http.MethodDelete, Path: path, Body: body}
}

// pathOf is where a thing is.
func pathOf(t probe.Thing) string {
	switch t.Kind {
	case kindProfile:
		return catalogPath(t.ID)
	case kindReview:
		return reviewPath(t.ID)
	}
	return entitlementPath(t.ParentID, t.ID)
}

// make makes a thing that bears name, mark and sentence of the check.
func makeThing(ctx context.Context, b *probe.Bench, kind, what string, fields map[string]any) (probe.Thing, probe.Reply) {
	t := probe.Thing{Kind: kind, Name: b.Name(what)}
	body := map[string]any{"displayName": t.Name, "description": b.Sentence(), "annotations": b.Mark(what).Annotations()}
	path, answer := catalogsPath, []string{"requestCatalogView", "requestCatalog"}
	switch kind {
	case kindReview:
		path, answer = reviewItemPath, []string{"accessReview", "accessReview"}
		body["description"] = b.Mark(what).Stamp(b.Sentence())
		body["ownerIds"] = []string{b.Owner}
		delete(body, "annotations")
	case kindEntitlement:
		t.ParentID = b.Place
		path, answer = entitlementsPath(b.Place), []string{"appEntitlementView", "appEntitlement"}
		body["appResourceTypeId"], body["appResourceId"] = b.PlaceType, b.PlaceItem
	}
	maps.Copy(body, fields)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	reply := b.Ask(ctx, postCall(path, body))
	if t.ID = probe.Text(reply.At(answer...), "id"); reply.OK() && t.ID != "" {
		b.Keep(t)
	}
	return t, reply
}

// drop removes what a probe made.
func dropThing(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Reply {
	reply := b.Ask(ctx, deleteCall(pathOf(t), struct{}{}))
	if reply.OK() || reply.Status == http.StatusNotFound {
		b.Dropped(t)
	}
	return reply
}

// removeThing removes what the lists showed. An entitlement that bears the sentence and no mark may be that of a
// profile, which is not removed by itself: it goes with the profile, and has its id.
func removeThing(ctx context.Context, b *probe.Bench, t probe.Thing) error {
	if t.Kind == kindEntitlement && t.Mark.IsZero() {
		if reply := dropThing(ctx, b, probe.Thing{Kind: kindProfile, ID: t.ID}); reply.OK() {
			return nil
		}
	}
	if reply := dropThing(ctx, b, t); !reply.OK() && reply.Status != http.StatusNotFound {
		return fmt.Errorf("the vendor answered %d", reply.Status)
	}
	return nil
}

// with makes a thing, asks ask about it, and removes it.
func with(kind, what string, fields func(*probe.Bench) map[string]any, ask func(ctx context.Context, b *probe.Bench, t probe.Thing, made probe.Reply) probe.Answer) func(context.Context, *probe.Bench) probe.Answer {
	return func(ctx context.Context, b *probe.Bench) probe.Answer {
		t, made := makeThing(ctx, b, kind, what, fields(b))
		if !made.OK() {
			return made.Unsaid()
		}
		if t.ID == "" {
			return probe.Perhaps("no-id-in-the-answer", made.Status)
		}
		defer dropThing(ctx, b, t)
		return ask(ctx, b, t, made)
	}
}

// plainly is a thing with nothing besides.
func plainly(*probe.Bench) map[string]any { return nil }

// signs are what a row says of whose a thing is.
type signs struct {
	ID          string            `json:"id"`
	AppID       string            `json:"appId"`
	DisplayName string            `json:"displayName"`
	Description string            `json:"description"`
	Annotations map[string]string `json:"annotations"`
	DeletedAt   *string           `json:"deletedAt"`
	State       string            `json:"state"`
}

func (s signs) gone() bool {
	return s.DeletedAt != nil && *s.DeletedAt != "" || strings.HasSuffix(s.State, "_DELETED") || strings.HasSuffix(s.State, "_DELETING")
}

func (s signs) thing(kind string) probe.Thing {
	t := probe.Thing{Kind: kind, ID: s.ID, Name: s.DisplayName, Text: s.Description}
	if t.Mark = backend.MarkFromAnnotations(s.Annotations); t.Mark.IsZero() {
		_, t.Mark = backend.SplitMark(s.Description)
	}
	if kind == kindEntitlement {
		t.ParentID = s.AppID
	}
	return t
}

// catalogRow, reviewRow and entitlementRow are rows of lists.
type catalogRow struct {
	Signs signs `json:"requestCatalog"`
}

type reviewRow struct {
	Signs signs `json:"accessReview"`
}

type entitlementRow struct {
	Signs signs `json:"appEntitlement"`
}

// things are what the rows of a list say of whose they are.
func things[T any](kind string, seq iter.Seq2[row[T], error], signsOf func(T) signs) ([]probe.Thing, error) {
	var out []probe.Thing
	for r, err := range seq {
		if err != nil {
			return nil, err
		}
		if s := signsOf(r.item); !s.gone() {
			out = append(out, s.thing(kind))
		}
	}
	return out, nil
}

// markedLists read everything that can have an ownership marker.
func markedLists() map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error) {
	return map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error){
		kindProfile: func(ctx context.Context, t backend.Tenant) ([]probe.Thing, error) {
			return things(kindProfile, list[catalogRow](ctx, t.(*tenant).api, catalogsPath, nil), func(r catalogRow) signs { return r.Signs })
		},
		kindReview: func(ctx context.Context, t backend.Tenant) ([]probe.Thing, error) {
			return things(kindReview, list[reviewRow](ctx, t.(*tenant).api, reviewsPath, nil), func(r reviewRow) signs { return r.Signs })
		},
		kindEntitlement: func(ctx context.Context, t backend.Tenant) ([]probe.Thing, error) {
			return things(kindEntitlement, search[entitlementRow](ctx, t.(*tenant).api, searchEntitlementsPath, map[string]any{}), func(r entitlementRow) signs { return r.Signs })
		},
	}
}

// prepare finds the app with a resource in it, and the person.
func prepare(ctx context.Context, b *probe.Bench, place, owner string) error {
	if owner != "" {
		id, err := b.One(ctx, backend.Name{Kind: backend.NameUser, Name: owner})
		if err != nil {
			return fmt.Errorf("%s: %w", probe.NeedOwner, err)
		}
		b.Owner = id
	}
	if place == "" {
		return nil
	}
	app, err := b.One(ctx, backend.Name{Kind: backend.NameApp, Name: place})
	if err != nil {
		return fmt.Errorf("%s: %w", probe.NeedPlace, err)
	}
	types, err := collect(list[struct {
		Type struct {
			ID string `json:"id"`
		} `json:"appResourceType"`
	}](ctx, b.Tenant.(*tenant).api, rest.Path("/api/v1/apps/%s/resource_types", app), nil))
	if err != nil {
		return fmt.Errorf("%s: %w", probe.NeedPlace, err)
	}
	for _, t := range types {
		resources := b.Ask(ctx, getCall(rest.Path("/api/v1/apps/%s/resource_types/%s/resources", app, t.Type.ID), nil))
		items, _ := resources.List("list")
		for _, item := range items {
			if id := probe.Text(item, "appResource", "id"); id != "" {
				b.Place, b.PlaceType, b.PlaceItem = app, t.Type.ID, id
				return nil
			}
		}
	}
	return fmt.Errorf("%s: the app has no resource, and an entitlement is of one", probe.NeedPlace)
}
