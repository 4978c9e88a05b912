package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

func completionCommand() *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(root *cobra.Command, out io.Writer) error { return root.GenBashCompletionV2(out, true) },
		"zsh":        func(root *cobra.Command, out io.Writer) error { return root.GenZshCompletion(out) },
		"fish":       func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) },
		"powershell": func(root *cobra.Command, out io.Writer) error { return root.GenPowerShellCompletionWithDesc(out) },
		"kubectl": func(_ *cobra.Command, out io.Writer) error {
			_, err := fmt.Fprintf(out, "#!/bin/sh\nexec %s __complete \"$@\"\n", cmp.Or(plugin(), "kubectl-governance"))
			return err
		},
	}
	shells := slices.Sorted(maps.Keys(scripts))
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the script that completes words in a shell",
		Long: "Print the script that completes words in a shell: " + strings.Join(shells, ", ") + ".\n\n" +
			"Commands, flags, kinds, and the names of the objects in the cluster are completed.\n" +
			"The script for kubectl completes \"kubectl governance\": it is an executable named kubectl_complete-governance in the PATH\n" +
			"(kubectl_complete-governance_operator, if krew installed it).",
		Example: "  # In the present shell\n  source <(governance completion bash)\n\n" +
			"  # For \"kubectl governance\"\n  governance completion kubectl > ~/bin/kubectl_complete-governance && chmod +x ~/bin/kubectl_complete-governance",
		Args: cobra.ExactArgs(1), ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			script, ok := scripts[args[0]]
			if !ok {
				return fmt.Errorf("%q is none of %s", args[0], strings.Join(shells, ", "))
			}
			return script(cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// completes is how long a person who presses Tab waits for a cluster that does not answer.
const completes = 2 * time.Second

// mostCompleted is how many names are read for a completion.
const mostCompleted = 500

// completeObject completes KIND/NAME, or KIND NAME, by what is in the cluster. Where that cannot be read, nothing is completed.
func (c *cluster) completeObject(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	kind, start, slash := strings.Cut(word, "/")
	switch {
	case len(args) == 1 && !strings.Contains(args[0], "/"):
		return c.completeNames(cmd.Context(), args[0], "", word), cobra.ShellCompDirectiveNoFileComp
	case len(args) > 0:
		return nil, cobra.ShellCompDirectiveNoFileComp
	case slash:
		return c.completeNames(cmd.Context(), kind, kind+"/", start), cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, kind := range c.kinds() {
		if name := strings.ToLower(kind); strings.HasPrefix(name, strings.ToLower(word)) {
			out = append(out, name+"/")
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// kinds are those that the command takes.
func (c *cluster) kinds() []string {
	out := []string{v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview, v1alpha1.KindAppEntitlement}
	if c.backends {
		out = append(out, v1alpha1.KindClusterGovernanceBackend, v1alpha1.KindGovernanceBackend)
	}
	return out
}

// completeNames are the objects of a kind whose names begin so, with something before each.
func (c *cluster) completeNames(ctx context.Context, called, before, start string) []string {
	kind := kindCalled(called)
	if backend := backendCalled(called, "", ""); kind == "" && backend != nil && c.backends {
		kind = v1alpha1.KindGovernanceBackend
		if _, ok := backend.(*v1alpha1.ClusterGovernanceBackend); ok {
			kind = v1alpha1.KindClusterGovernanceBackend
		}
	}
	if kind == "" {
		return nil
	}
	return c.names(ctx, v1alpha1.GroupVersion.WithResource(strings.ToLower(kind)+"s"), kind != v1alpha1.KindClusterGovernanceBackend, before, start)
}

// names are those of what the cluster has of a resource, by one call.
func (c *cluster) names(ctx context.Context, resource schema.GroupVersionResource, namespaced bool, before, start string) []string {
	config, err := c.flags.ToRESTConfig()
	if err != nil {
		return nil
	}
	if config.ExecProvider != nil {
		config.ExecProvider.StdinUnavailable = true // Nobody is asked while a word is completed.
	}
	reader, err := metadata.NewForConfig(config)
	if err != nil {
		return nil
	}
	namespace := ""
	if namespaced {
		if namespace, _, err = c.flags.ToRawKubeConfigLoader().Namespace(); err != nil {
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	list, err := reader.Resource(resource).Namespace(namespace).List(ctx, metav1.ListOptions{Limit: mostCompleted})
	if err != nil {
		return nil
	}
	var out []string
	for i := range list.Items {
		if name := list.Items[i].Name; strings.HasPrefix(name, start) {
			out = append(out, before+name)
		}
	}
	return out
}

// completeConnection completes the flags of a connection.
func (c *cluster) completeConnection(cmd *cobra.Command) {
	complete := func(flag string, of func(ctx context.Context, start string) []string) {
		err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
			return of(cmd.Context(), start), cobra.ShellCompDirectiveNoFileComp
		})
		if err != nil {
			panic(err) // It has the flag, once.
		}
	}
	complete("namespace", func(ctx context.Context, start string) []string {
		return c.names(ctx, schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, false, "", start)
	})
	complete("context", func(_ context.Context, start string) []string {
		config, err := c.flags.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil
		}
		return slices.DeleteFunc(slices.Sorted(maps.Keys(config.Contexts)), func(name string) bool { return !strings.HasPrefix(name, start) })
	})
}

// formFlag is --output with the forms that a result can have; the first is the default.
func formFlag(cmd *cobra.Command, output *string, of string, forms ...string) {
	last := len(forms) - 1
	cmd.Flags().StringVarP(output, "output", "o", forms[0], "form of the "+of+": "+strings.Join(forms[:last], ", ")+" or "+forms[last])
	if err := cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // It has the flag, once.
	}
}
