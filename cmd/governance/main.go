// Command governance is for people at a tenant: it asks, where the manager acts.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // As in the manager: where a system has no roots of trust, these are used.
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
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
	ctrllog.SetLogger(logr.Discard()) // What the engine logs is said by the commands.
	cmd := root()
	cmd.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Annotations[tidies] == "" {
			go leave(ctx)
		}
	}
	done, err := cmd.ExecuteContextC(ctx)
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) && done.Annotations[tidies] == "" {
		err = errInterrupted
	}
	var ended exit
	if errors.As(err, &ended) {
		os.Exit(int(ended))
	}
	if err != nil {
		fail(err)
	}
}

// exit ends the process with a code, and without a word: all was said.
type exit int

// Error says the code.
func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// tidies is an annotation of commands that have something to remove before they end.
const tidies = "tidies"

// promptly is how long a command may take to end by itself once it is interrupted: some reads cannot be.
const promptly = 500 * time.Millisecond

var errInterrupted = errors.New("interrupted")

// leave ends the process when it was interrupted and has not ended.
func leave(ctx context.Context) {
	<-ctx.Done()
	time.Sleep(promptly)
	fail(errInterrupted)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "governance:", err)
	os.Exit(1)
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
	if name, ok := strings.CutPrefix(plugin(), "kubectl-"); ok {
		cmd.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl " + strings.ReplaceAll(name, "_", "-")}
	}
	cmd.AddCommand(
		planCommand(), validateCommand(), statusCommand(), treeCommand(), whyCommand(), eventsCommand(), inventoryCommand(), importCommand(),
		reconcileCommand(), suspendCommand(), resumeCommand(), orphanCommand(),
		doctorCommand(), bundleCommand(), tenantCheck(), completionCommand(), documentation(),
	)
	return cmd
}

// plugin is the name under which kubectl found the command, empty where kubectl did not: krew gives it the name of its package.
func plugin() string {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if !strings.HasPrefix(name, "kubectl-") {
		return ""
	}
	return name
}
