package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func suspendCommand() *cobra.Command {
	length, because := 4*time.Hour, ""
	cmd := &cobra.Command{
		Use:   "suspend KIND/NAME",
		Short: "Let the operator write nothing for an object, for some time",
		Long: "Let the operator write nothing for an object, for some time: no update, no repair and no deletion.\n\n" +
			"It sets the annotations " + v1alpha1.AnnotationSuspendedUntil + " and\n" + v1alpha1.AnnotationSuspendedBecause + ", which a tool that applies files leaves alone.\n" +
			"The operator ends it by itself, and the status has the end and the reason. Without an end, write spec.suspend.",
		Example: "  governance suspend accessprofile/payroll --reason INC-42 --for 4h",
		Args:    cobra.RangeArgs(1, 2),
	}
	cluster := inCluster(cmd)
	cmd.Flags().DurationVar(&length, "for", length, "how long")
	cmd.Flags().StringVar(&because, "reason", "", "why, for people; it is shown in the status")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if length <= 0 {
			return fmt.Errorf("--for: %s is over already", length)
		}
		return cluster.with(cmd.Context(), args, func(c client.Client, obj reference.Managed) error {
			return suspend(cmd.Context(), c, obj, time.Now().Add(length), because, cmd.OutOrStdout())
		})
	}
	return cmd
}

func resumeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "resume KIND/NAME",
		Short:   "End what \"governance suspend\" began",
		Long:    "End what \"governance suspend\" began. What was withheld is written then. Where spec.suspend holds the object itself, it says so.",
		Example: "  governance resume accessprofile/payroll",
		Args:    cobra.RangeArgs(1, 2),
	}
	cluster := inCluster(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return cluster.with(cmd.Context(), args, func(c client.Client, obj reference.Managed) error {
			return resume(cmd.Context(), c, obj, cmd.OutOrStdout())
		})
	}
	return cmd
}

// suspend annotates an object.
func suspend(ctx context.Context, c client.Client, obj reference.Managed, until time.Time, because string, out io.Writer) error {
	end := until.UTC().Format(time.RFC3339)
	err := annotate(ctx, c, obj, map[string]string{v1alpha1.AnnotationSuspendedUntil: end, v1alpha1.AnnotationSuspendedBecause: because})
	if err == nil {
		_, err = fmt.Fprintf(out, "%s: suspended until %s\n", obj.GetName(), end)
	}
	return err
}

// resume takes the annotations away.
func resume(ctx context.Context, c client.Client, obj reference.Managed, out io.Writer) error {
	_, annotated := obj.GetAnnotations()[v1alpha1.AnnotationSuspendedUntil]
	if err := annotate(ctx, c, obj, map[string]string{v1alpha1.AnnotationSuspendedUntil: "", v1alpha1.AnnotationSuspendedBecause: ""}); err != nil {
		return err
	}
	switch {
	case obj.GetManagedSpec().Suspend:
		return errors.New(obj.GetName() + " stays suspended: spec.suspend holds it; take it out where the object is written")
	case !annotated:
		_, err := fmt.Fprintf(out, "%s: was not suspended\n", obj.GetName())
		return err
	}
	_, err := fmt.Fprintf(out, "%s: resumed\n", obj.GetName())
	return err
}

// annotate sets annotations of an object, and takes those away that are to be empty.
func annotate(ctx context.Context, c client.Client, obj reference.Managed, wanted map[string]string) error {
	before := obj.DeepCopyObject().(client.Object)
	annotations := map[string]string{}
	for key, value := range obj.GetAnnotations() {
		annotations[key] = value
	}
	for key, value := range wanted {
		if annotations[key] = value; value == "" {
			delete(annotations, key)
		}
	}
	obj.SetAnnotations(annotations)
	return c.Patch(ctx, obj, client.MergeFrom(before))
}
