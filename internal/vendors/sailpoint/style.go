package sailpoint

import (
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// style is the family of paths (docs/vendors/sailpoint-api.md#paths). The empty style is the current one, in which
// each service has a version of its own; the others are years, and frozen.
type style string

const (
	perService = "PerService"
	// experimentalYear once demanded the header on calls that are stable since.
	experimentalYear style = "v2024"
)

// years are the legacy families that have every path that is called here.
var years = map[string]style{"V2024": "v2024", "V2025": "v2025", "V2026": "v2026"}

func parseStyle(text string) (style, error) {
	if text == "" || text == perService {
		return "", nil
	}
	if year, ok := years[text]; ok {
		return year, nil
	}
	return "", backend.Errorf(backend.Terminal, "apiStyle: %q is none of PerService, V2024, V2025 and V2026", text)
}

// path turns a path of the current family into one of this family: the version after the
// first segment goes, and the year comes in front.
func (s style) path(path string) string {
	if s == "" {
		return path
	}
	service, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + string(s) + "/" + service + strings.TrimPrefix(rest, "v1")
}

func (s style) header() http.Header {
	if s != experimentalYear {
		return nil
	}
	return http.Header{"X-Sailpoint-Experimental": {"true"}}
}

// privileged reports whether entitlements of this family have no privilege levels
// (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement). What a server shows counts more.
func (s style) privileged() bool { return s == "v2024" || s == "v2025" }
