package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func reconcileCommand() *cobra.Command {
	waits, timeout := false, 2*time.Minute
	cmd := &cobra.Command{
		Use:   "reconcile KIND/NAME",
		Short: "Ask the operator to observe an object completely, now",
		Long: "Ask the operator to observe an object completely, now: its remote with all fields, and the names in its spec.\n\n" +
			"It sets the annotation " + v1alpha1.AnnotationReconcileRequestedAt + ". With --wait it returns when the operator has handled the\n" +
			"request, and fails where the object is not Ready then.",
		Example: "  governance reconcile accessprofile/payroll --wait",
		Args:    cobra.RangeArgs(1, 2),
	}
	cluster := inCluster(cmd)
	cmd.Flags().BoolVar(&waits, "wait", false, "wait until the operator has handled the request")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "longest wait")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return cluster.with(cmd.Context(), args, func(c client.Client, obj reference.Managed) error {
			return request(cmd.Context(), c, obj, time.Now(), waits, timeout, cmd.OutOrStdout())
		})
	}
	return cmd
}

// request annotates an object, and waits until the annotation was handled if it is to.
func request(ctx context.Context, c client.Client, obj reference.Managed, now time.Time, waits bool, timeout time.Duration, out io.Writer) error {
	asked := now.UTC().Format(time.RFC3339Nano)
	if err := annotate(ctx, c, obj, map[string]string{v1alpha1.AnnotationReconcileRequestedAt: asked}); err != nil {
		return err
	}
	if !waits {
		fmt.Fprintf(out, "%s: requested\n", obj.GetName())
		return nil
	}
	err := wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		return err == nil && obj.GetManagedStatus().LastHandledReconcileAt == asked, err
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the operator has not handled the request within %s; is the manager running, and may it read %s?", timeout, obj.GetNamespace())
	}
	if err != nil {
		return err
	}
	state, ready := inspect.StateOf(obj, time.Now())
	fmt.Fprintf(out, "%s: %s\n", obj.GetName(), state)
	if state != inspect.Ready {
		return fmt.Errorf("%s: %s: %s", obj.GetName(), ready.Reason, backend.Printable(ready.Message))
	}
	return nil
}
