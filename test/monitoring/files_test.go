package monitoring

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

const (
	files      = "../../charts/governance-operator/files/"
	docs       = "../../docs/metrics.md"
	prefix     = "governance_operator_"
	runbookURL = "https://github.com/governance-operator/governance-operator/blob/main/docs/metrics.md#"
)

// query is one expression of a panel or an alert.
type query struct{ title, legend, expr string }

var promQL = parser.NewParser(parser.Options{})

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// panels are the queries of the dashboard, with every variable that Grafana fills in.
func panels(t *testing.T) (out []query) {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			ID      int
			Type    string
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(read(t, files+"dashboard.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$__rate_interval", "1m", "$backend", ".*")
	for _, p := range dashboard.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %q asks nothing", p.Title)
		}
		for _, target := range p.Targets {
			out = append(out, query{p.Title, target.LegendFormat, fill.Replace(target.Expr)})
		}
	}
	if len(out) == 0 {
		t.Fatal("the dashboard asks nothing")
	}
	return out
}

// alerts are the rules, read as Prometheus reads them.
func alerts(t *testing.T) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.Parse(read(t, files+"alerts.yaml"), false, model.UTF8Validation, promQL, slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Error(err)
	}
	var out []rulefmt.Rule
	for _, g := range groups.Groups {
		out = append(out, g.Rules...)
	}
	if len(out) == 0 {
		t.Fatal("there are no alerts")
	}
	return out
}

// selectors are what an expression reads, each once.
func selectors(t *testing.T, expr string) []string {
	t.Helper()
	parsed, err := promQL.ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	found := map[string]bool{}
	parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			found[v.String()] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(found))
}

// asked are all selectors of dashboard and alerts.
func asked(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, q := range panels(t) {
		out = append(out, selectors(t, q.expr)...)
	}
	for _, r := range alerts(t) {
		out = append(out, selectors(t, r.Expr)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// documented is a row of docs/metrics.md.
type documented struct {
	kind   string
	labels []string
}

var row = regexp.MustCompile("(?m)^\\| `(" + prefix + "[a-z_]+)` \\| (counter|gauge|histogram) \\| ([^|]*) \\|")

func metricsOfDocs(t *testing.T) map[string]documented {
	t.Helper()
	out := map[string]documented{}
	for _, m := range row.FindAllStringSubmatch(string(read(t, docs)), -1) {
		d := documented{kind: m[2]}
		for _, word := range strings.Fields(m[3]) {
			if label := strings.Trim(word, "`"); label != word {
				d.labels = append(d.labels, label)
			}
		}
		slices.Sort(d.labels)
		out[m[1]] = d
	}
	return out
}

func TestEveryRuleAndQueryIsOneThatPrometheusUnderstands(t *testing.T) {
	known := metricsOfDocs(t)
	for _, s := range asked(t) {
		name, _, _ := strings.Cut(s, "{")
		for _, suffix := range []string{"_bucket", "_count", "_sum"} {
			if base, ok := strings.CutSuffix(name, suffix); ok && known[base].kind == "histogram" {
				name = base
			}
		}
		if _, ok := known[name]; !ok {
			t.Errorf("%s is not in docs/metrics.md", name)
		}
	}
}

func TestEveryAlertHasARunbook(t *testing.T) {
	text := string(read(t, docs))
	for _, r := range alerts(t) {
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["severity"] == "" {
			t.Errorf("%s says too little", r.Alert)
		}
		if want := runbookURL + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url is %s, not %s", r.Alert, r.Annotations["runbook_url"], want)
		}
		if !strings.Contains(text, "\n### "+r.Alert+"\n") {
			t.Errorf("docs/metrics.md has no heading for %s", r.Alert)
		}
	}
}

func TestThePrometheusRuleIsTheSame(t *testing.T) {
	var plain, rule map[string]any
	var object struct{ Spec map[string]any }
	if err := yaml.Unmarshal(read(t, files+"alerts.yaml"), &plain); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(read(t, "../../config/prometheus/rules.yaml"), &object); err != nil {
		t.Fatal(err)
	}
	rule = object.Spec
	if diff := cmp.Diff(plain, rule); diff != "" {
		t.Errorf("config/prometheus/rules.yaml differs: %s", diff)
	}
}

func TestEveryPanelHasItsOwnNumberAndTheChosenDataSource(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			ID         int
			Title      string
			Type       string
			Datasource struct{ UID string }
		}
	}
	if err := json.Unmarshal(read(t, files+"dashboard.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range dashboard.Panels {
		id := fmt.Sprint(p.ID)
		if seen[id] {
			t.Errorf("%q has the number of another panel", p.Title)
		}
		seen[id] = true
		if p.Type != "row" && p.Datasource.UID != "${datasource}" {
			t.Errorf("%q names a data source of its own", p.Title)
		}
	}
}
