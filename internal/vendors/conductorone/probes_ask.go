package conductorone

import (
	"context"
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// markKept reports whether annotations are those of the mark.
func markKept(b *probe.Bench, what string, annotations any) bool {
	for key, want := range b.Mark(what).Annotations() {
		if probe.Text(annotations, key) != want {
			return false
		}
	}
	return true
}

// readProbes change nothing.
func readProbes() []probe.Probe {
	return []probe.Probe{
		{
			ID: "introspection-names-the-tenant", Effect: probe.Reads, Calls: 1,
			Assumes: "The call that says who signs in names the tenant by an id.",
			Asks:    "Ask who signs in, and look for the id.",
			Depends: "The tenant is told apart by its host alone: one that moves behind the same host is not noticed.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall("/api/v1/auth/introspect", nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(reply.Text("tenantId") != "", "no-id", reply.Status)
			},
		},
		{
			ID: "an-unknown-id-is-not-found", Effect: probe.Reads, Calls: 1,
			Assumes: "A read by an id of the right form that nothing has answers 404.",
			Asks:    "Read a profile by such an id.",
			Depends: "A remote that somebody removed would not be seen to be gone.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(catalogPath(nobodysID), nil))
				switch {
				case reply.Status == http.StatusNotFound:
					return probe.Yes()
				case reply.OK() || reply.Refused():
					return probe.No("answers-otherwise", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "a-refusal-says-the-same-again", Effect: probe.Reads, Calls: 2, After: []string{"an-unknown-id-is-not-found"},
			Assumes: "What a refusal says is the same each time, but for the id of the request, in brackets at its end.",
			Asks:    "Read a profile by an id that nothing has, twice.",
			Depends: "Each try of what is refused would be another event and another write of the status.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				return b.SameWords(ctx, getCall(catalogPath(nobodysID), nil), func(r probe.Reply) string {
					words, _, _ := strings.Cut(r.Text("message"), "(request-id:")
					return strings.TrimSpace(words)
				})
			},
		},
		{
			ID: "a-search-by-name-finds-nothing-else", Effect: probe.Reads, Calls: 1,
			Assumes:   "The search for entitlements by display name finds what has that name and nothing else.",
			Asks:      "Search for a name that nothing has.",
			Depends:   "Names are compared here again, so nothing wrong is taken over; a look for a name reads more rows than it needs.",
			Overrides: []backend.Override{{Kind: kindEntitlement, Capability: backend.CapabilitySearch}},
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, searchCall(searchEntitlementsPath, map[string]any{"displayName": b.Name("nobody"), "pageSize": 10}))
				list, ok := reply.List("list")
				if !reply.OK() || !ok && reply.At("list") != nil {
					return reply.Unsaid()
				}
				return probe.If(len(list) == 0, "finds-others", reply.Status)
			},
		},
	}
}

func entitlementProbes() []probe.Probe {
	place := []probe.Need{probe.NeedPlace}
	one := []string{kindEntitlement}
	return []probe.Probe{
		{
			ID: "entitlement-annotations-read-back", Effect: probe.Writes, Needs: place, Calls: 3, Makes: one,
			Assumes: "Annotations of an entitlement read back as they were written.",
			Asks:    "Make an entitlement with the mark in its annotations, and read it.",
			Depends: "The mark is a line of the description there: the operator finds that out by itself, and makes one at a time until then.",
			Ask: with(kindEntitlement, "annotations-e", plainly, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(markKept(b, "annotations-e", reply.At("appEntitlementView", "appEntitlement", "annotations")), "not-kept", reply.Status)
			}),
		},
		{
			ID: "entitlement-is-found-at-once", Effect: probe.Writes, Needs: place, Calls: 3, Makes: one,
			Assumes:   "The search for entitlements shows a new one at once.",
			Asks:      "Make an entitlement, and search for its name in its app.",
			Depends:   "A look before a create could miss what was made a moment ago.",
			Overrides: []backend.Override{{Kind: kindEntitlement, Capability: backend.CapabilityLists}},
			Ask: with(kindEntitlement, "found", plainly, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				reply := b.Ask(ctx, searchCall(searchEntitlementsPath, map[string]any{"appIds": []string{b.Place}, "displayName": t.Name, "pageSize": 10}))
				return listed(reply, t, "appEntitlement")
			}),
		},
		{
			ID: "deleted-entitlement-says-so", Effect: probe.Writes, Needs: place, Calls: 3, Makes: one,
			Assumes: "A deleted entitlement answers 404, or with the date of its deletion.",
			Asks:    "Make an entitlement, delete it, and read it.",
			Depends: "An object that is deleted would keep its finalizer, and a removal by hand would not be seen.",
			Ask:     deletedSaysSo(kindEntitlement, "appEntitlementView", "appEntitlement"),
		},
		{
			ID: "an-alias-is-had-once", Effect: probe.Writes, Needs: place, Calls: 3, Makes: one,
			Assumes: "A second entitlement of the same alias is refused.",
			Asks:    "Make an entitlement with an alias, and try to make another with it.",
			Depends: "Nothing at the vendor stands behind the look for the alias: two creates at one moment could both succeed.",
			Ask: with(kindEntitlement, "alias-one", aliased, func(ctx context.Context, b *probe.Bench, _ probe.Thing, _ probe.Reply) probe.Answer {
				second, reply := makeThing(ctx, b, kindEntitlement, "alias-two", aliased(b))
				if reply.OK() {
					dropThing(ctx, b, second)
					return probe.No("taken-twice", reply.Status)
				}
				if reply.Refused() {
					return probe.Yes()
				}
				return reply.Unsaid()
			}),
		},
	}
}

// aliased is an entitlement with an alias of the run's own.
func aliased(b *probe.Bench) map[string]any {
	return map[string]any{"alias": "governance_check_" + strings.ReplaceAll(b.Run, "-", "_")}
}

// listed holds if a list or a search shows a thing.
func listed(reply probe.Reply, t probe.Thing, path ...string) probe.Answer {
	if !reply.OK() {
		return reply.Unsaid()
	}
	rows, _ := reply.List("list")
	for _, r := range rows {
		if probe.Text(probe.At(r, path...), "id") == t.ID {
			return probe.Yes()
		}
	}
	return probe.No("not-shown-yet", reply.Status)
}

// deletedSaysSo makes a thing, deletes it and reads it; path is where the answer has it.
func deletedSaysSo(kind string, path ...string) func(context.Context, *probe.Bench) probe.Answer {
	return func(ctx context.Context, b *probe.Bench) probe.Answer {
		t, made := makeThing(ctx, b, kind, "gone-"+kind, nil)
		if !made.OK() {
			return made.Unsaid()
		}
		if gone := dropThing(ctx, b, t); !gone.OK() {
			return gone.Unsaid()
		}
		reply := b.Ask(ctx, getCall(pathOf(t), nil))
		if reply.Status == http.StatusNotFound {
			return probe.Yes()
		}
		if !reply.OK() {
			return reply.Unsaid()
		}
		left := signs{State: probe.Text(reply.At(path...), "state")}
		if date := probe.Text(reply.At(path...), "deletedAt"); date != "" {
			left.DeletedAt = &date
		}
		return probe.If(left.gone(), "reads-as-if-it-were-there", reply.Status)
	}
}
