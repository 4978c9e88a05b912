package docs_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// pages are the documents for people, by their path. Decisions speak of their time, and the API reference is generated.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || slices.Contains([]string{"bin", "dist", "docs/adr"}, filepath.ToSlash(name))):
			return filepath.SkipDir
		case filepath.Ext(name) == ".md" && name != filepath.Join("docs", "api.md"):
			out[filepath.ToSlash(name)] = read(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 25 {
		t.Fatalf("only %d pages found: the test looks in the wrong place", len(out))
	}
	return out
}

var span = regexp.MustCompile("`([^`\n]+)`")

// spans are the pieces of code in the prose of a page.
func spans(page string) (out []string) {
	outside := regexp.MustCompile("(?ms)^ *```.*?^ *```").ReplaceAllString(page, "")
	for _, m := range span.FindAllStringSubmatch(outside, -1) {
		out = append(out, m[1])
	}
	return out
}

// flagsOf are the flags that a binary of the repository, or a subcommand of it, knows.
func flagsOf(t *testing.T, command string, sub ...string) (names []string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), command)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/"+command)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	help, _ := exec.CommandContext(t.Context(), binary, append(sub, "--help")...).CombinedOutput() // It may end with 2.
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-[a-zA-Z], )?--?([a-z][a-z0-9-]+)`).FindAllStringSubmatch(string(help), -1) {
		names = append(names, "--"+m[1])
	}
	if len(names) < 4 {
		t.Fatalf("%s has %d flags:\n%s", command, len(names), help)
	}
	return names
}

var flagName = regexp.MustCompile(`--[a-z][a-z0-9-]*`)

func TestEveryFlagIsDocumentedAndNoOther(t *testing.T) {
	all := pages(t)
	known := []string{"--for", "--set", "--skip-schema-validation"} // Of kubectl and helm.
	for command, table := range map[string]string{
		"manager": section(all["docs/operations.md"], "## Flags of the manager"), "sandbox": all["docs/sandbox.md"],
		"governance tenant-check": section(all["docs/tenant-check.md"], "## Flags"),
		"governance plan":         section(all["docs/cli.md"], "## governance plan"),
		"governance validate":     section(all["docs/cli.md"], "## governance validate"),
		"governance status":       section(all["docs/cli.md"], "## governance status"),
		"governance tree":         section(all["docs/cli.md"], "## governance tree"),
		"governance bundle":       section(all["docs/cli.md"], "## governance bundle"),
		"governance doctor":       section(all["docs/cli.md"], "## governance doctor"),
		"governance why":          section(all["docs/cli.md"], "## governance why"),
		"governance inventory":    section(all["docs/cli.md"], "## governance inventory"),
		"governance import":       section(all["docs/cli.md"], "## governance import"),
		"governance reconcile":    section(all["docs/cli.md"], "## governance reconcile"),
		"governance events":       section(all["docs/cli.md"], "## governance events"),
		"governance suspend":      section(all["docs/cli.md"], "## governance suspend"),
		"governance resume":       section(all["docs/cli.md"], "## governance resume"),
		"governance orphan":       section(all["docs/cli.md"], "## governance orphan"),
	} {
		words := strings.Fields(command)
		flags := flagsOf(t, words[0], words[1:]...)
		known = append(known, flags...)
		var documented []string
		for _, row := range regexp.MustCompile("(?m)^\\| (`-[^|]+)\\|").FindAllStringSubmatch(table, -1) {
			documented = append(documented, flagName.FindAllString(row[1], -1)...)
		}
		for _, flag := range flags {
			if !slices.Contains(documented, flag) {
				t.Errorf("%s %s is in no table", command, flag)
			}
		}
		for _, flag := range documented {
			if !slices.Contains(flags, flag) {
				t.Errorf("%s has no flag %s", command, flag)
			}
		}
	}
	for name, page := range all {
		for _, code := range spans(page) {
			if flag := flagName.FindString(code); strings.HasPrefix(code, "--") && !slices.Contains(known, flag) {
				t.Errorf("%s: there is no flag %s", name, flag)
			}
		}
	}
}

func TestEveryMakeTargetIsThere(t *testing.T) {
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[m[1]] = true
	}
	found := 0
	for name, page := range pages(t) {
		for _, code := range append(spans(page), commands(page)...) {
			for line := range strings.Lines(code) {
				words := strings.Fields(line)
				if len(words) < 2 || words[0] != "make" {
					continue
				}
				for _, word := range words[1:] {
					if word == "#" {
						break
					}
					if regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(word) {
						found++
						if !targets[word] {
							t.Errorf("%s: there is no target %q: %s", name, word, strings.TrimSpace(line))
						}
					}
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d targets are named", found)
	}
}

func TestEveryValueOfTheChartIsThere(t *testing.T) {
	values := map[string]any{}
	if err := yaml.Unmarshal([]byte(read(t, "charts/governance-operator/values.yaml")), &values); err != nil {
		t.Fatal(err)
	}
	found := 0
	check := func(page, path string) {
		found++
		var at any = values
		for _, key := range strings.Split(path, ".") {
			below, ok := at.(map[string]any)
			if !ok || len(below) == 0 {
				return // What is below is Kubernetes's own.
			}
			if at, ok = below[key]; !ok {
				t.Errorf("%s: the chart has no value %s", page, path)
				return
			}
		}
	}
	set := regexp.MustCompile(`--set '?([^\s']+)`)
	key := regexp.MustCompile(`(?:^|,)([A-Za-z][\w.]*)=`)
	dotted := regexp.MustCompile(`^([a-z]\w*)(?:\.\w+)+`)
	for name, page := range pages(t) {
		for _, m := range set.FindAllStringSubmatch(page, -1) {
			for _, k := range key.FindAllStringSubmatch(m[1], -1) {
				if k[1] != "replicas" { // It shows what a typo looks like.
					check(name, k[1])
				}
			}
		}
		for _, code := range spans(page) {
			if m := dotted.FindStringSubmatch(code); m != nil && values[m[1]] != nil && !strings.HasSuffix(m[0], ".md") {
				check(name, m[0])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d values are named", found)
	}
}

// The page about metrics is held against the running manager elsewhere.
func TestEveryMetricIsInThePageAboutMetrics(t *testing.T) {
	about := read(t, "docs/metrics.md")
	for name, page := range pages(t) {
		for _, metric := range regexp.MustCompile(`governance_operator_[a-z_]+[a-z]`).FindAllString(page, -1) {
			whole := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(metric, "")
			if !strings.Contains(about, "`"+metric) && !strings.Contains(about, "`"+whole+"`") {
				t.Errorf("%s: %s is not in docs/metrics.md", name, metric)
			}
		}
	}
}

func TestEveryBlockOfCommandsCanBeParsed(t *testing.T) {
	for name, page := range pages(t) {
		for _, block := range commands(page) {
			parse := exec.CommandContext(t.Context(), "bash", "-n")
			parse.Stdin = strings.NewReader(block)
			if out, err := parse.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s%s", name, err, out, block)
			}
		}
	}
}

// A command of kubectl or helm is known to it, and so is each of its flags.
func TestEveryCommandAndFlagOfKubectlAndHelmIsKnown(t *testing.T) {
	tools := map[string]string{"helm": filepath.Join(root, "bin", "helm"), "kubectl": "kubectl"}
	if _, err := exec.LookPath("kubectl"); err != nil {
		tools["kubectl"] = filepath.Join(root, "bin", "k8s", "kubectl")
	}
	helped := map[string]string{}
	help := func(tool string, args ...string) (string, bool) {
		key := tool + " " + strings.Join(args, " ")
		if text, ok := helped[key]; ok {
			return text, text != ""
		}
		out, err := exec.CommandContext(t.Context(), tools[tool], append(args, "--help")...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "Error: unknown command") {
			out = nil
		}
		helped[key] = string(out)
		return string(out), len(out) > 0
	}
	global := map[string]string{}
	for tool, args := range map[string][]string{"kubectl": {"options"}, "helm": {"--help"}} {
		out, err := exec.CommandContext(t.Context(), tools[tool], args...).Output()
		if err != nil {
			t.Fatalf("%s: %v", tool, err)
		}
		global[tool] = string(out)
	}
	found := map[string]int{}
	for name, page := range pages(t) {
		for _, block := range commands(page) {
			for tool, words := range invocations(block) {
				for _, w := range words {
					if tool == "kubectl" && w[0] == "governance" {
						continue // Its examples are run, and its flags are looked up beside their tables.
					}
					found[tool]++
					verb := verbOf(w)
					text, ok := help(tool, verb...)
					if !ok {
						t.Errorf("%s: %s knows no %q", name, tool, verb)
						continue
					}
					for _, word := range w {
						if flag := flagName.FindString(word); strings.HasPrefix(word, "--") && flag != "" &&
							!regexp.MustCompile(regexp.QuoteMeta(flag)+`\b`).MatchString(text+global[tool]) {
							t.Errorf("%s: %s %s has no flag %s", name, tool, strings.Join(verb, " "), flag)
						}
					}
				}
			}
		}
	}
	if found["kubectl"] < 20 || found["helm"] < 5 {
		t.Errorf("only %v commands found", found)
	}
}

// invocations are the words after kubectl and helm in a block, up to a pipe, a comment or the end of the line.
func invocations(block string) map[string][][]string {
	out := map[string][][]string{}
	for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
		for _, part := range regexp.MustCompile(`\||&&|;|\$\(|\s#`).Split(line, -1) {
			words := strings.Fields(part)
			if len(words) > 1 && (words[0] == "kubectl" || words[0] == "helm") {
				out[words[0]] = append(out[words[0]], words[1:])
			}
		}
	}
	return out
}

// nested are the commands that have commands of their own.
var nested = []string{"create", "create secret", "config", "rollout", "auth"}

// verbOf is the command in the words after the tool: "create secret generic" is one.
func verbOf(words []string) (verb []string) {
	for i := 0; i < len(words); i++ {
		switch {
		case words[i] == "--namespace" || words[i] == "-n":
			i++
		case !strings.HasPrefix(words[i], "-"):
			verb = append(verb, words[i])
			if !slices.Contains(nested, strings.Join(verb, " ")) {
				return verb
			}
		}
	}
	return verb
}
