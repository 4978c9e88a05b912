package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/plan"
)

// markdown is the plan as a code host gets it.
func markdown(t *testing.T, p *plan.Plan, v plan.View) string {
	t.Helper()
	var b strings.Builder
	if err := p.Markdown(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWithoutValuesNoMessageHasAny(t *testing.T) {
	p := newPlace(t)
	drive := p.tenant().AppEntitlements()
	p.made(drive, "gone", "Whispered")
	p.entitlement("owned", "displayName: Owned\nowners: [{email: whispered@corp.example}]\n"+inPlatform())
	p.entitlement("suspended", "displayName: Whispered, too\nsuspend: true\n"+inPlatform())
	made := p.must()
	if shown := text(t, made, plan.View{Values: true}); strings.Count(strings.ToLower(shown), "whispered") < 2 || strings.Contains(shown, `\x00`) {
		t.Errorf("with values it is %s", shown)
	}
	all := []string{text(t, made, plan.View{All: true}), markdown(t, made, plan.View{All: true}), made.Line()}
	made.Redact()
	raw, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range append(all, string(raw)) {
		if strings.Contains(strings.ToLower(shown), "whispered") {
			t.Errorf("it is in %s", shown)
		}
	}
	if !strings.Contains(all[0], "NameNotFound") {
		t.Errorf("the reason is not in %s", all[0])
	}
}

func TestNoNameMeansAnythingToACodeHost(t *testing.T) {
	evil := "`` `@everyone` www.evil.example </summary></code><img src=x> \"quoted\"\n\n# heading"
	made := &plan.Plan{Summary: map[plan.Action]int{}, Changes: []plan.Change{
		{Kind: "AccessProfile", Namespace: "a", Name: evil, Action: plan.Delete},
		{Kind: "AccessProfile", Namespace: "a", Name: evil, Action: plan.Hold, Reason: "Refused"},
	}, NotInFiles: []plan.Remote{{Kind: "AccessProfile", Owner: "a/" + evil, ID: "x", Name: evil}}}
	for _, line := range strings.Split(markdown(t, made, plan.View{Values: true}), "\n") {
		if !strings.Contains(line, "evil.example") {
			continue
		}
		summary, ok := strings.CutPrefix(line, "<details><summary><code>")
		if inner, closed := strings.CutSuffix(summary, "</code></summary>"); ok {
			if !closed || strings.ContainsAny(inner, "<>") || !strings.Contains(inner, "www.evil.example") {
				t.Errorf("not one element: %s", line)
			}
			continue
		}
		line = strings.TrimPrefix(line, "- not in these files: ")
		if fence := "```"; !strings.HasPrefix(line, fence+" ") || !strings.HasSuffix(line, " "+fence) || strings.Count(line, fence) != 2 {
			t.Errorf("not one span of code: %s", line)
		}
	}
	if backend.Printable(evil) == evil {
		t.Error("nothing was tried")
	}
}
