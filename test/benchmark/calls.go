package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

const (
	routeEntitlements = "/api/v1/apps/{app_id}/entitlements"
	routeIdentity     = "/api/v1/auth/introspect"
)

// tally sorts calls by what they are for.
type tally struct {
	pages, singles, writes, identity, tokens, others int
}

func (t tally) total() int { return t.pages + t.singles + t.writes + t.identity + t.tokens + t.others }

func sortCalls(calls []sandbox.Call) (t tally) {
	for _, call := range calls {
		switch {
		case call.Class == sandbox.ClassToken:
			t.tokens++
		case call.Class == sandbox.ClassWrite:
			t.writes++
		case isPage(call):
			t.pages++
		case isSingle(call):
			t.singles++
		case call.Route == routeIdentity:
			t.identity++
		default:
			t.others++
		}
	}
	return t
}

// isPage reports whether a call lists entitlements.
func isPage(call sandbox.Call) bool {
	return call.Method == http.MethodGet && call.Route == routeEntitlements
}

// isSingle reports whether a call reads one entitlement.
func isSingle(call sandbox.Call) bool {
	return call.Method == http.MethodGet && strings.HasPrefix(call.Route, routeEntitlements+"/")
}

// ended is when the vendor had answered.
func ended(call sandbox.Call) time.Time {
	return call.Time.Add(time.Duration(call.Duration * float64(time.Millisecond)))
}

func accepted(call sandbox.Call) bool {
	return call.Class == sandbox.ClassWrite && call.Status == http.StatusOK
}

func totalOf(counts sandbox.Counts) int { return counts.Reads + counts.Writes + counts.Tokens }

// byRoute lists calls by route, the commonest first.
func byRoute(counts sandbox.Counts) string {
	routes := slices.SortedFunc(maps.Keys(counts.Routes), func(a, b string) int {
		if d := counts.Routes[b] - counts.Routes[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, route := range routes {
		out = append(out, fmt.Sprintf("%d `%s`", counts.Routes[route], route))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
