package inspect

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Text is the explanation for people.
func (w Why) Text(now time.Time) string {
	var out strings.Builder
	w.write(&out, "", now)
	return out.String()
}

func (w Why) write(out *strings.Builder, indent string, now time.Time) {
	line := func(format string, args ...any) {
		out.WriteString(indent + strings.TrimRight(backend.Printable(fmt.Sprintf(format, args...)), " ") + "\n")
	}
	list := func(title string, texts []string) {
		if len(texts) > 0 {
			line("%s:", title)
		}
		for _, text := range texts {
			line("  - %s", text)
		}
	}
	line("%s  %s", w.Object, w.State)
	if w.Reason != "" {
		line("Decision:  %s, by the condition %s, %s", w.Reason, w.Condition, since(w.Since, now))
		line("Message:   %s", w.Message)
	}
	if !w.Written.IsZero() {
		line("As of:     the last time that the operator wrote the status, %s", inUTC(w.Written))
	}
	w.writeRules(line)
	line("Waits for: %s", w.waits())
	list("Facts", w.Facts)
	if w.Means != "" {
		line("What %s means:", w.Reason)
		for text := range strings.Lines(w.Means) {
			line("  %s", strings.TrimRight(text, "\n"))
		}
	}
	w.writeWays(line)
	if w.Backend != nil {
		line("Its backend is not Ready:")
		w.Backend.write(out, indent+"  ", now)
	}
}

func (w Why) writeRules(line func(string, ...any)) {
	title := "Rule:      "
	if len(w.Rules) > 1 {
		line("Rule:      one of these, which the status does not tell apart")
		title = "  - "
	}
	for _, r := range w.Rules {
		line("%s%s", title, joinedBy(" -> ", r.Question, r.Rule))
	}
}

// waits is who the object waits for.
func (w Why) waits() string {
	var parts []string
	if w.Person {
		parts = append(parts, "a person")
	}
	parts = append(parts, w.Wakes...)
	if w.Again != "" {
		parts = append(parts, "or the operator, which looks again "+w.Again)
	}
	if len(parts) == 0 {
		return "the operator"
	}
	return strings.TrimPrefix(strings.Join(parts, "; "), "or ")
}

func (w Why) writeWays(line func(string, ...any)) {
	switch {
	case len(w.Ways) > 0:
		line("Ways out:")
		for _, way := range w.Ways {
			line("  # %s", way.Says)
			line("  %s", way.Command)
		}
	case w.Person:
		line("Ways out:  as above; none of them is one command")
	default:
		line("Ways out:  none is needed")
	}
}

func since(at metav1.Time, now time.Time) string {
	return fmt.Sprintf("since %s (%s)", inUTC(at), duration.HumanDuration(now.Sub(at.Time)))
}
