package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

func matches(pattern, path string) bool { return regexp.MustCompile(pattern).MatchString(path) }

// writes counts the writes to objects, by a watch: each is one event.
type writes struct {
	mu   sync.Mutex
	seen map[types.UID]int
}

func (w *writes) follow(events <-chan watch.Event) {
	for e := range events {
		obj, ok := e.Object.(client.Object)
		if !ok || e.Type != watch.Modified {
			continue
		}
		w.mu.Lock()
		w.seen[obj.GetUID()]++
		w.mu.Unlock()
	}
}

// summary returns the number of objects written and the most writes to one.
func (w *writes) summary() (objects, total, most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.seen {
		objects, total, most = objects+1, total+n, max(most, n)
	}
	return objects, total, most
}

func (s *stack) countWrites(ctx context.Context, list client.ObjectList) *writes {
	GinkgoHelper()
	watcher, err := client.NewWithWatch(s.env.Config, client.Options{Scheme: s.env.Scheme})
	Expect(err).NotTo(HaveOccurred())
	stream, err := watcher.Watch(ctx, list, client.InNamespace(s.namespace))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(stream.Stop)
	w := &writes{seen: map[types.UID]int{}}
	go w.follow(stream.ResultChan())
	return w
}

// oneEntitlement matches the path of a single remote.
const oneEntitlement = "^/api/v1/apps/[^/]+/entitlements/.+"

// population is a number of objects of one kind, and what each of them may cost.
type population struct {
	kind
	size int
	// manifest names fields that a list shows, but for the entries of a ConductorOne profile.
	manifest func(name, displayName string) string
	// single matches the path of one remote, and of what belongs to it; identity that of the question who answers.
	single, identity string
	// named is the display name on the wire.
	named string
	// page is how many rows a list hands out at once, and strangers how many it shows beside the population.
	page, strangers int
	// made is what one object costs when it is made, and lookUps what all of them together cost beside it.
	made    cost
	lookUps int
	// marks is how often the first of the kind is read again, which tells where its ownership marker is kept.
	marks int
	// drifted is how often a remote is read that was edited, until it is corrected with one write.
	drifted int
}

// cost counts calls about one remote, and the operator's patches of its object: finalizer and intent, and the status.
type cost struct{ writes, reads, claims, statuses int }

func (c cost) times(n int) cost { return cost{c.writes * n, c.reads * n, c.claims * n, c.statuses * n} }

var populations = []population{
	{
		kind: kinds[0], size: 300, single: oneEntitlement, identity: "/auth/introspect$", named: "displayName", page: 100, strangers: 4,
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAppEntitlement, name,
				"app: {name: GitHub}", "displayName: "+displayName, "description: One of many.",
				"conductorOne:", "  alias: "+name, "  riskLevel: {name: High}",
				"  resource: {type: {name: Repository}, name: payments}",
				"  policies: {grant: {name: Manager approval}, revoke: {name: Auto revoke}, certify: {name: Certify by manager}}")
		},
		made:    cost{writes: 1, claims: 1, statuses: 1},
		marks:   1,
		lookUps: 1 + 1 + 1 + 1 + 1 + 3, // The mark index; app, risk level, resource type and resource; policies.
		drifted: 1,
	},
	{
		kind: kinds[1], size: 100, single: "^/api/v1/catalogs/.+", identity: "/auth/introspect$", named: "displayName", page: 100,
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "entitlements:",
				"- {app: {name: GitHub}, name: octo-org Member}", "- {app: {name: GitHub}, name: payments Write}", "- {app: {name: GitHub}, name: platform Member}",
				"- {app: {name: Workday}, name: Viewer}", "- {app: {name: Workday}, name: Payroll Administrator}")
		},
		// The profile and its entries are a write and a pass each; each look is one at the profile and one at its entries: before the
		// entries are added, and after.
		made:    cost{writes: 2, reads: 4, claims: 1, statuses: 2},
		marks:   1,
		lookUps: 1 + 2 + 1 + 2*2, // The mark index; apps; the list of GitHub's entitlements, and those of Workday by name and by alias.
		drifted: 4,               // The look at both, and the driver's own after the write.
	},
	{
		kind: otherKinds[0], size: 100, single: "^/access-profiles/v1/.+", identity: "^/oauth/info$", named: "name", page: 250,
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "owners: [{email: ada@corp.example}]", "sailPoint: {source: {name: Employee Database}}",
				"entitlements:", "- {app: {name: Employee Database}, name: Read}", "- {app: {name: Employee Database}, name: Write}", "- {app: {name: Employee Database}, name: Admin}")
		},
		made:    cost{writes: 1, claims: 1, statuses: 1},
		lookUps: 1 + 1 + 1 + 1, // The mark index; source, the list of its entitlements, owner.
		drifted: 2,             // The look, and the driver's own before the patch, of which some fields are blocks that are written whole.
	},
	{
		kind: otherKinds[2], size: 100, single: "/access_profiles/.+", identity: "/providers/custom/templates$", named: "name", page: 250,
		manifest: func(name, displayName string) string {
			return manifest(v1alpha1.KindAccessProfile, name, "displayName: "+displayName, "veza: {profileType: {name: Profile}}",
				"entitlements:", "- {app: {name: Okta Lifecycle Management}, name: AI Team}", "- {app: {name: Okta Lifecycle Management}, name: Payroll}",
				"- {app: {name: Okta Lifecycle Management}, name: Everyone}", "- {app: {name: Okta Lifecycle Management}, name: Engineering}", "- {app: {name: Salesforce}, name: Sales Operations}")
		},
		made:    cost{writes: 1, claims: 1, statuses: 1},
		lookUps: 1 + 1 + 2*3 + 3, // The mark index; the type; datasources; the list of Okta's entities, and the one of Salesforce.
		drifted: 3,               // The look, and the driver's own before and after the write: there are no etags.
	},
}

// tally sorts calls: writes, reads of one remote, pages of the list, questions who answers, and the rest. Tokens do not count.
type tally struct{ writes, reads, pages, identities, rest int }

func (p population) tally(calls []sandbox.Call) (t tally) {
	for _, call := range calls {
		switch {
		case call.Class == sandbox.ClassWrite:
			t.writes++
		case call.Class == sandbox.ClassToken:
		case matches(p.single, call.Path):
			t.reads++
		case matches(p.create, call.Path):
			t.pages++
		case matches(p.identity, call.Path):
			t.identities++
		default:
			t.rest++
		}
	}
	return t
}

// passes cuts calls into passes over the list, each with all that came before the next one.
func (p population) passes(calls []sandbox.Call) (out [][]sandbox.Call) {
	for _, call := range calls {
		query, err := url.ParseQuery(call.Query)
		Expect(err).NotTo(HaveOccurred())
		begins := call.Class == sandbox.ClassRead && matches(p.create, call.Path) &&
			query.Get("page_token") == "" && (query.Get("offset") == "" || query.Get("offset") == "0")
		if begins {
			out = append(out, nil)
		}
		if len(out) > 0 {
			out[len(out)-1] = append(out[len(out)-1], call)
		}
	}
	return out
}

// swept waits until n passes over the list are over, and returns the calls of them alone.
func (s *stack) swept(ctx context.Context, p population, n int) []sandbox.Call {
	GinkgoHelper()
	var passes [][]sandbox.Call
	Eventually(func() int {
		passes = p.passes(s.Calls(0))
		return len(passes)
	}).WithContext(ctx).WithTimeout(3 * time.Minute).WithPolling(100 * time.Millisecond).Should(BeNumerically(">", n))
	return slices.Concat(passes[:n]...)
}

var _ = Describe("many objects", Label("count"), longest, func() {
	for _, p := range populations {
		It(fmt.Sprintf("cost no more than they must when %d of %s %s are made, restarted, compared and corrected", p.size, p.vendor, p.kind.name), func(ctx SpecContext) {
			pages := (p.size + p.strangers + p.page - 1) / p.page
			s := newStackOf(ctx, p.vendor)
			s.start(ctx)
			s.backendReady(ctx)
			s.ResetCalls()
			before := s.apiWrites(ctx)
			// since says what the operator has written since the last time, by resource; the backend's status apart.
			since := func() (claims, statuses, backends, events int) {
				GinkgoHelper()
				now := s.apiWrites(ctx)
				resource := resourceOf(p.kind)
				d := func(name string) int { return now[name] - before[name] }
				claims, statuses, backends, events = d(resource), d(resource+"/status"), d("governancebackends/status"), d("events")
				before = now
				return claims, statuses, backends, events
			}
			report := func(what string, t tally, claims, statuses, backends, events int) {
				AddReportEntry(what, fmt.Sprintf("at the vendor %d writes, %d reads of one remote, %d pages, %d other look-ups, %d questions who answers; at the API server %d claims, %d statuses, %d statuses of the backend, %d events",
					t.writes, t.reads, t.pages, t.rest, t.identities, claims, statuses, backends, events))
			}

			By("making them, all at once: what they are called is asked once for all of them")
			began := time.Now()
			s.kill()
			for i := range p.size {
				s.apply(ctx, p.manifest(fmt.Sprintf("one-%03d", i), fmt.Sprintf("One %03d", i)))
			}
			s.start(ctx)
			s.allReady(ctx, listOf(p.kind), p.size)
			s.idle(ctx)
			t := p.tally(s.Calls(0))
			claims, statuses, backends, events := since()
			report("made", t, claims, statuses, backends, events)
			want := p.made.times(p.size)
			want.reads += p.marks
			Expect(cost{t.writes, t.reads, claims, statuses}).To(Equal(want))
			// What names mean is asked once, and again for whoever comes more than five seconds later.
			again := int(time.Since(began) / (5 * time.Second))
			Expect(t.pages).To(Equal(1))
			Expect(t.rest).To(BeNumerically(">=", p.lookUps-1))
			Expect(t.rest).To(BeNumerically("<=", (p.lookUps-1)*(1+again)))
			Expect(backends).To(BeNumerically("<=", 10+int(time.Since(began)/(10*time.Second))), "what is behind it is counted once for many")

			By("starting again")
			s.kill()
			s.ResetCalls()
			s.start(ctx)
			s.seen(ctx, p)
			s.idle(ctx)
			t = p.tally(s.Calls(0))
			claims, statuses, backends, events = since()
			report("started again", t, claims, statuses, backends, events)
			Expect(t.writes + t.reads + claims + statuses).To(BeZero())
			Expect(len(s.Calls(0))).To(BeNumerically("<=", 10))

			By("comparing them with the vendor, three times")
			s.kill()
			s.ResetCalls()
			s.start(ctx, "--resync-interval=1s", "--tail-interval=240h")
			s.seen(ctx, p)
			_ = s.swept(ctx, p, 1)
			s.ResetCalls()
			t = p.tally(s.swept(ctx, p, 3))
			claims, statuses, backends, events = since()
			report("three sweeps", t, claims, statuses, backends, events)
			Expect(t.pages).To(Equal(3 * pages))
			Expect(t.identities).To(BeNumerically("<=", 3*2))
			Expect(t.rest + t.writes + t.reads + claims + statuses).To(BeZero())

			By("correcting one in ten that was edited in the console")
			edited := p.size / 10
			s.kill()
			for i := range edited {
				obj := reference.New(kindOf(p.kind))
				Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: fmt.Sprintf("one-%03d", 10*i)}, obj)).To(Succeed())
				remote := obj.GetManagedStatus().Remote
				Expect(s.Edit(sandbox.Target{Kind: kindOf(p.kind), ParentID: remote.ParentID, ID: remote.ID}, map[string]any{p.named: fmt.Sprintf("Console %03d", i)})).To(Succeed())
			}
			s.ResetCalls()
			s.start(ctx, "--resync-interval=3s", "--tail-interval=240h")
			corrected := func() int { return s.Counts().Writes }
			Eventually(corrected).WithContext(ctx).WithTimeout(patience).WithPolling(10 * time.Millisecond).Should(BeNumerically(">", 0))
			// The next sweep waits: it would find what is under way.
			Expect(s.AddFault(sandbox.Fault{Method: http.MethodGet, PathPattern: p.create, Kind: sandbox.FaultHoldBefore})).To(Succeed())
			Eventually(corrected).WithContext(ctx).WithTimeout(patience).Should(Equal(edited))
			s.idle(ctx)
			s.ClearFaults()
			s.Release()
			more := s.swept(ctx, p, len(p.passes(s.Calls(0)))+2)
			t = p.tally(more)
			claims, statuses, backends, events = since()
			report("one in ten corrected", t, claims, statuses, backends, events)
			Expect(cost{t.writes, t.reads, claims, statuses}).To(Equal(cost{edited, p.drifted * edited, 0, edited}))
			Expect(t.pages).To(Equal(len(p.passes(more)) * pages))
			Expect(t.rest).To(BeNumerically("<=", p.lookUps), "names are asked again after a restart")
			Expect(s.names(p.kind)).NotTo(ContainElement(HavePrefix("Console")))
			Expect(s.Rejections()).To(BeEmpty())
		}, SpecTimeout(10*time.Minute))
	}
})

// resourceOf names a kind in the paths of the API server.
func resourceOf(k kind) string { return strings.ToLower(kindOf(k)) + "s" }

// backendReady waits until the tenant was asked who it is.
func (s *stack) backendReady(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		b := &v1alpha1.GovernanceBackend{}
		g.Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "tenant"}, b)).To(Succeed())
		g.Expect(meta.IsStatusConditionTrue(b.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
}

// seen waits until the manager has passed over every object, by its own count.
func (s *stack) seen(ctx context.Context, p population) {
	GinkgoHelper()
	passes := `controller_runtime_reconcile_total{controller="` + kindOf(p.kind) + `"`
	Eventually(func() (n int) {
		for _, line := range lines(ctx, http.DefaultClient, "http://"+s.metrics+"/metrics") {
			if strings.HasPrefix(line, passes) {
				n += value(line)
			}
		}
		return n
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(BeNumerically(">=", p.size))
}

// lines reads metrics.
func lines(ctx context.Context, from *http.Client, address string) []string {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	Expect(err).NotTo(HaveOccurred())
	answer, err := from.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer answer.Body.Close() //nolint:errcheck // It was read.
	text, err := io.ReadAll(answer.Body)
	Expect(err).NotTo(HaveOccurred())
	return strings.Split(string(text), "\n")
}

// value is the figure of a line of metrics.
func value(line string) int {
	GinkgoHelper()
	n, err := strconv.ParseFloat(line[strings.LastIndex(line, " ")+1:], 64)
	Expect(err).NotTo(HaveOccurred())
	return int(n)
}

// apiWrites counts the operator's writes that the API server was asked for, by resource, those that failed
// included. What a spec applies is another verb.
func (s *stack) apiWrites(ctx context.Context) map[string]int {
	GinkgoHelper()
	doer, err := rest.HTTPClientFor(s.env.Config)
	Expect(err).NotTo(HaveOccurred())
	out := map[string]int{}
	for _, line := range lines(ctx, doer, strings.TrimRight(s.env.Config.Host, "/")+"/metrics") {
		labels, ok := strings.CutPrefix(line, "apiserver_request_total{")
		if !ok {
			continue
		}
		label := func(name string) string {
			_, after, _ := strings.Cut(labels, name+"=\"")
			value, _, _ := strings.Cut(after, "\"")
			return value
		}
		if verb := label("verb"); verb == "PATCH" || verb == "PUT" || verb == "POST" {
			out[strings.TrimSuffix(label("resource")+"/"+label("subresource"), "/")] += value(line)
		}
	}
	return out
}

// idle waits until the vendor has heard nothing for a while.
func (s *stack) idle(ctx context.Context) {
	GinkgoHelper()
	last, since := s.Counts(), time.Now()
	Eventually(func() bool {
		now := s.Counts()
		if now.Reads != last.Reads || now.Writes != last.Writes {
			last, since = now, time.Now()
		}
		return time.Since(since) > 3*time.Second
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(BeTrue())
}

// allReady waits until n objects are Ready.
func (s *stack) allReady(ctx context.Context, list client.ObjectList, n int) {
	GinkgoHelper()
	s.allReadyBy(ctx, list, n, 500*time.Millisecond)
}

// allReadyBy looks that often.
func (s *stack) allReadyBy(ctx context.Context, list client.ObjectList, n int, every time.Duration) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
		ready, others := 0, []string{}
		g.Expect(meta.EachListItem(list, func(o runtimeObject) error {
			obj := o.(reference.Managed)
			found := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
			if found != nil && found.Status == metav1.ConditionTrue && found.ObservedGeneration == obj.GetGeneration() {
				ready++
			} else {
				others = append(others, fmt.Sprintf("%s: %+v, intent %s", obj.GetName(), found, obj.GetAnnotations()[v1alpha1.AnnotationIntent]))
			}
			return nil
		})).To(Succeed())
		g.Expect(ready).To(Equal(n), strings.Join(others[:min(len(others), 3)], "\n"))
	}).WithContext(ctx).WithTimeout(8 * time.Minute).WithPolling(every).Should(Succeed())
}
