package conductorone

import (
	"maps"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// The well-known annotations behind the console's chip "managed by". An edit in the
// console clears exactly these and leaves the mark (docs/vendors/conductorone-api.md#annotations).
const (
	annotationManagedBy = "managed_by"
	annotationAddress   = "iac_resource_address"
	managedBy           = "governance-operator"
)

// stamp returns what to write: the user's annotations, the chip's unless the user set
// them, and the mark. Writes merge, so keys that are not named stay.
func stamp(wanted backend.Pairs, mark backend.Mark) map[string]string {
	out := map[string]string{}
	if !mark.IsZero() {
		out[annotationManagedBy] = managedBy
		out[annotationAddress] = mark.Annotations()[backend.AnnotationOwner]
	}
	maps.Copy(out, wanted)
	if !mark.IsZero() {
		maps.Copy(out, mark.Annotations())
	}
	return out
}

// stampNew is stamp for a create, where an empty value has nothing to remove.
func stampNew(wanted backend.Pairs, mark backend.Mark) map[string]string {
	out := stamp(wanted, mark)
	maps.DeleteFunc(out, func(_, v string) bool { return v == "" })
	return out
}

// markIncomplete reports whether there is a mark without the chip beside it.
func markIncomplete(mark backend.Mark, annotations map[string]string) bool {
	return !mark.IsZero() && (annotations[annotationManagedBy] == "" || annotations[annotationAddress] == "")
}
