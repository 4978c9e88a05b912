package sailpoint

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// readProbes change nothing.
func readProbes() []probe.Probe {
	place := []probe.Need{probe.NeedPlace}
	return []probe.Probe{
		{
			ID: "the-tenant-has-a-name", Effect: probe.Reads, Calls: 1,
			Assumes: "The call that says which tenant answers names it.",
			Asks:    "Ask which tenant answers.",
			Depends: "The tenant is told apart by its host alone: one that moves behind the same host is not noticed.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, rest.Call{Method: http.MethodGet, Path: infoPath})
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(reply.Text("tenantName") != "", "no-name", reply.Status)
			},
		},
		{
			ID: "an-unknown-id-is-not-found", Effect: probe.Reads, Calls: 1,
			Assumes: "A read by an id that nothing has answers 404, or 400 with the code of a missing reference.",
			Asks:    "Read an access profile by such an id.",
			Depends: "A remote that somebody removed would not be seen to be gone.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(profilePath(nobodysID), nil))
				if absent(reply) {
					return probe.Yes()
				}
				if reply.OK() || reply.Refused() {
					return probe.No("answers-otherwise", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "a-refusal-says-the-same-again", Effect: probe.Reads, Calls: 2, After: []string{"an-unknown-id-is-not-found"},
			Assumes: "What a refusal says is the same each time, but for its trackingId.",
			Asks:    "Read an access profile by an id that nothing has, twice.",
			Depends: "Each try of what is refused would be another event and another write of the status.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				return b.SameWords(ctx, getCall(profilePath(nobodysID), nil), func(r probe.Reply) string {
					words := r.Text("detailCode")
					for _, list := range []string{"messages", "causes"} {
						said, _ := r.List(list)
						for _, item := range said {
							words += "\n" + probe.Text(item, "text")
						}
					}
					return words
				})
			},
		},
		{
			ID: "a-filter-by-name-finds-nothing-else", Effect: probe.Reads, Calls: 1,
			Assumes:   "The filter of access profiles by name finds what has that name and nothing else.",
			Asks:      "Filter by a name that nothing has.",
			Depends:   "Names are compared here again, so nothing wrong is taken over; a look for a name reads more rows than it needs.",
			Overrides: []backend.Override{{Kind: kindProfile, Capability: backend.CapabilitySearch}},
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(profilesPath, map[string]string{"filters": eq("name", b.Name("nobody")), "limit": "2"}))
				rows, ok := reply.List()
				if !reply.OK() || !ok {
					return reply.Unsaid()
				}
				return probe.If(len(rows) == 0, "finds-others", reply.Status)
			},
		},
		{
			ID: "an-entitlement-tells-its-privilege", Effect: probe.Reads, Calls: 1, Needs: place,
			Assumes: "An entitlement shows its privilege as privilegeLevel or as privileged, and the form that it shows is the one that is written.",
			Asks:    "Read an entitlement of the source.",
			Depends: "spec.sailPoint.privilegeLevel could not be compared, and would be written again and again.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				first, reply := anEntitlement(ctx, b)
				if first == nil {
					return reply.Unsaid()
				}
				return probe.If(probe.At(first, "privilegeLevel") != nil || probe.At(first, "privileged") != nil, "shows-neither", reply.Status)
			},
		},
		{
			ID: "a-request-config-is-readable", Effect: probe.Reads, Calls: 2, Needs: place,
			Assumes: "The request configuration of an entitlement answers 200, or 404 where none was set.",
			Asks:    "Read that of an entitlement of the source.",
			Depends: "Entitlements whose request configuration is managed would not become Ready.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				first, reply := anEntitlement(ctx, b)
				if first == nil {
					return reply.Unsaid()
				}
				reply = b.Ask(ctx, getCall(entitlementPath(probe.Text(first, "id"))+"/entitlement-request-config", nil))
				if reply.OK() || reply.Status == http.StatusNotFound {
					return probe.Yes()
				}
				if reply.Refused() {
					return probe.No("answers-otherwise", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "the-privilege-has-a-path-to-write", Effect: probe.Writes, Calls: 3, Needs: place, After: []string{"an-entitlement-tells-its-privilege"},
			Assumes: "Where an entitlement shows privilegeLevel, /privilegeOverride/level is what is written.",
			Asks: "Write to that path of an entitlement of the source a word that is no level, and to a path that cannot be; both are refused, " +
				"and the first not for its path. Nothing changes.",
			Depends: "spec.sailPoint.privilegeLevel would be refused on this tenant.",
			Ask:     privilegePath,
		},
	}
}

// anEntitlement is one of the source, nil where there is none.
func anEntitlement(ctx context.Context, b *probe.Bench) (any, probe.Reply) {
	reply := b.Ask(ctx, getCall(entitlementsPath, map[string]string{"filters": eq("source.id", b.Place), "limit": "1"}))
	if rows, _ := reply.List(); reply.OK() && len(rows) > 0 {
		return rows[0], reply
	}
	return nil, reply
}

// privilegePath tells a path that is not known from a value that is not, by the code of the vendor's refusal.
func privilegePath(ctx context.Context, b *probe.Bench) probe.Answer {
	const illegal = "400.1.1 "
	first, reply := anEntitlement(ctx, b)
	if first == nil {
		return reply.Unsaid()
	}
	if probe.At(first, "privilegeLevel") == nil {
		return probe.Perhaps("this-tenant-shows-the-older-form", reply.Status)
	}
	at := entitlementPath(probe.Text(first, "id"))
	level := b.Ask(ctx, patchCall(at, step{"replace", "/privilegeOverride/level", "GOVERNANCE-CHECK"}))
	other := b.Ask(ctx, patchCall(at, step{"replace", "/attribute", "governance-check"}))
	switch {
	case level.OK():
		return probe.No("takes-what-is-no-level", level.Status)
	case level.Status != http.StatusBadRequest:
		return level.Unsaid()
	case strings.HasPrefix(level.Text("detailCode")+" ", illegal):
		return probe.No("the-path-is-refused", level.Status)
	case level.Text("detailCode") == other.Text("detailCode"):
		return probe.Perhaps("all-is-refused-alike", level.Status)
	}
	return probe.Yes()
}

func profileProbes() []probe.Probe {
	needs, one := []probe.Need{probe.NeedPlace, probe.NeedOwner}, []string{kindProfile}
	const makes = "Make an access profile that is switched off and gives nothing"
	return []probe.Probe{
		{
			ID: "a-profile-keeps-its-description", Effect: probe.Writes, Needs: needs, Calls: 3, Makes: one,
			Assumes:   "The description of an access profile reads back as it was written, with the line of the mark.",
			Asks:      makes + ", and read it.",
			Depends:   "The mark hangs on it: without it a create whose answer is lost is told by name alone.",
			Overrides: []backend.Override{{Kind: kindProfile, Capability: backend.CapabilityMarks}},
			Ask: with(kindProfile, "described", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				return readsBack(b.Ask(ctx, getCall(pathOf(t), nil)), described(b, "described"))
			}),
		},
		{
			ID: "a-profile-is-found-at-once", Effect: probe.Writes, Needs: needs, Calls: 3, Makes: one,
			Assumes:   "The filter by name shows a new access profile at once.",
			Asks:      makes + ", and filter by its name.",
			Depends:   "A look before a create could miss what was made a moment ago.",
			Overrides: []backend.Override{{Kind: kindProfile, Capability: backend.CapabilityLists}},
			Ask: with(kindProfile, "found", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				reply := b.Ask(ctx, getCall(profilesPath, map[string]string{"filters": eq("name", t.Name), "limit": "2"}))
				rows, ok := reply.List()
				if !reply.OK() || !ok {
					return reply.Unsaid()
				}
				return probe.If(len(rows) == 1 && probe.Text(rows[0], "id") == t.ID, "not-shown-yet", reply.Status)
			}),
		},
		{
			ID: "a-name-is-had-once", Effect: probe.Writes, Needs: needs, Calls: 3, Makes: one,
			Assumes: "A second access profile of the same name is refused.",
			Asks:    makes + ", and try to make another of its name.",
			Depends: "Nothing at the vendor stands behind the look for the name: two creates at one moment could both succeed.",
			Ask: with(kindProfile, "name", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				second, reply := makeThing(ctx, b, kindProfile, "name", nil)
				if reply.OK() {
					_ = removeThing(ctx, b, second)
					return probe.No("taken-twice", reply.Status)
				}
				if reply.Refused() {
					return probe.Yes()
				}
				return reply.Unsaid()
			}),
		},
		{
			ID: "a-description-is-counted-in-characters", Effect: probe.Writes, Needs: needs, Calls: 2, Makes: one,
			Assumes: "The 2000 of a description are characters, also where one takes two units of UTF-16.",
			Asks:    makes + ", with a description of 2000 characters, the last of them a face.",
			Depends: "A description near its limit that has such characters would be refused by the vendor and not at admission.",
			Ask:     longDescription,
		},
		{
			ID: "a-patch-is-one-unit", Effect: probe.Writes, Needs: needs, Calls: 4, Makes: one, After: []string{"a-profile-keeps-its-description"},
			Assumes: "Of a patch with one step that is refused nothing is applied.",
			Asks:    makes + ", patch its description together with what cannot be, and read it.",
			Depends: "A refused edit could have given access already.",
			Ask: with(kindProfile, "unit", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				wrote := b.Ask(ctx, patchCall(pathOf(t), step{"replace", "/description", described(b, "unit") + " "}, step{"replace", "/created", "governance-check"}))
				if !wrote.Refused() {
					return wrote.Unsaid()
				}
				return readsBack(b.Ask(ctx, getCall(pathOf(t), nil)), described(b, "unit"))
			}),
		},
		{
			ID: "a-block-is-replaced-whole", Effect: probe.Writes, Needs: needs, Calls: 5, Makes: one,
			Assumes: "Writing a block of settings resets those that it leaves out.",
			Asks:    makes + ", write two switches of its request settings, then one of them, and read the other.",
			Depends: "A switch that leaves the spec would stay as it was, and say so in the status.",
			Ask:     with(kindProfile, "block", nil, blockReplaced),
		},
		{
			ID: "deleted-profile-says-so", Effect: probe.Writes, Needs: needs, Calls: 3, Makes: one,
			Assumes: "A deleted access profile answers 404, or 400 with the code of a missing reference.",
			Asks:    makes + ", delete it, and read it.",
			Depends: "An object that is deleted would keep its finalizer, and a removal by hand would not be seen.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				t, made := makeThing(ctx, b, kindProfile, "gone", nil)
				if !made.OK() {
					return made.Unsaid()
				}
				if removeThing(ctx, b, t) != nil {
					return probe.Perhaps("not-deleted", 0)
				}
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if reply.OK() || absent(reply) {
					return probe.If(absent(reply), "reads-as-if-it-were-there", reply.Status)
				}
				return reply.Unsaid()
			},
		},
	}
}

// readsBack holds if a read shows a description.
func readsBack(reply probe.Reply, want string) probe.Answer {
	if !reply.OK() {
		return reply.Unsaid()
	}
	return probe.If(reply.Text("description") == want, "reads-otherwise", reply.Status)
}

func longDescription(ctx context.Context, b *probe.Bench) probe.Answer {
	text := described(b, "long")
	text = strings.Repeat("x", 2000-2-len([]rune(text))) + "😀\n" + text
	t, reply := makeThing(ctx, b, kindProfile, "long", map[string]any{"description": text})
	switch {
	case reply.OK():
		_ = removeThing(ctx, b, t)
		return probe.Yes()
	case reply.Refused():
		return probe.No("refused", reply.Status)
	}
	return reply.Unsaid()
}

func blockReplaced(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
	for _, block := range []map[string]any{{"commentsRequired": true, "denialCommentsRequired": true}, {"commentsRequired": true}} {
		if reply := b.Ask(ctx, patchCall(pathOf(t), step{"add", "/accessRequestConfig", block})); !reply.OK() {
			return reply.Unsaid()
		}
	}
	reply := b.Ask(ctx, getCall(pathOf(t), nil))
	if !reply.OK() {
		return reply.Unsaid()
	}
	return probe.If(reply.At("accessRequestConfig", "denialCommentsRequired") != true, "kept", reply.Status)
}

func campaignProbes() []probe.Probe {
	needs, one := []probe.Need{probe.NeedOwner}, []string{kindReview}
	const makes = "Make a campaign that nobody starts, of that person's access and without mails"
	// Deleting a campaign takes the call and, mostly, one observation.
	return []probe.Probe{
		{
			ID: "a-campaign-keeps-its-description", Effect: probe.Writes, Needs: needs, Calls: 4, Makes: one,
			Assumes:   "The description of a campaign reads back as it was written, with the line of the mark.",
			Asks:      makes + ", and read it.",
			Depends:   "A campaign whose create broke off could not be told from others.",
			Overrides: []backend.Override{{Kind: kindReview, Capability: backend.CapabilityMarks}},
			Ask: with(kindReview, "c-described", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				return readsBack(b.Ask(ctx, getCall(pathOf(t), map[string]string{"detail": "FULL"})), described(b, "c-described"))
			}),
		},
		{
			ID: "a-deadline-on-a-full-minute-can-be-read", Effect: probe.Writes, Needs: needs, Calls: 4, Makes: one,
			Assumes: "A deadline on a full minute reads back as the same instant, with or without its seconds.",
			Asks:    makes + ", and read its deadline.",
			Depends: "A campaign would be written to again and again, and never be seen to be over.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				deadline := inTwoMonths(b)
				return with(kindReview, "deadline", map[string]any{"deadline": deadline.Format(time.RFC3339)}, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
					reply := b.Ask(ctx, getCall(pathOf(t), map[string]string{"detail": "FULL"}))
					if !reply.OK() {
						return reply.Unsaid()
					}
					got, ok := rest.ParseMoment(reply.Text("deadline"))
					return probe.If(ok && got.Equal(deadline), "reads-otherwise", reply.Status)
				})(ctx, b)
			},
		},
		{
			ID: "a-campaign-is-listed-at-once", Effect: probe.Writes, Needs: needs, Calls: 3, Lists: one, Makes: one,
			Assumes:   "The list of campaigns shows a new one within seconds.",
			Asks:      makes + ", and read the list; once more after five seconds.",
			Depends:   "A list could miss what was made a moment ago.",
			Overrides: []backend.Override{{Kind: kindReview, Capability: backend.CapabilityLists}},
			Ask: with(kindReview, "c-listed", nil, func(ctx context.Context, b *probe.Bench, t probe.Thing) probe.Answer {
				return b.Shows(ctx, t, listLag, markedLists()[kindReview])
			}),
		},
		{
			ID: "a-deleted-campaign-goes", Effect: probe.Writes, Needs: needs, Calls: 3, Makes: one,
			Assumes: "A campaign that nobody started can be deleted, and answers 404 some minutes later.",
			Asks:    makes + ", delete it, and look until it is gone; ten minutes at most.",
			Depends: "An object that is deleted would keep its finalizer.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				t, made := makeThing(ctx, b, kindReview, "c-gone", nil)
				if !made.OK() {
					return made.Unsaid()
				}
				return probe.If(removeThing(ctx, b, t) == nil, "still-there", 0)
			},
		},
	}
}
