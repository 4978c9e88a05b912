package backend

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Mark is our sign of ownership, kept on the remote.
type Mark struct {
	// Token is random, 16 characters, drawn once in the life of the Kubernetes object.
	Token string
	// Owner is "namespace/name" of the Kubernetes object, at most 127 characters.
	Owner string
	// Cluster is the 12 hex digits that name the cluster, or its --cluster-id.
	Cluster string
}

// IsZero says that there is no mark.
func (m Mark) IsZero() bool { return m == Mark{} }

// Annotation keys of the mark, for vendors whose objects have annotations.
const (
	AnnotationToken   = "governance-operator.io/token"
	AnnotationOwner   = "governance-operator.io/owner"
	AnnotationCluster = "governance-operator.io/cluster"
)

// Annotations renders the mark as annotation values, which are URL-safe ASCII: the
// slash of the owner becomes an underscore, which no Kubernetes name contains.
func (m Mark) Annotations() map[string]string {
	return map[string]string{
		AnnotationToken:   m.Token,
		AnnotationOwner:   strings.Replace(m.Owner, "/", "_", 1),
		AnnotationCluster: m.Cluster,
	}
}

// MarkFromAnnotations reads a mark back; the zero mark where there is none.
func MarkFromAnnotations(a map[string]string) Mark {
	return Mark{
		Token:   a[AnnotationToken],
		Owner:   strings.Replace(a[AnnotationOwner], "_", "/", 1),
		Cluster: a[AnnotationCluster],
	}
}

var markLine = regexp.MustCompile(`(?m)^managed by governance-operator: (\S+/\S+) \(cluster (\S+), token (\S+)\)$`)

// Line renders the mark as a sentence for people.
func (m Mark) Line() string {
	return fmt.Sprintf("managed by governance-operator: %s (cluster %s, token %s)", m.Owner, m.Cluster, m.Token)
}

// Stamp appends the mark as the last line of text, where it counts. The same line further
// up goes; another's that somebody wrote or copied there is a sentence like any other.
func (m Mark) Stamp(text string) string {
	for {
		rest, found := split(text, func(other Mark) bool { return other == m })
		if found.IsZero() {
			break
		}
		text = rest
	}
	if text == "" {
		return m.Line()
	}
	return text + "\n" + m.Line()
}

// SplitMark takes the mark's line out of text; the zero mark where there is none. Of several
// the last counts, since that is where Stamp puts ours.
func SplitMark(text string) (string, Mark) {
	return split(text, func(Mark) bool { return true })
}

// split takes the last line out that is a mark and wanted.
func split(text string, wanted func(Mark) bool) (string, Mark) {
	for _, at := range slices.Backward(markLine.FindAllStringSubmatchIndex(text, -1)) {
		m := Mark{Owner: text[at[2]:at[3]], Cluster: text[at[4]:at[5]], Token: text[at[6]:at[7]]}
		if !wanted(m) {
			continue
		}
		before, after := text[:at[0]], text[at[1]:]
		if after == "\n" {
			after = "" // A line break that a form added.
		}
		if before == "" {
			return strings.TrimPrefix(after, "\n"), m
		}
		return strings.TrimSuffix(before, "\n") + after, m
	}
	return text, Mark{}
}
