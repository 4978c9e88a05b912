package monitoring

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

var write = flag.Bool("write", false, "write docs/dashboard.md from what the queries give")

// plant is a control plane, fake tenants and the manager.
type plant struct {
	*testing.T
	env       *testenv.Environment
	namespace string
	tenant    *sandbox.Server
	address   string
}

// TestTheRunningManagerExportsWhatIsAsked makes everything happen that is measured, scrapes the built
// manager meanwhile, and evaluates every query of the dashboard and every selector of the alerts.
func TestTheRunningManagerExportsWhatIsAsked(t *testing.T) {
	p := start(t)
	store := newStore()
	stop := make(chan struct{})
	scraped := make(chan struct{})
	go func() {
		defer close(scraped)
		p.scrapeUntil(stop, store)
	}()
	p.makeThingsHappen()
	time.Sleep(5 * time.Second) // Some scrapes more: a rate needs two.
	close(stop)
	<-scraped
	at := time.Now()
	for _, s := range asked(t) {
		if got := store.ask(t, s, at); len(got) == 0 {
			t.Errorf("no series answers to %s", s)
		}
	}
	for _, r := range alerts(t) {
		fires := len(store.ask(t, r.Expr, at)) > 0
		if made := r.Alert == "GovernanceObjectsStalled" || r.Alert == "GovernanceObjectsNotConverging"; fires != made {
			t.Errorf("%s fires: %v", r.Alert, fires)
		}
	}
	p.compareWithDocs()
	table := p.table(store, at)
	t.Log(table)
	if *write && !t.Failed() {
		if err := os.WriteFile("../../docs/dashboard.md", []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func start(t *testing.T) *plant {
	t.Helper()
	env, err := testenv.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = env.Stop() })
	p := &plant{T: t, env: env}
	if p.namespace, err = env.CreateNamespace(t.Context(), "team"); err != nil {
		t.Fatal(err)
	}
	p.tenant = p.vendor("tenant", v1alpha1.VendorConductorOne, conductorone.Start)
	p.vendor("graph", v1alpha1.VendorVeza, veza.Start)
	kubeconfig, err := env.ManagerKubeconfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = free.Addr().String()
	_ = free.Close()
	manager, err := testenv.StartProcess(io.Discard, "manager", "--kubeconfig", kubeconfig, "--metrics-bind-address="+p.address, "--metrics-secure=false",
		"--health-probe-bind-address=0", "--recovery-window=3s", "--resync-interval=2s", "--review-poll-interval=1s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(manager.Kill)
	if _, err := manager.WaitFor(t.Context(), "Starting workers"); err != nil {
		t.Fatal(err)
	}
	return p
}

// vendor starts a fake tenant and makes a backend with the usual budget.
func (p *plant) vendor(name string, vendor v1alpha1.Vendor, begin func(sandbox.Options) (*sandbox.Server, error)) *sandbox.Server {
	p.Helper()
	server, err := begin(sandbox.Options{Seed: 7})
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = server.Close() })
	keys := map[string]string{"clientID": server.Credentials().ClientID, "clientSecret": server.Credentials().ClientSecret}
	if vendor == v1alpha1.VendorVeza {
		keys = map[string]string{"apiKey": server.Credentials().StaticToken}
	}
	if err := p.env.Client.Create(p.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: p.namespace, Name: name}, StringData: keys}); err != nil {
		p.Fatal(err)
	}
	p.apply(fmt.Sprintf("kind: GovernanceBackend\nmetadata: {name: %s}\nspec: {vendor: %s, endpoint: %q, credentials: {secretRef: {name: %s}}}", name, vendor, server.URL, name))
	return server
}

func (p *plant) apply(manifest string) client.Object {
	p.Helper()
	raw, err := yaml.YAMLToJSON([]byte("apiVersion: " + v1alpha1.GroupVersion.String() + "\n" + manifest))
	if err != nil {
		p.Fatal(err)
	}
	var head struct {
		Kind     string
		Metadata struct{ Name string }
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		p.Fatal(err)
	}
	var obj client.Object = &v1alpha1.GovernanceBackend{}
	if managed := reference.New(head.Kind); managed != nil {
		obj = managed
	}
	obj.SetNamespace(p.namespace)
	obj.SetName(head.Metadata.Name)
	if err := p.env.Client.Patch(p.Context(), obj, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("kubectl"), client.ForceOwnership); err != nil {
		p.Fatal(err)
	}
	return obj
}

// until waits for something, a minute at most.
func (p *plant) until(what string, done func() bool) {
	p.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			p.Fatalf("not within a minute: %s", what)
		}
	}
}

// says waits until a condition of an object has a status and reason for its generation; no reason means any.
func (p *plant) says(obj client.Object, condition, status, reason string) {
	p.Helper()
	managed := obj.(reference.Managed)
	p.until(fmt.Sprintf("%s of %s: %s", condition, obj.GetName(), status), func() bool {
		if err := p.env.Client.Get(p.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
			return false
		}
		return slices.ContainsFunc(managed.GetManagedStatus().Conditions, func(c metav1.Condition) bool {
			return c.Type == condition && string(c.Status) == status && c.ObservedGeneration == obj.GetGeneration() && (reason == "" || c.Reason == reason)
		})
	})
}

// total is a metric as it is now, over all its series.
func (p *plant) total(name string) (sum float64) {
	for _, m := range p.scrape()[name].GetMetric() {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return sum
}

// makeThingsHappen is what the dashboard is about: objects that become ready, drift, a vendor that asks for a pause,
// fails, and keeps nothing.
func (p *plant) makeThingsHappen() {
	p.Helper()
	profile := func(backend, name, more string) client.Object {
		return p.apply(fmt.Sprintf("kind: AccessProfile\nmetadata: {name: %s}\nspec:\n  backendRef: {name: %s}\n  displayName: Profile %s\n%s", name, backend, name, more))
	}
	var last client.Object
	for i := range 3 {
		last = profile("tenant", fmt.Sprintf("p%d", i), "  description: As it was.")
	}
	entitlement := p.apply("kind: AppEntitlement\nmetadata: {name: read}\nspec: {backendRef: {name: tenant}, app: {name: GitHub}, displayName: Read, conductorOne: {resource: {type: {name: Team}, name: platform}}}")
	atVeza := profile("graph", "veza", "  veza: {profileType: {name: Profile}}")
	profile("tenant", "unknown", "  remoteID: nobody-has-this-id")
	for _, obj := range []client.Object{last, entitlement, atVeza} {
		p.says(obj, v1alpha1.ConditionReady, "True", "")
	}
	id := last.(reference.Managed).GetManagedStatus().Remote.ID

	p.until("everything was swept", func() bool { return p.total(prefix+"sweep_duration_seconds") >= 6 })
	time.Sleep(2 * time.Second) // Two scrapes see that nothing has drifted yet.
	p.Log("somebody edits a remote in the console")
	if err := p.tenant.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: id}, map[string]any{"displayName": "Renamed"}); err != nil {
		p.Fatal(err)
	}
	p.until("drift was corrected", func() bool { return p.total(prefix+"drift_corrected_total") > 0 })

	p.Log("the vendor keeps nothing of an edit")
	p.fault(sandbox.Fault{Method: http.MethodPost, PathPattern: "^" + regexp.QuoteMeta("/api/v1/catalogs/"+id) + "$", Kind: sandbox.FaultStatus, Status: http.StatusOK,
		Body: `{"requestCatalogView":{"requestCatalog":{"id":"` + id + `"}}}`})
	p.says(profile("tenant", last.GetName(), "  description: Kept by nobody."), v1alpha1.ConditionStalled, "True", v1alpha1.ReasonNonConverging)

	p.Log("the vendor asks for a pause, then fails")
	p.tenant.ClearFaults()
	p.fault(sandbox.Fault{Method: http.MethodGet, PathPattern: "^/api/v1/catalogs/", Kind: sandbox.FaultHold, Count: 1})
	profile("tenant", "p0", "  description: Edited.")
	p.until("a pass is between two of its calls", func() bool { return p.tenant.Held() > 0 })
	p.fault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: 5, Count: 1})
	p.until("a sweep was told to pause", func() bool { return len(p.tenant.Faults()) == 0 })
	p.tenant.Release()
	p.until("calls were held", func() bool { return p.total(prefix+"backend_requests_held_total") > 0 })
	p.fault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusInternalServerError, Count: 4})
	p.until("a sweep failed", func() bool { return p.total(prefix+"sweep_failures_total") > 0 })
	p.tenant.ClearFaults()
	p.says(profile("tenant", "after", ""), v1alpha1.ConditionReady, "True", "")
}

func (p *plant) fault(f sandbox.Fault) {
	p.Helper()
	if err := p.tenant.AddFault(f); err != nil {
		p.Fatal(err)
	}
}

// scrape reads what the manager says of itself now.
func (p *plant) scrape() map[string]*dto.MetricFamily {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.address+"/metrics", nil)
	if err != nil {
		return nil
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close() //nolint:errcheck // It was read or is given up.
	reader := expfmt.NewTextParser(model.UTF8Validation)
	families, err := reader.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil
	}
	return families
}

// scrapeUntil puts a scrape a second into the store.
func (p *plant) scrapeUntil(stop <-chan struct{}, s *store) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			s.add(p.scrape(), now)
		}
	}
}

// compareWithDocs holds docs/metrics.md against what is there: names, types and labels.
func (p *plant) compareWithDocs() {
	p.Helper()
	known := metricsOfDocs(p.T)
	there := p.scrape()
	for name, family := range there {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		want, ok := known[name]
		if !ok {
			p.Errorf("%s is not in docs/metrics.md", name)
			continue
		}
		if kind := strings.ToLower(family.GetType().String()); kind != want.kind {
			p.Errorf("%s is a %s, not a %s", name, kind, want.kind)
		}
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName())
			}
			sort.Strings(labels)
			if !slices.Equal(labels, want.labels) {
				p.Errorf("%s has the labels %v, not %v", name, labels, want.labels)
				break
			}
		}
	}
	for name := range known {
		if there[name] == nil {
			p.Errorf("%s is in docs/metrics.md and is not exported", name)
		}
	}
}

// unfilled is a label that a series does not have.
var unfilled = regexp.MustCompile(`\{\{\w+\}\}`)

// table is docs/dashboard.md.
func (p *plant) table(s *store, at time.Time) string {
	var b strings.Builder
	b.WriteString("# What the dashboard shows\n\n<!-- Written by `make dashboard`; do not edit. -->\n\n" +
		"Every query of [the dashboard](../charts/governance-operator/files/dashboard.json), evaluated by Prometheus' own engine at the end of a run of about a minute.\n" +
		"The run has the built manager, a control plane, fake tenants of ConductorOne and Veza, and seven objects.\n" +
		"One remote was renamed in the console and restored, the vendor did not keep one edit, and one object names a remote that does not exist.\n" +
		"The vendor asked for pauses, and failed.\n[metrics.md](metrics.md) explains the queries.\n\n| panel | series | value |\n|---|---|---|\n")
	for _, q := range panels(p.T) {
		series := s.ask(p.T, q.expr, at)
		title := q.title
		lines := make([]string, 0, len(series))
		for _, one := range series {
			legend := q.legend
			one.Metric.Range(func(l labels.Label) { legend = strings.ReplaceAll(legend, "{{"+l.Name+"}}", l.Value) })
			legend = unfilled.ReplaceAllString(legend, "")
			legend = strings.ReplaceAll(strings.Join(strings.Fields(legend), " "), p.namespace, "team")
			lines = append(lines, fmt.Sprintf("| %s | %s | %s |", title, legend, figure(one.F)))
		}
		sort.Strings(lines)
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// figure is a value as people read it: nothing that happened in the last minute has no quantile.
func figure(f float64) string {
	if math.IsNaN(f) {
		return "none in the last minute"
	}
	return fmt.Sprintf("%.3g", f)
}
