// Command demo runs the operator's main job on this machine: a real control plane, a fake
// tenant of each vendor, the manager with its own rights, and the samples, which become remotes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

const (
	namespace = "governance-demo"
	patience  = 100 * time.Second
)

// handed is the administrator's kubeconfig while the demo runs, at a path that can be written down.
var handed = filepath.Join("bin", "demo.kubeconfig")

// fake is a fake tenant, and where it listens.
type fake struct {
	sandboxes.Sandbox
	url string
}

func fakes() (all []*fake) {
	for _, s := range sandboxes.All() {
		all = append(all, &fake{Sandbox: s})
	}
	return all
}

// address is where the samples expect the tenant.
func (f *fake) address() string { return fmt.Sprintf("127.0.0.1:%d", f.Port) }

func main() {
	oneshot := flag.Bool("oneshot", false, "end when every sample is Ready, with an error if one is not")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, *oneshot)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, oneshot bool) (err error) {
	say("starting etcd and kube-apiserver")
	env, err := testenv.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, env.Stop()) }()
	admin, err := env.KubeconfigFile("demo-admin", "system:masters")
	if err != nil {
		return err
	}
	logs, err := os.MkdirTemp("", "governance-operator-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(logs)

	if err := env.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return err
	}
	tenants := fakes()
	for _, f := range tenants {
		process, err := f.start(ctx, filepath.Join(logs, f.Name()+".log"))
		if err != nil {
			return err
		}
		defer process.Stop()
		say("a fake %s tenant listens on %s", f.Vendor, f.url)
		if err := f.putSecret(ctx, env.Client); err != nil {
			return err
		}
	}
	manager, err := startManager(ctx, env, filepath.Join(logs, "manager.log"))
	if err != nil {
		return err
	}
	defer manager.Stop()
	say("the manager runs with the generated ClusterRole, and its webhook refuses mistakes when they are written")

	if err := apply(ctx, admin, tenants); err != nil {
		return err
	}
	say("samples applied; waiting until every one is Ready")
	ready := converge(ctx, env.Client)
	if err := tables(ctx, admin); err != nil {
		return err
	}
	if ready != nil {
		return fmt.Errorf("%w\nmanager log:\n%s", ready, manager.Output())
	}
	if oneshot {
		say("every sample is Ready")
		return nil
	}
	kubeconfig, err := os.ReadFile(admin)
	if err != nil {
		return err
	}
	if err := os.WriteFile(handed, kubeconfig, 0o600); err != nil {
		return err
	}
	defer os.Remove(handed)
	hints(tenants, logs)
	<-ctx.Done()
	say("stopping")
	return nil
}

func say(format string, args ...any) {
	fmt.Printf("==> "+format+"\n", args...)
}

// start prefers the port of the samples and takes another where that is used.
func (f *fake) start(ctx context.Context, logFile string) (*testenv.Process, error) {
	address := f.address()
	if l, err := net.Listen("tcp", address); err == nil {
		_ = l.Close()
	} else {
		address = "127.0.0.1:0"
	}
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	p, err := testenv.StartProcess(log, "sandbox", "--vendor", f.Name(), "--listen", address, "--campaign-pace", "1s")
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	line, err := p.WaitFor(wait, "http://")
	if err != nil {
		p.Kill()
		return nil, err
	}
	f.url = strings.TrimSpace(line[strings.Index(line, "http://"):])
	return p, nil
}

// putSecret makes the Secret with the tenant's credentials.
func (f *fake) putSecret(ctx context.Context, c client.Client) error {
	response, err := http.Get(f.url + "/_sandbox/credentials")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var credentials sandbox.Credentials
	if err := json.NewDecoder(response.Body).Decode(&credentials); err != nil {
		return fmt.Errorf("reading the sandbox's credentials: %w", err)
	}
	return c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: f.SampleSecret}, StringData: f.Secret(credentials)})
}

// startManager starts the manager with its webhook, and waits until the API server asks it.
func startManager(ctx context.Context, env *testenv.Environment, logFile string) (*testenv.Process, error) {
	kubeconfig, err := env.ManagerKubeconfig(ctx)
	if err != nil {
		return nil, err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	if err := errors.Join(free.Close(), env.InstallWebhook(ctx, address)); err != nil {
		return nil, err
	}
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	p, err := testenv.StartProcess(log, "manager", "--kubeconfig", kubeconfig, "--webhook-bind-address="+address,
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--zap-devel")
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if _, err = p.WaitFor(wait, "Starting workers"); err == nil {
		err = refuses(wait, env.Client)
	}
	if err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

// refuses waits until a mistake is refused as it is written: the webhook is asked.
func refuses(ctx context.Context, c client.Client) error {
	for {
		wrong := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "wrong"}}
		wrong.Spec.BackendRef.Name, wrong.Spec.DisplayName = "sandbox", "Wrong"
		wrong.Spec.Membership = &v1alpha1.ProfileMembership{Expression: "subject.departmnt == 'Finance'"}
		err := c.Create(ctx, wrong, client.DryRunAll)
		if apierrors.IsInvalid(err) && strings.Contains(err.Error(), "spec.membership.expression") {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the webhook: a mistake is not refused: %w", errors.Join(err, context.Cause(ctx)))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// apply applies the samples with kubectl, as a user does.
func apply(ctx context.Context, kubeconfig string, tenants []*fake) error {
	manifest, err := output(ctx, kubeconfig, "kustomize", filepath.Join("config", "samples"))
	if err != nil {
		return err
	}
	for _, f := range tenants {
		manifest = strings.ReplaceAll(manifest, "http://"+f.address(), f.url)
	}
	cmd := kubectl(ctx, kubeconfig, "-n", namespace, "apply", "-f", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(manifest), os.Stdout, os.Stderr
	return cmd.Run()
}

// kubectl is the installed one, or the one that was built beside the control plane.
func kubectl(ctx context.Context, kubeconfig string, args ...string) *exec.Cmd {
	path, err := exec.LookPath("kubectl")
	if err != nil {
		path = filepath.Join("bin", "k8s", "kubectl")
	}
	return exec.CommandContext(ctx, path, append([]string{"--kubeconfig", kubeconfig}, args...)...)
}

func output(ctx context.Context, kubeconfig string, args ...string) (string, error) {
	cmd := kubectl(ctx, kubeconfig, args...)
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	return string(raw), err
}

// converge waits until every object is Ready, and shows how far it is.
func converge(ctx context.Context, c client.Client) error {
	deadline := time.Now().Add(patience)
	last := ""
	for {
		waiting, total, err := notReady(ctx, c)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%d of %d Ready", total-len(waiting), total)
		if line != last {
			say("%s", line)
			last = line
		}
		if len(waiting) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not Ready after %s:\n  %s", patience, strings.Join(waiting, "\n  "))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

var demoKinds = []string{v1alpha1.KindGovernanceBackend, v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview}

func notReady(ctx context.Context, c client.Client) (waiting []string, total int, err error) {
	for _, kind := range demoKinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		if err := c.List(ctx, list, client.InNamespace(namespace)); err != nil {
			return nil, 0, err
		}
		for i := range list.Items {
			total++
			if state := readiness(&list.Items[i]); state != "" {
				waiting = append(waiting, fmt.Sprintf("%s %s: %s", kind, list.Items[i].GetName(), state))
			}
		}
	}
	return waiting, total, nil
}

// readiness is empty for an object that is Ready for its present generation.
func readiness(o *unstructured.Unstructured) string {
	raw, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	encoded, err := json.Marshal(raw)
	if err != nil {
		return err.Error()
	}
	var conditions []metav1.Condition
	if err := json.Unmarshal(encoded, &conditions); err != nil {
		return err.Error()
	}
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	switch {
	case ready == nil:
		return "no condition yet"
	case ready.Status == metav1.ConditionTrue && ready.ObservedGeneration == o.GetGeneration():
		return ""
	}
	return ready.Reason + ": " + ready.Message
}

func tables(ctx context.Context, kubeconfig string) error {
	for _, resource := range []string{"governancebackends", "appentitlements", "accessprofiles", "accessreviews"} {
		fmt.Println()
		cmd := kubectl(ctx, kubeconfig, "-n", namespace, "get", resource, "-o", "wide")
		cmd.Stdout, cmd.Stderr = os.Stdout, io.Discard
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("kubectl get %s: %w", resource, err)
		}
	}
	fmt.Println()
	return nil
}

func hints(tenants []*fake, logs string) {
	var dumps strings.Builder
	for _, f := range tenants {
		fmt.Fprintf(&dumps, "  %-70s # what %s has; /counts: what it cost\n", "curl -s "+f.url+"/_sandbox/dump", f.Vendor)
	}
	fmt.Printf(`Try next, in another terminal:

  export KUBECONFIG=$PWD/%[1]s
  kubectl config set-context --current --namespace %[2]s
  kubectl get governance                                                  # everything
  kubectl edit accessprofile payroll                                      # change it: revision moves
  kubectl apply --dry-run=server -f config/samples/invalid                # mistakes, and what is said of them
  kubectl explain accessprofile.spec.membership
  bin/governance status                                                   # how everything stands
  bin/governance why accessprofile/payroll                                # what the operator decided, and what follows
  bin/governance plan                                                     # what would be done now, before it is done
  bin/governance validate -f config/samples/invalid                       # mistakes, before they are applied: exits with 1
%[3]s  kubectl annotate accprof payroll --overwrite governance-operator.io/reconcile-requested-at="$(date)"
  kubectl delete accessprofile payroll                                    # gone at the vendor, too

Logs are in %[4]s. Ctrl-C stops everything and cleans up.
`, handed, namespace, dumps.String(), logs)
}
