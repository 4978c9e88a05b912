package inspect_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/reference"
)

var now = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) metav1.Time { return metav1.NewTime(now.Add(-d)) }

// conditions are Ready and, where the object waits for a person, Stalled.
func conditions(status metav1.ConditionStatus, reason, message string, stalled bool, since time.Duration) []metav1.Condition {
	out := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: status, Reason: reason, Message: message, LastTransitionTime: ago(since), ObservedGeneration: 1}}
	if stalled {
		out = append(out, metav1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: reason, LastTransitionTime: ago(since), ObservedGeneration: 1})
	}
	return out
}

func profile(name, backend string, refs []string, conditions []metav1.Condition) *v1alpha1.AccessProfile {
	p := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name, Generation: 1}}
	p.Spec.BackendRef.Name = backend
	for _, ref := range refs {
		p.Spec.Entitlements = append(p.Spec.Entitlements, v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: ref}})
	}
	p.Status.Conditions = conditions
	return p
}

func world(t *testing.T) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	prod := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}, Spec: v1alpha1.GovernanceBackendSpec{Vendor: v1alpha1.VendorVeza}}
	prod.Spec.ResyncInterval, prod.Spec.Suspend = "1h", true
	swept := ago(20 * time.Minute)
	prod.Status.Counts = []v1alpha1.KindCount{{Kind: "AppEntitlement", Managed: 1, LastSweepAt: &swept}, {Kind: "AccessProfile", Managed: 6, LastSweepAt: &swept}, {Kind: "AccessReview"}}
	prod.Status.Conditions, prod.Status.TenantName = conditions(metav1.ConditionTrue, "Ready", "", false, time.Hour), "acme"
	held := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "held"}, Spec: v1alpha1.GovernanceBackendSpec{Vendor: v1alpha1.VendorSailPoint}}
	since := ago(4 * time.Hour)
	held.Status.Counts = []v1alpha1.KindCount{{Kind: "AccessProfile", Managed: 1, LastSweepAt: &swept}}
	held.Status.Absent = []v1alpha1.KindAbsence{{Kind: "AccessProfile", Count: 12, Since: &since}}
	held.Status.Conditions = conditions(metav1.ConditionFalse, v1alpha1.ReasonMassAbsence, "far too much is gone", true, 3*time.Hour)
	leaving := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "leaving"}}
	leaving.Status.PendingDeletions = 40
	leaving.Status.Conditions = conditions(metav1.ConditionFalse, v1alpha1.ReasonMassDeletion, "far too many at once", true, time.Hour)
	locked := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "locked"}}
	locked.Status.Counts = []v1alpha1.KindCount{{Kind: "AccessReview", Managed: 2, LastSweepAt: &swept}}
	locked.Status.Conditions = conditions(metav1.ConditionFalse, v1alpha1.ReasonUnauthorized, "401", true, 2*time.Hour)
	read := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "read", Generation: 1}}
	read.Spec.BackendRef.Name, read.Status.Conditions = "prod", conditions(metav1.ConditionTrue, "InSync", "", false, time.Hour)
	read.Status.Remote = &v1alpha1.RemoteStatus{ID: "r-1"}
	read.Status.Resolved = []v1alpha1.ResolvedName{
		{Kind: "ref:AppEntitlement", Name: "other", ID: "r-2"}, {Kind: "App", Name: "Workday", ID: "a-1"}, {Kind: "User", Name: "ada@corp.example", ID: "u-1", Reason: "NameMoved", Message: "means u-2 now"},
	}
	late := &v1alpha1.AccessReview{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "q1", Generation: 1}}
	late.Spec.BackendRef.Name, late.Status.Conditions = "gone", conditions(metav1.ConditionTrue, "InSync", "", false, time.Hour)
	deadline := ago(48 * time.Hour)
	late.Status.State, late.Status.Deadline = v1alpha1.ReviewOverdue, &deadline
	done := late.DeepCopy()
	done.Name, done.Status.State = "q0", v1alpha1.ReviewCompleted
	edited := profile("edited", "held", nil, conditions(metav1.ConditionTrue, "InSync", "", false, time.Hour))
	edited.Generation = 2
	standing := profile("standing", "prod", nil, conditions(metav1.ConditionTrue, "InSync", "", false, time.Hour))
	standing.Annotations = map[string]string{v1alpha1.AnnotationSuspendedUntil: "2030-07-01T00:00:00Z"}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(prod, held, leaving, locked, read, late, done, edited, standing,
		profile("payroll", "prod", []string{"read", "lost"}, conditions(metav1.ConditionFalse, "RemoteExists", "one has the name", true, 2*time.Hour)),
		profile("waiting", "prod", []string{"read"}, conditions(metav1.ConditionFalse, "Progressing", "a call is under way", false, time.Minute)),
		profile("paused", "prod", nil, conditions(metav1.ConditionTrue, v1alpha1.ReasonSuspended, "suspended", false, time.Hour)),
		profile("older", "prod", nil, conditions(metav1.ConditionFalse, "NameTaken", "", true, 5*time.Hour)),
		profile("new", "prod", nil, nil),
	).Build()
}

func TestEverythingIsSummedUp(t *testing.T) {
	got, err := inspect.Summarize(t.Context(), world(t), "team", now)
	if err != nil {
		t.Fatal(err)
	}
	want := inspect.Summary{
		Counts: []inspect.Count{
			{Kind: "AccessProfile", Vendor: "SailPoint", Total: 1, States: map[inspect.State]int{inspect.Unseen: 1}},
			{Kind: "AccessProfile", Vendor: "Veza", Total: 6, States: map[inspect.State]int{inspect.Stalled: 2, inspect.Working: 1, inspect.Suspended: 2, inspect.Unseen: 1}},
			{Kind: "AccessReview", Vendor: "(no backend)", Total: 2, States: map[inspect.State]int{inspect.Ready: 2}},
			{Kind: "AppEntitlement", Vendor: "Veza", Total: 1, States: map[inspect.State]int{inspect.Ready: 1}},
		},
		Limits: []inspect.Limit{
			{Backend: "ClusterGovernanceBackend/leaving", Reason: v1alpha1.ReasonMassDeletion, Count: 40, Since: ago(time.Hour)},
			{Backend: "GovernanceBackend/held in team", Reason: v1alpha1.ReasonMassAbsence, Kind: "AccessProfile", Count: 12, Since: ago(4 * time.Hour)},
			{Backend: "GovernanceBackend/prod in team", Reason: v1alpha1.ReasonSuspended},
		},
		Backends: []inspect.Named{
			{Object: "GovernanceBackend/held in team", Reason: v1alpha1.ReasonMassAbsence, Message: "far too much is gone", Since: ago(3 * time.Hour)},
			{Object: "ClusterGovernanceBackend/locked", Reason: v1alpha1.ReasonUnauthorized, Message: "401", Since: ago(2 * time.Hour)},
			{Object: "ClusterGovernanceBackend/leaving", Reason: v1alpha1.ReasonMassDeletion, Message: "far too many at once", Since: ago(time.Hour)},
		},
		Stalled: []inspect.Named{
			{Object: "AccessProfile/older in team", Reason: "NameTaken", Since: ago(5 * time.Hour)},
			{Object: "AccessProfile/payroll in team", Reason: "RemoteExists", Message: "one has the name", Since: ago(2 * time.Hour)},
		},
		Overdue: []inspect.Named{{Object: "AccessReview/q1 in team", Reason: "Overdue", Since: ago(48 * time.Hour)}},
		Sweeps: []inspect.Sweep{
			{Backend: "ClusterGovernanceBackend/locked", Kind: "AccessReview", Objects: 2, Last: ago(20 * time.Minute)},
			{Backend: "GovernanceBackend/held in team", Kind: "AccessProfile", Objects: 1, Last: ago(20 * time.Minute), Next: ago(10 * time.Minute)},
			{Backend: "GovernanceBackend/prod in team", Kind: "AccessProfile", Objects: 6, Last: ago(20 * time.Minute), Next: ago(-40 * time.Minute)},
			{Backend: "GovernanceBackend/prod in team", Kind: "AccessReview"},
			{Backend: "GovernanceBackend/prod in team", Kind: "AppEntitlement", Objects: 1, Last: ago(20 * time.Minute), Next: ago(-40 * time.Minute)},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if other, err := inspect.Summarize(t.Context(), world(t), "elsewhere", now); err != nil || len(other.Counts) > 0 {
		t.Errorf("another namespace has %v, %v", other, err)
	}
}

func TestATreeHasWhatBelongsTogether(t *testing.T) {
	for name, c := range map[string]struct {
		obj  reference.Managed
		want string
	}{
		"payroll": {&v1alpha1.AccessProfile{}, `AccessProfile/payroll in team  Stalled  RemoteExists: one has the name
├─ backend GovernanceBackend/prod in team  Ready  tenant acme
├─ refers to AppEntitlement/read in team  Ready
└─ refers to AppEntitlement/lost in team  Stalled  there is no such object
`},
		"read": {&v1alpha1.AppEntitlement{}, `AppEntitlement/read in team  Ready  r-1
├─ backend GovernanceBackend/prod in team  Ready  tenant acme
├─ name App "Workday"  is a-1
├─ name User "ada@corp.example"  is u-1, NameMoved: means u-2 now
├─ used by AccessProfile/payroll in team  Stalled  RemoteExists: one has the name
└─ used by AccessProfile/waiting in team  Working  Progressing: a call is under way
`},
		"q1": {&v1alpha1.AccessReview{}, `AccessReview/q1 in team  Ready
└─ backend GovernanceBackend/gone in team  Stalled  there is no such backend
`},
		"edited": {&v1alpha1.AccessProfile{}, `AccessProfile/edited in team  Unseen
└─ backend GovernanceBackend/held in team  Stalled  MassAbsence: far too much is gone
`},
	} {
		t.Run(name, func(t *testing.T) {
			reader := world(t)
			if err := reader.Get(t.Context(), client.ObjectKey{Namespace: "team", Name: name}, c.obj); err != nil {
				t.Fatal(err)
			}
			tree, err := inspect.Grow(t.Context(), reader, c.obj, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(c.want, "\n"), strings.Split(tree.String(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventsOfAnObjectAndItsBackendAreInOrder(t *testing.T) {
	event := func(name, namespace, kind, about, reason string, at time.Duration, count int32) *corev1.Event {
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: "Normal", Reason: reason, Message: "said",
			InvolvedObject: corev1.ObjectReference{Kind: kind, Namespace: namespace, Name: about}, LastTimestamp: ago(at), Count: count}
	}
	series := event("c", "team", "AccessProfile", "payroll", "Updated", 9*time.Hour, 0)
	series.Series = &corev1.EventSeries{Count: 2, LastObservedTime: metav1.NewMicroTime(now.Add(-time.Minute))}
	reader := world(t)
	for _, e := range []*corev1.Event{
		event("a", "team", "AccessProfile", "payroll", "RemoteExists", time.Hour, 3), event("b", "team", "GovernanceBackend", "prod", "Ready", 2*time.Hour, 1), series,
		event("d", "team", "AccessProfile", "other", "Updated", time.Hour, 1), event("e", "elsewhere", "AccessProfile", "payroll", "Updated", time.Hour, 1),
	} {
		if err := reader.Create(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	obj := &v1alpha1.AccessProfile{}
	if err := reader.Get(t.Context(), client.ObjectKey{Namespace: "team", Name: "payroll"}, obj); err != nil {
		t.Fatal(err)
	}
	events, err := inspect.Events(t.Context(), reader, obj)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%s %s x%d", e.Object, e.Reason, e.Count))
	}
	want := []string{"GovernanceBackend/prod in team Ready x1", "AccessProfile/payroll in team RemoteExists x3", "AccessProfile/payroll in team Updated x1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
