package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/inspect"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// operated is a cluster with a profile that an operator handles after some reads, with this state.
func operated(t *testing.T, reads int, ready metav1.ConditionStatus, reason string) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll", Annotations: map[string]string{"kept": "yes"}}}
	seen := 0
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(obj).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			if err := c.Get(ctx, key, into, opts...); err != nil {
				return err
			}
			asked := into.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt]
			if seen++; asked == "" || seen <= reads {
				return nil
			}
			status := into.(reference.Managed).GetManagedStatus()
			status.LastHandledReconcileAt = asked
			status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: ready, Reason: reason, Message: "as it is"}}
			return nil
		},
	}).Build()
}

func TestAReconcileIsRequestedAndWaitedFor(t *testing.T) {
	for sentence, c := range map[string]struct {
		reads    int
		ready    metav1.ConditionStatus
		reason   string
		waits    bool
		out, err string
	}{
		"without a wait":              {reads: 1000, out: "payroll: requested\n"},
		"it is ready after some time": {reads: 4, ready: metav1.ConditionTrue, reason: "InSync", waits: true, out: "payroll: Ready\n"},
		"it is not ready":             {reads: 2, ready: metav1.ConditionFalse, reason: "NameTaken", waits: true, out: "payroll: Working\n", err: "payroll: NameTaken: as it is"},
		"nobody handles it":           {reads: 1000, waits: true, err: "has not handled the request within 1m0s; is the manager running"},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := operated(t, c.reads, c.ready, c.reason)
				obj, err := fetch(t.Context(), k, "team", []string{"accprof/payroll"})
				if err != nil {
					t.Fatal(err)
				}
				var out strings.Builder
				err = request(t.Context(), k, obj, time.Now(), c.waits, time.Minute, &out)
				if out.String() != c.out || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("%q and %v, want %q and %q", out.String(), err, c.out, c.err)
				}
				stored := &v1alpha1.AccessProfile{}
				if err := k.Get(t.Context(), client.ObjectKeyFromObject(obj), stored); err != nil || stored.Annotations["kept"] != "yes" || stored.Annotations[v1alpha1.AnnotationReconcileRequestedAt] == "" {
					t.Errorf("the annotations are %v, %v", stored.Annotations, err)
				}
			})
		})
	}
}

func TestObjectsAreCalledAsKubectlCallsThem(t *testing.T) {
	k := operated(t, 0, metav1.ConditionTrue, "InSync")
	for _, args := range [][]string{{"accessprofile/payroll"}, {"accessprofile", "payroll"}, {"AccessProfiles/payroll"}, {"accprof", "payroll"}, {"accessprofiles.governance-operator.io/payroll"}} {
		if obj, err := fetch(t.Context(), k, "team", args); err != nil || obj.GetName() != "payroll" {
			t.Errorf("%v: %v, %v", args, obj, err)
		}
	}
	for want, args := range map[string][]string{
		`"payroll" names no object: write KIND/NAME`:                 {"payroll"},
		`"secret" is no kind of this operator: write appentitlement`: {"secret/payroll"},
		`"a/b/c" names no object`:                                    {"a/b/c"},
		`accessprofiles.governance-operator.io "gone" not found`:     {"accprof/gone"},
	} {
		if _, err := fetch(t.Context(), k, "team", args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

func TestASummaryIsATable(t *testing.T) {
	now := time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) metav1.Time { return metav1.NewTime(now.Add(-d)) }
	s := inspect.Summary{
		Counts: []inspect.Count{{Kind: "AccessProfile", Vendor: "Veza", Total: 3, States: map[inspect.State]int{inspect.Ready: 2, inspect.Stalled: 1}}},
		Limits: []inspect.Limit{{Backend: "GovernanceBackend/a in team", Reason: "MassAbsence", Kind: "AccessProfile", Count: 12, Since: ago(time.Hour)},
			{Backend: "GovernanceBackend/b in team", Reason: "MassDeletion", Count: 40, Since: ago(3 * time.Minute)}, {Backend: "GovernanceBackend/c in team", Reason: "Suspended"}},
		Sweeps: []inspect.Sweep{{Backend: "GovernanceBackend/a in team", Kind: "AccessProfile", Objects: 3, Last: ago(3 * time.Minute), Next: ago(-7 * time.Minute)},
			{Backend: "GovernanceBackend/a in team", Kind: "AppEntitlement", Last: ago(time.Hour), Next: ago(time.Minute)}, {Backend: "GovernanceBackend/c in team", Kind: "AccessProfile"}},
	}
	for range mostListed + 2 {
		s.Stalled = append(s.Stalled, inspect.Named{Object: "AccessProfile/a in team", Reason: "NameTaken", Message: "one has the name", Since: ago(90 * time.Minute)})
	}
	s.Backends = []inspect.Named{{Object: "GovernanceBackend/new in team", Reason: "Unseen"}}
	var out strings.Builder
	if err := writeSummary(&out, s, now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"KIND            VENDOR   TOTAL   READY   WORKING   STALLED   SUSPENDED   UNSEEN\nAccessProfile   Veza     3       2       0         1         0           0\n",
		"Objects that wait for a person:\n  AccessProfile/a in team   NameTaken   90m   one has the name\n", "and 2 more: -o json lists all\n",
		"\nBackends that are not Ready:\n  GovernanceBackend/new in team   Unseen   -   \n",
		`
Writes are held; "governance why" of the backend has the way out:
  GovernanceBackend/a in team   MassAbsence    60m   12 AccessProfile objects lost their remote at once
  GovernanceBackend/b in team   MassDeletion   3m    40 deletions wait
  GovernanceBackend/c in team   Suspended      -     spec.suspend holds every write
`, `
BACKEND                       KIND             OBJECTS   LAST SWEEP   NEXT SWEEP
GovernanceBackend/a in team   AccessProfile    3         3m           in 7m
GovernanceBackend/a in team   AppEntitlement   0         60m          due
GovernanceBackend/c in team   AccessProfile    0         -            -
`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestAResultIsShownInTheFormThatWasAskedFor(t *testing.T) {
	text := func(out io.Writer) error {
		_, err := io.WriteString(out, "as text\n")
		return err
	}
	for form, want := range map[string]string{
		asText: "as text\n",
		asJSON: "{\n  \"formatVersion\": \"1\",\n  \"result\": {\n    \"backend\": \"b\",\n    \"kind\": \"k\",\n    \"objects\": 1\n  }\n}\n",
		asYAML: "formatVersion: \"1\"\nresult:\n  backend: b\n  kind: k\n  objects: 1\n",
	} {
		var out strings.Builder
		if err := show(&out, form, inspect.Sweep{Backend: "b", Kind: "k", Objects: 1}, text); err != nil || out.String() != want {
			t.Errorf("%s: %v, %q", form, err, out.String())
		}
	}
	if err := show(io.Discard, "table", nil, text); err == nil || !strings.Contains(err.Error(), `"table" is none of text, json and yaml`) {
		t.Error(err)
	}
}

func TestAnObjectIsSuspendedAndResumed(t *testing.T) {
	k := operated(t, 0, metav1.ConditionTrue, "InSync")
	read := func() *v1alpha1.AccessProfile {
		obj := &v1alpha1.AccessProfile{}
		if err := k.Get(t.Context(), client.ObjectKey{Namespace: "team", Name: "payroll"}, obj); err != nil {
			t.Fatal(err)
		}
		return obj
	}
	until := time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	var out strings.Builder
	if err := suspend(t.Context(), k, read(), until, "INC-42", &out); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"kept": "yes", v1alpha1.AnnotationSuspendedUntil: "2030-06-01T12:00:00Z", v1alpha1.AnnotationSuspendedBecause: "INC-42"}
	if diff := cmp.Diff(want, read().Annotations); diff != "" || out.String() != "payroll: suspended until 2030-06-01T12:00:00Z\n" {
		t.Errorf("%q, annotations (-want +got):\n%s", out.String(), diff)
	}
	out.Reset()
	if err := errors.Join(resume(t.Context(), k, read(), &out), resume(t.Context(), k, read(), &out)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"kept": "yes"}, read().Annotations); diff != "" || out.String() != "payroll: resumed\npayroll: was not suspended\n" {
		t.Errorf("%q, annotations (-want +got):\n%s", out.String(), diff)
	}
	held := read()
	held.Spec.Suspend = true
	if err := k.Update(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := resume(t.Context(), k, read(), &out); err == nil || !strings.Contains(err.Error(), "spec.suspend holds it") {
		t.Errorf("%v, want that the spec holds it", err)
	}
}

// letting is a cluster in which an operator lets go of what is deleted after some reads, and writes a status in between.
func letting(t *testing.T, reads, overtaken int, finalizer bool) (client.Client, *int) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll", UID: "u-1"}}
	if finalizer {
		obj.Finalizers = []string{v1alpha1.Finalizer}
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "r-1"}
	}
	deletes := 0
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(obj).WithInterceptorFuncs(interceptor.Funcs{
		Delete: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
			stored := &v1alpha1.AccessProfile{}
			if err := c.Get(ctx, client.ObjectKeyFromObject(obj), stored); err != nil {
				return err
			}
			if m := stored.Spec.Management; m == nil || m.Deletion != v1alpha1.DeletionOrphan {
				t.Error("it would take the remote with it")
			}
			if deletes++; deletes <= overtaken {
				stored.Labels = map[string]string{"edited": "in between"}
				if err := c.Update(ctx, stored); err != nil {
					return err
				}
				return apierrors.NewConflict(schema.GroupResource{Resource: "accessprofiles"}, obj.GetName(), nil)
			}
			return c.Delete(ctx, obj, opts...)
		},
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			if err := c.Get(ctx, key, into, opts...); err != nil {
				return err
			}
			if into.GetDeletionTimestamp().IsZero() {
				return nil
			}
			if reads--; reads < 0 {
				into.SetFinalizers(nil)
				return c.Update(ctx, into)
			}
			return nil
		},
	}).Build(), &deletes
}

func TestAnObjectIsDeletedAndItsRemoteStays(t *testing.T) {
	for sentence, c := range map[string]struct {
		reads, overtaken int
		finalizer        bool
		deletes          int
		out, err         string
	}{
		"it is let go after some time":    {reads: 3, finalizer: true, deletes: 1, out: "payroll: deleted; its remote r-1 stays at the vendor\n"},
		"somebody edits it in between":    {overtaken: 2, finalizer: true, deletes: 3, out: "payroll: deleted; its remote r-1 stays at the vendor\n"},
		"somebody edits it all the time":  {overtaken: 1000, finalizer: true, deletes: attempts, err: "Operation cannot be fulfilled"},
		"it has no remote":                {deletes: 1, out: "payroll: deleted; it was bound to no remote\n"},
		"the operator does not let it go": {reads: 1000, finalizer: true, deletes: 1, err: "the operator has not let go within 1m0s"},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, deletes := letting(t, c.reads, c.overtaken, c.finalizer)
				obj, err := fetch(t.Context(), k, "team", []string{"accprof/payroll"})
				if err != nil {
					t.Fatal(err)
				}
				var out strings.Builder
				err = letGo(t.Context(), k, obj, time.Minute, &out)
				if out.String() != c.out || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || *deletes != c.deletes {
					t.Errorf("%q and %v after %d deletes, want %q and %q after %d", out.String(), err, *deletes, c.out, c.err, c.deletes)
				}
			})
		})
	}
}

func TestAnObjectOrABackendIsExplained(t *testing.T) {
	k := operated(t, 0, metav1.ConditionTrue, "InSync")
	backend := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}}
	if err := k.Create(t.Context(), backend); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"AccessProfile/payroll in team":  {"accprof/payroll"},
		"GovernanceBackend/prod in team": {"gb", "prod"},
	} {
		why, err := explain(t.Context(), k, "team", args, inspect.Caller{Program: "governance"}, time.Now())
		if err != nil || why.Object != want || why.State != inspect.Unseen {
			t.Errorf("%v: %+v, %v", args, why, err)
		}
	}
	for want, args := range map[string][]string{
		`"secret" is no kind of this operator`: {"secret/payroll"}, `"gone" not found`: {"gb/gone"}, `clustergovernancebackends.governance-operator.io "gone" not found`: {"cgb/gone"},
	} {
		if _, err := explain(t.Context(), k, "team", args, inspect.Caller{}, time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

func TestAPrintedCommandActsOnTheSameCluster(t *testing.T) {
	cmd := whyCommand()
	if err := cmd.ParseFlags([]string{"--context", "prod eu", "--token", "planted", "-n", "team"}); err != nil {
		t.Fatal(err)
	}
	root := root()
	root.AddCommand(cmd)
	if diff := cmp.Diff(inspect.Caller{Program: "governance", Flags: []string{"--context=prod eu"}}, callerOf(cmd)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
