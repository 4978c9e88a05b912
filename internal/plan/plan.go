// Package plan says what the operator would do: the engine itself over a cluster in memory and over drivers whose writes are
// recorded. Nothing is written, neither at a vendor nor to a cluster.
package plan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Options say what to plan.
type Options struct {
	// Objects are all that there would be: those of the cluster, with those of the files in their place. They are taken over.
	Objects []client.Object
	// Targets are the objects to plan.
	Targets []reference.Object
	// Live is the cluster; nil where there is none. Then Beside holds the Secrets and ConfigMaps of the backends.
	Live   client.Client
	Beside []client.Object
	// Statuses reports whether the objects have the statuses of a cluster. Without them ownership is read from the marks.
	Statuses bool
	Vendors  []backend.Vendor
	// ClusterID is that of the operator whose marks are ours.
	ClusterID string
	// OperatorNamespace holds the Secrets of cluster backends.
	OperatorNamespace string
	// RowsOnly reads no detail fields: they are not compared.
	RowsOnly bool
	// Share is the part of each backend's budget that is used at most; all of it if zero.
	Share float64
	// UserAgent is told to vendors.
	UserAgent string
	// Behind counts the objects behind a backend and lists those that leave; Users lists who refers to an object.
	Behind func(ctx context.Context, reader client.Reader, backendKey string) (int, []safety.Leaving, error)
	Users  func(ctx context.Context, reader client.Reader, of reference.Object) ([]reference.Object, error)
	// Progress is told how far it is; nil tells nobody.
	Progress func(format string, args ...any)
	// Now is the clock at the beginning.
	Now time.Time
}

// planner is one plan on its way.
type planner struct {
	Options

	store *store
	pool  *tenancy.Pool
	kinds map[string]kindOfObjects
	bulk  map[string]bool
	// now is the time of the object of the pass, which goes on as its passes ask for it, and spent how far that of each went: what
	// ends by then for one object does not for the next.
	now   time.Time
	spent map[reference.Object]time.Duration
	// told: the pass wrote down what became of it.
	told bool
	// forbidden: a call of the passes over the object was answered with 403.
	forbidden bool
	reads     int
	ops       map[reference.Object][]rehearsal.Op
	// current is the object of the pass, as the plan began.
	current managed.Object
	target  reference.Object
	// begun are the objects of which passes were made.
	begun   map[reference.Object]bool
	assumed assumed
	// unknown says of which fields of an object it is not known whether they would be written, and why.
	unknown map[reference.Object]map[string]string
}

// kindOrder is the order in which kinds refer to each other.
var kindOrder = []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview}

// listFrom is how many objects of a kind are worth a list.
const listFrom = 4

// Make plans. An error says why there is no plan, or why it would not be complete.
func Make(ctx context.Context, o Options) (*Plan, error) {
	p := &planner{Options: o, store: &store{Client: o.Live, beside: o.Beside}, now: o.Now, bulk: map[string]bool{}, ops: map[reference.Object][]rehearsal.Op{},
		unknown: map[reference.Object]map[string]string{}, begun: map[reference.Object]bool{}, spent: map[reference.Object]time.Duration{}}
	if p.Progress == nil {
		p.Progress = func(string, ...any) {}
	}
	for _, obj := range o.Objects {
		p.store.put(obj)
	}
	limits := &safety.Limits{Now: p.clock, Behind: func(ctx context.Context, key string) (int, []safety.Leaving, error) {
		return o.Behind(ctx, p.store, key)
	}}
	p.pool = &tenancy.Pool{Client: p.store, Vendors: o.Vendors, OperatorNamespace: o.OperatorNamespace, ClusterKind: true, UserAgent: o.UserAgent,
		Limits: limits, Share: o.Share, Observe: func(string, string) backend.Observer { return p.count }}
	ctx = rehearsal.ReadOnly(ctx)
	counts := map[string][]types.NamespacedName{}
	for _, id := range o.Targets {
		counts[id.Kind] = append(counts[id.Kind], types.NamespacedName{Namespace: id.Namespace, Name: id.Name})
		p.bulk[id.Kind] = len(counts[id.Kind]) >= listFrom
	}
	options := fleet.Options{Client: p.store, Live: p.store, Backends: &backends{Pool: p.pool, who: map[string]backend.TenantID{}}, Limits: limits,
		ClusterID: o.ClusterID, Now: p.clock, At: func(point string) { p.told = p.told || point == "settled" },
		Users: func(ctx context.Context, of reference.Object) ([]reference.Object, error) {
			return o.Users(ctx, p.store, of)
		}}
	p.kinds = map[string]kindOfObjects{
		v1alpha1.KindAppEntitlement: perform(p, kinds.AppEntitlement(), options),
		v1alpha1.KindAccessProfile:  perform(p, kinds.AccessProfile(), options),
		v1alpha1.KindAccessReview:   perform(p, kinds.AccessReview(0), options),
	}
	p.announce(ctx, counts)
	if err := p.openBackends(ctx); err != nil {
		return nil, err
	}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.result(), nil
}

// clock is the time of the object of the pass.
func (p *planner) clock() time.Time { return p.now }

func (p *planner) pass(d time.Duration) { p.now = p.now.Add(d) }

// count counts the calls that were made.
func (p *planner) count(_ context.Context, e backend.Exchange) {
	if e.Held == "" {
		p.reads++
	}
	p.forbidden = p.forbidden || e.Status == http.StatusForbidden
}

// announce says, before the first call, what will be read.
func (p *planner) announce(ctx context.Context, names map[string][]types.NamespacedName) {
	for _, kind := range kindOrder {
		objects, calls := p.kinds[kind].details(ctx, names[kind])
		switch {
		case len(names[kind]) == 0:
		case objects > 0 && !p.RowsOnly:
			p.Progress("planning %d of %s: beside the lists up to %d calls, for fields of %d of them that no list shows", len(names[kind]), kind, calls, objects)
		default:
			p.Progress("planning %d of %s", len(names[kind]), kind)
		}
	}
}

// openBackends asks the tenants who they are, where no status tells it.
func (p *planner) openBackends(ctx context.Context) error {
	for _, id := range p.usedBackends() {
		obj := p.store.objects[id].(tenancy.Object)
		if p.Statuses && !strings.HasPrefix(string(obj.GetUID()), madeUID) {
			continue // Its status counts.
		}
		health, err := p.pool.Check(ctx, obj)
		if err != nil {
			return fmt.Errorf("%s %s: %w", id.Kind, id.Name, err)
		}
		if !health.Ready && health.Tenant.ID == "" {
			return fmt.Errorf("%s %s: %s: %s", id.Kind, id.Name, health.Reason, health.Message)
		}
		next := obj.DeepCopyObject().(tenancy.Object)
		st := next.GetBackendStatus()
		st.TenantID, st.TenantName, st.TenantHost = health.Tenant.ID, health.Tenant.Name, health.Host
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated})
		p.store.put(next)
	}
	return nil
}

// usedBackends lists the backends of the targets.
func (p *planner) usedBackends() []reference.Object {
	var out []reference.Object
	for _, id := range p.Targets {
		used := backendOf(p.store.objects[id].(managed.Object))
		if _, there := p.store.objects[used].(tenancy.Object); there && !slices.Contains(out, used) {
			out = append(out, used)
		}
	}
	return out
}

// mostRounds bounds how often objects that wait for others are tried again.
const mostRounds = 6

// run makes passes over the objects, those that others refer to first, until nothing more is written.
func (p *planner) run(ctx context.Context) error {
	pending := slices.Clone(p.Targets)
	for range mostRounds {
		pending = p.inOrder(pending)
		wrote := false
		for _, id := range pending {
			ops, err := p.rehearse(ctx, id)
			if backend.ClassOf(err) == backend.Throttled && err != nil {
				return ErrThrottled
			}
			if err != nil {
				return fmt.Errorf("plan incomplete: %s: %w", id, err)
			}
			p.ops[id] = append(p.ops[id], ops...)
			wrote = wrote || len(ops) > 0
		}
		if !wrote {
			return nil
		}
		if pending = p.waiting(pending); len(pending) == 0 {
			return nil
		}
	}
	return fmt.Errorf("plan incomplete: %s does not come to rest", pending[0])
}

// rehearse plans one object. Without statuses its remote is the one that bears its mark, which may be known only once the place of
// it was listed, and what nobody can compare is taken for written: then it is planned anew.
func (p *planner) rehearse(ctx context.Context, id reference.Object) ([]rehearsal.Op, error) {
	kind, name := p.kinds[id.Kind], types.NamespacedName{Namespace: id.Namespace, Name: id.Name}
	p.target, p.assumed, p.now = id, assumed{}, p.Now.Add(p.spent[id])
	defer func() { p.spent[id] = p.now.Sub(p.Now) }()
	p.current, p.forbidden = p.store.objects[id].(managed.Object), false
	if p.begun[id] { // It waited for others, and is planned on.
		ops, err := kind.rehearse(ctx, name)
		return ops, errors.Join(err, p.complete(id))
	}
	p.begun[id] = true
	before := p.current
	ours := p.Statuses || kind.seed(name)
	if ours {
		before = p.store.objects[id].(managed.Object)
	}
	ops, err := kind.rehearse(ctx, name)
	if err != nil {
		return nil, err
	}
	marked := kind.marked(name)
	if !p.Statuses && len(marked) > 1 {
		kind.again(name, before)
		p.doubt(backend.PathMark, fmt.Sprintf("%d remotes bear its mark (%s), and only the status knows which is its own", len(marked), strings.Join(marked, ", ")))
		return nil, nil
	}
	if !ours && managed.BoundID(before) == "" && len(marked) > 0 {
		kind.again(name, before)
		kind.seed(name)
		before = p.store.objects[id].(managed.Object)
		if ops, err = kind.rehearse(ctx, name); err != nil {
			return nil, err
		}
	}
	if (p.RowsOnly || !p.Statuses) && managed.BoundID(before) != "" && kind.assume(name) {
		kind.again(name, before.DeepCopyObject().(managed.Object))
		if ops, err = kind.rehearse(ctx, name); err != nil {
			return nil, err
		}
	}
	return ops, p.complete(id)
}

// incomplete are the reasons for which nothing is known of an object: a plan that left it out would not be one.
var incomplete = []string{v1alpha1.ReasonBackendNotFound, v1alpha1.ReasonBackendNotReady, v1alpha1.ReasonBackendUnavailable, v1alpha1.ReasonThrottled}

// complete is an error where nothing could be found out about an object.
func (p *planner) complete(id reference.Object) error {
	obj, ok := p.store.objects[id].(managed.Object)
	if !ok {
		return nil
	}
	c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
	unread := c != nil && c.Reason == v1alpha1.ReasonRefused && p.forbidden // The operator's credential may well be allowed to.
	if c == nil || !unread && !slices.Contains(incomplete, c.Reason) {
		return nil
	}
	return fmt.Errorf("%s: %s", c.Reason, c.Message)
}

// inOrder puts those first that others refer to, and of what goes those that refer to others.
func (p *planner) inOrder(ids []reference.Object) []reference.Object {
	var out []reference.Object
	seen, wanted := map[reference.Object]bool{}, map[reference.Object]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var visit func(id reference.Object)
	visit = func(id reference.Object) {
		obj := p.store.objects[id]
		if seen[id] || obj == nil {
			return
		}
		seen[id] = true
		for _, to := range reference.Of(obj) {
			visit(to)
		}
		if wanted[id] {
			out = append(out, id)
		}
	}
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(a, b reference.Object) int {
		if a.Kind != b.Kind {
			return slices.Index(kindOrder, a.Kind) - slices.Index(kindOrder, b.Kind)
		}
		return compareIDs(a, b)
	})
	for _, id := range sorted {
		visit(id)
	}
	var stay, leave []reference.Object
	for _, id := range out {
		if p.store.objects[id].GetDeletionTimestamp().IsZero() {
			stay = append(stay, id)
		} else {
			leave = append(leave, id)
		}
	}
	slices.Reverse(leave)
	return append(stay, leave...)
}

// waiting lists the objects that are not as specified yet, and may be now that others are.
func (p *planner) waiting(ids []reference.Object) []reference.Object {
	return slices.DeleteFunc(slices.Clone(ids), func(id reference.Object) bool {
		obj, ok := p.store.objects[id].(managed.Object)
		return !ok || managed.Says(obj.GetManagedStatus(), v1alpha1.ReasonInSync)
	})
}

// saidBy is what an object tells for its generation, empty where it does not yet.
func saidBy(obj managed.Object) string {
	var out []string
	for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionResolvedRefs, v1alpha1.ConditionSynced} {
		c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, kind)
		if c != nil && c.ObservedGeneration == obj.GetGeneration() {
			out = append(out, string(c.Status)+" "+c.Reason+" "+c.Message)
		}
	}
	return strings.Join(out, "\n")
}

func cutOwner(owner string) (namespace, name string, ok bool) { return strings.Cut(owner, "/") }

// ErrThrottled is the sentence with which a plan ends where the vendor asks for a pause.
var ErrThrottled = errors.New("the vendor asks for a pause: plan again later, or with fewer objects")
