package importing

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// longestName is what the name of an object may have.
const longestName = 63

var noDNS = regexp.MustCompile(`[^a-z0-9]+`)

// dnsName is a label as the name of an object; the id where the label has no letter and no digit that such a name may have.
func dnsName(label, id string) string {
	for _, text := range []string{label, id} {
		if name := clipped(noDNS.ReplaceAllString(strings.ToLower(text), "-"), longestName); name != "" {
			return name
		}
	}
	return "unnamed"
}

// clipped is a name of at most so many characters, which begins and ends with a letter or a digit.
func clipped(name string, most int) string {
	name = strings.Trim(name, "-")
	return strings.TrimRight(name[:min(len(name), most)], "-")
}

// free is a name that is not taken: this one, or the first of those with a number behind it.
func free(name string, taken func(string) bool) string {
	for n, next := 2, name; ; n++ {
		if !taken(next) {
			return next
		}
		number := "-" + strconv.Itoa(n)
		next = clipped(name, longestName-len(number)) + number
	}
}

// places give the apps folders, each its own.
type places struct {
	folders map[string]string
	taken   map[string]bool
}

func newPlaces() *places { return &places{map[string]string{}, map[string]bool{}} }

// keep takes over the folder that an app had before.
func (p *places) keep(at remote, file string) {
	if parts := strings.Split(file, "/"); at.parentID != "" && len(parts) == 3 {
		p.folders[at.parentID], p.taken[parts[1]] = parts[1], true
	}
}

// of is the folder of the app that an entitlement is in, named after what label calls it; none for other kinds.
func (p *places) of(at remote, label func(id string) string) string {
	if at.kind != v1alpha1.KindAppEntitlement || at.parentID == "" {
		return ""
	}
	name, known := p.folders[at.parentID]
	if !known {
		name = free(dnsName(label(at.parentID), at.parentID), func(name string) bool { return p.taken[name] })
		p.folders[at.parentID], p.taken[name] = name, true
	}
	return name
}

// folders are those of the kinds.
var folders = map[string]string{
	v1alpha1.KindAppEntitlement: "appentitlements", v1alpha1.KindAccessProfile: "accessprofiles", v1alpha1.KindAccessReview: "accessreviews",
}

// fileOf is the file of an object, with slashes.
func fileOf(kind, app, object string) string { return path.Join(folders[kind], app, object+".yaml") }
