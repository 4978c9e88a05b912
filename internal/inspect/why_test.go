package inspect

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/docs"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/reasonstest"
	"github.com/governance-operator/governance-operator/internal/reference"
)

var (
	recordWhys = flag.Bool("record-whys", false, "record what is said of the recorded objects")
	present    = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	asPlugin   = Caller{Program: "kubectl governance", Flags: []string{"--context=prod"}}
)

func schemeOf(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return scheme
}

// backendOfEndings is a backend that creates what the kind is.
func backendOfEndings() *v1alpha1.GovernanceBackend {
	b := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}}
	b.Spec.ResyncInterval = "10m"
	b.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated}}
	for _, kind := range []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
		b.Status.Capabilities = append(b.Status.Capabilities, v1alpha1.KindCapabilities{Kind: kind, Verbs: []string{"Adopt", "Create", "Update", "Delete"}})
	}
	return b
}

// left is an object as a pass leaves it that ended so.
func left(e decision.Ending, bound bool) *v1alpha1.AccessProfile {
	obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll", Generation: 1}}
	obj.Spec.BackendRef.Name = "prod"
	if bound {
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "r-1"}
	}
	set := func(kind string, s decision.State) {
		if s.Status != "" {
			meta.SetStatusCondition(&obj.Status.Conditions, metav1.Condition{
				Type: kind, Status: metav1.ConditionStatus(s.Status), Reason: s.Reason, Message: "the fact", ObservedGeneration: 1, LastTransitionTime: metav1.NewTime(present.Add(-time.Hour)),
			})
		}
	}
	set(v1alpha1.ConditionAccepted, e.Effects.Accepted)
	set(v1alpha1.ConditionResolvedRefs, e.Effects.Refs)
	set(v1alpha1.ConditionSynced, e.Effects.Synced)
	set(v1alpha1.ConditionReady, decision.No(e.Reason()))
	if e.Effects.Also != decision.Idle {
		set(string(e.Effects.Also), decision.Yes(e.Reason()))
	}
	return obj
}

// goes reports whether a pass that ends so is one over an object that is being deleted.
func goes(e decision.Ending) bool {
	return strings.Contains(e.Question, "deleted") || strings.HasPrefix(e.Rule, "deleting") || e.Outcome.Deleting
}

// explainEnding explains an object that a pass left so, in each of the ways in which it may stand.
func explainEnding(t *testing.T, e decision.Ending) (whys []Why) {
	t.Helper()
	for _, bound := range []bool{true, false} {
		obj := left(e, bound)
		if goes(e) {
			obj.DeletionTimestamp, obj.Finalizers = &metav1.Time{Time: present.Add(-time.Hour)}, []string{v1alpha1.Finalizer}
		}
		if e.Rule == "spec.remoteID names another remote than the bound one" {
			obj.Spec.RemoteID = "r-2"
		}
		reader := fake.NewClientBuilder().WithScheme(schemeOf(t)).WithObjects(backendOfEndings()).Build()
		why, err := Explain(t.Context(), reader, obj, asPlugin, present)
		if err != nil {
			t.Fatal(err)
		}
		whys = append(whys, why)
	}
	return whys
}

// Whatever a pass ends with, its object is explained: by the rule that ended it, by the page, and by a way out, or by when it comes
// back without one.
func TestEveryWayInWhichAPassEndsIsExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, e := range decision.Endings() {
		if e.Effects.Leave {
			continue // The object is gone, or is as it was.
		}
		reason := e.Reason()
		explained[reason] = true
		named := false
		for _, why := range explainEnding(t, e) {
			named = named || slices.ContainsFunc(why.Rules, func(r Rule) bool { return r.Rule == e.Rule && r.Question == e.Question })
			if why.Reason != reason {
				t.Errorf("%s (%s): explained as %s", reason, e.Rule, why.Reason)
			}
			if why.Message != "the fact" {
				t.Errorf("%s (%s): the message is %q", reason, e.Rule, why.Message)
			}
			if len(why.Means) < 20 {
				t.Errorf("%s: the page says %q of it", reason, why.Means)
			}
			if why.Person != (e.Effects.Also == decision.Stalled) {
				t.Errorf("%s (%s): a person is waited for: %t", reason, e.Rule, why.Person)
			}
			if why.Person && len(why.Ways) == 0 {
				t.Errorf("%s (%s): it waits for a person and has no way out", reason, e.Rule)
			}
			if !why.Person && why.Again == "" && len(why.Wakes) == 0 {
				t.Errorf("%s (%s): nobody brings it back", reason, e.Rule)
			}
			if text := e.Effects.Requeue.Words("10m (the backend's resyncInterval)"); !strings.Contains(why.Again, text) {
				t.Errorf("%s (%s): comes again %q, want %q", reason, e.Rule, why.Again, text)
			}
		}
		if after := e.Outcome.Plan != nil && e.Outcome.Failure.Kind == decision.NoFailure && e.Outcome.Plan.Reason != reason; !named && !after {
			t.Errorf("%s: the rule %q is not named", reason, e.Rule)
		}
	}
	for reason := range outOf {
		if !explained[reason] {
			t.Errorf("%s has ways out, and no pass ends with it", reason)
		}
	}
}

// backendReasons are those of the condition Ready of backends.
var backendReasons = map[string]string{
	v1alpha1.ReasonAuthenticated:  "",
	v1alpha1.ReasonSecretNotFound: "",
	v1alpha1.ReasonSecretInvalid:  "kubectl edit secret/credentials -n team --context=prod",
	v1alpha1.ReasonUnauthorized:   "kubectl edit secret/credentials -n team --context=prod",
	v1alpha1.ReasonUnreachable:    "kubectl edit governancebackend/prod -n team --context=prod",
	v1alpha1.ReasonCircuitOpen:    "",
	v1alpha1.ReasonInvalidSpec:    "kubectl edit governancebackend/prod -n team --context=prod",
	v1alpha1.ReasonTenantChanged:  "kubectl annotate governancebackend/prod -n team --context=prod --overwrite governance-operator.io/accept-tenant=new",
	v1alpha1.ReasonMassAbsence:    "kubectl annotate governancebackend/prod -n team --context=prod --overwrite governance-operator.io/accept-absence=AccessProfile=7@2030-06-01T12:00:00Z",
	v1alpha1.ReasonMassDeletion:   "kubectl annotate governancebackend/prod -n team --context=prod --overwrite governance-operator.io/accept-deletions=9@2030-06-01T12:00:00Z",
}

func TestABackendIsExplainedForEachOfItsReasons(t *testing.T) {
	for reason, command := range backendReasons {
		t.Run(reason, func(t *testing.T) {
			obj := backendOfEndings()
			obj.Spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
			at := metav1.NewTime(present)
			obj.Status.Absent = []v1alpha1.KindAbsence{{Kind: v1alpha1.KindAccessProfile, Count: 7, Since: &at}}
			obj.Status.PendingDeletions, obj.Status.PendingDeletionsAt = 9, &at
			obj.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: reason, Message: `tenant "new" answers, and not the other`, ObservedGeneration: 1}}
			obj.Generation = 1
			why, err := ExplainBackend(obj, asPlugin)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if len(why.Ways) > 0 {
				got = why.Ways[0].Command
			}
			if got != command || len(why.Means) < 20 || why.Again == "" || why.Reason != reason {
				t.Errorf("%q, want %q; %+v", got, command, why)
			}
			obj.Generation = 2
			if why, err = ExplainBackend(obj, asPlugin); err != nil || len(why.Ways) > 0 || why.State != Unseen {
				t.Errorf("a spec that was not handled yet: %+v, %v", why, err)
			}
		})
	}
}

// Nobody reads a reason in a condition that this package cannot explain.
func TestEveryReasonIsExplainedOrIsThatOfAnEventOnly(t *testing.T) {
	known := map[string]bool{v1alpha1.ReasonValid: true, v1alpha1.ReasonResolved: true, v1alpha1.ReasonBlocked: true, "Looking": true}
	for _, e := range decision.Endings() {
		known[e.Reason()] = true
	}
	for reason := range backendReasons {
		known[reason] = true
	}
	for reason, group := range reasonstest.Of(t) {
		if !known[reason] && !strings.HasPrefix(group, "Reasons of events only") && reason != v1alpha1.ReasonDeleting {
			t.Errorf("%s is not explained", reason)
		}
		if meaning(reason) == "" {
			t.Errorf("the page says nothing of %s", reason)
		}
	}
}

// What a way out says is on the page, so that there is no second list of advice.
func TestAWaySaysWhatThePageSays(t *testing.T) {
	introduction, _, _ := strings.Cut(docs.Troubleshooting, "\n## ")
	seen := 0
	check := func(reason string, ways []Way) {
		for _, way := range ways {
			for says := range strings.SplitSeq(way.Says, ", then: ") {
				seen++
				if !strings.Contains(meaning(reason), says) && !strings.Contains(plain(introduction), says) {
					t.Errorf("%s: %q is not on the page", reason, says)
				}
			}
		}
	}
	for _, s := range waySubjects() {
		for reason, find := range outOf {
			s.decided = &metav1.Condition{Reason: reason, Message: s.decided.Message}
			check(reason, find(s))
		}
	}
	for reason := range backendReasons {
		obj := backendOfEndings()
		at := metav1.NewTime(present)
		obj.Spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
		obj.Status.Absent = []v1alpha1.KindAbsence{{Kind: v1alpha1.KindAccessProfile, Count: 7, Since: &at}}
		obj.Status.PendingDeletionsAt = &at
		check(reason, backendWays(obj, reference.Object{Kind: v1alpha1.KindGovernanceBackend, Namespace: "team", Name: "prod"}, &metav1.Condition{Reason: reason, Message: `tenant "new" answers, and`}, asPlugin))
	}
	if seen < 60 {
		t.Errorf("only %d ways were seen", seen)
	}
}

// waySubjects are objects that have, together, each of the ways.
func waySubjects() (out []*subject) {
	add := func(message string, change func(*v1alpha1.AccessProfile, *subject)) {
		obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll"}}
		obj.Spec.Requestable = new(true)
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: "r-1"}
		s := &subject{id: idOf(obj), obj: obj, caller: asPlugin, backend: backendOfEndings(), decided: &metav1.Condition{Message: message}}
		change(obj, s)
		out = append(out, s)
	}
	add(`remote "r-2" already exists and is not marked by any operator; `+decision.AdviceAdoptOrBind+decision.AdviceOrRename+"; "+decision.AdviceDuplicate, func(p *v1alpha1.AccessProfile, _ *subject) {
		p.Spec.Management = &v1alpha1.Management{Drift: v1alpha1.DriftReport}
		p.Spec.Suspend = true
	})
	add(`remote "r-2" belongs to AccessProfile team/other. To take it over`, func(p *v1alpha1.AccessProfile, s *subject) {
		s.holder = &reference.Object{Kind: v1alpha1.KindAccessProfile, Namespace: "team", Name: "other"}
		s.suspension.On = true
		s.waitsFor = []reference.Object{{Kind: v1alpha1.KindAppEntitlement, Namespace: "team", Name: "read"}}
	})
	add(`spec.requestable: not here`, func(p *v1alpha1.AccessProfile, s *subject) {
		shared := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "shared"}}
		shared.Spec.Suspend = true
		s.backend = shared
	})
	add(`spec.backendRef: the vendor has no such kind`, func(p *v1alpha1.AccessProfile, s *subject) { p.Spec.RemoteID = "r-1" })
	add(`spec.nothing: `, func(p *v1alpha1.AccessProfile, s *subject) { s.id.Kind = v1alpha1.KindAccessReview })
	return out
}

func TestWaysAreCommandsOfThisObject(t *testing.T) {
	exists := `remote "it's $(x)" already exists and is not marked by any operator; ` + decision.AdviceAdoptOrBind + decision.AdviceOrRename
	for sentence, c := range map[string]struct {
		reason, message string
		change          func(*v1alpha1.AccessProfile, *subject)
		want            []string
	}{
		"an id is quoted": {reason: v1alpha1.ReasonRemoteExists, message: exists, want: []string{
			`kubectl patch accessprofile/payroll -n team --context=prod --type=merge -p '{"spec":{"management":{"creation":"CreateOrAdopt"}}}'`,
			`kubectl patch accessprofile/payroll -n team --context=prod --type=merge -p '{"spec":{"remoteID":"it'\''s $(x)"}}'`,
			`kubectl edit accessprofile/payroll -n team --context=prod`,
		}},
		"another owner's mark goes first": {
			reason:  v1alpha1.ReasonRemoteExists,
			message: `remote "r-2" already exists and is marked by x; choose management.creation: CreateOrAdopt of cluster "b"; take that mark away at the vendor, and ` + decision.AdviceAdopt + decision.AdviceOrRename,
			want:    []string{`kubectl edit accessprofile/payroll -n team --context=prod`},
		},
		"an id that moves a terminal": {reason: v1alpha1.ReasonRemoteExists, message: `remote "` + "\u202e" + `" already exists and is not marked by any operator; ` + decision.AdviceAdoptOrBind + decision.AdviceOrRename, want: []string{
			`kubectl patch accessprofile/payroll -n team --context=prod --type=merge -p '{"spec":{"management":{"creation":"CreateOrAdopt"}}}'`,
			`kubectl edit accessprofile/payroll -n team --context=prod`,
		}},
		"a field is taken out": {reason: v1alpha1.ReasonFieldUnsupported, message: "spec.requestable: not here", want: []string{
			`kubectl patch accessprofile/payroll -n team --context=prod --type=json -p '[{"op":"remove","path":"/spec/requestable"}]'`,
		}},
		"a field that is not there": {reason: v1alpha1.ReasonFieldUnsupported, message: "spec.owners[3]: not here", want: []string{`kubectl edit accessprofile/payroll -n team --context=prod`}},
		"a holder that is not there": {reason: v1alpha1.ReasonClaimedByOther, message: `remote "r-2" belongs to AccessProfile team/other. To take it over`, want: []string{
			`kubectl delete accessprofile/payroll -n team --context=prod`, `kubectl edit accessprofile/payroll -n team --context=prod`,
		}},
		"what was edited since": {reason: v1alpha1.ReasonRemoteExists, message: exists, change: func(p *v1alpha1.AccessProfile, _ *subject) { p.Generation = 2 }},
	} {
		t.Run(sentence, func(t *testing.T) {
			obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll", Generation: 1}}
			obj.Spec.Requestable = new(true)
			s := &subject{id: idOf(obj), obj: obj, caller: asPlugin, backend: backendOfEndings(), decided: &metav1.Condition{Reason: c.reason, Message: c.message, ObservedGeneration: 1}}
			if c.change != nil {
				c.change(obj, s)
			}
			var got []string
			for _, way := range s.ways() {
				got = append(got, way.Command)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecordedStatesAreExplained: what is printed of the objects that the operator left in every state.
func TestRecordedStatesAreExplained(t *testing.T) {
	root := "../../config/argocd/resource_customizations/governance-operator.io"
	codecs := serializer.NewCodecFactory(schemeOf(t))
	var out strings.Builder
	found := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" || filepath.Base(filepath.Dir(path)) != "testdata" || strings.Contains(path, "/actions/") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		obj, _, err := codecs.UniversalDeserializer().Decode(text, nil, nil)
		if err != nil {
			return err
		}
		found++
		why, err := explainAny(t, obj.(client.Object))
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		out.WriteString("==== " + filepath.ToSlash(relative) + "\n" + why.Text(present) + "\n")
		return err
	})
	if err != nil || found < 60 {
		t.Fatalf("%d objects, %v", found, err)
	}
	const golden = "testdata/whys.txt"
	if *recordWhys {
		if err := os.WriteFile(golden, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("run the test with -record-whys after a wanted change (-want +got):\n%s", diff)
	}
}

func explainAny(t *testing.T, obj client.Object) (Why, error) {
	t.Helper()
	object, ok := obj.(reference.Managed)
	if !ok {
		return ExplainBackend(obj, Caller{Program: "governance"})
	}
	backend := backendOfEndings()
	backend.Namespace, backend.Name = obj.GetNamespace(), "tenant"
	return Explain(t.Context(), fake.NewClientBuilder().WithScheme(schemeOf(t)).WithObjects(backend).Build(), object, Caller{Program: "governance"}, present)
}
