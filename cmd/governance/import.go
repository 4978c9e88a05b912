package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/importing"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// imports are the flags of the command.
type imports struct {
	inventoryOptions

	to, backendFile string
	credentials     []string
	withClosed      bool
	overwrite       bool
}

func importCommand() *cobra.Command {
	o := imports{}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write what a tenant has as files that take it over",
		Long: "Write what a tenant has as files that take it over: one object per file, in folders by kind, and entitlements by app. Applied, they\n" +
			"adopt what is there and change no field of it: creation: Adopt, drift: Report, deletion: Orphan.\n\n" +
			"What is managed already, what bears another cluster's ownership marker and what has no room for one is skipped; import-report.json\n" +
			"lists it with the reason. A file that is there already and says something else is left as it is, unless --overwrite.\n\n" +
			"In a cluster it needs the rights of inventory. With --credentials, --backend-file and --cluster-id it needs no cluster.\n" +
			"It writes nothing at the vendor, and uses at most a quarter of the backend's budget of calls.\n" +
			"It exits with 1 where files were left as they are.",
		Example: "  # The whole tenant of a backend\n  governance import --backend prod --to imported/\n\n" +
			"  # Its access profiles alone\n  governance import --backend prod --kind accessprofile --to profiles/",
		Args: cobra.NoArgs,
	}
	cluster := inCluster(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.backend, "backend", "", "name of the backend in the namespace, or clustergovernancebackend/NAME")
	flags.StringSliceVar(&o.kinds, "kind", nil, "kinds to import; all if left out")
	flags.StringVar(&o.to, "to", "", "folder for the files, which is made if it is not there")
	flags.BoolVar(&o.withClosed, "with-closed", false, "import also reviews that are over")
	flags.BoolVar(&o.overwrite, "overwrite", false, "replace files that are there and say something else")
	flags.StringArrayVar(&o.credentials, "credentials", nil, "NAME=env or NAME=FILE: the credential of the backend, as for plan")
	flags.StringVar(&o.backendFile, "backend-file", "", "file with the backend, where there is no cluster")
	flags.StringVar(&o.clusterID, "cluster-id", "", "the --cluster-id of the manager, if it has one; needed where there is no cluster")
	flags.StringVar(&o.operatorNamespace, "operator-namespace", "governance-operator-system", "namespace of the operator, where the Secrets of cluster backends are")
	_ = cmd.MarkFlagRequired("backend")
	_ = cmd.MarkFlagRequired("to")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return o.run(cmd.Context(), cluster, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

// errLeft is how the command ends where a file keeps what it says.
var errLeft = errors.New("files that say something else were left as they are; --overwrite replaces them")

func (o imports) run(ctx context.Context, cluster *cluster, out, progress io.Writer) error {
	asked, err := o.options(ctx, cluster)
	if err != nil {
		return err
	}
	asked.Progress = func(format string, args ...any) { fmt.Fprintf(progress, format+"\n", args...) }
	report, err := importing.Run(ctx, asked)
	if err != nil {
		return err
	}
	return o.tell(out, report)
}

// tell says what was done.
func (o imports) tell(out io.Writer, report *importing.Report) error {
	for _, c := range report.Counts {
		fmt.Fprintf(out, "%s: %d exported, %d skipped, of %d\n", c.Kind, c.Exported, c.Skipped, c.Total)
	}
	for _, file := range report.Left {
		fmt.Fprintf(out, "changed, left: %s\n", file)
	}
	if len(report.Left) > 0 {
		return errLeft
	}
	return nil
}

// options opens the tenant, in a cluster or alone.
func (o imports) options(ctx context.Context, cluster *cluster) (importing.Options, error) {
	asked := importing.Options{To: o.to, WithClosed: o.withClosed, Overwrite: o.overwrite, Cluster: o.clusterID}
	var err error
	if asked.Kinds, err = o.kindsAsked(); err != nil {
		return asked, err
	}
	var reader client.Client
	if len(o.credentials) > 0 || o.backendFile != "" {
		asked.Namespace = cmp.Or(*cluster.flags.Namespace, "default")
		reader, err = o.alone(ctx, asked.Namespace)
	} else if reader, asked.Namespace, err = cluster.open(); err == nil {
		asked.InCluster = true
		if asked.Cluster, err = managed.ClusterID(ctx, reader, o.clusterID); err == nil {
			asked.Objects, err = inventory.Objects(ctx, reader)
		}
	}
	if err != nil {
		return asked, err
	}
	called, err := o.backendAsked(ctx, reader, asked.Namespace)
	if err != nil {
		return asked, err
	}
	asked.Backend.Name = called.GetName()
	if _, all := called.(*v1alpha1.ClusterGovernanceBackend); all {
		asked.Backend.Kind = v1alpha1.KindClusterGovernanceBackend
	}
	entrance := tenancy.Entrance{Client: reader, Vendors: vendors.All(), OperatorNamespace: o.operatorNamespace, UserAgent: "governance/" + version}
	asked.Visitor, err = entrance.Visit(ctx, called)
	return asked, err
}

// alone reads the backend of a file, and gives it its credential.
func (o imports) alone(ctx context.Context, namespace string) (client.Client, error) {
	if len(o.credentials) == 0 || o.backendFile == "" || o.clusterID == "" {
		return nil, errors.New("without a cluster an import needs all of --credentials, --backend-file and --cluster-id")
	}
	result, placed, err := validate.Read(ctx, validate.Options{Files: []string{o.backendFile}, Namespace: namespace, Vendors: vendors.All()})
	if err != nil {
		return nil, err
	}
	for _, f := range result.Findings {
		if f.Severity == validate.Error {
			return nil, errors.New(backend.Printable(f.String()))
		}
	}
	world := plan.NewWorld(time.Now())
	for _, p := range placed {
		if _, ok := p.Object.(tenancy.Object); ok {
			world.Apply(p.Object)
		}
	}
	credentials, err := planCredentials(o.credentials)
	if err != nil {
		return nil, err
	}
	beside, err := plan.Use(world, credentials, o.operatorNamespace)
	if err != nil {
		return nil, err
	}
	return world.Reader(beside), nil
}
