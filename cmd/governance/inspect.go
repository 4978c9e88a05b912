package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/reference"
)

func statusCommand() *cobra.Command {
	all, output := false, asText
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how all objects stand",
		Long: "Show how all objects stand: counts by kind and vendor, what holds writes (safety limits and suspended backends), backends that\n" +
			"are not Ready, objects that wait for a person with the longest wait first, reviews that should be over, and when all objects of\n" +
			"a backend were compared with the vendor. When they are again is the backend's resyncInterval later, more or less.\n\n" +
			"It reads what the operator wrote into the objects, and asks no vendor.",
		Example: "  # Everything in the namespace of the context\n  governance status\n\n  # Everything in the cluster, for a script\n  governance status -A -o json",
		Args:    cobra.NoArgs,
	}
	cluster := inCluster(cmd)
	cmd.Flags().BoolVarP(&all, "all-namespaces", "A", false, "show the objects of all namespaces")
	formFlag(cmd, &output, "result", asText, asJSON, asYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		reader, namespace, err := cluster.open()
		if err != nil {
			return err
		}
		if all {
			namespace = ""
		}
		now := time.Now()
		summary, err := inspect.Summarize(cmd.Context(), reader, namespace, now)
		if err != nil {
			return err
		}
		return show(cmd.OutOrStdout(), output, summary, func(out io.Writer) error { return writeSummary(out, summary, now) })
	}
	return cmd
}

func treeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tree KIND/NAME",
		Short: "Show what an object belongs together with",
		Long: "Show what an object belongs together with: its backend, the objects that it refers to and that refer to it, and what the\n" +
			"names in its spec mean at the vendor.\n\nIt reads what the operator wrote into the objects, and asks no vendor.",
		Example: "  governance tree accessprofile/payroll",
	}
	return showing(cmd, func(ctx context.Context, c client.Client, obj reference.Managed) (any, func(io.Writer) error, error) {
		tree, err := inspect.Grow(ctx, c, obj, time.Now())
		return tree, func(out io.Writer) error {
			_, err := io.WriteString(out, tree.String())
			return err
		}, err
	})
}

// showing makes cmd read an object of the cluster, and show what of finds: as a value for JSON, and as a text.
func showing(cmd *cobra.Command, of func(context.Context, client.Client, reference.Managed) (any, func(io.Writer) error, error)) *cobra.Command {
	output := asText
	cmd.Args = cobra.RangeArgs(1, 2)
	cluster := inCluster(cmd)
	formFlag(cmd, &output, "result", asText, asJSON, asYAML)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return cluster.with(cmd.Context(), args, func(c client.Client, obj reference.Managed) error {
			value, text, err := of(cmd.Context(), c, obj)
			if err != nil {
				return err
			}
			return show(cmd.OutOrStdout(), output, value, text)
		})
	}
	return cmd
}

// show writes a result in the form that was asked for.
func show(out io.Writer, output string, value any, text func(io.Writer) error) error {
	switch output {
	case asText:
		return text(out)
	case asJSON:
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"formatVersion": "1", "result": value})
	case asYAML:
		text, err := yaml.Marshal(map[string]any{"formatVersion": "1", "result": value})
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	}
	return fmt.Errorf("--output: %q is none of text, json and yaml", output)
}

// mostListed is how many objects a list shows.
const mostListed = 10

func writeSummary(out io.Writer, s inspect.Summary, now time.Time) error {
	if len(s.Counts) == 0 && len(s.Sweeps) == 0 && len(s.Backends) == 0 {
		_, err := fmt.Fprintln(out, "There are no objects here.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	fmt.Fprintln(w, "KIND\tVENDOR\tTOTAL\tREADY\tWORKING\tSTALLED\tSUSPENDED\tUNSEEN")
	for _, c := range s.Counts {
		fmt.Fprintf(w, "%s\t%s\t%d", c.Kind, c.Vendor, c.Total)
		for _, state := range []inspect.State{inspect.Ready, inspect.Working, inspect.Stalled, inspect.Suspended, inspect.Unseen} {
			fmt.Fprint(w, "\t"+strconv.Itoa(c.States[state]))
		}
		fmt.Fprintln(w)
	}
	writeLimits(w, s.Limits, now)
	for _, list := range []struct {
		title   string
		objects []inspect.Named
	}{{"Backends that are not Ready", s.Backends}, {"Objects that wait for a person", s.Stalled}, {"Reviews that should be over", s.Overdue}} {
		if len(list.objects) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s:\n", list.title)
		for _, o := range list.objects[:min(len(list.objects), mostListed)] {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", o.Object, o.Reason, since(o.Since, now), backend.Printable(o.Message))
		}
		if more := len(list.objects) - mostListed; more > 0 {
			fmt.Fprintf(w, "  and %d more: -o json lists all\n", more)
		}
	}
	writeSweeps(w, s.Sweeps, now)
	return w.Flush()
}

func writeLimits(w io.Writer, limits []inspect.Limit, now time.Time) {
	if len(limits) == 0 {
		return
	}
	fmt.Fprint(w, "\nWrites are held; \"governance why\" of the backend has the way out:\n")
	for _, l := range limits {
		what := "spec.suspend holds every write"
		switch {
		case l.Kind != "":
			what = fmt.Sprintf("%d %s objects lost their remote at once", l.Count, l.Kind)
		case l.Count > 0:
			what = fmt.Sprintf("%d deletions wait", l.Count)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", l.Backend, l.Reason, since(l.Since, now), what)
	}
}

func writeSweeps(w io.Writer, sweeps []inspect.Sweep, now time.Time) {
	if len(sweeps) == 0 {
		return
	}
	fmt.Fprint(w, "\nBACKEND\tKIND\tOBJECTS\tLAST SWEEP\tNEXT SWEEP\n")
	for _, s := range sweeps {
		next := "-"
		switch wait := s.Next.Sub(now); {
		case s.Next.IsZero():
		case wait <= 0:
			next = "due"
		default:
			next = "in " + duration.HumanDuration(wait)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", s.Backend, s.Kind, s.Objects, since(s.Last, now), next)
	}
}

// since is how long ago a moment was, - for none.
func since(moment metav1.Time, now time.Time) string {
	if moment.IsZero() {
		return "-"
	}
	return duration.HumanDuration(now.Sub(moment.Time))
}
