package tenantcheck

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// Record is what a check found out, without a word of the vendor or of the tenant: it can be sent in a public issue.
type Record struct {
	Version   string           `json:"version"`
	Vendor    string           `json:"vendor"`
	Run       string           `json:"run"`
	Calls     RecordCalls      `json:"calls"`
	Verdicts  map[string]int   `json:"verdicts"`
	Results   []RecordResult   `json:"results"`
	Overrides []RecordOverride `json:"overrides"`
}

// RecordCalls are how many calls were announced and made.
type RecordCalls struct {
	Announced int `json:"announced"`
	Made      int `json:"made"`
}

// RecordResult is what came of one assumption.
type RecordResult struct {
	ID      string `json:"id"`
	Assumes string `json:"assumes"`
	Depends string `json:"depends"`
	Verdict string `json:"verdict"`
	Code    string `json:"code,omitempty"`
	Status  int    `json:"status,omitempty"`
	Calls   int    `json:"calls"`
}

// RecordOverride is a capability that the tenant turned out not to have.
type RecordOverride struct {
	Kind       string `json:"kind"`
	Capability string `json:"capability"`
}

// NewRecord puts together what was found out.
func NewRecord(version, vendor, run string, plan Plan, made int, results []Result) Record {
	out := Record{
		Version: version, Vendor: vendor, Run: run, Calls: RecordCalls{plan.Calls, made},
		Verdicts: map[string]int{}, Results: []RecordResult{}, Overrides: []RecordOverride{},
	}
	for _, r := range results {
		out.Verdicts[string(r.Answer.Verdict)]++
		out.Results = append(out.Results, RecordResult{r.Probe.ID, r.Probe.Assumes, r.Probe.Depends, string(r.Answer.Verdict), r.Answer.Code, r.Answer.Status, r.Calls})
	}
	for _, o := range Overrides(results) {
		out.Overrides = append(out.Overrides, RecordOverride{o.Kind, string(o.Capability)})
	}
	return out
}

// JSON writes the record.
func (r Record) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// order is how verdicts are listed: what needs attention first.
var order = []probe.Verdict{probe.DoesNotHold, probe.Unknown, probe.Holds}

// Table writes what was found out for people.
func Table(w io.Writer, results []Result) error {
	var out strings.Builder
	for _, verdict := range order {
		of := slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Answer.Verdict != verdict })
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&out, "%s (%d)\n", strings.ToUpper(string(verdict)), len(of))
		for _, r := range of {
			fmt.Fprintf(&out, "  %-48s %s\n", r.Probe.ID, r.Probe.Assumes)
			if verdict == probe.Holds {
				fmt.Fprintf(&out, "  %-48s otherwise: %s\n", "", r.Probe.Depends)
				continue
			}
			fmt.Fprintf(&out, "  %-48s why: %s\n", "", why(r))
			fmt.Fprintf(&out, "  %-48s consequence: %s\n", "", r.Probe.Depends)
			for _, o := range r.Probe.Overrides {
				if verdict == probe.DoesNotHold {
					fmt.Fprintf(&out, "  %-48s to be taken away: %s of every %s\n", "", o.Capability, o.Kind)
				}
			}
		}
		out.WriteString("\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// why is the code of an answer in words.
func why(r Result) string {
	if r.Answer.Code == NotEver {
		return "never asked: " + r.Probe.Why
	}
	if id, needs := strings.CutPrefix(r.Answer.Code, "needs-"); needs {
		return "needs " + id
	}
	text := strings.ReplaceAll(r.Answer.Code, "-", " ")
	if r.Answer.Status != 0 {
		text += fmt.Sprintf(" (status %d)", r.Answer.Status)
	}
	return text
}

// Assumptions writes every assumption of a vendor as a table in Markdown.
func Assumptions(w io.Writer, v probe.Vendor) error {
	var out strings.Builder
	out.WriteString("| what is assumed | how it is asked | if it does not hold | taken away then |\n|---|---|---|---|\n")
	for _, p := range v.Probes {
		asks := p.Asks
		switch p.Effect {
		case probe.Never:
			asks = "Never asked. " + p.Why
		case probe.Writes:
			asks += fmt.Sprintf(" (writes; %s)", calls(p))
		default:
			asks += fmt.Sprintf(" (%s)", calls(p))
		}
		fmt.Fprintf(&out, "| %s<br>`%s` | %s | %s | %s |\n", p.Assumes, p.ID, asks, p.Depends, taken(p.Overrides))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func calls(p probe.Probe) string {
	text := fmt.Sprintf("%d calls", p.Calls)
	if p.Calls == 1 {
		text = "1 call"
	}
	if len(p.Lists) > 0 {
		text += " and a list"
	}
	for _, need := range p.Needs {
		text += ", needs `" + string(need) + "`"
	}
	return text
}

func taken(overrides []backend.Override) string {
	var out []string
	for _, o := range overrides {
		out = append(out, fmt.Sprintf("`%s` of `%s`", o.Capability, o.Kind))
	}
	return strings.Join(out, ", ")
}
