package tenantcheck_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

const (
	profileList  = "/access-profiles/v1"
	campaignList = "/campaigns/v1"
)

func ofProfiles(x *exchange) bool  { return strings.HasPrefix(x.path, profileList) }
func ofCampaigns(x *exchange) bool { return strings.HasPrefix(x.path, campaignList) }

// sailPointTwists turn each rule of the fake the other way.
func sailPointTwists() map[string]turning {
	all := map[string]turning{
		"the-tenant-has-a-name": always(func(x *exchange) {
			if x.is(get, "/oauth/info") {
				x.accept(`{"tenantName":""}`)
			}
		}),
		"an-unknown-id-is-not-found": always(func(x *exchange) {
			if x.is(get, "governance0000") {
				x.accept(`{}`)
			}
		}),
		"a-refusal-says-the-same-again": func() twist {
			n := 0
			return func(x *exchange) {
				if refusal, ok := x.answer.(map[string]any); ok && x.is(get, "governance0000") {
					n++
					refusal["causes"] = []any{map[string]any{"text": fmt.Sprintf("not found, case %d", n)}}
				}
			}
		},
		"a-filter-by-name-finds-nothing-else": always(func(x *exchange) {
			if x.path == profileList && strings.Contains(x.query, "r1-nobody") {
				x.accept(`[{"id":"x"}]`)
			}
		}),
		"an-entitlement-tells-its-privilege": always(func(x *exchange) {
			if list, ok := x.answer.([]any); ok && x.path == "/entitlements/v1" {
				for _, item := range list {
					delete(item.(map[string]any), "privilegeLevel")
					delete(item.(map[string]any), "privileged")
				}
			}
		}),
		"a-request-config-is-readable": always(func(x *exchange) {
			if x.is(get, "/entitlement-request-config") {
				x.refuse(http.StatusConflict)
			}
		}),
		"the-privilege-has-a-path-to-write": always(func(x *exchange) {
			if x.is(http.MethodPatch, "/entitlements/v1/") && strings.Contains(x.sent, "/privilegeOverride/level") {
				x.accept(`{"detailCode":"400.1.1 Illegal update attempt"}`)
				x.status = http.StatusBadRequest
			}
		}),
		"a-profile-keeps-its-description": edit(ofProfiles, set("description", "")),
		"a-profile-is-found-at-once": edit(func(x *exchange) bool {
			return x.method == get && x.path == profileList && strings.Contains(x.query, "r1-found")
		}, without("")),
		"a-name-is-had-once": func() twist {
			made := 0
			return func(x *exchange) {
				if x.method != http.MethodPost || x.path != profileList || !x.about("name") {
					return
				}
				if made++; made == 2 {
					x.accept(`{"id":"2c91800000000000000governance000"}`)
				}
			}
		},
		"a-description-is-counted-in-characters": always(func(x *exchange) {
			if x.method == http.MethodPost && x.path == profileList && x.about("long") {
				x.refuse(http.StatusBadRequest)
			}
		}),
		"a-patch-is-one-unit":       edit(reading("unit"), set("description", "otherwise")),
		"a-block-is-replaced-whole": edit(reading("block"), set("accessRequestConfig", map[string]any{"denialCommentsRequired": true})),
		"deleted-profile-says-so": always(func(x *exchange) {
			if x.method == get && (x.about("gone") || x.about("profile-deleted")) && x.status >= 400 {
				x.accept(`{"id":"x"}`)
			}
		}),
		"a-campaign-keeps-its-description":        edit(ofCampaigns, set("description", "")),
		"a-deadline-on-a-full-minute-can-be-read": edit(reading("deadline"), set("deadline", "soon")),
		"a-campaign-is-listed-at-once":            edit(listing(campaignList), without("c-listed")),
		"a-deleted-campaign-goes": func() twist {
			looks := 0 // It stays for as long as it is looked for, and then goes.
			return func(x *exchange) {
				if x.method == get && x.about("c-gone") && x.status == http.StatusNotFound {
					if looks++; looks <= 20 {
						x.accept(`{"id":"x","status":"CANCELING"}`)
					}
				}
			}
		},
	}
	maps.Copy(all, lawTwists("profile", profileList, func(map[string]any) bool { return true }))
	all["profile-is-gone-when-deleted"] = func() twist {
		var made any
		return func(x *exchange) {
			switch {
			case !x.about("profile-deleted"):
			case x.method == http.MethodPost:
				made = x.answer
			case x.method == get && x.status >= 400:
				x.status, x.answer = http.StatusOK, made
			}
		}
	}
	return all
}
