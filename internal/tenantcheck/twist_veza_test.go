package tenantcheck_test

import (
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

const vezaProfiles = "/api/private/lifecycle_management/access_profiles"

// rows are the items of a list of values.
func (x *exchange) rows() (out []map[string]any) {
	list, _ := probe.At(x.answer, "values").([]any)
	for _, item := range list {
		out = append(out, item.(map[string]any))
	}
	return out
}

// oneVezaProfile reports whether one profile is read by its id, and with a version or without.
func oneVezaProfile(x *exchange, version bool) bool {
	return x.method == get && strings.HasPrefix(x.path, vezaProfiles+"/") && strings.Count(x.path, "/") == 5 && strings.Contains(x.query, "version=") == version
}

// vezaTwists turn each rule of the fake the other way.
func vezaTwists() map[string]turning {
	twists := map[string]twist{
		"a-profile-is-read-by-its-id": func(x *exchange) {
			if oneVezaProfile(x, false) {
				x.refuse(http.StatusNotFound)
			}
		},
		"an-unknown-id-is-not-found": func(x *exchange) {
			if oneVezaProfile(x, false) && x.status == http.StatusNotFound {
				x.accept(`{"value":null}`)
			}
		},
		"a-version-can-be-named": func(x *exchange) {
			if oneVezaProfile(x, true) {
				x.refuse(http.StatusBadRequest)
			}
		},
		"versions-have-numbers": func(x *exchange) {
			for _, row := range x.rows() {
				delete(row, "current_version_number")
				delete(row, "current_version")
			}
		},
		"states-have-names": func(x *exchange) {
			for _, row := range x.rows() {
				if row["state"] != nil && x.path == vezaProfiles {
					row["state"] = "active"
				}
			}
		},
		"labels-are-filtered": func(x *exchange) {
			if x.path == vezaProfiles && strings.Contains(x.query, "r1-nobody") {
				x.accept(`{"values":[{"id":"x"}],"has_more":false}`)
			}
		},
		"members-have-a-list": func(x *exchange) {
			if x.is(get, "/members") {
				x.accept(`{"data":[]}`)
			}
		},
		"types-have-a-list": func(x *exchange) {
			if x.is(get, "_types") {
				x.refuse(http.StatusNotFound)
			}
		},
		"properties-are-compared-as-a-whole": func(x *exchange) {
			if strings.Contains(x.sent, "r1-nobody") {
				x.accept(`{"values":[{"id":"x"}],"has_more":false}`)
			}
		},
		"reviews-show-their-notes": func(x *exchange) {
			for _, row := range x.rows() {
				delete(row, "notes")
			}
		},
		"profiles-can-be-deleted": func(x *exchange) {
			if x.method == http.MethodDelete {
				x.refuse(http.StatusMethodNotAllowed)
			}
		},
	}
	all := map[string]turning{}
	for id, turn := range twists {
		all[id] = always(turn)
	}
	all["configurations-have-a-list"] = func() twist {
		looks := 0 // The first is the check's own, without which there is none.
		return func(x *exchange) {
			if x.is(get, "/workflows") {
				if looks++; looks == 2 {
					x.refuse(http.StatusNotFound)
				}
			}
		}
	}
	return all
}
