package backend

import (
	"fmt"
	"regexp"
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

var markLine = regexp.MustCompile(`(?m)\n?^managed by governance-operator: (\S+/\S+) \(cluster (\S+), token (\S+)\)$\n?`)

// Line renders the mark as a sentence for people.
func (m Mark) Line() string {
	return fmt.Sprintf("managed by governance-operator: %s (cluster %s, token %s)", m.Owner, m.Cluster, m.Token)
}

// Stamp appends the mark as the last line of text.
func (m Mark) Stamp(text string) string {
	text, _ = SplitMark(text)
	if text == "" {
		return m.Line()
	}
	return text + "\n" + m.Line()
}

// SplitMark takes the mark's line out of text; the zero mark where there is none.
func SplitMark(text string) (string, Mark) {
	loc := markLine.FindStringSubmatchIndex(text)
	if loc == nil {
		return text, Mark{}
	}
	m := Mark{Owner: text[loc[2]:loc[3]], Cluster: text[loc[4]:loc[5]], Token: text[loc[6]:loc[7]]}
	rest := text[:loc[0]]
	tail := text[loc[1]:]
	if rest == "" || tail == "" {
		return rest + tail, m
	}
	return strings.TrimSuffix(rest, "\n") + "\n" + tail, m
}
