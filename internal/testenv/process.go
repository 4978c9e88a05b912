package testenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a running binary of this repository.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error

	mu    sync.Mutex
	lines []string
}

// StartProcess starts bin/<name> of the repository. Its output goes to log, and its
// last lines are kept. The caller stops or kills it.
func StartProcess(log io.Writer, name string, args ...string) (*Process, error) {
	return StartProcessWith(log, nil, name, args...)
}

// StartProcessWith does it with variables added to the environment.
func StartProcessWith(log io.Writer, variables []string, name string, args ...string) (*Process, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.Command(filepath.Join(root, "bin", name), args...), done: make(chan struct{})}
	p.cmd.Dir = root
	p.cmd.Env = append(os.Environ(), variables...)
	// The process must not outlive a test or a demo that is killed itself.
	p.cmd.SysProcAttr = dieWithParent()
	out, in := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting bin/%s (make build makes it): %w", name, err)
	}
	go p.read(out, log)
	go func() {
		p.err = p.cmd.Wait()
		_ = in.Close()
		close(p.done)
	}()
	return p, nil
}

func (p *Process) read(out io.Reader, log io.Writer) {
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.mu.Lock()
		if p.lines = append(p.lines, scanner.Text()); len(p.lines) > 400 {
			p.lines = p.lines[200:]
		}
		p.mu.Unlock()
		if log != nil {
			fmt.Fprintln(log, scanner.Text())
		}
	}
	_, _ = io.Copy(io.Discard, out)
}

// Output returns the last lines the process printed.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// WaitFor waits until a line contains text, and returns that line.
func (p *Process) WaitFor(ctx context.Context, text string) (string, error) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		for _, line := range strings.Split(p.Output(), "\n") {
			if strings.Contains(line, text) {
				return line, nil
			}
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("waiting for %q: %w; output:\n%s", text, context.Cause(ctx), p.Output())
		case <-p.done:
			return "", fmt.Errorf("waiting for %q: the process ended (%w); output:\n%s", text, errors.Join(p.err), p.Output())
		case <-ticker.C:
		}
	}
}

// Running reports whether the process is still there.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal sends a signal to the process.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the process at once, as a crash would.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Stop asks the process to end, and kills it after a minute.
func (p *Process) Stop() {
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		p.Kill()
	}
}
