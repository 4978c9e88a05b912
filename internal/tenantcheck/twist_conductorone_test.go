package tenantcheck_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// edit changes what has a name of a check in the answers to some calls.
func edit(when func(x *exchange) bool, change func(o map[string]any) bool) turning {
	return always(func(x *exchange) {
		if when(x) {
			x.named(change)
		}
	})
}

// always is a turn without a memory.
func always(turn twist) turning { return func() twist { return turn } }

// late hides what a probe made in the first lists that would show it.
func late(list, what string, lists int) turning {
	return func() twist {
		left := lists
		return func(x *exchange) {
			hid := false
			if listing(list)(x) && left > 0 {
				x.named(only(what, func(map[string]any) bool {
					hid = true
					return false
				}))
			}
			if hid {
				left--
			}
		}
	}
}

// reading reports whether a thing of a probe is read by id.
func reading(what string) func(*exchange) bool {
	return func(x *exchange) bool { return x.method == get && x.about(what) }
}

// listing reports whether a list or a search is read.
func listing(path string) func(*exchange) bool {
	return func(x *exchange) bool {
		return x.path == path && (x.method == get || path == searchList) || path == entitlementList && x.method == get && strings.HasPrefix(x.path, "/api/v1/apps/") && strings.HasSuffix(x.path, path)
	}
}

// without drops rows, those of a probe or all, and set sets a member of what is not dropped.
func without(what string) func(map[string]any) bool {
	return func(o map[string]any) bool { return what != "" && !strings.HasSuffix(nameOf(o), "-r1-"+what) }
}

func set(key string, value any) func(map[string]any) bool {
	return func(o map[string]any) bool {
		o[key] = value
		return true
	}
}

// only changes the things of a probe alone.
func only(what string, change func(map[string]any) bool) func(map[string]any) bool {
	return func(o map[string]any) bool { return !strings.HasSuffix(nameOf(o), "-r1-"+what) || change(o) }
}

const (
	catalogList = "/api/v1/catalogs"
	reviewList  = "/api/v1/access_reviews"
	// entitlementList is that of an app.
	entitlementList = "/entitlements"
	searchList      = "/api/v1/search/entitlements"
)

func ofEntitlements(x *exchange) bool { return strings.Contains(x.path, "/entitlements") }
func ofCatalogs(x *exchange) bool     { return strings.Contains(x.path, "/catalogs") }
func ofReviews(x *exchange) bool      { return strings.Contains(x.path, "/access_review") }

// conductorOneTwists turn each rule of the fake the other way.
func conductorOneTwists() map[string]turning {
	all := map[string]turning{
		"introspection-names-the-tenant": always(func(x *exchange) {
			if x.is(get, "/auth/introspect") {
				x.accept(`{"tenantId":""}`)
			}
		}),
		"an-unknown-id-is-not-found": always(func(x *exchange) {
			if x.is(get, "/catalogs/2governancecheck") {
				x.accept(`{"requestCatalogView":null}`)
			}
		}),
		"a-refusal-says-the-same-again": func() twist {
			n := 0
			return func(x *exchange) {
				if refusal, ok := x.answer.(map[string]any); ok && x.status == http.StatusNotFound {
					n++
					refusal["message"] = fmt.Sprintf("not found, case %d", n)
				}
			}
		},
		"a-search-by-name-finds-nothing-else": always(func(x *exchange) {
			if x.path == searchList && strings.Contains(x.sent, "r1-nobody") {
				x.accept(`{"list":[{"appEntitlement":{"id":"x"}}],"nextPageToken":""}`)
			}
		}),
		"a-malformed-id-is-refused": always(func(x *exchange) {
			if x.is(get, "/catalogs/governance-check") {
				x.refuse(http.StatusNotFound)
			}
		}),
		"a-page-above-a-hundred-is-refused": always(func(x *exchange) {
			if strings.Contains(x.query, "page_size=101") {
				x.accept(`{"list":[],"nextPageToken":""}`)
			}
		}),
		"nobody-owns-what-is-not-there": always(func(x *exchange) {
			if x.is(get, "/ownerids") && strings.Contains(x.path, "/apps/2governancecheck") {
				x.refuse(http.StatusNotFound)
			}
		}),
		"an-entitlement-needs-a-resource": always(func(x *exchange) {
			if x.is(post, "/entitlements") && x.about("bare") {
				x.accept(`{"appEntitlementView":{"appEntitlement":{"id":"2governancecheckgovernance8"}}}`)
			}
		}),
		"bindings-need-a-published-profile": always(func(x *exchange) {
			if x.is(post, "/visibility_bindings") {
				x.accept(`{}`)
			}
		}),
		"entitlement-annotations-read-back": edit(ofEntitlements, set("annotations", map[string]any{})),
		"entitlement-is-found-at-once":      edit(listing(searchList), without("")),
		"deleted-entitlement-says-so":       edit(func(x *exchange) bool { return ofEntitlements(x) && x.method == get }, set("deletedAt", nil)),
		"an-alias-is-had-once": always(func(x *exchange) {
			if x.is(post, "/entitlements") && x.about("alias-two") {
				x.accept(`{"appEntitlementView":{"appEntitlement":{"id":"2governancecheckgovernance9"}}}`)
			}
		}),
		"profile-annotations-read-back": edit(ofCatalogs, set("annotations", map[string]any{})),
		"profile-is-listed-at-once":     edit(listing(catalogList), without("")),
		"deleted-profile-says-so":       edit(func(x *exchange) bool { return ofCatalogs(x) && x.method == get }, set("deletedAt", nil)),
		"a-mask-leaves-the-rest-alone":  edit(reading("masked"), set("description", "")),
		"a-rule-is-an-expression": always(func(x *exchange) {
			if x.is(post, "/bundle_automation/create") {
				x.refuse(http.StatusBadRequest)
			}
		}),
		"a-rule-knows-the-user-alone": always(func(x *exchange) {
			if x.is(post, "/bundle_automation/create") && x.about("rule-env") {
				x.accept(`{}`)
			}
		}),
		"entries-leave-by-a-body": always(func(x *exchange) {
			if x.is(get, "/requestable_entitlementIDs") && x.about("entries") {
				x.accept(`{"refs":[{"appId":"x","id":"y"}]}`)
			}
		}),
		"a-review-keeps-its-description": edit(ofReviews, set("description", "")),
		"a-new-review-waits":             edit(reading("waits"), set("state", "ACCESS_REVIEW_STATE_DRAFT")),
		"a-review-takes-an-expression": always(func(x *exchange) {
			if x.is(post, "/access_review") && x.about("expression") {
				x.refuse(http.StatusBadRequest)
			}
		}),
		"a-review-is-listed-at-once": edit(listing(reviewList), without("")),
		"deleted-review-says-so":     edit(func(x *exchange) bool { return ofReviews(x) && x.method == get }, set("state", "ACCESS_REVIEW_STATE_PENDING")),
	}
	for word, list := range map[string]string{"entitlement": entitlementList, "profile": catalogList, "review": reviewList} {
		maps.Copy(all, lawTwists(word, list, map[string]func(map[string]any) bool{
			"entitlement": set("deletedAt", nil), "profile": set("deletedAt", nil), "review": set("state", "ACCESS_REVIEW_STATE_PENDING"),
		}[word]))
	}
	return all
}

// lawTwists turn what the laws ask.
func lawTwists(word, list string, alive func(map[string]any) bool) map[string]turning {
	return map[string]turning{
		word + "-needs-no-change-when-made":    edit(reading(word+"-made"), set("description", "otherwise")),
		word + "-is-found-after-a-lost-answer": late(list, word+"-lost", 2),
		word + "-changes-what-it-is-told":      edit(reading(word+"-changed"), set("description", "otherwise")),
		word + "-reads-the-same-in-a-list":     edit(listing(list), only(word+"-listed", set("description", "otherwise"))),
		word + "-is-gone-when-deleted":         edit(reading(word+"-deleted"), alive),
	}
}
