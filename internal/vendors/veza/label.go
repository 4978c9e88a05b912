package veza

import (
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	// markPrefix begins the label that bears our mark. Nobody lists such a value among the
	// labels that make a profile requestable (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
	markPrefix = "governance-operator.io/mark="
	// retiredLabel is on profiles that were taken out of service.
	retiredLabel = "governance-operator.io/retired"
)

// markLabel renders a mark as one label: the vendor finds labels, not parts of them (docs/vendors/veza-api.md#filters).
func markLabel(m backend.Mark) string {
	return markPrefix + strings.Join([]string{m.Owner, m.Cluster, m.Token}, ";")
}

// markOf reads the mark back; the zero mark where there is none.
func markOf(labels []string) backend.Mark {
	for _, label := range labels {
		text, ok := strings.CutPrefix(label, markPrefix)
		if parts := strings.Split(text, ";"); ok && len(parts) == 3 {
			return backend.Mark{Owner: parts[0], Cluster: parts[1], Token: parts[2]}
		}
	}
	return backend.Mark{}
}

// isOurs reports whether a label is the operator's own.
func isOurs(label string) bool { return strings.HasPrefix(label, markPrefix) || label == retiredLabel }

// userLabels are the labels that a spec can be about.
func userLabels(labels []string) []string {
	return slices.DeleteFunc(slices.Clone(labels), isOurs)
}

// labelled puts our label below those of the user; never nil, for none are written, too. A profile that is in service is not
// retired.
func labelled(labels []string, m backend.Mark) []string {
	out := append([]string{}, slices.Compact(slices.Sorted(slices.Values(userLabels(labels))))...)
	if !m.IsZero() {
		out = append(out, markLabel(m))
	}
	return out
}
