package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/doctor"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// planning is a plan that was asked for.
type planning struct {
	files             validate.Options
	credentials       []string
	clusterID         string
	operatorNamespace string
	selector          string
	output            string
	failOn            []string
	all, prune        bool
	rowsOnly          bool
	values            bool
	everything        bool
	detailed          bool
	whole             bool
	cluster           *cluster
	// namespaces are those of the files, which stand in for a cluster's.
	namespaces []client.Object
}

// The forms of a plan beside text and JSON, and what a plan may fail on.
const (
	asMarkdown = "markdown"
	asName     = "name"
)

var failures = []string{"delete", "widen", "held", "recreate"}

func planCommand() *cobra.Command {
	p := &planning{files: validate.Options{Vendors: vendors.All()}, output: asText}
	cmd := &cobra.Command{
		Use:     "plan [KIND/NAME …]",
		Aliases: []string{"diff"},
		Short:   "Show what the operator would do at the vendors, and do nothing",
		Long: "Show what the operator would do at the vendors, and do nothing: no call that could change something leaves the process.\n\n" +
			"It is the operator's own decision, over the vendor as it is now. In a cluster it is exact: of objects by their names, of all in the\n" +
			"namespace, or with -f of what the objects of files would become. It reads the Secrets of the backends, or takes --credentials.\n\n" +
			"With --credentials and --cluster-id and files it needs no cluster: which remotes are ours is told by the marks at the vendor. What only\n" +
			"a status knows is then shown as ? with the reason. A credential that only reads is enough. Never run it with secrets over files of\n" +
			"people whom you do not trust: a credential goes only to the endpoint that stands beside it, but names in files are looked up with it.\n\n" +
			"At most a quarter of each backend's budget is used. It exits with 0, or with 1 where there is no plan; with --detailed-exitcode\n" +
			"with 2 where something would be done or is not known.",
		Example: "  # What would the operator do now, for one object\n  governance plan accessprofile/payroll\n\n" +
			"  # What would the files of a folder change\n  governance plan -f access/ -R\n\n" +
			"  # The same in a pull request, without a cluster\n  governance plan -f access/ -R --credentials prod=env --cluster-id prod-eu -o markdown\n\n" +
			"  # Fail where anything is deleted or access is widened\n  governance plan -f access/ -R --fail-on=delete,widen",
	}
	var timeout time.Duration
	p.cluster = inCluster(cmd)
	cmd.ValidArgsFunction = p.cluster.completeObject
	f := cmd.Flags()
	f.StringSliceVarP(&p.files.Files, "filename", "f", nil, "files and folders with objects as YAML or JSON, as they would be applied; - is standard input")
	f.BoolVarP(&p.files.Recursive, "recursive", "R", false, "read the folders below, too")
	f.StringVarP(&p.files.Kustomize, "kustomize", "k", "", "folder with a kustomization, whose objects are planned as kustomize builds them")
	f.BoolVarP(&p.all, "all-namespaces", "A", false, "plan the objects of all namespaces")
	f.StringVarP(&p.selector, "selector", "l", "", "labels that an object must have to be planned or pruned")
	f.BoolVar(&p.prune, "prune", false, "plan also what becomes of objects in the namespaces of the files that no file has; without a cluster, list remotes that no file declares")
	f.StringArrayVar(&p.credentials, "credentials", nil, "NAME=env or NAME=FILE: the credential of a backend, from variables such as GOVERNANCE_NAME_ENDPOINT and GOVERNANCE_NAME_CLIENT_ID, or from a file with such keys")
	f.StringVar(&p.clusterID, "cluster-id", "", "name that marks the remotes of the operator's cluster; in a cluster the default is the operator's")
	f.StringVar(&p.operatorNamespace, "operator-namespace", "governance-operator-system", "namespace of the operator, which has the Secrets of cluster backends")
	f.BoolVar(&p.rowsOnly, "rows-only", false, "read lists alone: fields that no list shows are not compared")
	f.BoolVar(&p.values, "show-values", true, "show the values of fields; without it their lengths and counts")
	f.BoolVar(&p.everything, "show-all", false, "show also objects for which nothing is to be done")
	f.BoolVar(&p.whole, "whole-budget", false, "use all of each backend's budget")
	f.BoolVar(&p.detailed, "detailed-exitcode", false, "exit with 2 where something would be done or is not known, and with 0 where nothing would")
	f.StringSliceVar(&p.failOn, "fail-on", nil, "exit with 1 where the plan has one of these: delete, widen, held, recreate")
	f.StringVarP(&p.output, "output", "o", asText, "form of the plan: text, json, yaml, markdown or name")
	f.DurationVar(&timeout, "timeout", 0, "longest time that the plan may take; no bound if zero")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p.files.In = cmd.InOrStdin()
		ctx := cmd.Context()
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		return p.run(ctx, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

// run plans, shows, and judges.
func (p *planning) run(ctx context.Context, args []string, out, progress io.Writer) error {
	if !slices.Contains([]string{asText, asJSON, asYAML, asMarkdown, asName}, p.output) {
		return fmt.Errorf("--output: %q is none of text, json, yaml, markdown and name", p.output)
	}
	for _, what := range p.failOn {
		if !slices.Contains(failures, what) {
			return fmt.Errorf("--fail-on: %q is none of %s", what, strings.Join(failures, ", "))
		}
	}
	if len(args) > 0 && (p.selector != "" || p.all) {
		return errors.New("name objects, or choose them with --selector or --all-namespaces, and not both")
	}
	o, err := p.options(ctx, args, progress)
	if err != nil {
		return err
	}
	made, err := plan.Make(ctx, o)
	if err != nil {
		return err
	}
	if !p.prune {
		made.NotInFiles = nil
	}
	if err := p.show(out, made); err != nil {
		return err
	}
	return p.judge(made)
}

func (p *planning) show(out io.Writer, made *plan.Plan) error {
	view := plan.View{All: p.everything, Values: p.values}
	switch p.output {
	case asMarkdown:
		return made.Markdown(out, view)
	case asName:
		for _, name := range made.Names() {
			if _, err := fmt.Fprintln(out, name); err != nil {
				return err
			}
		}
		return nil
	case asJSON, asYAML:
		if !p.values {
			made.Redact()
		}
		if p.output == asYAML {
			raw, err := yaml.Marshal(made)
			if err != nil {
				return err
			}
			_, err = out.Write(raw)
			return err
		}
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(made)
	}
	return made.Text(out, view)
}

// judge says by the exit code what the plan is about.
func (p *planning) judge(made *plan.Plan) error {
	has := map[string]bool{
		"delete": made.Summary[plan.Delete]+made.Summary[plan.Retire] > 0, "widen": made.MayWiden(),
		"held": made.Summary[plan.Hold] > 0, "recreate": made.Summary[plan.Recreate] > 0,
	}
	for _, what := range p.failOn {
		if has[what] {
			return fmt.Errorf("the plan has what --fail-on=%s forbids", what)
		}
	}
	if p.detailed && (!made.Empty() || !made.Certain()) {
		return exit(2)
	}
	return nil
}

// options gathers what there would be.
func (p *planning) options(ctx context.Context, args []string, progress io.Writer) (plan.Options, error) {
	o := plan.Options{Vendors: vendors.All(), ClusterID: p.clusterID, OperatorNamespace: p.operatorNamespace, RowsOnly: p.rowsOnly, Share: 0.25,
		UserAgent: "governance/" + version, Now: time.Now(), Users: controller.Users,
		Behind: func(ctx context.Context, reader client.Reader, key string) (int, []safety.Leaving, error) {
			return controller.Leaving(ctx, reader, key, vendors.All())
		},
		Progress: func(format string, args ...any) { fmt.Fprintf(progress, format+"\n", args...) },
	}
	if p.whole {
		o.Share = 0
	}
	credentials, err := planCredentials(p.credentials)
	if err != nil {
		return o, err
	}
	hasFiles := len(p.files.Files) > 0 || p.files.Kustomize != ""
	alone := hasFiles && len(credentials) > 0 && p.clusterID != ""
	var world *plan.World
	namespace := "default"
	if alone {
		world = plan.NewWorld(o.Now)
		namespace = cmp.Or(*p.cluster.flags.Namespace, namespace)
	} else {
		if o.Live, namespace, err = p.cluster.open(); err != nil {
			return o, fmt.Errorf("%w (without a cluster a plan needs files, --credentials and --cluster-id)", err)
		}
		if o.ClusterID, err = p.examine(ctx, o.Live, progress); err != nil {
			return o, err
		}
		if world, err = readWorld(ctx, o.Live, o.Now); err != nil {
			return o, err
		}
		o.Statuses = true
	}
	p.files.Namespace = namespace
	if o.Targets, err = p.targets(ctx, world, args, hasFiles, alone, namespace, progress); err != nil {
		return o, err
	}
	if o.Beside, err = plan.Use(world, credentials, p.operatorNamespace); err != nil {
		return o, err
	}
	if err := p.backed(world, o.Targets, alone, o.Beside); err != nil {
		return o, err
	}
	if alone {
		o.Beside = append(o.Beside, p.namespaces...)
	}
	o.Objects = world.Objects()
	return o, nil
}

// examine returns the id of the cluster, and is an error where the cluster has older definitions: objects would lose fields there
// that the plan has.
func (p *planning) examine(ctx context.Context, live client.Client, progress io.Writer) (string, error) {
	d, err := p.cluster.doctor("")
	if err != nil {
		return "", err
	}
	checks, err := d.Definitions(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range checks {
		switch c.Level {
		case doctor.Fail:
			return "", fmt.Errorf("%s; %s", c.Says, c.Do)
		case doctor.Warn:
			fmt.Fprintf(progress, "%s; %s\n", c.Says, c.Do)
		case doctor.OK, doctor.Unknown:
		}
	}
	given := p.clusterID
	if given == "" {
		if given, err = d.ClusterID(ctx); err != nil {
			return "", err
		}
	}
	return managed.ClusterID(ctx, live, given)
}

// backed is an error where an object has no backend, or alone its backend no credential.
func (p *planning) backed(world *plan.World, targets []reference.Object, alone bool, beside []client.Object) error {
	for _, id := range targets {
		obj := world.Get(id).(managed.Object)
		ref, b := obj.GetManagedSpec().BackendRef, world.Backend(obj)
		kind := cmp.Or(ref.Kind, v1alpha1.KindGovernanceBackend)
		if b == nil {
			return fmt.Errorf("%s: spec.backendRef: there is no %s named %q", id, kind, ref.Name)
		}
		secret := b.GetBackendSpec().Credentials.SecretRef
		if alone && (secret == nil || !slices.ContainsFunc(beside, func(s client.Object) bool { return s.GetName() == secret.Name })) {
			return fmt.Errorf("%s: its backend is the %s %q, and no --credentials are given for that", id, kind, ref.Name)
		}
	}
	return nil
}

// planCredentials reads what --credentials name.
func planCredentials(arguments []string) ([]plan.Credential, error) {
	var out []plan.Credential
	for _, argument := range arguments {
		c, err := plan.ReadCredential(argument, os.LookupEnv)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// readWorld reads all objects of the cluster: whose marks live, and what a safety limit counts, depends on all of them.
func readWorld(ctx context.Context, c client.Client, now time.Time) (*plan.World, error) {
	var objects []client.Object
	for _, list := range []client.ObjectList{
		&v1alpha1.GovernanceBackendList{}, &v1alpha1.ClusterGovernanceBackendList{}, &v1alpha1.AppEntitlementList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AccessReviewList{},
	} {
		if err := c.List(ctx, list); err != nil {
			if _, cluster := list.(*v1alpha1.ClusterGovernanceBackendList); cluster && meta.IsNoMatchError(err) {
				continue // The operator watches single namespaces.
			}
			return nil, fmt.Errorf("reading all objects of the cluster, which a plan needs: %w", err)
		}
		err := meta.EachListItem(list, func(o runtime.Object) error {
			objects = append(objects, o.(client.Object))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return plan.NewWorld(now, objects...), nil
}

// targets are the objects to plan: those of the files, those that are named, or all.
func (p *planning) targets(ctx context.Context, world *plan.World, args []string, hasFiles, alone bool, namespace string, progress io.Writer) ([]reference.Object, error) {
	selector, err := labels.Parse(p.selector)
	if err != nil {
		return nil, fmt.Errorf("--selector: %w", err)
	}
	switch {
	case hasFiles && len(args) > 0:
		return nil, errors.New("name objects, or files with -f, and not both")
	case hasFiles:
		return p.fromFiles(ctx, world, selector, alone, progress)
	case p.prune:
		return nil, errors.New("--prune: compares with files, and -f names none")
	case len(args) > 0:
		return named(world, namespace, args)
	}
	out := world.Managed(func(obj managed.Object) bool {
		return (p.all || obj.GetNamespace() == namespace) && selector.Matches(labels.Set(obj.GetLabels()))
	})
	return out, nil
}

// named are the objects that people write as KIND/NAME.
func named(world *plan.World, namespace string, args []string) ([]reference.Object, error) {
	if len(args) == 2 && !strings.Contains(args[0], "/") {
		args = []string{args[0] + "/" + args[1]}
	}
	var out []reference.Object
	for _, arg := range args {
		kind, name, ok := strings.Cut(arg, "/")
		if !ok || name == "" || kindCalled(kind) == "" {
			return nil, fmt.Errorf("%q names no object: write KIND/NAME, for example accessprofile/payroll", arg)
		}
		id := reference.Object{Kind: kindCalled(kind), Namespace: namespace, Name: name}
		if world.Get(id) == nil {
			return nil, fmt.Errorf("there is no %s", id)
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// fromFiles puts the objects of the files in their places.
func (p *planning) fromFiles(ctx context.Context, world *plan.World, selector labels.Selector, alone bool, progress io.Writer) ([]reference.Object, error) {
	result, objects, err := validate.Read(ctx, p.files)
	if err != nil {
		return nil, err
	}
	if result.Errors() > 0 {
		for _, f := range result.Findings {
			if f.Severity == validate.Error {
				fmt.Fprintln(progress, f)
			}
		}
		return nil, fmt.Errorf("the files have %s, and nothing was planned", counted(result.Errors(), "error", "errors"))
	}
	if result.Ignored > 0 {
		fmt.Fprintf(progress, "%s ignored\n", counted(result.Ignored, "object of another kind", "objects of other kinds"))
	}
	var out []reference.Object
	declared, namespaces := map[reference.Object]bool{}, map[string]bool{}
	for _, placed := range objects {
		if namespace, ok := placed.Object.(*corev1.Namespace); ok {
			p.namespaces = append(p.namespaces, namespace)
			continue
		}
		if placed.Object.GetGenerateName() != "" {
			return nil, fmt.Errorf("%s:%d: metadata.name: nobody knows yet under which name generateName makes an object: such a file is created and never applied", placed.File, placed.Line)
		}
		id := world.Apply(placed.Object)
		declared[id], namespaces[id.Namespace] = true, true
		if m, ok := world.Get(id).(managed.Object); ok && selector.Matches(labels.Set(m.GetLabels())) {
			out = append(out, id)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("there is no object to plan in these files")
	}
	left := world.Managed(func(obj managed.Object) bool {
		id := reference.Object{Kind: reference.KindOf(obj), Namespace: obj.GetNamespace(), Name: obj.GetName()}
		return !declared[id] && namespaces[obj.GetNamespace()] && selector.Matches(labels.Set(obj.GetLabels()))
	})
	switch {
	case alone || len(left) == 0:
	case p.prune:
		for _, id := range left {
			world.Delete(id)
		}
		out = append(out, left...)
	default:
		fmt.Fprintf(progress, "%s not in these files and not part of this plan (--prune plans the deletion)\n",
			counted(len(left), "object of their namespaces is", "objects of their namespaces are"))
	}
	return out, nil
}

// counted is a number of things, in words.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
