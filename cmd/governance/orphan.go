package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func orphanCommand() *cobra.Command {
	timeout := 2 * time.Minute
	cmd := &cobra.Command{
		Use:   "orphan KIND/NAME",
		Short: "Delete an object and leave its remote at the vendor",
		Long: "Delete an object and leave its remote at the vendor as it is: nobody manages it then.\n\n" +
			"It sets spec.management.deletion to " + string(v1alpha1.DeletionOrphan) + ", deletes the object, and waits until the operator has let go.\n" +
			"What is applied from files comes back with them: take the object out of the files, too.",
		Example: "  governance orphan accessprofile/payroll",
		Args:    cobra.RangeArgs(1, 2),
	}
	cluster := inCluster(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "longest wait")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return cluster.with(cmd.Context(), args, func(c client.Client, obj reference.Managed) error {
			return letGo(cmd.Context(), c, obj, timeout, cmd.OutOrStdout())
		})
	}
	return cmd
}

// attempts is how often a change that somebody else overtakes is tried again.
const attempts = 10

// letGo deletes an object that keeps its remote. Nothing is deleted unless the object says so, in the very version that is deleted.
func letGo(ctx context.Context, c client.Client, obj reference.Managed, timeout time.Duration, out io.Writer) error {
	if !obj.GetDeletionTimestamp().IsZero() {
		return fmt.Errorf("%s is being deleted already", obj.GetName())
	}
	var err error
	for range attempts {
		if err = deleteOrphan(ctx, c, obj); !apierrors.IsConflict(err) {
			break
		}
		if err := c.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil { // The operator writes its status, too.
			return err
		}
	}
	if err != nil {
		return err
	}
	id := remoteID(obj)
	err = wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s is being deleted, and the operator has not let go within %s; keep management.deletion as it is until it is gone, and see what its conditions say", obj.GetName(), timeout)
	}
	if err != nil {
		return err
	}
	if id == "" {
		fmt.Fprintf(out, "%s: deleted; it was bound to no remote\n", obj.GetName())
		return nil
	}
	fmt.Fprintf(out, "%s: deleted; its remote %s stays at the vendor\n", obj.GetName(), id)
	return nil
}

// deleteOrphan makes the object keep its remote, and deletes exactly that version of it.
func deleteOrphan(ctx context.Context, c client.Client, obj reference.Managed) error {
	spec := obj.GetManagedSpec()
	if spec.Management == nil || spec.Management.Deletion != v1alpha1.DeletionOrphan {
		before := obj.DeepCopyObject().(client.Object)
		if spec.Management == nil {
			spec.Management = &v1alpha1.Management{}
		}
		spec.Management.Deletion = v1alpha1.DeletionOrphan
		if err := c.Patch(ctx, obj, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
			return err
		}
	}
	return c.Delete(ctx, obj, client.Preconditions{UID: ptr.To(obj.GetUID()), ResourceVersion: ptr.To(obj.GetResourceVersion())})
}

func remoteID(obj reference.Managed) string {
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		return remote.ID
	}
	return ""
}
