package conductorone

import (
	"context"
	"net/http"
	"net/url"

	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// liveReads ask for rules of the server that no schema shows, and change nothing.
func liveReads() []probe.Probe {
	return []probe.Probe{
		{
			ID: "a-malformed-id-is-refused", Effect: probe.Reads, Calls: 1,
			Assumes: "A read by an id that is not of 27 letters and digits answers 400.",
			Asks:    "Read a profile by such an id.",
			Depends: "A mistyped id would be told as one that is not there; such ids are not sent.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(catalogPath("governance-check"), nil))
				if reply.OK() || reply.Refused() {
					return probe.If(reply.Status == http.StatusBadRequest, "answers-otherwise", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "a-page-above-a-hundred-is-refused", Effect: probe.Reads, Calls: 1,
			Assumes: "A list that is asked for more than a hundred rows at once answers 400.",
			Asks:    "Ask for 101 profiles.",
			Depends: "Nothing here: no more than a hundred are asked for.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(catalogsPath, url.Values{"page_size": {"101"}}))
				if reply.OK() || reply.Refused() {
					return probe.If(reply.Refused(), "takes-it", reply.Status)
				}
				return reply.Unsaid()
			},
		},
	}
}

// liveOwners asks who owns something in an app that is not there.
func liveOwners() []probe.Probe {
	return []probe.Probe{{
		ID: "nobody-owns-what-is-not-there", Effect: probe.Reads, Calls: 1,
		Assumes: "The owners of an entitlement of an app that does not exist read as none.",
		Asks:    "Read the owners in an app whose id nothing has.",
		Depends: "Nothing: an empty list of owners is no proof that anything is there, and none is taken from it.",
		Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
			reply := b.Ask(ctx, getCall(entitlementPath(nobodysID, nobodysID)+"/ownerids", nil))
			if reply.OK() || reply.Refused() {
				owners, _ := reply.List("userIds")
				return probe.If(reply.OK() && len(owners) == 0, "answers-otherwise", reply.Status)
			}
			return reply.Unsaid()
		},
	}}
}

// liveWrites ask for refusals: nothing comes of them but the profile that is asked about.
func liveWrites() []probe.Probe {
	place := []probe.Need{probe.NeedPlace}
	return []probe.Probe{
		{
			ID: "an-entitlement-needs-a-resource", Effect: probe.Writes, Needs: place, Calls: 1, Makes: []string{kindEntitlement},
			Assumes: "A new entitlement that names no resource is refused.",
			Asks:    "Try to make one.",
			Depends: "Specs that leave it out would be possible on this tenant; this operator refuses them.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				t, made := makeThing(ctx, b, kindEntitlement, "bare", map[string]any{"appResourceTypeId": nil, "appResourceId": nil})
				switch {
				case made.OK():
					dropThing(ctx, b, t)
					return probe.No("taken", made.Status)
				case made.Refused():
					return probe.Yes()
				}
				return made.Unsaid()
			},
		},
		{
			ID: "bindings-need-a-published-profile", Effect: probe.Writes, Needs: place, Calls: 4, Makes: []string{kindProfile},
			Assumes: "Visibility is not bound while a profile is not published.",
			Asks:    "Make a profile that is not published, and try to bind an entitlement of the app to it.",
			Depends: "The order of the writes could be simpler: it is safe either way.",
			Ask: with(kindProfile, "bound", unpublished, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				entry, reply := anEntitlement(ctx, b)
				if entry == nil {
					return probe.Perhaps("the-app-has-no-entitlement", reply.Status)
				}
				bound := b.Ask(ctx, postCall(rest.Path(catalogsPath+"/%s/visibility_bindings", t.ID), map[string]any{"accessEntitlements": []any{entry}}))
				if bound.OK() || bound.Refused() {
					return probe.If(bound.Refused(), "taken", bound.Status)
				}
				return bound.Unsaid()
			}),
		},
	}
}
