// Command governance is for people at a tenant: it asks, where the manager acts.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // As in the manager: where a system has no roots of trust, these are used.
)

// version is set when a release is built.
var version = "dev"

func main() {
	// The first signal ends the asking and begins the removal; a second one ends that, too.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "governance:", err)
		os.Exit(1)
	}
}

// root is the command that holds the others. Each of them has a file of its own.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "governance",
		Short:         "Tools for the tenants that governance-operator manages",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	if strings.HasPrefix(filepath.Base(os.Args[0]), "kubectl-") { // It is called as a plugin.
		cmd.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl governance"}
	}
	cmd.AddCommand(tenantCheck(), validateCommand(), statusCommand(), treeCommand(), whyCommand(), reconcileCommand(), eventsCommand(), suspendCommand(), resumeCommand(), orphanCommand(), completionCommand(), documentation())
	return cmd
}
