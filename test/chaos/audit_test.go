package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// patience is how long everything may take once all troubles are over: two windows, the
// longest back-off of the breaker, and some more.
const patience = 5 * time.Minute

// result is what the audit found.
type result struct {
	Seed         int
	Took         time.Duration
	Counts       map[string]int
	Faults       map[string]int
	SlowestReady time.Duration
	Settled      time.Duration

	Objects, Remotes                       int
	Duplicates, Lost, Leaked, Needy, Stale []string
	// ByDesign need a person as declared: a review of Veza, where a create reaches people, that was killed between claim and answer.
	ByDesign []string
}

// String is the report.
func (r result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %s: %d objects, %d remotes of ours; settled %s after the last trouble, longest time to Ready %s\n",
		r.Seed, r.Took, r.Objects, r.Remotes, r.Settled.Round(time.Second), r.SlowestReady.Round(100*time.Millisecond))
	for _, part := range []map[string]int{r.Counts, r.Faults} {
		for _, what := range slices.Sorted(maps.Keys(part)) {
			fmt.Fprintf(&b, "  %6d %s\n", part[what], what)
		}
	}
	fmt.Fprintf(&b, "duplicates %d, lost %d, leaked %d, needing a person %d, not as specified %d; by design: %d\n",
		len(r.Duplicates), len(r.Lost), len(r.Leaked), len(r.Needy), len(r.Stale), len(r.ByDesign))
	for _, line := range append(r.Wrong(), r.ByDesign...) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
}

// Wrong lists everything that must not be.
func (r result) Wrong() []string {
	return slices.Concat(r.Duplicates, r.Lost, r.Leaked, r.Needy, r.Stale)
}

// calm ends every trouble, and waits until what is left is Ready or gone.
func (w *world) calm(ctx context.Context) {
	GinkgoHelper()
	progress("the troubles are over; waiting until everything is settled")
	w.line.set(false)
	for _, vendor := range vendors {
		w.tenants[vendor].ClearFaults()
		w.tenants[vendor].Release()
		w.deleteSecret(ctx, vendor)
		w.putSecret(ctx, vendor)
	}
	p := w.start("")
	DeferCleanup(p.Kill)
	began := time.Now()
	Eventually(func(g Gomega) {
		g.Expect(p.Running()).To(BeTrue(), p.Output())
		waiting := w.unsettled(ctx)
		g.Expect(waiting).To(BeEmpty())
	}).WithContext(ctx).WithTimeout(patience).WithPolling(time.Second).Should(Succeed())
	w.settled = time.Since(began)
}

// unsettled lists objects that are neither Ready, nor gone, nor waiting for a person.
func (w *world) unsettled(ctx context.Context) (out []string) {
	for _, t := range w.all() {
		obj := reference.New(t.species.kind)
		err := w.c.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: t.name}, obj)
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			out = append(out, err.Error())
		case t.deleted:
			out = append(out, t.name+" is not gone: "+says(obj))
		case !ready(obj) && stalled(obj) == "":
			out = append(out, t.name+": "+says(obj))
		}
	}
	return out
}

func (w *world) all() []*thing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.things)
}

func ready(obj reference.Managed) bool {
	c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == obj.GetGeneration()
}

// stalled is the reason for which an object waits for a person, empty if it does not.
func stalled(obj reference.Managed) string {
	c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionStalled)
	if c == nil || c.Status != metav1.ConditionTrue {
		return ""
	}
	return c.Reason
}

func says(obj reference.Managed) string {
	for _, kind := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling, v1alpha1.ConditionSynced, v1alpha1.ConditionReady} {
		if c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, kind); c != nil {
			return c.Reason + ": " + c.Message
		}
	}
	return "no condition yet"
}

// audit compares remotes and objects, one to one.
func (w *world) audit(ctx context.Context) result {
	GinkgoHelper()
	r := result{Counts: w.counts, Faults: map[string]int{}, SlowestReady: w.slowest, Settled: w.settled}
	for _, vendor := range vendors {
		for _, call := range w.tenants[vendor].Calls(0) {
			if call.Fault != "" {
				r.Faults["faults: "+call.Fault]++
			}
		}
		for _, rejected := range w.tenants[vendor].Rejections() {
			r.Stale = append(r.Stale, fmt.Sprintf("%s: the contract was broken: %s %s: %s", vendor, rejected.Method, rejected.Path, rejected.Message))
		}
	}
	for _, s := range allSpecies {
		w.auditSpecies(ctx, s, &r)
	}
	return r
}

// owned finds the names of our objects in a remote's mark.
func (w *world) owned(remote map[string]any) string {
	text, err := json.Marshal(remote)
	Expect(err).NotTo(HaveOccurred())
	found := regexp.MustCompile(regexp.QuoteMeta(w.namespace) + `[/_]([a-z]-[a-z]+-\d{4})`).FindStringSubmatch(string(text))
	if found == nil {
		return ""
	}
	return found[1]
}

func idOf(remote map[string]any) string {
	for _, key := range []string{"id", "certification_id"} {
		if id, ok := remote[key].(string); ok {
			return id
		}
	}
	return ""
}

func (w *world) auditSpecies(ctx context.Context, s *species, r *result) {
	GinkgoHelper()
	remotes := s.remotes(w.tenants[s.vendor].Dump())
	byOwner, byID := map[string][]string{}, map[string]map[string]any{}
	for _, remote := range remotes {
		byID[idOf(remote)] = remote
		if owner := w.owned(remote); owner != "" {
			byOwner[owner] = append(byOwner[owner], idOf(remote))
			r.Remotes++
		}
	}
	for _, t := range w.all() {
		if t.species != s {
			continue
		}
		ids := byOwner[t.name]
		if len(ids) > 1 || t.deleted && len(ids) > 0 {
			w.tell(ctx, t, ids)
		}
		if len(ids) > 1 {
			r.Duplicates = append(r.Duplicates, fmt.Sprintf("%s %s: remotes %v", s.vendor, t.name, ids))
		}
		if t.deleted {
			if len(ids) > 0 {
				r.Leaked = append(r.Leaked, fmt.Sprintf("%s %s is gone, and its remotes are there: %v", s.vendor, t.name, ids))
			}
			continue
		}
		r.Objects++
		w.auditThing(ctx, t, byID, len(ids), r)
	}
}

// tell writes down everything that is known of a thing whose remotes are too many.
func (w *world) tell(ctx context.Context, t *thing, ids []string) {
	GinkgoHelper()
	events := &eventsv1.EventList{}
	Expect(w.c.List(ctx, events, client.InNamespace(w.namespace))).To(Succeed())
	for _, e := range events.Items {
		if e.Regarding.Name == t.name {
			progress("%s: %s event %s: %s", t.name, e.CreationTimestamp.Format(time.RFC3339), e.Reason, e.Note)
		}
	}
	for _, call := range w.tenants[t.species.vendor].Calls(0) {
		about := strings.Contains(call.Body, t.name)
		for _, id := range ids {
			about = about || strings.Contains(call.Path, id)
		}
		if about {
			progress("%s: %s call %s %s: %d %s (%.0f ms) %s", t.name, call.Time.Format("15:04:05.000"), call.Method, call.Path, call.Status, call.Fault, call.Duration, call.Body)
		}
	}
}

func (w *world) auditThing(ctx context.Context, t *thing, byID map[string]map[string]any, remotes int, r *result) {
	GinkgoHelper()
	obj := reference.New(t.species.kind)
	Expect(w.c.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: t.name}, obj)).To(Succeed())
	line := fmt.Sprintf("%s %s: %s", t.species.vendor, t.name, says(obj))
	if reason := stalled(obj); reason != "" {
		if byDesign := t.species.kind == v1alpha1.KindAccessReview && t.species.vendor == v1alpha1.VendorVeza && remotes == 0 &&
			(reason == v1alpha1.ReasonOutcomeUnknown || reason == v1alpha1.ReasonRemoteMissing); byDesign {
			r.ByDesign = append(r.ByDesign, line)
		} else {
			r.Needy = append(r.Needy, line)
		}
		return
	}
	id := ""
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		id = remote.ID[strings.LastIndex(remote.ID, "/")+1:]
	}
	remote, there := byID[id]
	switch {
	case !there:
		r.Lost = append(r.Lost, line+": there is no remote "+id)
	case t.species.plant == nil && w.owned(remote) != t.name:
		r.Lost = append(r.Lost, line+": the remote bears another mark")
	case !t.species.fixed && remote[t.species.title] != t.title:
		r.Stale = append(r.Stale, fmt.Sprintf("%s: is called %v, not %s", line, remote[t.species.title], t.title))
	}
}

// timeToReady follows how long an edit takes to be Ready.
func (w *world) timeToReady(ctx context.Context) {
	for pause(ctx, 500*time.Millisecond) {
		for _, t := range w.all() {
			obj := reference.New(t.species.kind)
			if w.gone(t) || w.c.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: t.name}, obj) != nil {
				continue
			}
			w.waits(fmt.Sprintf("%s/%d", t.name, obj.GetGeneration()), ready(obj))
		}
	}
}

func (w *world) waits(edit string, ready bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	since, known := w.waiting[edit]
	switch {
	case !known && !ready:
		w.waiting[edit] = time.Now()
	case known && ready:
		w.slowest = max(w.slowest, time.Since(since))
		delete(w.waiting, edit)
	}
}
