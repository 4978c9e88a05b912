package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/inspect"
)

func whyCommand() *cobra.Command {
	output := asText
	cmd := &cobra.Command{
		Use:   "why KIND/NAME",
		Short: "Explain the decision that is in force for an object, and the ways out",
		Long: "Explain the decision that is in force for an object, and the ways out: the reason and its message, the rule of the operator\n" +
			"that ended the last pass, what the object and its backend show, who the object waits for, when the operator looks again by\n" +
			"itself, and commands that can be pasted.\n\n" +
			"The status does not name the rule: it is derived from the conditions, and where several fit, all of them are named.\n" +
			"A command changes the object in the cluster only: what is applied from files has to be changed there, too.\n" +
			"It reads what the operator wrote into the objects, and asks no vendor. A backend is explained as well.",
		Example: "  governance why accessprofile/payroll\n  governance why governancebackend/prod",
		Args:    cobra.RangeArgs(1, 2),
	}
	cluster := inCluster(cmd)
	cluster.backends = true
	formFlag(cmd, &output, "result", asText, asJSON, asYAML)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, namespace, err := cluster.open()
		if err != nil {
			return err
		}
		now := time.Now()
		why, err := explain(cmd.Context(), c, namespace, args, callerOf(cmd), now)
		if err != nil {
			return err
		}
		return show(cmd.OutOrStdout(), output, why, func(out io.Writer) error {
			_, err := io.WriteString(out, why.Text(now))
			return err
		})
	}
	return cmd
}

// explain explains the object that args name, or the backend.
func explain(ctx context.Context, reader client.Reader, namespace string, args []string, caller inspect.Caller, now time.Time) (inspect.Why, error) {
	kind, name, _ := strings.Cut(strings.Join(args, "/"), "/")
	if backend := backendCalled(kind, namespace, name); backend != nil {
		if err := reader.Get(ctx, client.ObjectKeyFromObject(backend), backend); err != nil {
			return inspect.Why{}, err
		}
		return inspect.ExplainBackend(backend, caller)
	}
	obj, err := fetch(ctx, reader, namespace, args)
	if err != nil {
		return inspect.Why{}, err
	}
	return inspect.Explain(ctx, reader, obj, caller, now)
}

// backendCalled is a backend of the kind that people call so, nil for none.
func backendCalled(kind, namespace, name string) client.Object {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ".")
	switch kind {
	case "governancebackend", "governancebackends", "gb":
		backend := &v1alpha1.GovernanceBackend{}
		backend.Namespace, backend.Name = namespace, name
		return backend
	case "clustergovernancebackend", "clustergovernancebackends", "cgb":
		backend := &v1alpha1.ClusterGovernanceBackend{}
		backend.Name = name
		return backend
	}
	return nil
}

// repeated are the flags of a connection that a printed command has to have as well. Credentials are not among them.
var repeated = []string{"kubeconfig", "context", "cluster", "user", "server"}

// callerOf is how the command was called.
func callerOf(cmd *cobra.Command) inspect.Caller {
	root := cmd.Root()
	caller := inspect.Caller{Program: root.Name()}
	if name := root.Annotations[cobra.CommandDisplayNameAnnotation]; name != "" {
		caller.Program = name
	}
	for _, name := range repeated {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			caller.Flags = append(caller.Flags, flagWith(f))
		}
	}
	return caller
}

func flagWith(f *pflag.Flag) string { return "--" + f.Name + "=" + f.Value.String() }
