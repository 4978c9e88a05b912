package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // A kubeconfig may name any of them.
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// cluster is the connection that the flags of kubectl describe.
type cluster struct {
	flags *genericclioptions.ConfigFlags
	// backends: the command takes backends, too.
	backends bool
	// patience is how long a completion waits.
	patience time.Duration
}

// shown are the flags of a connection that the help lists; the others are those of kubectl, and work, too.
var shown = []string{"kubeconfig", "context", "namespace"}

// inCluster gives a command the flags that kubectl has for a connection.
func inCluster(cmd *cobra.Command) *cluster {
	c := &cluster{flags: genericclioptions.NewConfigFlags(true), patience: completes}
	c.flags.AddFlags(cmd.Flags())
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = !slices.Contains(shown, f.Name) })
	c.completeConnection(cmd)
	if strings.Contains(cmd.Use, "KIND/NAME") {
		cmd.ValidArgsFunction = c.completeObject
	}
	return c
}

// open connects, and returns the namespace that is meant where none is named.
func (c *cluster) open() (client.Client, string, error) {
	config, err := c.flags.ToRESTConfig()
	if err != nil {
		return nil, "", err
	}
	namespace, _, err := c.flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, "", err
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		return nil, "", err
	}
	connected, err := client.New(config, client.Options{Scheme: scheme})
	return connected, namespace, err
}

// with connects, reads the object that args name, and does something with it.
func (c *cluster) with(ctx context.Context, args []string, do func(client.Client, reference.Managed) error) error {
	connected, namespace, err := c.open()
	if err != nil {
		return err
	}
	obj, err := fetch(ctx, connected, namespace, args)
	if err != nil {
		return err
	}
	return do(connected, obj)
}

// kindNames are the names by which people call the managed kinds, as kubectl takes them.
var kindNames = map[string][]string{
	v1alpha1.KindAppEntitlement: {"appentitlement", "appentitlements", "appent"},
	v1alpha1.KindAccessProfile:  {"accessprofile", "accessprofiles", "accprof"},
	v1alpha1.KindAccessReview:   {"accessreview", "accessreviews", "accrev"},
}

// fetch reads an object by what people write: accessprofile/payroll, or accessprofile payroll.
func fetch(ctx context.Context, reader client.Reader, namespace string, args []string) (reference.Managed, error) {
	kind, name, ok := strings.Cut(strings.Join(args, "/"), "/")
	if !ok || name == "" || strings.Contains(name, "/") {
		return nil, fmt.Errorf("%q names no object: write KIND/NAME, for example accessprofile/payroll", strings.Join(args, " "))
	}
	obj := reference.New(kindCalled(kind))
	if obj == nil {
		return nil, fmt.Errorf("%q is no kind of this operator: write appentitlement, accessprofile or accessreview", kind)
	}
	return obj, reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, obj)
}

// kindCalled is the kind that people call so, empty for none.
func kindCalled(name string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), ".") // accessprofiles.governance-operator.io
	for kind, names := range kindNames {
		for _, called := range names {
			if name == called {
				return kind
			}
		}
	}
	return ""
}
