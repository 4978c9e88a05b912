package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// world is a control plane of its own, a fake tenant, and the manager.
type world struct {
	*bench
	population
	env        *testenv.Environment
	kubeconfig string
	*tenant
	writes *writes

	// unwatch ends the watches: kube-apiserver does not stop before they do.
	unwatch  context.CancelFunc
	logFile  *os.File
	managers []*process
	tenants  []*tenant

	// created and streamed are what the first scenario measured.
	created  created
	streamed streamed
	// edited counts the edits, so that each has a name of its own.
	edited int
}

// process is a running manager, or the floor.
type process struct {
	*testenv.Process
	began time.Time
	// working is when its workers started.
	working time.Time
}

// newWorld starts everything but the manager.
func (b *bench) newWorld(ctx context.Context, p population) (w *world, err error) {
	w = &world{bench: b, population: p}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.logFile, err = os.Create(filepath.Join(b.logs, "manager.log")); err != nil {
		return w, err
	}
	// Whoever interrupts a start leaves half a control plane running: it ends by itself in seconds, and is stopped then.
	if w.env, err = testenv.Start(context.WithoutCancel(ctx)); err != nil {
		return w, err
	}
	if w.kubeconfig, err = w.env.ManagerKubeconfig(ctx); err != nil {
		return w, err
	}
	if w.tenant, err = w.newTenant(ctx, p); err != nil {
		return w, err
	}
	watching, unwatch := context.WithCancel(ctx)
	w.unwatch = unwatch
	w.writes, err = followWrites(watching, w.env, w.namespace, p.list())
	return w, err
}

// close ends every process and server of the world.
func (w *world) close() error {
	for _, p := range w.managers {
		p.Kill()
	}
	if w.unwatch != nil {
		w.unwatch()
	}
	var err error
	for _, t := range w.tenants {
		err = errors.Join(err, t.Close())
	}
	if w.env != nil {
		err = errors.Join(err, w.env.Stop())
	}
	if w.logFile != nil {
		err = errors.Join(err, w.logFile.Close())
	}
	return err
}

// tenant is a fake tenant with a namespace and a backend of its own.
type tenant struct {
	*sandbox.Server
	c         client.Client
	namespace string
}

const (
	backendName = "tenant"
	secretName  = "credentials"
)

// newTenant starts a fake tenant; its backend is applied, and nobody has looked at it yet.
func (w *world) newTenant(ctx context.Context, p population) (*tenant, error) {
	server, err := conductorone.Start(sandbox.Options{Configure: func(s *sandbox.Settings) { s.Latency = sandbox.Duration(p.latency) }})
	if err != nil {
		return nil, err
	}
	t := &tenant{Server: server, c: w.env.Client}
	w.tenants = append(w.tenants, t)
	if t.namespace, err = w.env.CreateNamespace(ctx, "benchmark"); err != nil {
		return nil, err
	}
	server.SwitchTenant(t.namespace) // Two servers are two tenants.
	credentials := server.Credentials()
	if err := t.c.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: secretName},
		StringData: map[string]string{"clientID": credentials.ClientID, "clientSecret": credentials.ClientSecret},
	}); err != nil {
		return nil, err
	}
	spec := map[string]any{
		"vendor": "ConductorOne", "endpoint": server.URL, "credentials": map[string]any{"secretRef": named(secretName)},
	}
	if p.budget == unlimited {
		spec["requestsPerSecond"], spec["burst"] = 1000, 10000
	}
	return t, t.apply(ctx, object{kind: "GovernanceBackend", name: backendName, spec: spec})
}

// undisturbed keeps sweeps out of what is not about them.
const undisturbed = "--resync-interval=24h"

// spawn starts a manager with the rights of an installation, and does not wait for it.
func (w *world) spawn(args ...string) (*process, error) {
	began := time.Now()
	p, err := testenv.StartProcess(w.logFile, "manager", append([]string{
		"--kubeconfig", w.kubeconfig, "--metrics-bind-address=0", "--health-probe-bind-address=0",
	}, args...)...)
	if err != nil {
		return nil, err
	}
	started := &process{Process: p, began: began}
	w.managers = append(w.managers, started)
	return started, nil
}

// awaitWorkers waits until the process works.
func (p *process) awaitWorkers(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("two minutes are over"))
	defer cancel()
	_, err := p.WaitFor(ctx, workersLine)
	p.working = time.Now()
	return err
}

// workersLine is what controller-runtime logs when the first controller's cache is filled.
const workersLine = "Starting workers"

// start starts a manager and waits until it works.
func (w *world) start(ctx context.Context, args ...string) (*process, error) {
	p, err := w.spawn(args...)
	if err != nil {
		return nil, err
	}
	return p, p.awaitWorkers(ctx)
}

// kill ends every manager as a crash does.
func (w *world) kill() {
	for _, p := range w.managers {
		p.Kill()
	}
	w.managers = nil
}

// fresh replaces the manager, and forgets what was called and written before.
func (w *world) fresh(ctx context.Context, args ...string) (*process, error) {
	w.kill()
	w.forget()
	return w.start(ctx, args...)
}

// forget resets every count.
func (w *world) forget() {
	w.ResetCalls()
	w.writes.reset()
}

// explain adds what the manager said last.
func (w *world) explain(scenario string, err error) error {
	err = fmt.Errorf("%s: %w", scenario, err)
	if len(w.managers) == 0 || errors.Is(err, context.Canceled) {
		return err
	}
	lines := strings.Split(w.managers[len(w.managers)-1].Output(), "\n")
	return fmt.Errorf("%w\nthe manager said last:\n%s", err, strings.Join(lines[max(0, len(lines)-10):], "\n"))
}

// await waits until done, tells now and then how far it is, and gives up after limit.
func await(ctx context.Context, what string, limit time.Duration, done func() (bool, string, error)) error {
	deadline, told := time.Now().Add(limit), time.Now()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, state, err := done()
		switch {
		case err != nil:
			return fmt.Errorf("waiting for %s: %w", what, err)
		case ok:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("waiting for %s: %s are over: %s", what, limit.Round(time.Second), state)
		case time.Since(told) > 10*time.Second:
			told = time.Now()
			say("   %s: %s", what, state)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// rest waits a fixed time.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// quiet waits until the vendor has heard nothing for that long.
func (t *tenant) quiet(ctx context.Context, spell time.Duration) error {
	last, since := -1, time.Now()
	return await(ctx, "silence at the vendor", 5*time.Minute, func() (bool, string, error) {
		if n := totalOf(t.Counts()); n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > spell, fmt.Sprintf("%d calls", last), nil
	})
}
