package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// inventoryOptions are the flags of the command.
type inventoryOptions struct {
	backend, operatorNamespace, clusterID, output string
	kinds                                         []string
	unmanaged                                     bool
}

const asCSV = "csv"

func inventoryCommand() *cobra.Command {
	o := inventoryOptions{}
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "List what a tenant has, and who manages it",
		Long: "List what a tenant has, and who manages it: everything of each kind, also what is built in or belongs to a connector.\n" +
			"ThisCluster: an object of this cluster has it. NoObject: it bears this cluster's ownership marker, and no object has it.\n" +
			"OtherCluster: it bears another cluster's. Unmarked: nothing tells whose it is, which does not mean that nobody manages it:\n" +
			"other tools, such as Terraform, leave no sign at these vendors.\n\n" +
			"It signs in with the credentials of the backend, writes nothing, and uses at most a quarter of the backend's budget of calls.\n" +
			"Whoever calls it needs to read the backend, its Secret, the namespace kube-system, and the objects of all namespaces.\n" +
			"It exits with 1 where a kind cannot be listed.",
		Example: "  governance inventory --backend prod\n\n  # What a person has to look at\n  governance inventory --backend prod --kind accessprofile --unmanaged -o csv",
		Args:    cobra.NoArgs,
	}
	cluster := inCluster(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.backend, "backend", "", "name of the backend in the namespace, or clustergovernancebackend/NAME")
	flags.StringSliceVar(&o.kinds, "kind", nil, "kinds to list; all if left out")
	flags.BoolVar(&o.unmanaged, "unmanaged", false, "show only what no cluster manages: Unmarked and NoObject")
	flags.StringVar(&o.clusterID, "cluster-id", "", "the --cluster-id of the manager, if it has one")
	flags.StringVar(&o.operatorNamespace, "operator-namespace", "governance-operator-system", "namespace of the operator, where the Secrets of cluster backends are")
	flags.StringVarP(&o.output, "output", "o", "table", "form of the result: table, csv or json")
	_ = cmd.MarkFlagRequired("backend")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return o.run(cmd, cluster) }
	return cmd
}

func (o inventoryOptions) run(cmd *cobra.Command, cluster *cluster) error {
	if !slices.Contains([]string{"table", asCSV, asJSON}, o.output) {
		return fmt.Errorf("--output: %q is none of table, csv and json", o.output)
	}
	kinds, err := o.kindsAsked()
	if err != nil {
		return err
	}
	reader, namespace, err := cluster.open()
	if err != nil {
		return err
	}
	taken, err := o.take(cmd.Context(), reader, namespace, inventory.Asked{Kinds: kinds, Progress: func(kind string, listed int) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d listed\n", kind, listed)
	}})
	if err != nil {
		return err
	}
	if o.unmanaged {
		taken.Items = slices.DeleteFunc(taken.Items, func(i inventory.Item) bool {
			return i.Manager != inventory.Unmarked && i.Manager != inventory.NoObject
		})
	}
	if err := o.write(cmd.OutOrStdout(), taken); err != nil {
		return err
	}
	return taken.Failed()
}

// kindsAsked are the kinds as the objects are called.
func (o inventoryOptions) kindsAsked() ([]string, error) {
	if len(o.kinds) == 0 {
		return inventory.Kinds, nil
	}
	var out []string
	for _, called := range o.kinds {
		kind := kindCalled(called)
		if kind == "" {
			return nil, fmt.Errorf("--kind: %q is no kind of this operator: write appentitlement, accessprofile or accessreview", called)
		}
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out, nil
}

func (o inventoryOptions) take(ctx context.Context, reader client.Client, namespace string, asked inventory.Asked) (inventory.Inventory, error) {
	var err error
	if asked.Cluster, err = managed.ClusterID(ctx, reader, o.clusterID); err != nil {
		return inventory.Inventory{}, err
	}
	called, err := o.backendAsked(ctx, reader, namespace)
	if err != nil {
		return inventory.Inventory{}, err
	}
	objects, err := inventory.Objects(ctx, reader)
	if err != nil {
		return inventory.Inventory{}, err
	}
	entrance := tenancy.Entrance{Client: reader, Vendors: vendors.All(), OperatorNamespace: o.operatorNamespace, UserAgent: "governance/" + version}
	visitor, err := entrance.Visit(ctx, called)
	if err != nil {
		return inventory.Inventory{}, err
	}
	return inventory.Take(ctx, visitor, objects, asked)
}

// backendAsked reads the backend that --backend names.
func (o inventoryOptions) backendAsked(ctx context.Context, reader client.Reader, namespace string) (tenancy.Object, error) {
	kind, name, ok := strings.Cut(o.backend, "/")
	if !ok {
		kind, name = "governancebackend", o.backend
	}
	called, _ := backendCalled(kind, namespace, name).(tenancy.Object)
	if called == nil {
		return nil, fmt.Errorf("--backend: %q names no backend: write NAME, or clustergovernancebackend/NAME", o.backend)
	}
	return called, reader.Get(ctx, client.ObjectKeyFromObject(called), called)
}

func (o inventoryOptions) write(out io.Writer, taken inventory.Inventory) error {
	switch o.output {
	case asJSON:
		return show(out, asJSON, taken, nil)
	case asCSV:
		return writeInventoryCSV(out, taken.Items)
	}
	return writeInventory(out, taken)
}

func writeInventoryCSV(out io.Writer, items []inventory.Item) error {
	w := csv.NewWriter(out)
	err := w.Write([]string{"kind", "parentID", "id", "name", "manager", "objects", "owner", "cluster", "undeletable", "namesakes", "url"})
	for _, i := range items {
		err = errors.Join(err, w.Write([]string{
			i.Kind, i.ParentID, i.ID, i.Name, string(i.Manager), strings.Join(i.Objects, " "), i.Owner, i.Cluster,
			strconv.FormatBool(i.Undeletable), strconv.Itoa(i.Namesakes), i.URL,
		}))
	}
	w.Flush()
	return errors.Join(err, w.Error())
}

// writeInventory writes what there is, and then how much of it.
func writeInventory(out io.Writer, taken inventory.Inventory) error {
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	if len(taken.Items) > 0 {
		fmt.Fprint(w, "KIND\tPARENT\tID\tNAME\tMANAGER\tBY\tNOTE\n")
	}
	for _, i := range taken.Items {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Kind, dash(i.ParentID), dash(i.ID), dash(i.Name), i.Manager, dash(by(i)), dash(note(i)))
	}
	if len(taken.Items) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "KIND\tTOTAL\tTHIS CLUSTER\tNO OBJECT\tOTHER CLUSTER\tUNMARKED\tNAMESAKES\n")
	for _, c := range taken.Counts {
		if c.Failed != "" {
			fmt.Fprintf(w, "%s\tnot listed: %s\n", c.Kind, c.Failed)
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", c.Kind, c.Total, c.ThisCluster, c.NoObject, c.OtherCluster, c.Unmarked, c.Namesakes)
	}
	return w.Flush()
}

// by is who manages an item, by name.
func by(i inventory.Item) string {
	names := strings.Join(i.Objects, " ")
	if i.Manager == inventory.OtherCluster || i.Manager == inventory.NoObject {
		names = strings.TrimSpace(fmt.Sprintf("%s (cluster %s) %s", i.Owner, i.Cluster, names))
	}
	return names
}

func note(i inventory.Item) string {
	var notes []string
	if len(i.Objects) > 1 {
		notes = append(notes, "several objects have it")
	}
	if i.Manager == inventory.OtherCluster && len(i.Objects) > 0 {
		notes = append(notes, "an object of this cluster has it, too")
	}
	if i.Undeletable {
		notes = append(notes, "built in or of a connector")
	}
	if i.Namesakes > 0 {
		notes = append(notes, fmt.Sprintf("%d more of this name", i.Namesakes))
	}
	return strings.Join(notes, "; ")
}

// dash is a text that does nothing to a terminal, - for none.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return backend.Printable(text)
}
