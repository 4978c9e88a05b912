package kinds

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// randomRemotes is how many remotes of random specs are made of each kind at each vendor, in the short mode a sixth. In the long
// one of random tests they are as many times ten as it says, and each row is said over every sample and not over the first one alone.
const randomRemotes = 60

var long, _ = strconv.Atoi(os.Getenv("GOVERNANCE_CHECKS_TIMES"))

// museum declares what a sandbox has of one kind.
type museum[O reference.Managed, S any, M backend.Model] struct {
	*place
	kind   string
	tr     *Translation[O, S, M]
	driver backend.Driver[M]
	rows   kindMapping
	seen   *figures
	// count is how many specs were tried, and why what was said of the last that was refused.
	count int
	why   string
}

// figures count what was compared.
type figures struct {
	seeded, made, least, refused, moved, said int
	left                                      map[Why]int
	unsayable                                 map[string]int
}

// read makes an object of a spec in JSON or YAML, and the model that it asks for: with what the names mean at the sandbox.
func (m *museum[O, S, M]) read(spec []byte, meant func(backend.Name) backend.Answer, remote *v1alpha1.RemoteStatus) (M, string, *reference.Resolver) {
	m.t.Helper()
	answers := map[backend.Name]backend.Answer{}
	for range 5 { // A name may stand in a place that is itself a name.
		obj := m.tr.object()
		if err := decodeSpec(spec, reflect.ValueOf(obj).Elem().FieldByName("Spec").Addr().Interface()); err != nil {
			m.t.Fatal(err)
		}
		obj.GetManagedStatus().Remote = remote
		r := reference.NewResolver(m.t.Context(), reader{place: m.place}, obj, "tenant", answers)
		model, parent := m.tr.Desire(obj, r)
		if len(r.Unanswered()) == 0 {
			return model, parent, r
		}
		for _, q := range r.Unanswered() {
			answers[q] = meant(q)
		}
	}
	m.t.Fatal("names are asked for without end")
	panic("unreachable")
}

// observed is a remote with all that can be read of it.
func (m *museum[O, S, M]) observed(id, parent string) backend.Observation[M] {
	m.t.Helper()
	obs, err := m.driver.Observe(m.t.Context(), backend.Ref{ID: id, ParentID: parent, DetailFields: m.driver.Capabilities().DetailFields})
	if err != nil || !obs.Exists {
		m.t.Fatalf("observing %s in %s: exists %t, %v", id, parent, obs.Exists, err)
	}
	return obs
}

// declares looks at a remote, declares it, and applies what it got to the same remote.
func (m *museum[O, S, M]) declares(id, parent string) {
	m.t.Helper()
	m.ResetCalls()
	obs := m.observed(id, parent)
	caps := m.driver.Capabilities()
	before := backendtest.Clone(obs.Actual)
	spec, left := m.tr.Declared(obs, caps, m.place)
	if diff := gocmp.Diff(before, obs.Actual); diff != "" {
		m.t.Fatalf("declaring %s changed what was observed:\n%s", id, diff)
	}
	raw, text := m.written(spec, obs.ID)
	desired, at, r := m.read(raw, m.ask, &v1alpha1.RemoteStatus{ID: obs.ID, ParentID: obs.ParentID, TenantID: "tenant"})
	for _, p := range r.Problems() {
		m.t.Errorf("%s: %s, in %s", id, p.Message, text)
	}
	if at != obs.ParentID {
		m.t.Errorf("%s: in %q, was in %q", id, at, obs.ParentID)
	}
	for _, p := range append(caps.Check(desired), caps.Untenable(desired)...) {
		m.t.Errorf("%s: the vendor refuses %s, in %s", id, p, text)
	}
	forIt := caps.For(desired)
	if changes := backend.Diff(desired, obs.Actual, forIt, backend.Memory{}); len(changes) > 0 {
		m.t.Errorf("%s: applying would write %v, %s\n%s", id, changes.Paths(), text, gocmp.Diff(obs.Actual, desired))
	}
	m.complete(obs, desired, left, text)
	m.stays(obs, desired, spec)
	if n := m.Counts().Writes; n != 0 {
		m.t.Errorf("%s: looking wrote %d times", id, n)
	}
	m.adopts(obs, desired, text)
}

// written is a spec as a file has it, which the definition of the kind takes.
func (m *museum[O, S, M]) written(spec S, id string) ([]byte, string) {
	m.t.Helper()
	raw, err := json.Marshal(spec)
	if err != nil {
		m.t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		m.t.Fatal(err)
	}
	fields["backendRef"] = map[string]any{"kind": "GovernanceBackend", "name": "b"}
	fields["remoteID"], fields["management"] = id, map[string]any{"creation": "Adopt"}
	for _, problem := range refusedBySchema(m.t, m.kind, document(m.kind, fields)) {
		m.t.Errorf("%s: %s, in %s", id, problem, raw)
	}
	if raw, err = json.Marshal(fields); err != nil {
		m.t.Fatal(err)
	}
	return raw, string(raw)
}

// complete: what a remote has is in its spec, or there is a reason for which it is not; never both.
func (m *museum[O, S, M]) complete(obs backend.Observation[M], desired M, left []Omission, text string) {
	m.t.Helper()
	said := paths(desired)
	for _, o := range left {
		m.seen.left[o.Why]++
		if o.Why == WhyUnsayable {
			m.seen.unsayable[o.Path]++
		}
		if o.Text == "" || o.Path == "" {
			m.t.Errorf("%s: left out without a reason: %+v", obs.ID, o)
		}
	}
	for _, f := range backend.Fields(obs.Actual) {
		omitted := omits(left, f.Path)
		if slices.Contains(said, f.Path) == omitted && !slices.Contains(m.tr.mean, f.Path) {
			m.t.Errorf("%s: %s = %s is in the spec: %t; it is left out: %t\n%s", obs.ID, f.Path, f.Text(), !omitted, omitted, text)
		}
	}
	m.seen.said += len(said)
}

func paths(model any) []string {
	var out []string
	for _, f := range backend.Fields(model) {
		out = append(out, f.Path)
	}
	return out
}

// stays: another look sees the same, by list, too, and declares the same.
func (m *museum[O, S, M]) stays(obs backend.Observation[M], desired M, spec S) {
	m.t.Helper()
	caps := m.driver.Capabilities()
	fresh := m.observed(obs.ID, obs.ParentID)
	again, _ := m.tr.Declared(fresh, caps, m.place)
	if diff := gocmp.Diff(spec, again); diff != "" {
		m.t.Errorf("%s: declared again (-first +again):\n%s", obs.ID, diff)
	}
	want := backend.RowDigest(desired, obs, caps)
	if got := backend.RowDigest(desired, fresh, caps); got != want {
		m.t.Errorf("%s: another look has another digest", obs.ID)
	}
	for row, err := range m.driver.ObserveMany(m.t.Context(), []backend.Ref{{ID: obs.ID, ParentID: obs.ParentID}}) {
		if err != nil || !row.Exists {
			m.t.Errorf("%s: by list: exists %t, %v", obs.ID, row.Exists, err)
		} else if got := backend.RowDigest(desired, row, caps); got != want {
			m.t.Errorf("%s: by list it has another digest", obs.ID)
		}
	}
}

// adopts writes the mark as an adoption does, and nothing else may be otherwise afterwards.
func (m *museum[O, S, M]) adopts(obs backend.Observation[M], desired M, text string) {
	m.t.Helper()
	caps := m.driver.Capabilities()
	if !caps.Update || backend.Covers(obs.ReadOnly, backend.PathMark) || !caps.MarkProven {
		return
	}
	seen := obs
	seen.Mark = backend.Mark{Token: "tokentokentoken2", Owner: "team-b/imported", Cluster: "0123456789ab"}
	if _, err := m.driver.Update(m.t.Context(), seen, desired, backend.Changes{{Path: backend.PathMark}}); err != nil {
		m.t.Errorf("%s: adopting: %v, %s", obs.ID, err, text)
		return
	}
	m.Advance(moves)
	adopted := m.observed(obs.ID, obs.ParentID)
	if adopted.Mark != seen.Mark {
		m.t.Errorf("%s: the mark is %v", obs.ID, adopted.Mark)
	}
	if diff := gocmp.Diff(leavesOf(withoutMark(obs.Actual)), leavesOf(withoutMark(adopted.Actual))); diff != "" {
		m.t.Errorf("%s: the adoption changed (-before +after):\n%s\nby %s", obs.ID, diff, text)
	}
}

// leavesOf are the leaves of a model in words.
func leavesOf(model any) map[string]string {
	out := map[string]string{}
	for _, f := range backend.Fields(model) {
		out[f.Path] = f.Text()
	}
	return out
}

// withoutMark takes out of a model the annotations that go with a mark.
func withoutMark[M backend.Model](model M) M {
	return backendtest.Rewrite(model, func(_ string, value any) any {
		if pairs, ok := value.(backend.Pairs); ok {
			pairs = maps.Clone(pairs)
			maps.DeleteFunc(pairs, func(key, _ string) bool { return key == "managed_by" || strings.HasPrefix(key, "iac_") })
			return pairs
		}
		return value
	})
}

// seeds are the remotes that the sandbox has had from the beginning.
func (m *museum[O, S, M]) seeds(parents []string) [][2]string {
	m.t.Helper()
	var out [][2]string
	for _, parent := range parents {
		for obs, err := range m.driver.ObserveMany(m.t.Context(), []backend.Ref{{ParentID: parent, Every: true, Mark: backend.Mark{Owner: "nobody/nothing"}}}) {
			if err != nil {
				m.t.Fatalf("what is in %q: %v", parent, err)
			}
			if obs.Exists && obs.ID != "" {
				out = append(out, [2]string{obs.ID, obs.ParentID})
			}
		}
		for _, l := range m.list(backend.Name{Kind: backend.NameEntitlement, ParentID: parent}) {
			if one := [2]string{l.ID, parent}; m.kind == v1alpha1.KindAppEntitlement && parent != "" && !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	}
	return out
}

// parents are the places that remotes of the kind can be in, as that of a sample.
func (m *museum[O, S, M]) parents(sample string) []string {
	for _, kind := range []backend.NameKind{backend.NameApp, backend.NameProfileType, backend.NameConfiguration} {
		all := m.list(backend.Name{Kind: kind})
		if slices.ContainsFunc(all, func(l backend.Listed) bool { return l.ID == sample }) {
			var out []string
			for _, l := range all {
				out = append(out, l.ID)
			}
			return out
		}
	}
	return []string{""}
}

// base is a sample, and what can be said over it.
type base[M any] struct {
	sample M
	parent string
	rows   map[string]func(*M)
}

// bases are the samples, and over each of them the rows of the tables of the translation. What a sample refers to is made first.
func (m *museum[O, S, M]) bases() []base[M] {
	m.t.Helper()
	samples, caps := m.samples(m.kind), m.driver.Capabilities()
	var out []base[M]
	for _, file := range slices.SortedFunc(maps.Keys(samples), func(a, b string) int {
		return cmp.Or(strings.Count(string(samples[a]), "inherits")-strings.Count(string(samples[b]), "inherits"), strings.Compare(a, b))
	}) {
		_, in, _ := m.read(samples[file], func(q backend.Name) backend.Answer { return m.meant(q, "") }, nil)
		m.in = in
		sample, _, _ := m.read(samples[file], func(q backend.Name) backend.Answer { return m.meant(q, in) }, nil)
		b := base[M]{sample, in, map[string]func(*M){}}
		if id, ok := m.make(m.named(sample, len(out)), in, m.existing(in, 0)); ok && m.kind == v1alpha1.KindAccessProfile {
			m.profile = &v1alpha1.RemoteStatus{ID: id, ParentID: in, TenantID: "tenant"}
		}
		for _, row := range slices.Sorted(maps.Keys(m.rows.rows)) {
			over, _, _ := m.read([]byte("{"+row+"}"), func(q backend.Name) backend.Answer { return m.meant(q, in) }, nil)
			if block := backend.BlockOf(over); block != nil && caps.Foreign(block.BlockName()) {
				continue
			}
			over = backend.Select(over, func(f backend.Field) bool { return !slices.Contains(caps.Required, f.Path) })
			if len(backend.Fields(&over)) > 0 {
				whole := backendtest.Overlay(sample, over)
				b.rows[row] = func(into *M) { *into = backendtest.Clone(whole) }
			}
		}
		out = append(out, b)
	}
	return out
}

// existing is a remote that nobody makes, of a kind that cannot be made.
func (m *museum[O, S, M]) existing(parent string, n int) string {
	if m.driver.Capabilities().Create {
		return ""
	}
	all := m.seeds([]string{parent})
	return all[n%len(all)][0]
}

// withFewer carries out as much of a spec as the vendor takes: a field that a refusal names is left out, with what stands beside it.
func (m *museum[O, S, M]) withFewer(desired M, parent, existing string) (id string, ok bool) {
	for range 4 {
		if id, ok = m.make(desired, parent, existing); ok || m.why == "" {
			return id, ok
		}
		path, _, _ := strings.Cut(m.why, ":")
		if at := strings.LastIndex(path, "."); at > 0 {
			path = path[:at]
		}
		desired = backend.Select(desired, func(f backend.Field) bool { return !backend.Covers([]string{path}, f.Path) })
	}
	return "", false
}

// named gives a spec a name of its own.
func (m *museum[O, S, M]) named(model M, n int) M {
	return backendtest.Rewrite(model, func(path string, value any) any {
		if path == "displayName" || path == "conductorOne.alias" {
			return backend.To(fmt.Sprintf("%s %d", backend.Value(value.(*string)), n))
		}
		return value
	})
}

// make carries a spec out as far as the vendor lets it, and returns the remote; false where there is none.
func (m *museum[O, S, M]) make(desired M, parent, existing string) (id string, ok bool) {
	m.t.Helper()
	m.why = ""
	ctx, caps := m.t.Context(), m.driver.Capabilities().For(desired)
	if problems := append(caps.Check(desired), caps.Untenable(desired)...); len(problems) > 0 {
		m.why = problems[0].String()
		return "", false
	}
	var obs backend.Observation[M]
	var err error
	if caps.Create {
		obs, err = m.driver.Create(ctx, backend.Ref{ParentID: parent, Key: desired.Key(), Mark: vendortest.Mark}, desired)
		if obs.ID == "" {
			m.why = err.Error()
			return "", false
		}
		m.Advance(moves)
		if err != nil {
			return obs.ID, true
		}
	} else {
		obs = m.observed(existing, parent)
	}
	memory := backend.Memory{Applied: map[string]string{}}
	for range 3 {
		obs = m.observed(obs.ID, parent)
		obs.Mark = vendortest.Mark
		changes := backend.Diff(desired, obs.Actual, caps, memory).Without(append(slices.Clone(obs.ReadOnly), caps.CreateOnly...))
		if len(changes) == 0 || !caps.Update {
			break
		}
		if _, err := m.driver.Update(ctx, obs, desired, changes); err != nil {
			break // What was taken is there.
		}
		maps.Copy(memory.Applied, backend.Applied(desired, caps, changes.Paths()))
		m.Advance(moves)
	}
	return obs.ID, true
}

// states are the words in which vendors name the states of a review.
var states = []string{"DRAFT", "REVIEW", "OPEN", "CLOSED", "STAGED", "ACTIVE", "COMPLETED"}

// visit declares all that there is, and all that can be made.
func (m *museum[O, S, M]) visit() {
	m.t.Helper()
	bases := m.bases()
	for _, s := range m.seeds(m.parents(bases[0].parent)) {
		m.declares(s[0], s[1])
		m.seen.seeded++
	}
	for i, b := range bases {
		m.least(b)
		m.try(b.sample, b.parent)
		if i > 0 && long == 0 {
			continue
		}
		for _, row := range slices.Sorted(maps.Keys(b.rows)) {
			var model M
			b.rows[row](&model)
			m.try(model, b.parent)
		}
	}
	times := randomRemotes * max(1, 10*long)
	if testing.Short() {
		times /= 6
	}
	for seed := range times {
		b := bases[seed%len(bases)]
		m.Configure(func(s *sandbox.Settings) { s.Features[sandbox.FeatureNormalises] = seed%2 == 1 })
		m.try(rapid.Custom(func(t *rapid.T) M {
			return vendortest.RandomSpecs[M]{Sample: b.sample, Variations: b.rows, Texts: []string{"description"}}.Draw(t, m.driver.Capabilities())
		}).Example(seed), b.parent)
	}
}

// least: a remote of which nobody said more than the vendor wants to know is declared by that, and by the switches that are off.
func (m *museum[O, S, M]) least(b base[M]) {
	m.t.Helper()
	caps := m.driver.Capabilities()
	if !caps.Create {
		return
	}
	m.count++
	id, ok := m.make(m.named(backendtest.Only(b.sample, caps.Required), m.count), b.parent, "")
	if !ok {
		return // This sort of it needs more.
	}
	m.seen.least++
	obs := m.observed(id, b.parent)
	spec, _ := m.tr.Declared(obs, caps, m.place)
	raw, text := m.written(spec, id)
	desired, _, _ := m.read(raw, m.ask, nil)
	for _, f := range backend.Fields(desired) {
		if !f.Zero() && !backend.Covers(caps.Required, f.Path) && !slices.Contains(m.tr.mean, f.Path) {
			m.t.Errorf("nobody said %s = %s of %s", f.Path, f.Text(), text)
		}
	}
}

// try makes a remote and declares it, a review also in another state.
func (m *museum[O, S, M]) try(model M, parent string) {
	m.t.Helper()
	m.count++
	id, ok := m.withFewer(m.named(model, m.count), parent, m.existing(parent, m.count))
	if !ok {
		m.seen.refused++
		return
	}
	m.declares(id, parent)
	m.seen.made++
	if m.kind == v1alpha1.KindAccessReview && m.SetReviewState(id, states[m.count%len(states)]) == nil {
		m.declares(id, parent)
		m.seen.moved++
	}
}

// TestWhatIsThereIsDeclaredAndWritesNothing declares all that sandboxes have, and all that can be made there.
func TestWhatIsThereIsDeclaredAndWritesNothing(t *testing.T) {
	for _, s := range sandboxes.All() {
		t.Run(s.Vendor+" AppEntitlement", func(t *testing.T) {
			declareAll(t, s, v1alpha1.KindAppEntitlement, Entitlements, backend.Tenant.AppEntitlements)
		})
		t.Run(s.Vendor+" AccessProfile", func(t *testing.T) {
			declareAll(t, s, v1alpha1.KindAccessProfile, Profiles, backend.Tenant.AccessProfiles)
		})
		t.Run(s.Vendor+" AccessReview", func(t *testing.T) {
			declareAll(t, s, v1alpha1.KindAccessReview, Reviews, backend.Tenant.AccessReviews)
		})
	}
}

func declareAll[O reference.Managed, S any, M backend.Model](t *testing.T, s sandboxes.Sandbox, kind string, tr *Translation[O, S, M], driver func(backend.Tenant) backend.Driver[M]) {
	p := placeAt(t, s)
	if driver(p.tenant).Capabilities().NoKind {
		t.Skip("the vendor has no such kind")
	}
	m := &museum[O, S, M]{place: p, kind: kind, tr: tr, driver: driver(p.tenant), rows: kindMappings(t)[kind], seen: &figures{left: map[Why]int{}, unsayable: map[string]int{}}}
	m.visit()
	t.Logf("%+v, names %d, refs %d", *m.seen, p.names, p.refs)
	if m.seen.seeded == 0 || m.seen.made < 10 || p.names < 30 || m.seen.refused > m.seen.made {
		t.Errorf("too little was compared: %+v, names %d", *m.seen, p.names)
	}
	if kind == v1alpha1.KindAccessReview && s.Vendor != "Veza" && m.seen.moved == 0 {
		t.Error("no review was looked at in another state")
	}
	// Of the scope of a review by resource types the vendor shows that it is one, and not which types.
	for path := range m.seen.unsayable {
		if path != "scope.apps" {
			t.Errorf("no spec says %s: is that so?", path)
		}
	}
}
