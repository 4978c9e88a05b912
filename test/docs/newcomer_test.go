// Package docs_test does what the documents tell a newcomer to type, and holds what they name against what there is.
package docs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var root = filepath.Join("..", "..")

// A newcomer clones the repository, and copies what the pages say into two terminals.
func TestNewcomer(t *testing.T) {
	terminals := commands(section(read(t, "docs/getting-started.md"), "## The sandbox"))
	if len(terminals) < 2 {
		t.Fatalf("the sandbox's part has %d blocks of commands", len(terminals))
	}
	clone := freshClone(t)

	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
	defer cancel()
	demo := startDemo(t, clone, terminals[0])
	if !demo.says(ctx, "Try next") {
		t.Fatalf("the demo does not get so far:\n%s", demo.text())
	}

	for _, page := range []struct {
		name   string
		blocks []string
	}{
		{"getting-started.md", terminals[1:]},
		{"a-year.md", commands(read(t, "docs/a-year.md"))},
	} {
		t.Run(page.name, func(t *testing.T) {
			second := exec.CommandContext(ctx, "bash", "-euxo", "pipefail", "-c", strings.Join(page.blocks, "\n"))
			second.Dir = clone
			second.WaitDelay = time.Second
			if out, err := second.CombinedOutput(); err != nil {
				t.Fatalf("the second terminal: %v\n%s", err, out)
			}
			allReady(ctx, t, clone)
		})
	}
	t.Run("cli.md", func(t *testing.T) { examplesEndAsSaid(ctx, t, clone, demo.text()) })
}

// allReady asks the demo's API server itself.
func allReady(ctx context.Context, t *testing.T, clone string) {
	t.Helper()
	get := exec.CommandContext(ctx, "bash", "-c", "PATH=$PATH:$PWD/bin/k8s kubectl --kubeconfig bin/demo.kubeconfig -n governance-demo get governance -o json")
	get.Dir = clone
	raw, err := get.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Items []struct {
			Metadata metav1.ObjectMeta
			Status   struct{ Conditions []metav1.Condition }
		}
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) < 20 {
		t.Errorf("%d objects are left of the samples", len(list.Items))
	}
	for _, o := range list.Items {
		ready := false
		for _, c := range o.Status.Conditions {
			ready = ready || c.Type == "Ready" && c.Status == metav1.ConditionTrue
		}
		if !ready {
			t.Errorf("%s is not Ready: %v", o.Metadata.Name, o.Status.Conditions)
		}
	}
}

// freshClone is what is committed, with the control plane that is there already.
func freshClone(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", root, dir).CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v\n%s", err, out)
	}
	built, err := filepath.Abs(filepath.Join(root, "bin", "k8s"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(built, filepath.Join(dir, "bin", "k8s")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// terminal is a shell whose output can be read while it runs.
type terminal struct {
	mu   sync.Mutex
	seen bytes.Buffer
	done chan struct{}
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.Write(p)
}

func (s *terminal) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

// says waits for a text; false if the shell ends first or the time is over.
func (s *terminal) says(ctx context.Context, text string) bool {
	for !strings.Contains(s.text(), text) {
		select {
		case <-ctx.Done():
			return false
		case <-s.done:
			return strings.Contains(s.text(), text)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return true
}

// startDemo runs the first terminal until the test ends, and then presses Ctrl-C in it.
func startDemo(t *testing.T, dir, commands string) *terminal {
	t.Helper()
	s := &terminal{done: make(chan struct{})}
	shell := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	shell.Dir, shell.Stdout, shell.Stderr = dir, s, s
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.WaitDelay = 5 * time.Second
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = shell.Wait() // interrupted: it always ends with an error
		close(s.done)
	}()
	t.Cleanup(func() {
		group := -shell.Process.Pid
		_ = syscall.Kill(group, syscall.SIGINT)
		select {
		case <-s.done:
		case <-time.After(time.Minute):
			_ = syscall.Kill(group, syscall.SIGKILL)
			t.Errorf("the demo does not stop at Ctrl-C:\n%s", s.text())
		}
		if _, err := os.Stat(filepath.Join(dir, "bin", "demo.kubeconfig")); err == nil {
			t.Error("the demo leaves its kubeconfig behind")
		}
	})
	return s
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// section is the text below a heading of the second level, up to the next.
func section(text, heading string) string {
	_, after, _ := strings.Cut(text, "\n"+heading+"\n")
	before, _, _ := strings.Cut(after, "\n## ")
	return before
}

// commands returns the blocks of shell commands in a text.
func commands(text string) []string {
	var blocks []string
	inside := false
	for line := range strings.Lines(text) {
		switch {
		case !inside && strings.TrimSpace(line) == "```sh":
			inside = true
			blocks = append(blocks, "")
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			inside = false
		case inside:
			blocks[len(blocks)-1] += line
		}
	}
	return blocks
}
