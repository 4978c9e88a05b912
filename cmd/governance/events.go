package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func eventsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "events KIND/NAME",
		Short: "Show what was said of an object and of its backend, in order",
		Long: "Show what was said of an object and of its backend, in order: the events that the cluster still has.\n" +
			"A cluster keeps them for an hour, unless it is configured otherwise.",
		Example: "  governance events accessprofile/payroll",
	}
	return showing(cmd, func(ctx context.Context, c client.Client, obj reference.Managed) (any, func(io.Writer) error, error) {
		events, err := inspect.Events(ctx, c, obj)
		return events, func(out io.Writer) error { return writeEvents(out, events, time.Now()) }, err
	})
}

func writeEvents(out io.Writer, events []inspect.Event, now time.Time) error {
	if len(events) == 0 {
		_, err := fmt.Fprintln(out, "The cluster has no events of it.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	fmt.Fprintln(w, "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE")
	for _, e := range events {
		seen := duration.HumanDuration(now.Sub(e.Last))
		if e.Count > 1 {
			seen += fmt.Sprintf(" (x%d)", e.Count)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", seen, backend.Printable(e.Type), backend.Printable(e.Reason), e.Object, backend.Printable(e.Message))
	}
	return w.Flush()
}
