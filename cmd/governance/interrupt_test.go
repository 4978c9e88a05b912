package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// started is this command as a process.
func started(t *testing.T, environment []string, args ...string) (cmd *exec.Cmd, in io.WriteCloser, said *bytes.Buffer) {
	t.Helper()
	said = &bytes.Buffer{}
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asCommand+"=1"), environment...)
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, in, said
}

// interrupted presses Ctrl-C, once, and takes note of how long the process went on.
func interrupted(t *testing.T, cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	at := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	t.Logf("it ended after %s", time.Since(at).Round(time.Millisecond))
	if cmd.ProcessState.ExitCode() != 1 || said.String() != "governance: interrupted\n" {
		t.Errorf("it ended with %d and %q", cmd.ProcessState.ExitCode(), said)
	}
}

// TestCtrlCEndsEveryCommandThatWaitsForACluster which takes the first call and answers nothing.
func TestCtrlCEndsEveryCommandThatWaitsForACluster(t *testing.T) {
	for _, c := range root().Commands() {
		if c.Flags().Lookup("kubeconfig") == nil {
			continue
		}
		t.Run(c.Name(), func(t *testing.T) {
			called, ended := make(chan struct{}, 100), make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				called <- struct{}{}
				select {
				case <-ended:
				case <-r.Context().Done():
				}
			}))
			defer server.Close()
			defer close(ended)
			args := []string{c.Name()}
			if strings.Contains(c.Use, "KIND/NAME") {
				args = append(args, "accessprofile/payroll")
			}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if f.Annotations[cobra.BashCompOneRequiredFlag] != nil {
					args = append(args, "--"+f.Name, "prod")
				}
			})
			cmd, _, said := started(t, []string{"KUBECONFIG=" + kubeconfigFor(t, server.URL)}, args...)
			select {
			case <-called:
			case <-time.After(time.Minute):
				t.Fatalf("no call was made: %s", said)
			}
			interrupted(t, cmd, said)
		})
	}
}

func TestCtrlCEndsWhatReadsStandardInput(t *testing.T) {
	cmd, in, said := started(t, nil, "validate", "-f", "-")
	if _, err := in.Write(bytes.Repeat([]byte("# A comment that is longer than what a pipe holds.\n"), 10_000)); err != nil { // It reads, then.
		t.Fatal(err)
	}
	interrupted(t, cmd, said)
}

// TestNobodyIsAskedWithoutATerminal: a process without one does not wait for an answer.
func TestNobodyIsAskedWithoutATerminal(t *testing.T) {
	server, args := tenant(t)
	before := stored(t, server)
	cmd, in, said := started(t, nil, append(args, "--i-own-this-tenant", "--in", "GitHub", "--owner", "ada@corp.example")...)
	defer in.Close()
	if err := cmd.Wait(); err == nil || !strings.Contains(said.String(), "Go on? There is no terminal to ask at; --yes goes on without asking.") {
		t.Errorf("%v: %s", err, said)
	}
	if stored(t, server) != before {
		t.Error("it made something")
	}
}
