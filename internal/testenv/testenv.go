// Package testenv starts a real control plane (etcd and kube-apiserver) with the
// CRDs of this repository. It serves Ginkgo suites, plain tests and the demo; it
// knows none of them.
//
// There is no controller manager: no garbage collection, and a deleted namespace
// stays Terminating.
package testenv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
)

// AssetsVariable is the environment variable that names the folder with etcd and kube-apiserver.
const AssetsVariable = "KUBEBUILDER_ASSETS"

const (
	startTimeout = 120 * time.Second
	stopTimeout  = 30 * time.Second
)

// Environment is a running control plane.
type Environment struct {
	// Config has every right.
	Config *rest.Config
	// Client is uncached and has every right.
	Client client.Client
	// Scheme holds the built-in kinds and those of this repository.
	Scheme *runtime.Scheme

	control *envtest.Environment
	files   string
	// programs is the folder that the control plane was started from.
	programs string
}

// programs are what a control plane consists of.
var programs = []string{"etcd", "kube-apiserver"}

// Option changes what Start does.
type Option func(*envtest.Environment)

// WithoutCRDs starts a control plane that does not know the kinds of this repository.
func WithoutCRDs() Option {
	return func(e *envtest.Environment) { e.CRDDirectoryPaths = nil }
}

// WithManifests installs CRDs or webhook configurations from more files or folders.
func WithManifests(crds []string, webhooks envtest.WebhookInstallOptions) Option {
	return func(e *envtest.Environment) {
		e.CRDDirectoryPaths = append(e.CRDDirectoryPaths, crds...)
		e.WebhookInstallOptions = webhooks
	}
}

// WithAudit has the API server write a line of JSON (an audit.k8s.io Event) for every request of a user to a
// file: what was asked and how it was decided, and of the tokens that were asked for also how. The policy goes
// to a file beside it. A line is written before the request is answered.
func WithAudit(file, user string) Option {
	return func(e *envtest.Environment) {
		policy := file + ".policy"
		text := fmt.Sprintf(auditPolicy, user)
		if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
			panic(err) // It is a test's own folder.
		}
		e.ControlPlane.GetAPIServer().Configure().Set("audit-policy-file", policy).
			Set("audit-log-path", file).Set("audit-log-format", "json").Set("audit-log-mode", "blocking")
	}
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: Request, users: [%[1]q], resources: [{group: "", resources: [serviceaccounts/token]}]}
  - {level: Metadata, users: [%[1]q]}
  - {level: None}
`

// Start starts a control plane and installs the CRDs. It takes a few seconds, and gives up
// after two minutes or when ctx ends. The caller stops it.
func Start(ctx context.Context, options ...Option) (*Environment, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("starting the control plane: %w", context.Cause(ctx))
	}
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	assets, err := findAssets(root)
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	folder, err := attached(assets)
	if err != nil {
		return nil, err
	}
	control := &envtest.Environment{
		BinaryAssetsDirectory:    folder,
		CRDDirectoryPaths:        []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing:    true,
		CRDInstallOptions:        envtest.CRDInstallOptions{MaxTime: startTimeout}, // The usual ten seconds are too few where several start at once.
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
		Scheme:                   scheme,
	}
	// By name: the folder alone would be overruled by KUBEBUILDER_ASSETS.
	control.ControlPlane.Etcd = &envtest.Etcd{Path: filepath.Join(folder, "etcd")}
	control.ControlPlane.GetAPIServer().Path = filepath.Join(folder, "kube-apiserver")
	for _, change := range options {
		change(control)
	}
	e, err := start(ctx, control, scheme)
	if folder == assets {
		return e, err
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	e.programs = folder
	return e, nil
}

func start(ctx context.Context, control *envtest.Environment, scheme *runtime.Scheme) (*Environment, error) {
	type result struct {
		config *rest.Config
		err    error
	}
	done := make(chan result, 1)
	go func() {
		config, err := control.Start()
		done <- result{config, err}
	}()
	select {
	case <-ctx.Done():
		// envtest cannot be interrupted: what still starts is stopped behind the caller's back.
		go func() { <-done; _ = control.Stop() }()
		return nil, fmt.Errorf("starting the control plane: %w", context.Cause(ctx))
	case r := <-done:
		if r.err != nil {
			return nil, errors.Join(fmt.Errorf("starting the control plane: %w", r.err), control.Stop())
		}
		c, err := client.New(r.config, client.Options{Scheme: scheme})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("making a client: %w", err), control.Stop())
		}
		return &Environment{Config: r.config, Client: c, Scheme: scheme, control: control}, nil
	}
}

// Stop ends the control plane and removes what it left on disk.
func (e *Environment) Stop() error {
	err := e.control.Stop()
	for _, folder := range []string{e.files, e.programs} {
		if folder != "" {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}
	return err
}

// KubeconfigFile writes a kubeconfig for a user with these groups and returns its path.
// The group "system:masters" has every right; any other needs RBAC. Stop removes the file.
func (e *Environment) KubeconfigFile(user string, groups ...string) (string, error) {
	added, err := e.control.AddUser(envtest.User{Name: user, Groups: groups}, nil)
	if err != nil {
		return "", fmt.Errorf("adding user %s: %w", user, err)
	}
	content, err := added.KubeConfig()
	if err != nil {
		return "", fmt.Errorf("making a kubeconfig for user %s: %w", user, err)
	}
	if e.files == "" {
		if e.files, err = os.MkdirTemp("", "governance-operator-testenv-"); err != nil {
			return "", fmt.Errorf("making a folder for kubeconfigs: %w", err)
		}
	}
	file, err := os.CreateTemp(e.files, "kubeconfig-*.yaml")
	if err != nil {
		return "", fmt.Errorf("making a kubeconfig for user %s: %w", user, err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("writing %s: %w", file.Name(), err)
	}
	return file.Name(), nil
}

// CreateNamespace makes a namespace whose name begins with prefix, and returns its name.
func (e *Environment) CreateNamespace(ctx context.Context, prefix string) (string, error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-"}}
	if err := e.Client.Create(ctx, namespace); err != nil {
		return "", fmt.Errorf("creating a namespace %s-…: %w", prefix, err)
	}
	return namespace.Name, nil
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return scheme, v1alpha1.AddToScheme(scheme)
}

// repositoryRoot walks up from the working directory to the folder with the CRDs.
func repositoryRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "config", "crd", "bases")); err == nil {
			return dir, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("finding the repository: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no folder above %s has config/crd/bases: run inside the repository", start)
		}
	}
}

// Missing is what there must be before a test can start a control plane and these binaries of bin/, as an error of
// one line that names the command that makes it; nil if all is there.
func Missing(binaries ...string) error {
	root, err := repositoryRoot()
	if err != nil {
		return err
	}
	if _, err := findAssets(root); err != nil {
		return err
	}
	for _, name := range binaries {
		if _, err := os.Stat(filepath.Join(root, "bin", name)); err != nil {
			return fmt.Errorf("there is no bin/%s: run \"make build\" (\"make %s\" for chaos)", name, filepath.Join(root, "bin", name))
		}
	}
	return nil
}

// findAssets returns the folder with etcd and kube-apiserver: KUBEBUILDER_ASSETS, else bin/k8s of the repository.
func findAssets(root string) (string, error) {
	dir, named := os.LookupEnv(AssetsVariable)
	if !named || dir == "" {
		dir = filepath.Join(root, "bin", "k8s")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for _, name := range programs {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("%s has no %s: run \"make control-plane\", or set %s", dir, name, AssetsVariable)
		}
	}
	return dir, nil
}
