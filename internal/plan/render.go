package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// View says what of a plan is shown.
type View struct {
	// All shows also the objects for which nothing is done.
	All bool
	// Values shows values; without it their lengths and counts.
	Values bool
}

var signs = map[Action]string{Create: "+", Recreate: "+", Adopt: ">", Update: "~", Delete: "-", Retire: "-", Release: " ", Hold: "!", Nothing: "="}

// longestValue is how many characters of a value are shown.
const longestValue = 160

// Text writes a plan for people.
func (p *Plan) Text(out io.Writer, v View) error {
	var b strings.Builder
	for _, c := range p.Changes {
		if !v.All && c.Action == Nothing && len(c.Unknown) == 0 {
			continue
		}
		fmt.Fprintln(&b, c.line())
		for _, line := range c.lines(v) {
			fmt.Fprintln(&b, "    "+line)
		}
	}
	for _, r := range p.NotInFiles {
		fmt.Fprintf(&b, "? %s %s   not in these files: %s bears its mark; what becomes of it only the cluster decides\n", r.Kind, backend.Printable(r.Owner), backend.Printable(r.label(v)))
	}
	for _, what := range p.Unknown {
		fmt.Fprintln(&b, "? not known from files alone: "+what)
	}
	fmt.Fprintln(&b, p.Line())
	_, err := io.WriteString(out, b.String())
	return err
}

func (r Remote) label(v View) string {
	if r.Name == "" || !v.Values {
		return r.ID
	}
	return fmt.Sprintf("%q (%s)", r.Name, r.ID)
}

// Line sums a plan up.
func (p *Plan) Line() string {
	words := map[Action]string{Create: "to create", Recreate: "to create again", Adopt: "to adopt", Update: "to update", Delete: "to delete", Retire: "to retire",
		Release: "to let go", Hold: "held", Nothing: "in sync"}
	var parts []string
	for _, action := range Actions {
		if n := p.Summary[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words[action]))
		}
	}
	text := "Plan: " + cmp.Or(strings.Join(parts, ", "), "no objects") + "."
	if p.Widens > 0 {
		text += fmt.Sprintf(" %d widen access.", p.Widens)
	}
	if p.Perhaps > 0 {
		text += fmt.Sprintf(" %d may widen access.", p.Perhaps)
	}
	if n := p.doubtful(); n > 0 {
		text += fmt.Sprintf(" %d have fields that are not known.", n)
	}
	if p.Calls > 0 {
		text += fmt.Sprintf(" At most %d calls.", p.Calls)
	}
	return text + " " + p.Hash
}

// doubtful counts the objects of which it is not known whether all is as it should be.
func (p *Plan) doubtful() int {
	n := 0
	for _, c := range p.Changes {
		if len(c.Unknown) > 0 {
			n++
		}
	}
	return n
}

// Certain reports whether nothing is left open.
func (p *Plan) Certain() bool { return p.doubtful() == 0 }

func (c Change) line() string {
	sign := signs[c.Action]
	if c.Action == Nothing && len(c.Unknown) > 0 {
		sign = "?"
	}
	text := fmt.Sprintf("%s %s   %s", sign, c.Object(), c.Action)
	if c.Calls > 0 && c.Hash != "" {
		if text += ", "; len(c.Fields) > 0 {
			text += counted(len(c.Fields), "field") + " "
		}
		text += "in at most " + counted(c.Calls, "call")
	}
	switch {
	case c.Widens == backend.Widens && c.Members != nil && *c.Members > 0:
		text += fmt.Sprintf("   WIDENS for %d members", *c.Members)
	case c.Widens == backend.Widens:
		text += "   WIDENS"
	case c.Widens == backend.WidensPerhaps:
		text += "   may widen"
	}
	return backend.Printable(text)
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// lines are what is said of the fields of a change, and why it ends where it does.
func (c Change) lines(v View) []string {
	var out []string
	for _, f := range c.Fields {
		text := "spec." + f.Path + ": " + shown(f, v)
		switch f.Widens {
		case backend.Widens:
			text += "   WIDENS"
		case backend.WidensPerhaps:
			text += "   may widen"
		case backend.WidensNot:
		}
		out = append(out, backend.Printable(text))
	}
	for _, u := range c.Unknown {
		text := "? spec." + u.Path + ": " + u.Why
		if u.Widens != backend.WidensNot {
			text += "   may widen"
		}
		out = append(out, backend.Printable(text))
	}
	if c.Reason != "" {
		lead := ""
		if c.Hash != "" {
			lead = "then "
		}
		text := lead + c.Reason
		if v.Values { // The message may quote some.
			text += ": " + clipped(c.Message, 4*longestValue)
		}
		out = append(out, backend.Printable(text))
	}
	return out
}

// shown is what becomes of a field.
func shown(f backend.ProposedField, v View) string {
	if !v.Values {
		if len(f.Before) == 0 {
			return measure(f.After)
		}
		return measure(f.Before) + " → " + measure(f.After)
	}
	switch {
	case f.Text != "":
		return clipped(f.Text, 4*longestValue)
	case len(f.Before) == 0:
		return clipped(string(f.After), longestValue)
	}
	return clipped(string(f.Before), longestValue) + " → " + clipped(string(f.After), longestValue)
}

// measure says of a value how large it is, and nothing of what it is.
func measure(raw json.RawMessage) string {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return "a value"
	}
	switch x := value.(type) {
	case nil:
		return "nothing"
	case string:
		return counted(len([]rune(x)), "character")
	case []any:
		return counted(len(x), "item")
	case map[string]any:
		return counted(len(x), "member")
	case bool:
		return "a switch"
	}
	return "a number"
}

func clipped(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// longestComment is how many characters a comment in a code host may have, with room for what a job puts around it.
const longestComment = 60_000

// Markdown writes a plan for a comment in a code host: the summary first, the details folded. No value can end the folding, name
// a person or make a link: each stands in a block of code of its own.
func (p *Plan) Markdown(out io.Writer, v View) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", p.Line())
	left := 0
	for _, c := range p.Changes {
		if !v.All && c.Action == Nothing && len(c.Unknown) == 0 {
			continue
		}
		part := c.markdown(v)
		if left > 0 || b.Len()+len(part) > longestComment-500 {
			left++
			continue
		}
		b.WriteString(part)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%d more changes are left out: a comment holds no more. Without -o markdown the plan has them all.\n", left)
	}
	for i, r := range p.NotInFiles {
		line := "\n- not in these files: " + codeSpan(fmt.Sprintf("%s %s %s", r.Kind, r.Owner, r.label(v)))
		if b.Len()+len(line) > longestComment-200 {
			fmt.Fprintf(&b, "\n- and %d more", len(p.NotInFiles)-i)
			break
		}
		b.WriteString(line)
	}
	for _, what := range p.Unknown {
		fmt.Fprintf(&b, "\n- not known from files alone: %s", what)
	}
	b.WriteString("\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func (c Change) markdown(v View) string {
	lines := c.lines(v)
	if len(lines) == 0 {
		return "\n" + codeSpan(c.line()) + "\n"
	}
	head, body := html.EscapeString(c.line()), strings.Join(lines, "\n")
	return fmt.Sprintf("\n<details><summary><code>%s</code></summary>\n\n%s\n\n</details>\n", head, codeBlock(body))
}

// codeBlock fences a text by more backticks than it has in a row.
func codeBlock(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence
}

// codeSpan is a line in which nothing means anything to Markdown or HTML. Entities would not do: a code host looks for people and
// links in the text that they become.
func codeSpan(text string) string {
	text = backend.Printable(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + " " + text + " " + fence
}

// Redact takes the values out of a plan.
func (p *Plan) Redact() {
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Message = ""
		for j := range c.Fields {
			f := &c.Fields[j]
			f.Text = ""
			if len(f.Before) > 0 {
				f.Before = quoted(measure(f.Before))
			}
			f.After = quoted(measure(f.After))
		}
	}
	for i := range p.NotInFiles {
		p.NotInFiles[i].Name = ""
	}
}

func quoted(text string) json.RawMessage {
	raw, err := json.Marshal(text)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return raw
}

// Names lists the objects that would be written, as kubectl names them.
func (p *Plan) Names() []string {
	var out []string
	for _, c := range p.Changes {
		if c.Hash != "" {
			out = append(out, strings.ToLower(c.Kind)+"/"+c.Name)
		}
	}
	slices.Sort(out)
	return out
}
