package conductorone

import (
	"context"
	"net/url"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// unpublished is a profile that nobody sees: none that a check makes is ever published.
func unpublished(*probe.Bench) map[string]any {
	return map[string]any{"published": false, "visibleToEveryone": false}
}

func profileProbes() []probe.Probe {
	one := []string{kindProfile}
	return []probe.Probe{
		{
			ID: "profile-annotations-read-back", Effect: probe.Writes, Calls: 3, Makes: one,
			Assumes: "Annotations of a profile read back as they were written.",
			Asks:    "Make a profile that is not published with the mark in its annotations, and read it.",
			Depends: "The mark is a line of the description there: the operator finds that out by itself, and makes one at a time until then.",
			Ask: with(kindProfile, "annotations-p", unpublished, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(markKept(b, "annotations-p", reply.At("requestCatalogView", "requestCatalog", "annotations")), "not-kept", reply.Status)
			}),
		},
		{
			ID: "profile-is-listed-at-once", Effect: probe.Writes, Calls: 2, Lists: one, Makes: one,
			Assumes:   "The list of profiles shows a new one within seconds.",
			Asks:      "Make a profile that is not published, and read the list; once more after five seconds.",
			Depends:   "A list could miss what was made a moment ago.",
			Overrides: []backend.Override{{Kind: kindProfile, Capability: backend.CapabilityLists}},
			Ask:       with(kindProfile, "listed", unpublished, inList(kindProfile)),
		},
		{
			ID: "deleted-profile-says-so", Effect: probe.Writes, Calls: 3, Makes: one,
			Assumes: "A deleted profile answers 404, or with the date of its deletion.",
			Asks:    "Make a profile that is not published, delete it, and read it.",
			Depends: "An object that is deleted would keep its finalizer, and a removal by hand would not be seen.",
			Ask:     deletedSaysSo(kindProfile, "requestCatalogView", "requestCatalog"),
		},
		{
			ID: "a-mask-leaves-the-rest-alone", Effect: probe.Writes, Calls: 4, Makes: one,
			Assumes: "An update changes the fields that its mask names and no others.",
			Asks:    "Make a profile that is not published, change one switch of it, and read its description.",
			Depends: "Every edit would clear what the object does not manage.",
			Ask: with(kindProfile, "masked", unpublished, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				wrote := b.Ask(ctx, postCall(pathOf(t), map[string]any{"catalog": map[string]any{"requestBundle": false}, "updateMask": "requestBundle"}))
				if !wrote.OK() {
					return wrote.Unsaid()
				}
				reply := b.Ask(ctx, getCall(pathOf(t), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(reply.Text("requestCatalogView", "requestCatalog", "description") == b.Sentence(), "cleared", reply.Status)
			}),
		},
		{
			ID: "a-rule-is-an-expression", Effect: probe.Writes, Calls: 4, Makes: one,
			Assumes: "The rule of a profile can be an expression, which reads back as it was written.",
			Asks:    "Make a profile that is not published, give it a rule that is switched off and fits nobody, and read the rule.",
			Depends: "Membership by an expression (spec.membership.expression) is not to be had on this tenant.",
			Ask: with(kindProfile, "rule", unpublished, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				wrote := b.Ask(ctx, postCall(rulePath(t), ruleOff(nobodysRule)))
				if wrote.Refused() {
					return probe.No("refused", wrote.Status)
				}
				if !wrote.OK() {
					return wrote.Unsaid()
				}
				reply := b.Ask(ctx, getCall(rest.Path(catalogsPath+"/%s/bundle_automation", t.ID), nil))
				if !reply.OK() {
					return reply.Unsaid()
				}
				return probe.If(reply.Text("cel", "expression") == nobodysRule, "reads-otherwise", reply.Status)
			}),
		},
		{
			ID: "a-rule-knows-the-user-alone", Effect: probe.Writes, Calls: 3, Makes: one, After: []string{"a-rule-is-an-expression"},
			Assumes: "The expression of a rule knows the user as subject, and nothing of tasks.",
			Asks:    "Make a profile that is not published, and give it a rule that is switched off and asks for a task: it is refused.",
			Depends: "Expressions that this operator refuses would be possible on this tenant.",
			Ask: with(kindProfile, "rule-env", unpublished, func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
				wrote := b.Ask(ctx, postCall(rulePath(t), ruleOff(`task.id == "governance-check"`)))
				if wrote.OK() || wrote.Refused() {
					return probe.If(!wrote.OK(), "accepted", wrote.Status)
				}
				return wrote.Unsaid()
			}),
		},
		{
			ID: "entries-leave-by-a-body", Effect: probe.Writes, Needs: []probe.Need{probe.NeedPlace}, Calls: 6, Makes: one,
			Assumes: "Entries of a profile are taken out by a DELETE with a body that names them.",
			Asks:    "Make a profile that is not published, put an entitlement of the app in, take it out, and read the entries.",
			Depends: "What leaves spec.entitlements would stay: access that was taken back would be left.",
			Ask:     with(kindProfile, "entries", unpublished, entriesLeave),
		},
	}
}

// nobodysRule fits nobody.
const nobodysRule = `subject.email == "nobody@governance-check.invalid"`

func ruleOff(expression string) map[string]any {
	return map[string]any{"cel": map[string]any{"expression": expression}, "enabled": false, "createTasks": false}
}

func rulePath(t probe.Thing) string {
	return rest.Path(catalogsPath+"/%s/bundle_automation/create", t.ID)
}

// inList looks for a thing in the list of its kind.
func inList(kind string) func(context.Context, *probe.Bench, probe.Thing, probe.Reply) probe.Answer {
	return func(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
		return b.Shows(ctx, t, listLag, markedLists()[kind])
	}
}

// anEntitlement is one of the app, nil where there is none.
func anEntitlement(ctx context.Context, b *probe.Bench) (map[string]any, probe.Reply) {
	reply := b.Ask(ctx, getCall(entitlementsPath(b.Place), url.Values{"page_size": {"10"}}))
	rows, _ := reply.List("list")
	if !reply.OK() || len(rows) == 0 {
		return nil, reply
	}
	return map[string]any{"appId": b.Place, "id": probe.Text(rows[0], "appEntitlement", "id")}, reply
}

func entriesLeave(ctx context.Context, b *probe.Bench, t probe.Thing, _ probe.Reply) probe.Answer {
	first, some := anEntitlement(ctx, b)
	if first == nil {
		return probe.Perhaps("the-app-has-no-entitlement", some.Status)
	}
	entry := []any{first}
	path := rest.Path(catalogsPath+"/%s/requestable_entries", t.ID)
	for _, call := range []rest.Call{postCall(path, map[string]any{"appEntitlements": entry}), deleteCall(path, map[string]any{"appEntitlements": entry})} {
		if reply := b.Ask(ctx, call); !reply.OK() {
			return reply.Unsaid()
		}
	}
	reply := b.Ask(ctx, getCall(rest.Path(catalogsPath+"/%s/requestable_entitlementIDs", t.ID), nil))
	if !reply.OK() {
		return reply.Unsaid()
	}
	left, _ := reply.List("refs")
	return probe.If(len(left) == 0, "stays", reply.Status)
}
