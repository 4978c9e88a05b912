// Package importing writes what a tenant has as files of objects that take it over, and that change nothing there when they are
// applied.
package importing

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Options say what to import, and where to.
type Options struct {
	Visitor tenancy.Visitor
	// Backend is what the objects name as theirs, and Namespace where they are.
	Backend   v1alpha1.BackendRef
	Namespace string
	// Kinds to import, of those of an inventory.
	Kinds []string
	// Objects are those of the cluster, which ownership markers call Cluster. Without a cluster they are not known, and neither may be
	// Cluster.
	Objects []reference.Managed
	Cluster string
	// InCluster: Objects are all that there are.
	InCluster bool
	// WithClosed: reviews that are over are imported, too.
	WithClosed bool
	// To is the folder, and Overwrite lets files there be replaced that are otherwise.
	To        string
	Overwrite bool
	// Progress is told how far it is; nil tells nobody.
	Progress func(format string, args ...any)
}

// section is a kind as an import deals with it.
type section[S any, D backend.Model] struct {
	kind     string
	driver   backend.Driver[D]
	declared func(backend.Observation[D], backend.Capabilities, mapping.Names) (S, []kinds.Omission)
	managed  func(*S) *v1alpha1.ManagedSpec
	name     func(D) *string
	over     func(D) bool
}

// importer is one import on its way.
type importer struct {
	Options

	judge  func(item inventory.Item, token string, folded bool) inventory.Item
	found  map[remote]*entry
	order  []remote
	names  *directory
	folder *folder
	report Report
}

// remote is one in a tenant.
type remote struct{ kind, parentID, id string }

// entry is what is kept of a remote: nothing that grows with what is in it.
type entry struct {
	label, object, file string
	// skip says why it is not imported, and seen that its details were read.
	skip string
	seen bool
}

// Run imports. It reads each kind twice by its list: once for names, which files need of each other, and once for what they say.
// What was skipped and why is in the report; an error says why there is none.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	ctx = tenancy.Visiting(ctx)
	at, err := openFolder(o.To, o.Overwrite)
	if err != nil {
		return nil, err
	}
	defer at.close()
	if tenant := tenantOf(o.Visitor); at.tenant != "" && at.tenant != tenant {
		return nil, fmt.Errorf("%s has the import of the tenant %s, and this is %s; choose another folder", o.To, backend.Printable(at.tenant), backend.Printable(tenant))
	}
	i := &importer{Options: o, judge: inventory.Judge(o.Visitor, o.Objects, o.Cluster), found: map[remote]*entry{}, folder: at}
	i.names = &directory{ctx: ctx, tenant: o.Visitor.Tenant, lists: map[backend.Name]*list{}, objects: map[remote]string{}, unresolved: map[Unresolved]bool{}}
	t := o.Visitor.Tenant
	entitlements := section[v1alpha1.AppEntitlementSpec, backend.AppEntitlement]{
		v1alpha1.KindAppEntitlement, t.AppEntitlements(), kinds.Entitlements.Declared,
		func(s *v1alpha1.AppEntitlementSpec) *v1alpha1.ManagedSpec { return &s.ManagedSpec },
		func(m backend.AppEntitlement) *string { return m.DisplayName }, func(backend.AppEntitlement) bool { return false },
	}
	profiles := section[v1alpha1.AccessProfileSpec, backend.AccessProfile]{
		v1alpha1.KindAccessProfile, t.AccessProfiles(), kinds.Profiles.Declared,
		func(s *v1alpha1.AccessProfileSpec) *v1alpha1.ManagedSpec { return &s.ManagedSpec },
		func(m backend.AccessProfile) *string { return m.DisplayName }, func(backend.AccessProfile) bool { return false },
	}
	reviews := section[v1alpha1.AccessReviewSpec, backend.AccessReview]{
		v1alpha1.KindAccessReview, t.AccessReviews(), kinds.Reviews.Declared,
		func(s *v1alpha1.AccessReviewSpec) *v1alpha1.ManagedSpec { return &s.ManagedSpec },
		func(m backend.AccessReview) *string { return m.DisplayName }, func(m backend.AccessReview) bool { return !o.WithClosed && isOver(m.Facts) },
	}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return survey(ctx, i, entitlements) },
		func(ctx context.Context) error { return survey(ctx, i, profiles) },
		func(ctx context.Context) error { return survey(ctx, i, reviews) },
		i.call,
		func(ctx context.Context) error { return write(ctx, i, entitlements) },
		func(ctx context.Context) error { return write(ctx, i, profiles) },
		func(ctx context.Context) error { return write(ctx, i, reviews) },
		i.finish,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return &i.report, nil
}

// tenantOf is what the tenant is called.
func tenantOf(v tenancy.Visitor) string { return cmp.Or(v.ID.Name, v.ID.ID) }

// isOver reports whether a review takes no more decisions.
func isOver(f backend.AccessReviewFacts) bool {
	return f.State == backend.ReviewCompleted || f.State == backend.ReviewRemoved || !f.ClosedAt.IsZero()
}

// lists is everything of a kind, nothing where it was not asked for or the vendor has no such kind.
func lists[S any, D backend.Model](ctx context.Context, i *importer, s section[S, D], o backend.ListOptions) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		if !slices.Contains(i.Kinds, s.kind) || s.driver.Capabilities().NoKind {
			return
		}
		lister, ok := backend.ListerOf(s.driver)
		if !ok {
			yield(backend.Observation[D]{}, backend.Errorf(backend.Terminal, "the vendor has no list of everything of this kind"))
			return
		}
		for obs, err := range lister.ListAll(ctx, o) {
			if !yield(obs, err) || err != nil {
				return
			}
		}
	}
}

// survey finds out what there is of a kind, and what of it is imported.
func survey[S any, D backend.Model](ctx context.Context, i *importer, s section[S, D]) error {
	n := 0
	for obs, err := range lists(ctx, i, s, backend.ListOptions{}) {
		if err != nil {
			return fmt.Errorf("listing %s: %w", s.kind, err)
		}
		at := remote{s.kind, obs.ParentID, obs.ID}
		if i.found[at] != nil {
			continue // A list may show one twice while it moves.
		}
		i.found[at] = &entry{label: strings.TrimSpace(backend.Value(s.name(obs.Actual))), skip: why(i, s, obs)}
		i.order = append(i.order, at)
		n++
	}
	if slices.Contains(i.Kinds, s.kind) && !s.driver.Capabilities().NoKind {
		i.Progress("%s: %d listed", s.kind, n)
	}
	return nil
}

// why says for which reason a remote is not imported, empty if it is.
func why[S any, D backend.Model](i *importer, s section[S, D], obs backend.Observation[D]) string {
	caps := s.driver.Capabilities()
	item := i.judge(inventory.Item{Kind: s.kind, ParentID: obs.ParentID, ID: obs.ID, Owner: obs.Mark.Owner, Cluster: obs.Mark.Cluster}, obs.Mark.Token, caps.FoldedIDs)
	switch item.Manager {
	case inventory.OtherCluster:
		if i.Cluster == "" {
			return fmt.Sprintf("it bears the ownership marker of %s in the cluster %s, and --cluster-id does not say which cluster this is", item.Owner, item.Cluster)
		}
		return fmt.Sprintf("another cluster manages it: it bears the ownership marker of %s in the cluster %s", item.Owner, item.Cluster)
	case inventory.ThisCluster:
		return "an object of this cluster manages it: " + strings.Join(item.Objects, " ")
	case inventory.NoObject:
		if !i.InCluster {
			return fmt.Sprintf("it bears the ownership marker of %s in this cluster, and without the cluster nobody knows whether that object is there", item.Owner)
		}
	case inventory.Unmarked:
	}
	if obs.Phase == backend.PhasePending {
		return "the vendor is still working on it; import again"
	}
	if s.over(obs.Actual) {
		return "the review is over; --with-closed imports it"
	}
	for _, f := range backend.Fields(&obs.Actual) {
		if most, n := caps.MaxLength[f.Path], len([]rune(f.Text())); most > 0 && n > most && obs.MarkInProse {
			return fmt.Sprintf("its %s has %d characters, and with more than %d there is no room for the ownership marker", f.Path, n, most)
		}
	}
	return ""
}

// write writes the files of a kind.
func write[S any, D backend.Model](ctx context.Context, i *importer, s section[S, D]) error {
	caps, n := s.driver.Capabilities(), 0
	for obs, err := range lists(ctx, i, s, backend.ListOptions{DetailFields: caps.DetailFields}) {
		if err != nil {
			return fmt.Errorf("reading %s: %w", s.kind, err)
		}
		at := remote{s.kind, obs.ParentID, obs.ID}
		e := i.found[at]
		if e == nil {
			e = &entry{label: backend.Value(s.name(obs.Actual)), skip: "it came while the tenant was read; import again"}
			i.found[at], i.order = e, append(i.order, at)
		}
		if e.skip == "" {
			e.skip = why(i, s, obs)
		}
		if e.seen || e.skip != "" {
			e.seen = true
			continue
		}
		e.seen = true
		i.names.begin(s.kind, e.object)
		spec, left := s.declared(obs, caps, i.names)
		if i.names.err != nil {
			return fmt.Errorf("looking up names: %w", i.names.err)
		}
		*s.managed(&spec) = v1alpha1.ManagedSpec{
			BackendRef: i.Backend, RemoteID: obs.ID,
			Management: &v1alpha1.Management{Creation: v1alpha1.CreationAdopt, Drift: v1alpha1.DriftReport, Deletion: v1alpha1.DeletionOrphan},
		}
		text, err := document(s.kind, i.Namespace, e.object, spec, left, i.names.remarks)
		if err != nil {
			return fmt.Errorf("%s %s: %w", s.kind, obs.ID, err)
		}
		if err := i.folder.write(e.file, text); err != nil {
			return err
		}
		if n++; n%100 == 0 {
			i.Progress("%s: %d written", s.kind, n)
		}
	}
	return nil
}

// call gives what is imported the names of objects and files. A name that an earlier import gave stays.
func (i *importer) call(context.Context) error {
	slices.SortFunc(i.order, func(a, b remote) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.id, b.id), strings.Compare(a.parentID, b.parentID))
	})
	taken, apps := map[[2]string]bool{}, newPlaces()
	for pass := range 2 {
		for _, at := range i.order {
			e := i.found[at]
			if e.skip != "" {
				continue
			}
			before, known := i.folder.before[at]
			if known != (pass == 0) {
				continue
			}
			if known {
				e.object, e.file = before.Name, before.File
				apps.keep(at, e.file)
			} else {
				e.object = free(dnsName(e.label, at.id), func(name string) bool { return taken[[2]string{at.kind, name}] })
				e.file = fileOf(at.kind, apps.of(at, i.names.app), e.object)
			}
			taken[[2]string{at.kind, e.object}] = true
			i.names.exported(at, e.object)
		}
	}
	return i.names.err
}

// finish writes down what became of each remote, and lists the files for kustomize.
func (i *importer) finish(context.Context) error {
	r := &i.report
	*r = Report{FormatVersion: "1", Generator: generator, Tenant: tenantOf(i.Visitor), Exported: []Exported{}, Skipped: []Skipped{}, Unresolved: i.names.left()}
	counts := map[string]*Count{}
	for _, kind := range i.Kinds {
		r.Counts = append(r.Counts, Count{Kind: kind})
	}
	for at := range r.Counts {
		counts[r.Counts[at].Kind] = &r.Counts[at]
	}
	slices.SortFunc(i.order, func(a, b remote) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.parentID, b.parentID), strings.Compare(a.id, b.id))
	})
	var files []string
	for _, at := range i.order {
		e, c := i.found[at], counts[at.kind]
		c.Total++
		if e.skip == "" && !e.seen {
			e.skip = "it went while the tenant was read"
		}
		if e.skip != "" {
			c.Skipped++
			r.Skipped = append(r.Skipped, Skipped{at.kind, at.parentID, at.id, e.label, e.skip})
			continue
		}
		c.Exported++
		r.Exported = append(r.Exported, Exported{at.kind, at.parentID, at.id, e.object, e.file})
		files = append(files, e.file)
	}
	slices.Sort(files)
	if err := i.folder.write(kustomizationFile, kustomization(files)); err != nil {
		return err
	}
	r.Left = i.folder.left
	slices.Sort(r.Left)
	return i.folder.keep(r)
}
