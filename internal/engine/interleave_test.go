package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// step is something that happens to an object on its way to a remote.
type step struct {
	name string
	do   func(w *world)
}

// passes are all the ways in which a pass can go, by where it dies and what happens to it meanwhile.
var passes = []step{
	{"a pass", func(w *world) { w.pass(model) }},
	{"a pass that dies with its claim staked", dying("claimed")},
	{"a pass that dies before it sends", dying("creating")},
	{"a pass that dies with the answer", dying("created")},
	{"a pass that dies with its status written", dying("settled")},
	{"a pass whose answer is lost", failing(backendtest.Fault{Verb: backendtest.VerbCreate, After: backend.Errorf(backend.OutcomeUnknown, "lost")})},
	{"a pass whose create takes effect later", func(w *world) {
		w.tenant.Entitlements.Late = 20 * time.Second
		w.pass(model)
		w.tenant.Entitlements.Late = 0
	}},
	{"a pass whose create is refused", failing(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.Throttled, "refused")})},
	{"a pass whose look fails", failing(backendtest.Fault{Verb: backendtest.VerbObserve, Before: backend.Errorf(backend.Retryable, "broken")})},
	{"a pass whose list fails", failing(backendtest.Fault{Verb: backendtest.VerbObserveMany, After: backend.Errorf(backend.Retryable, "broken")})},
	{"a pass that sleeps on its claim", during("claimed", func(*world) { time.Sleep(12 * time.Second) })},
	{"a pass with an edit before it sends", during("creating", editModel)},
	{"a pass with an edit before its status is written", during("created", editModel)},
	{"a pass with its status lost before it writes it", during("created", func(w *world) { w.wipeStatus(model) })},
	{"a pass whose claim conflicts", func(w *world) { w.metaConflicts = 1; w.pass(model); w.metaConflicts = 0 }},
	{"a pass whose status conflicts", func(w *world) { w.statusConflicts = 1; w.pass(model); w.statusConflicts = 0 }},
}

// between is what happens between passes.
var between = []step{
	{"nothing", func(*world) {}},
	{"the status is lost", func(w *world) { w.wipeStatus(model) }},
	{"an edit", editModel},
	{"three seconds", func(*world) { time.Sleep(3 * time.Second) }},
	{"more than the window", func(*world) { time.Sleep(70 * time.Second) }},
}

const model = "payroll"

func dying(point string) func(w *world) {
	return func(w *world) { w.die = point; w.pass(model); w.die = "" }
}

func failing(f backendtest.Fault) func(w *world) {
	return func(w *world) { w.tenant.Inject(f); w.pass(model); w.tenant.Heal() }
}

func during(point string, do func(w *world)) func(w *world) {
	return func(w *world) {
		w.seen = func(at string) {
			if at == point {
				do(w)
			}
		}
		w.pass(model)
		w.seen = nil
	}
}

func editModel(w *world) {
	w.edit(model, func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName += "+" })
}

// vendors are what matters of a vendor for a create.
var vendors = map[string]func(m *backendtest.Memory[backend.AppEntitlement]){
	"lists are exact": func(*backendtest.Memory[backend.AppEntitlement]) {},
	"lists lag":       lagging,
	"runs once, and lists lag": func(m *backendtest.Memory[backend.AppEntitlement]) {
		lagging(m)
		m.Caps.RunOnce = true
	},
	"runs once, and the create reaches people": func(m *backendtest.Memory[backend.AppEntitlement]) {
		lagging(m)
		m.Caps.RunOnce, m.Caps.Launches = true, true
	},
	"runs once, and marks are not proven": func(m *backendtest.Memory[backend.AppEntitlement]) {
		m.Caps.RunOnce, m.Caps.MarkProven = true, false
	},
}

// TestTheCreateProtocolHoldsInEveryOrder goes through every order of two passes with
// crashes, lost answers, edits and lost statuses in and between them, and holds the
// engine to its laws at every create: see law.
func TestTheCreateProtocolHoldsInEveryOrder(t *testing.T) {
	for name, vendor := range vendors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lives := 0
			for story := range stories {
				lives++
				if wrong := ordered(t, vendor, fleet.DefaultWindow, story); len(wrong) > 0 {
					t.Fatalf("%s:\n%s", told(story), strings.Join(wrong, "\n"))
				}
			}
			t.Logf("%d orders", lives)
		})
	}
}

// TestTheOrdersFindAWindowThatIsTooShort shows that the orders find what they look for.
func TestTheOrdersFindAWindowThatIsTooShort(t *testing.T) {
	for story := range stories {
		if wrong := ordered(t, lagging, time.Second, story); len(wrong) > 0 {
			t.Logf("%s: %s", told(story), wrong[0])
			return
		}
	}
	t.Error("a window of one second broke no law")
}

// stories yields every order.
func stories(yield func([]step) bool) {
	for _, one := range passes {
		for _, then := range between {
			for _, two := range passes {
				if !yield([]step{one, then, two}) {
					return
				}
			}
		}
	}
}

func lagging(m *backendtest.Memory[backend.AppEntitlement]) {
	m.Caps.ListLag, m.Lag = 5*time.Second, 4*time.Second
}

func told(story []step) string {
	var out []string
	for _, s := range story {
		out = append(out, s.name)
	}
	return strings.Join(out, ", then ")
}

// ordered lives one story in a world of its own, heals it, and returns what is wrong.
func ordered(t *testing.T, vendor func(*backendtest.Memory[backend.AppEntitlement]), window time.Duration, story []step) (wrong []string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.window = window
		w.restart()
		vendor(w.tenant.Entitlements)
		l := &law{Tenant: w.tenant, w: w}
		w.backend.Tenant = l
		w.apply(model)
		for _, s := range story {
			l.begin()
			s.do(w)
		}
		time.Sleep(2 * fleet.DefaultWindow)
		for range 3 {
			l.begin()
			w.r.Force(key(model))
			w.pass(model)
			time.Sleep(10 * time.Second)
		}
		l.judge()
		wrong = l.wrong
	})
	return wrong
}

// law watches every call of the engine. A create must have its intent stored, with the
// token and the key that are sent; no look of its pass may have failed; and after a create
// whose outcome is open, the vendor must have been asked by that create's token and key,
// and have answered that there is none.
type law struct {
	*backendtest.Tenant
	w     *world
	wrong []string

	failed bool         // a look of this pass failed
	open   *backend.Ref // the last create whose outcome is open
	asked  bool         // and whether it was found absent since
}

func (l *law) begin() { l.failed = false }

func (l *law) complain(format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

// AppEntitlements returns the driver under watch.
func (l *law) AppEntitlements() backend.Driver[backend.AppEntitlement] {
	return watched{l.Entitlements, l}
}

type watched struct {
	*backendtest.Memory[backend.AppEntitlement]
	l *law
}

// Observe notes looks that fail, and those by what was sent.
func (d watched) Observe(ctx context.Context, ref backend.Ref) (backend.Observation[backend.AppEntitlement], error) {
	obs, err := d.Memory.Observe(ctx, ref)
	d.l.failed = d.l.failed || err != nil
	if open := d.l.open; open != nil && ref.ID == "" && ref.Mark.Token == open.Mark.Token {
		if ref.Key != open.Key {
			d.l.complain("a look by the key %v, and %v was sent", ref.Key, open.Key)
		}
		d.l.asked = err == nil && !obs.Exists
	}
	return obs, err
}

// Create holds the engine to the laws.
func (d watched) Create(ctx context.Context, ref backend.Ref, desired backend.AppEntitlement) (backend.Observation[backend.AppEntitlement], error) {
	l, obj := d.l, d.l.w.get(model)
	var intent managed.Intent
	if err := json.Unmarshal([]byte(obj.Annotations[v1alpha1.AnnotationIntent]), &intent); err != nil || !slices.Contains(obj.Finalizers, v1alpha1.Finalizer) {
		l.complain("a create without intent and finalizer: %v", err)
	}
	if intent.Token != ref.Mark.Token || intent.Key != ref.Key || intent.ParentID != ref.ParentID {
		l.complain("a create of %+v, and the intent is %+v", ref, intent)
	}
	if l.failed {
		l.complain("a create after a look that failed")
	}
	if l.open != nil && !l.asked {
		l.complain("a create while another's outcome is open")
	}
	obs, err := d.Memory.Create(ctx, ref, desired)
	switch class := backend.ClassOf(err); {
	case err == nil, class == backend.OutcomeUnknown:
		l.open, l.asked = &ref, false
	case class != backend.Throttled && class != backend.Fenced:
		l.complain("a create that should have been possible: %v", err)
	}
	return obs, err
}

// judge says what became of the object: one remote, its own. Where the create itself reaches people, or
// marks cannot be shown, a person decides about an attempt that brought none.
func (l *law) judge() {
	ids, synced := l.Entitlements.IDs(), l.w.condition(model, v1alpha1.ConditionSynced)
	caps := l.Entitlements.Caps
	once := caps.RunOnce && (caps.Launches || !caps.MarkProven)
	switch {
	case len(ids) > 1:
		l.complain("the remotes %v", ids)
	case len(ids) == 0 && (!once || synced != "False/"+v1alpha1.ReasonRemoteMissing && synced != "False/"+v1alpha1.ReasonOutcomeUnknown):
		l.complain("no remote, and Synced is %s", synced)
	case len(ids) == 1 && (synced != inSync || l.w.remoteID(model) != ids[0]):
		l.complain("the remote %s; the object is bound to %q, and Synced is %s (%s)", ids[0], l.w.remoteID(model), synced, l.w.message(model, v1alpha1.ConditionSynced))
	case len(ids) == 1 && l.w.nameAtVendor(ids[0]) != l.w.get(model).Spec.DisplayName:
		l.complain("the remote is called %q, want %q", l.w.nameAtVendor(ids[0]), l.w.get(model).Spec.DisplayName)
	}
}
