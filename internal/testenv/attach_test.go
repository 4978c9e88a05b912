//go:build linux

package testenv_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

// runs is the variable that makes TestARunOfItsOwn start a control plane and wait to be ended.
const runs = "GOVERNANCE_TESTENV_RUNS"

// TestARunOfItsOwn is the run that the test below ends.
func TestARunOfItsOwn(t *testing.T) {
	if os.Getenv(runs) == "" {
		t.Skip("it is a part of TestNoControlPlaneOutlivesItsRun")
	}
	start(t)
	for id, name := range children(t, os.Getpid()) {
		fmt.Printf("\nchild %d %s\n", id, name)
	}
	fmt.Println("all started")
	select {}
}

func TestNoControlPlaneOutlivesItsRun(t *testing.T) {
	if err := testenv.Missing(); err != nil {
		t.Fatal(err)
	}
	for sentence, end := range map[string]syscall.Signal{
		"that is killed":      syscall.SIGKILL,
		"that is interrupted": syscall.SIGINT,
		// This is what go test sends then.
		"that takes too long": syscall.SIGQUIT,
	} {
		t.Run(sentence, func(t *testing.T) {
			run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestARunOfItsOwn$")
			run.Env = append(os.Environ(), runs+"=1")
			out, err := run.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			var ids []int
			var names []string
			lines := bufio.NewScanner(out)
			for lines.Scan() && lines.Text() != "all started" {
				var id int
				var name string
				if n, _ := fmt.Sscanf(lines.Text(), "child %d %s", &id, &name); n == 2 {
					ids, names = append(ids, id), append(names, name)
				}
			}
			if slices.Sort(names); !slices.Equal(names, []string{"etcd", "kube-apiserver"}) {
				t.Fatalf("the run started %v", names)
			}
			if err := run.Process.Signal(end); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() { // Until the run is gone: what it started has no part in its output.
			}
			if err := run.Wait(); err == nil {
				t.Fatal("the run ended well")
			}
			for _, id := range ids {
				gone(t, id)
			}
		})
	}
}

// gone waits until a process is no more, or is only waited for by whoever inherited it.
func gone(t *testing.T, id int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		state, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(id), "stat"))
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(20 * time.Millisecond) // There is no event of a process that is no child.
	}
	_ = syscall.Kill(id, syscall.SIGKILL)
	t.Errorf("process %d is still there", id)
}

// children are the processes that a process started, by id.
func children(t *testing.T, of int) map[int]string {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", of))
	if err != nil {
		t.Fatal(err)
	}
	out := map[int]string{}
	for _, file := range files {
		list, err := os.ReadFile(file)
		if err != nil {
			continue // A thread that is gone has no children.
		}
		for _, word := range strings.Fields(string(list)) {
			id, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			command, err := os.ReadFile(filepath.Join("/proc", word, "cmdline"))
			if err != nil {
				t.Fatal(err)
			}
			program, _, _ := strings.Cut(string(command), "\x00")
			out[id] = filepath.Base(program)
		}
	}
	return out
}
