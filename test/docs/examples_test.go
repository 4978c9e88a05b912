package docs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// example is a command of the page about the command line, or one that the demo names.
type example struct {
	command string
	// code is what it ends with: 0 unless the words beside it name another.
	code int
}

var endsWith = regexp.MustCompile(`exits with (\d)`)

// examplesOf are the commands of a text, a line each, with the comment before or behind each.
func examplesOf(text string) (out []example) {
	comment := ""
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		command, behind, _ := strings.Cut(strings.TrimSpace(line), "  #")
		if after, ok := strings.CutPrefix(command, "#"); ok {
			comment = after
			continue
		}
		if command = strings.TrimSpace(command); command == "" {
			continue
		}
		e := example{command: command}
		if m := endsWith.FindStringSubmatch(comment + behind); m != nil {
			e.code = int(m[1][0] - '0')
		}
		out, comment = append(out, e), ""
	}
	return out
}

func TestExamplesAreReadWithWhatTheyEndWith(t *testing.T) {
	got := examplesOf("# Check a folder\na -f b\n\n# One that is wrong: exits with 1\na -f c\na  # as said\n  b -x    # exits with 2\n")
	if want := []example{{"a -f b", 0}, {"a -f c", 1}, {"a", 0}, {"b -x", 2}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// elsewhere end examples otherwise in the demo than where the operator is installed: the manager of the demo runs outside of the
// cluster, where the doctor finds none.
var elsewhere = map[string]int{"governance doctor": 1}

// cliExamples are those of all commands. One that takes an object away is behind the others.
func cliExamples(t *testing.T) (out []example) {
	t.Helper()
	sections := strings.Split(read(t, "docs/cli.md"), "\n## governance ")[1:]
	slices.SortStableFunc(sections, func(a, b string) int {
		last := func(section string) int { return map[bool]int{true: 1}[strings.HasPrefix(section, "orphan\n")] }
		return last(a) - last(b)
	})
	for _, section := range sections {
		name, _, _ := strings.Cut(section, "\n")
		blocks := commands(section)
		if len(blocks) < 2 {
			t.Errorf("governance %s has no example", name)
			continue
		}
		found := examplesOf(blocks[1])
		if !slices.ContainsFunc(found, func(e example) bool { return strings.Contains(e.command, "governance "+name) }) {
			t.Errorf("the examples of governance %s are %v", name, found)
		}
		for _, e := range found {
			if code, ok := elsewhere["governance "+name]; ok {
				e.code = code
			}
			out = append(out, e)
		}
	}
	return out
}

// demoExamples are the commands of the command line that the demo names.
func demoExamples(t *testing.T, said string) []example {
	t.Helper()
	var lines []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "  bin/governance ") {
			lines = append(lines, line)
		}
	}
	out := examplesOf(strings.Join(lines, ""))
	if len(out) < 3 {
		t.Errorf("the demo names %v", out)
	}
	return out
}

// TestEveryCommandHasAnExample that can be told from the others.
func TestEveryCommandHasAnExample(t *testing.T) {
	if examples := cliExamples(t); len(examples) < 12 {
		t.Errorf("only %d examples", len(examples))
	}
}

// desk is a folder of a user: what the examples name is there.
type desk struct {
	clone, folder string
	environment   []string
}

// newDesk lays out what the examples take for granted.
func newDesk(ctx context.Context, t *testing.T, clone, said string) *desk {
	t.Helper()
	d := &desk{clone: clone, folder: t.TempDir()}
	bin := filepath.Join(clone, "bin")
	d.environment = append(os.Environ(), "KUBECONFIG="+filepath.Join(bin, "demo.kubeconfig"), "HOME="+d.folder,
		"PATH="+bin+":"+os.Getenv("PATH")+":"+filepath.Join(bin, "k8s"))
	m := regexp.MustCompile(`curl -s (http://\S+)/_sandbox/dump +# what ConductorOne has`).FindStringSubmatch(said)
	if m == nil {
		t.Fatal("the demo does not say where the tenant is")
	}
	d.environment = append(d.environment, "TENANT="+m[1])
	d.must(ctx, t, `mkdir -p bin access/team overlays/prod
		cd `+clone+`/config/samples
		for sample in $(grep -l 'name: sandbox$' $(sed -n 's/^ *- \(.*_.*yaml\)$/\1/p' kustomization.yaml)); do
			sed "s|name: sandbox$|name: prod|; s|http://127.0.0.1:[0-9]*|$TENANT|; s|^  requestsPerSecond: .*|  requestsPerSecond: 400|; s|^  burst: .*|  burst: 400|" $sample >`+d.folder+`/access/$sample
		done
		cd `+d.folder+`
		cp access/*.yaml overlays/prod
		(cd overlays/prod && printf 'resources:\n' >k && printf -- '- %s\n' *.yaml >>k && mv k kustomization.yaml)
		mv access/accessreview_* access/team
		kubectl kustomize overlays/prod >rendered.yaml
		kubectl config set-context --current --namespace governance-demo
		kubectl apply -f access/governancebackend_sandbox.yaml
		sed 's/^kind: /kind: Cluster/' access/governancebackend_sandbox.yaml | kubectl apply -f -
		key() { kubectl get secret sandbox-credentials -o "jsonpath={.data.$1}" | base64 -d; }
		kubectl -n governance-operator-system create secret generic sandbox-credentials "--from-literal=clientID=$(key clientID)" "--from-literal=clientSecret=$(key clientSecret)"`)
	response, err := http.Get(m[1] + "/_sandbox/credentials")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	keys := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&keys); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.folder, "credentials.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.environment = append(d.environment, "GOVERNANCE_PROD_ENDPOINT="+m[1], fmt.Sprint("GOVERNANCE_PROD_CLIENT_ID=", keys["clientID"]), fmt.Sprint("GOVERNANCE_PROD_CLIENT_SECRET=", keys["clientSecret"]))
	return d
}

// run is a command at the desk. The tenant of the examples is the one of the demo.
func (d *desk) run(ctx context.Context, dir, command string) (code int, said string) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-uo", "pipefail", "-c", strings.ReplaceAll(command, "https://acme.conductor.one", "$TENANT"))
	shell.Dir, shell.Env, shell.WaitDelay = dir, d.environment, time.Second
	out, _ := shell.CombinedOutput()
	return shell.ProcessState.ExitCode(), string(out)
}

func (d *desk) must(ctx context.Context, t *testing.T, command string) {
	t.Helper()
	if code, said := d.run(ctx, d.folder, "set -euo pipefail; "+command); code != 0 {
		t.Fatalf("%s: %d\n%s", command, code, said)
	}
}

// examplesEndAsSaid runs what the demo and the page about the command line name.
func examplesEndAsSaid(ctx context.Context, t *testing.T, clone, said string) {
	t.Helper()
	d := newDesk(ctx, t, clone, said)
	try := func(dir string, examples []example) {
		for i, e := range examples {
			t.Run(fmt.Sprintf("%d %s", i, e.command), func(t *testing.T) {
				if code, said := d.run(ctx, dir, e.command); code != e.code {
					t.Errorf("it ended with %d, want %d:\n%s", code, e.code, said)
				}
			})
		}
	}
	try(clone, demoExamples(t, said))
	try(d.folder, cliExamples(t))
}
