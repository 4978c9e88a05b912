package backend

import (
	"fmt"
	"reflect"
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

// IsZero reports whether there is no mark.
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

// markLine is a line of its own, with blanks around it and wherever it has some: forms add them, turn the ends of lines
// into those of another system, and wrap what is long.
var markLine = regexp.MustCompile(`(?m)^[ \t\x{a0}]*managed[\s\x{a0}]+by[\s\x{a0}]+governance-operator:[\s\x{a0}]+([^\s<>(),]+/[^\s<>(),]+)[\s\x{a0}]+\(cluster[\s\x{a0}]+([^\s<>(),]+),[\s\x{a0}]+token[\s\x{a0}]+([^\s<>(),]+)\)[ \t\r\x{a0}]*$`)

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
// the last counts, since that is where Stamp puts ours. What a form has made of the text around it is
// undone: without an ownership marker nobody could tell that a form was at it, and the text stays as it is.
func SplitMark(text string) (string, Mark) {
	return split(text, func(Mark) bool { return true })
}

// Unmarked is a text without the line of the object that has the token, which counts as not there in what a person writes:
// it is what the vendor's console shows. Other lines are sentences like any other.
func Unmarked(text, token, owner string) string {
	for {
		rest, found := split(text, func(m Mark) bool { return m.Token == token && m.Owner == owner })
		if found.IsZero() {
			return text
		}
		text = rest
	}
}

// Unmark takes the line of the object that has the token out of the texts of desired, see Unmarked.
func Unmark(desired any, token, owner string) {
	proses := []string{"description"}
	if block, ok := BlockOf(desired).(Marked); ok {
		proses = append(proses, block.BlockName()+"."+block.MarkPath())
	}
	for _, f := range Fields(desired) {
		text, ok := f.value.Interface().(*string)
		if !ok || !slices.Contains(proses, f.Path) {
			continue
		}
		if plain := Unmarked(*text, token, owner); plain != *text {
			f.value.Set(reflect.ValueOf(&plain)) // The text itself is the spec's.
		}
	}
}

// split takes the last line out that is a mark and wanted.
func split(text string, wanted func(Mark) bool) (string, Mark) {
	if rest, m := splitLines(text, wanted); !m.IsZero() {
		return rest, m
	}
	if plain := unwrapped(text); plain != text {
		if rest, m := splitLines(plain, wanted); !m.IsZero() {
			return rest, m
		}
	}
	return text, Mark{}
}

func splitLines(text string, wanted func(Mark) bool) (string, Mark) {
	for _, at := range slices.Backward(markLine.FindAllStringSubmatchIndex(text, -1)) {
		m := Mark{Owner: text[at[2]:at[3]], Cluster: text[at[4]:at[5]], Token: text[at[6]:at[7]]}
		if !wanted(m) {
			continue
		}
		before, after := text[:at[0]], text[at[1]:]
		after = strings.TrimRight(after, " \t\r\n\u00a0") // What a form added behind a line that we had put last.
		if strings.HasSuffix(before, "\r\n") || before == "" && strings.HasSuffix(text[:at[1]], "\r") {
			// We write no such line break.
			before, after = strings.ReplaceAll(before, "\r\n", "\n"), strings.ReplaceAll(after, "\r\n", "\n")
		}
		if before == "" {
			return strings.TrimPrefix(after, "\n"), m
		}
		return strings.TrimSuffix(before, "\n") + after, m
	}
	return text, Mark{}
}
