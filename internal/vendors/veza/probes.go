package veza

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// nobodysID has the form of the vendor's ids, and no thing has it.
const nobodysID = "00000000-0000-4000-8000-000000000000"

// Checked is what a check of a tenant has to know of Veza. It makes nothing there: nothing that could be made can
// surely be removed.
func Checked() probe.Vendor {
	return probe.Vendor{
		Vendor: Vendor(),
		Probes: slices.Concat(profileReads(), otherReads(), deleteProbes(), neverProbes()),
		Doer:   func(t backend.Tenant) probe.Doer { return t.(*tenant).do },
		Lists:  markedLists(),
	}
}

// markedLists read everything that can have an ownership marker.
func markedLists() map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error) {
	return map[string]func(context.Context, backend.Tenant) ([]probe.Thing, error){
		"AccessProfile": func(ctx context.Context, t backend.Tenant) (out []probe.Thing, err error) {
			for r, err := range t.(*tenant).profiles.list(ctx, "", nil) {
				if err != nil {
					return nil, err
				}
				out = append(out, probe.Thing{Kind: "AccessProfile", ID: r.item.ID, Name: r.item.Name, Mark: markOf(r.item.Labels)})
			}
			return out, nil
		},
		"AccessReview": reviewsOfAll,
	}
}

// reviewsOfAll are the reviews of every configuration.
func reviewsOfAll(ctx context.Context, t backend.Tenant) (out []probe.Thing, err error) {
	configurations, err := t.List(ctx, backend.Name{Kind: backend.NameConfiguration}, 0)
	if err != nil {
		return nil, err
	}
	for _, c := range configurations {
		q := query{path: certificationsPath, params: url.Values{"workflow_id": {c.ID}}}
		for r, err := range list[struct {
			ID    string `json:"certification_id"`
			Name  string `json:"name"`
			Notes string `json:"notes"`
		}](ctx, t.(*tenant).api, q, nil) {
			if err != nil {
				return nil, err
			}
			_, mark := backend.SplitMark(r.item.Notes)
			out = append(out, probe.Thing{Kind: "AccessReview", ID: r.item.ID, ParentID: c.ID, Name: r.item.Name, Mark: mark})
		}
	}
	return out, nil
}

func getCall(path string, params url.Values) rest.Call {
	return rest.Call{Method: http.MethodGet, Path: path, Query: params}
}

// first is the first profile of the tenant, nil where there is none.
func first(ctx context.Context, b *probe.Bench) (any, probe.Reply) {
	reply := b.Ask(ctx, getCall(profilesPath, url.Values{"page_size": {"25"}}))
	if rows, _ := reply.List("values"); reply.OK() && len(rows) > 0 {
		return rows[0], reply
	}
	return nil, reply
}

// ofFirst asks something of the first profile.
func ofFirst(ask func(ctx context.Context, b *probe.Bench, p any) probe.Answer) func(context.Context, *probe.Bench) probe.Answer {
	return func(ctx context.Context, b *probe.Bench) probe.Answer {
		p, reply := first(ctx, b)
		if p == nil && reply.OK() {
			return probe.Perhaps("the-tenant-has-no-profile", reply.Status)
		}
		if p == nil {
			return reply.Unsaid()
		}
		return ask(ctx, b, p)
	}
}

// versionOf is the version in force, in either form in which it is shown.
func versionOf(p any) string {
	for _, path := range [][]string{{"current_version_number"}, {"current_version", "version_number"}, {"current_version"}} {
		switch n := probe.At(p, path...).(type) {
		case float64:
			return strconv.Itoa(int(n))
		case string:
			return n
		}
	}
	return ""
}

func profileReads() []probe.Probe {
	return []probe.Probe{
		{
			ID: "a-profile-is-read-by-its-id", Effect: probe.Reads, Calls: 2,
			Assumes: "A profile is read by its id, at the path that its updates have.",
			Asks:    "Read the first profile of the list by its id.",
			Depends: "Every read of one profile takes the list of all.",
			Ask: ofFirst(func(ctx context.Context, b *probe.Bench, p any) probe.Answer {
				reply := b.Ask(ctx, getCall(profilePath(probe.Text(p, "id")), nil))
				if reply.OK() || reply.Refused() {
					return probe.If(reply.Text("value", "id") == probe.Text(p, "id"), "not-read", reply.Status)
				}
				return reply.Unsaid()
			}),
		},
		{
			ID: "an-unknown-id-is-not-found", Effect: probe.Reads, Calls: 1, After: []string{"a-profile-is-read-by-its-id"},
			Assumes: "A read by an id that nothing has answers 404.",
			Asks:    "Read a profile by such an id.",
			Depends: "A remote that somebody removed would not be seen to be gone.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(profilePath(nobodysID), nil))
				if reply.OK() || reply.Refused() {
					return probe.If(reply.Status == http.StatusNotFound, "answers-otherwise", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "versions-have-numbers", Effect: probe.Reads, Calls: 1,
			Assumes: "A profile shows the number of the version in force, by itself or within that version.",
			Asks:    "Look at the first profile of the list.",
			Depends: "No profile could be edited: an edit names the version.",
			Ask: ofFirst(func(_ context.Context, _ *probe.Bench, p any) probe.Answer {
				return probe.If(versionOf(p) != "", "no-number", 0)
			}),
		},
		{
			ID: "a-version-can-be-named", Effect: probe.Reads, Calls: 2, After: []string{"a-profile-is-read-by-its-id", "versions-have-numbers"},
			Assumes: "A read of a profile takes the number of a version, and shows that one.",
			Asks:    "Read the first profile in the version that is in force.",
			Depends: "A draft could not be read before it is written to or published.",
			Ask: ofFirst(func(ctx context.Context, b *probe.Bench, p any) probe.Answer {
				n := versionOf(p)
				if n == "" || n == "0" {
					return probe.Perhaps("no-version-is-in-force", 0)
				}
				reply := b.Ask(ctx, getCall(profilePath(probe.Text(p, "id")), url.Values{"version": {n}}))
				if reply.OK() || reply.Refused() {
					return probe.If(reply.OK() && versionOf(reply.At("value")) == n, "shows-another", reply.Status)
				}
				return reply.Unsaid()
			}),
		},
		{
			ID: "states-have-names", Effect: probe.Reads, Calls: 1,
			Assumes: "States of profiles are told by the five names, or by numbers from 0 to 4.",
			Asks:    "Look at the states of the first page of profiles.",
			Depends: "A profile could be taken to be out of service that is in it.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				_, reply := first(ctx, b)
				rows, _ := reply.List("values")
				switch {
				case !reply.OK():
					return reply.Unsaid()
				case len(rows) == 0:
					return probe.Perhaps("the-tenant-has-no-profile", reply.Status)
				}
				for _, r := range rows {
					if !knownState(probe.At(r, "state")) {
						return probe.No("another-state", reply.Status)
					}
				}
				return probe.Yes()
			},
		},
		{
			ID: "labels-are-filtered", Effect: probe.Reads, Calls: 1,
			Assumes: "The list of profiles takes a filter by label, which finds no profile by a label that nothing has.",
			Asks:    "Filter by such a label.",
			Depends: "Labels are compared here again, so nothing wrong is taken over; a look for the mark reads every profile.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, getCall(profilesPath, url.Values{"filter": {clause("labels", "co", b.Name("nobody"))}, "page_size": {"25"}}))
				if reply.OK() || reply.Refused() {
					rows, _ := reply.List("values")
					return probe.If(reply.OK() && len(rows) == 0, "not-filtered", reply.Status)
				}
				return reply.Unsaid()
			},
		},
		{
			ID: "members-have-a-list", Effect: probe.Reads, Calls: 2, After: []string{"versions-have-numbers"},
			Assumes: "The members of a version are a list of values.",
			Asks:    "Read those of the first profile.",
			Depends: "spec.veza.members could not be compared.",
			Ask: ofFirst(func(ctx context.Context, b *probe.Bench, p any) probe.Answer {
				n, err := strconv.ParseInt(versionOf(p), 10, 64)
				if err != nil || n == 0 {
					return probe.Perhaps("no-version-is-in-force", 0)
				}
				return isList(b.Ask(ctx, getCall(membersPath(probe.Text(p, "id"), number(n)), nil)))
			}),
		},
	}
}

// knownState reports whether a state is one of the five, by name or by number.
func knownState(state any) bool {
	switch s := state.(type) {
	case string:
		return slices.Contains([]string{"INITIAL", "RUNNING", "PAUSED", "DRY_RUN", "PENDING"}, s)
	case float64:
		return s >= 0 && s <= 4 && s == float64(int(s))
	}
	return state == nil // What is unset may not be shown.
}

// isList holds if an answer is a list of values; one without any may be an object without members.
func isList(reply probe.Reply) probe.Answer {
	if !reply.OK() && !reply.Refused() {
		return reply.Unsaid()
	}
	members, ok := reply.At().(map[string]any)
	_, list := members["values"].([]any)
	return probe.If(reply.OK() && ok && (list || len(members) == 0), "no-list", reply.Status)
}

func otherReads() []probe.Probe {
	return []probe.Probe{
		{
			ID: "types-have-a-list", Effect: probe.Reads, Calls: 1,
			Assumes: "The types of profiles have a list, at the path at which they are made.",
			Asks:    "Read it.",
			Depends: "Types could be named by their id alone.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				return isList(b.Ask(ctx, getCall(typesPath, nil)))
			},
		},
		{
			ID: "properties-are-compared-as-a-whole", Effect: probe.Reads, Calls: 1,
			Assumes: "A query of the graph by a property finds what has exactly that value.",
			Asks:    "Query for a group of a name that nothing has.",
			Depends: "Values are compared here again, so nothing wrong is taken; a look for an entity reads more than it needs.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				reply := b.Ask(ctx, rest.Call{Method: http.MethodPost, Path: nodesPath, Read: true, Body: map[string]any{
					"query_type": "SOURCE_TO_DESTINATION",
					"source_node_types": map[string]any{"nodes": []any{map[string]any{
						"node_type":            "OktaGroup",
						"condition_expression": map[string]any{"specs": []any{map[string]any{"property": "name", "value": b.Name("nobody")}}},
					}}},
				}})
				if !reply.OK() {
					return reply.Unsaid()
				}
				rows, _ := reply.List("values")
				return probe.If(len(rows) == 0, "finds-others", reply.Status)
			},
		},
		{
			ID: "configurations-have-a-list", Effect: probe.Reads, Calls: 1,
			Assumes: "The configurations of reviews have a list.",
			Asks:    "Read it.",
			Depends: "Reviews could not be run, nor found.",
			Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
				return isList(b.Ask(ctx, getCall(workflowsPath, nil)))
			},
		},
		{
			ID: "reviews-show-their-notes", Effect: probe.Reads, Calls: 2, After: []string{"configurations-have-a-list"},
			Assumes:   "The list of a configuration's reviews shows their notes, which hold the mark.",
			Asks:      "Look for notes at the reviews of the first configuration.",
			Depends:   "A review whose create broke off is not found again: the operator waits for a person instead of making another.",
			Overrides: []backend.Override{{Kind: "AccessReview", Capability: backend.CapabilityMarks}},
			Ask:       reviewsShowNotes,
		},
	}
}

func reviewsShowNotes(ctx context.Context, b *probe.Bench) probe.Answer {
	reply := b.Ask(ctx, getCall(workflowsPath, nil))
	configurations, _ := reply.List("values")
	if !reply.OK() || len(configurations) == 0 {
		return probe.Perhaps("no-configuration", reply.Status)
	}
	reply = b.Ask(ctx, getCall(certificationsPath, url.Values{"workflow_id": {probe.Text(configurations[0], "workflow_id")}}))
	reviews, _ := reply.List("values")
	if !reply.OK() || len(reviews) == 0 {
		return probe.Perhaps("no-review", reply.Status)
	}
	for _, r := range reviews {
		if _, shown := r.(map[string]any)["notes"]; shown {
			return probe.Yes()
		}
	}
	return probe.No("no-notes", reply.Status)
}

// deleteProbes ask for the deletion of what is not there.
func deleteProbes() []probe.Probe {
	return []probe.Probe{{
		ID: "profiles-can-be-deleted", Effect: probe.Writes, Calls: 1,
		Assumes:   "With the permission DeleteProfile, a profile is deleted by DELETE at its path.",
		Asks:      "Send that for an id that nothing has: 404 says that it is known, 405 and 501 that it is not.",
		Depends:   "Profiles are retired, and stay at the vendor.",
		Overrides: []backend.Override{{Kind: "AccessProfile", Capability: backend.CapabilityDelete}},
		Ask: func(ctx context.Context, b *probe.Bench) probe.Answer {
			reply := b.Ask(ctx, rest.Call{Method: http.MethodDelete, Path: profilePath(nobodysID)})
			switch reply.Status {
			case http.StatusNotFound:
				return probe.Yes()
			case http.StatusMethodNotAllowed, http.StatusNotImplemented:
				return probe.No("no-such-operation", reply.Status)
			}
			return reply.Unsaid()
		},
	}}
}
