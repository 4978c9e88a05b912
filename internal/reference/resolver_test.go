package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// profile is an AccessProfile that is bound and in sync.
func profile(entitlements ...v1alpha1.EntitlementRef) *v1alpha1.AccessProfile {
	p := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "first", Generation: 1}}
	p.Spec.Entitlements = entitlements
	p.Status.Remote = &v1alpha1.RemoteStatus{ID: "remote"}
	p.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionSynced, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInSync, ObservedGeneration: 1}}
	return p
}

func in(app, name string) v1alpha1.EntitlementRef {
	return v1alpha1.EntitlementRef{App: &v1alpha1.NamedRef{Name: app}, Name: name}
}

// vendor knows a thing of every name, whose id tells the question; asked counts.
type vendor struct {
	asked []backend.Name
	short bool // its ids are short, however long a name is
}

func (v *vendor) answer(q backend.Name) backend.Answer {
	v.asked = append(v.asked, q)
	id := string(q.Kind) + "-" + q.Name
	if q.ParentID != "" {
		id = q.ParentID + "/" + q.Name
	}
	if v.short {
		id = fmt.Sprint(string(q.Kind), "-", len(v.asked))
	}
	return backend.Answer{Matches: []backend.Match{{ID: id, Name: q.Name}}}
}

// resolve resolves the entitlements as a pass does, and pins what was found.
func (v *vendor) resolve(p *v1alpha1.AccessProfile) backend.EntitlementSet {
	answers := map[backend.Name]backend.Answer{}
	for {
		r := NewResolver(context.Background(), nil, p, "tenant", answers)
		out := r.Entitlements("spec.entitlements", p.Spec.Entitlements)
		open := r.Unanswered()
		if len(open) == 0 {
			p.Status.Resolved = r.Resolved()
			return out
		}
		for _, q := range open {
			answers[q] = v.answer(q)
		}
	}
}

func TestAPinBelongsToTheQuestionAndNotToItsPlace(t *testing.T) {
	github, okta := in("GitHub", "Admin"), in("Okta", "Admin")
	inGitHub := backend.EntitlementID{AppID: "App-GitHub", ID: "App-GitHub/Admin"}
	inOkta := backend.EntitlementID{AppID: "App-Okta", ID: "App-Okta/Admin"}
	for sentence, c := range map[string]struct {
		before, after []v1alpha1.EntitlementRef
		want          backend.EntitlementSet
		asked         int
	}{
		"the first of two is taken out":       {before: []v1alpha1.EntitlementRef{github, okta}, after: []v1alpha1.EntitlementRef{okta}, want: backend.EntitlementSet{inOkta}},
		"the two change places":               {before: []v1alpha1.EntitlementRef{github, okta}, after: []v1alpha1.EntitlementRef{okta, github}, want: backend.EntitlementSet{inOkta, inGitHub}},
		"another comes before":                {before: []v1alpha1.EntitlementRef{okta}, after: []v1alpha1.EntitlementRef{github, okta}, want: backend.EntitlementSet{inGitHub, inOkta}, asked: 2},
		"the app is changed":                  {before: []v1alpha1.EntitlementRef{github}, after: []v1alpha1.EntitlementRef{okta}, want: backend.EntitlementSet{inOkta}, asked: 2},
		"the app is spelled by its id":        {before: []v1alpha1.EntitlementRef{okta}, after: []v1alpha1.EntitlementRef{{App: &v1alpha1.NamedRef{ID: "App-Okta"}, Name: "Admin"}}, want: backend.EntitlementSet{inOkta}},
		"the entitlement is spelled by an id": {before: []v1alpha1.EntitlementRef{okta}, after: []v1alpha1.EntitlementRef{{App: okta.App, ID: "x"}}, want: backend.EntitlementSet{{AppID: "App-Okta", ID: "x"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, p := &vendor{}, profile(c.before...)
			v.resolve(p)
			v.asked = nil
			p.Spec.Entitlements = c.after
			p.Generation++
			if diff := cmp.Diff(c.want, v.resolve(p)); diff != "" {
				t.Errorf("resolved (-want +got):\n%s", diff)
			}
			if len(v.asked) != c.asked {
				t.Errorf("asked for %v, want %d names", v.asked, c.asked)
			}
		})
	}
}

func TestAnAppThatManyEntitlementsNameIsPinnedOnce(t *testing.T) {
	var refs []v1alpha1.EntitlementRef
	for i := range 1000 {
		refs = append(refs, in("Workday", fmt.Sprint("Pay ", i)))
	}
	v, p := &vendor{}, profile(refs...)
	v.resolve(p)
	if len(v.asked) != 1001 || len(p.Status.Resolved) != 1001 {
		t.Errorf("asked for %d names and pinned %d, want 1001", len(v.asked), len(p.Status.Resolved))
	}
	v.asked = nil
	v.resolve(p)
	if len(v.asked) != 0 {
		t.Errorf("asked again for %d names", len(v.asked))
	}
}

// earlier is how the version before pinned names: by path.
func earlier(path, id, name string) v1alpha1.ResolvedName {
	return v1alpha1.ResolvedName{Path: path, ID: id, Name: name}
}

func TestPinsOfTheVersionBeforeAreTakenUpWhereTheyAnswerTheSameQuestion(t *testing.T) {
	pinned := []v1alpha1.ResolvedName{
		earlier("spec.entitlements[0]", "old-admin", "Admin"), earlier("spec.entitlements[0].app", "old-github", "GitHub"),
		earlier("spec.entitlements[1]", "old-okta-admin", "Admin"), earlier("spec.entitlements[1].app", "old-okta", "Okta"),
	}
	github, okta := in("GitHub", "Admin"), in("Okta", "Admin")
	for sentence, c := range map[string]struct {
		spec       []v1alpha1.EntitlementRef
		generation int64
		reason     string
		want       backend.EntitlementSet
		asked      int
	}{
		"all, while the spec is as it was": {spec: []v1alpha1.EntitlementRef{github, okta},
			want: backend.EntitlementSet{{AppID: "old-github", ID: "old-admin"}, {AppID: "old-okta", ID: "old-okta-admin"}}},
		"also where drift is only reported": {spec: []v1alpha1.EntitlementRef{github, okta}, reason: v1alpha1.ReasonDrifted,
			want: backend.EntitlementSet{{AppID: "old-github", ID: "old-admin"}, {AppID: "old-okta", ID: "old-okta-admin"}}},
		"the app alone, after an edit that may have moved the lines": {spec: []v1alpha1.EntitlementRef{okta}, generation: 2,
			want: backend.EntitlementSet{{AppID: "old-okta", ID: "old-okta/Admin"}}, asked: 1},
		"the app alone, where nobody knows which spec they are of": {spec: []v1alpha1.EntitlementRef{github}, reason: v1alpha1.ReasonBlocked,
			want: backend.EntitlementSet{{AppID: "old-github", ID: "old-github/Admin"}}, asked: 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, p := &vendor{}, profile(c.spec...)
			p.Status.Resolved = pinned
			if c.generation > 0 {
				p.Generation = c.generation
			}
			if c.reason != "" {
				p.Status.Conditions[0].Status, p.Status.Conditions[0].Reason = metav1.ConditionFalse, c.reason
			}
			if diff := cmp.Diff(c.want, v.resolve(p)); diff != "" {
				t.Errorf("resolved (-want +got):\n%s", diff)
			}
			if len(v.asked) != c.asked {
				t.Errorf("asked for %v, want %d names", v.asked, c.asked)
			}
			if FromEarlier(p.Status.Resolved) {
				t.Errorf("pinned are %+v", p.Status.Resolved)
			}
		})
	}
}

func TestAPinOfARemoteThatDoesNotExistYetIsNotTrusted(t *testing.T) {
	v, p := &vendor{}, profile(in("GitHub", "Admin"))
	v.resolve(p)
	p.Status.Remote, v.asked = nil, nil
	v.resolve(p)
	if len(v.asked) != 2 {
		t.Errorf("asked for %v, want both names", v.asked)
	}
}

func TestALongNameIsPinnedInLittleRoom(t *testing.T) {
	long := strings.Repeat("é", 1024)
	v, p := &vendor{short: true}, profile(in("GitHub", long), in("GitHub", long[:len(long)-2]+"x"))
	first := v.resolve(p)
	v.asked = nil
	if diff := cmp.Diff(first, v.resolve(p)); diff != "" || len(v.asked) != 0 {
		t.Errorf("asked for %d names again, and resolved (-want +got):\n%s", len(v.asked), diff)
	}
	for _, pin := range p.Status.Resolved {
		if len(pin.Name) > 128 {
			t.Errorf("the name takes %d bytes", len(pin.Name))
		}
	}
}

func TestPinsNeverFillTheObject(t *testing.T) {
	wide := func(i int) string { return fmt.Sprintf("%0120d", i) }
	var refs []v1alpha1.EntitlementRef
	for i := range 1000 {
		refs = append(refs, in(wide(i), wide(i)))
	}
	v, p := &vendor{}, profile(refs...)
	if got := v.resolve(p); len(got) != 1000 {
		t.Fatalf("%d are resolved", len(got))
	}
	raw, err := json.Marshal(p.Status.Resolved)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > mostBytes || len(raw) < mostBytes/2 {
		t.Errorf("%d pins take %d bytes, at most %d may be", len(p.Status.Resolved), len(raw), mostBytes)
	}
	left := 2000 - len(p.Status.Resolved)
	v.asked = nil
	if got := v.resolve(p); len(got) != 1000 || len(v.asked) != left {
		t.Errorf("%d are resolved, and %d names were asked again, want %d", len(got), len(v.asked), left)
	}
}

func TestAnIDThatTheStatusCannotHoldIsNotPinned(t *testing.T) {
	v, p := &vendor{}, profile(in("GitHub", strings.Repeat("n", 300))) // The vendor's id is as long.
	if got := v.resolve(p); len(got) != 1 || len(got[0].ID) < 300 {
		t.Fatalf("resolved are %v", got)
	}
	if len(p.Status.Resolved) != 1 || p.Status.Resolved[0].Kind != "App" {
		t.Errorf("pinned are %+v, want the app alone", p.Status.Resolved)
	}
}

// registry is what a tenant says of one name.
type registry struct {
	backend.Directory
	gone  bool
	err   error
	asked int
}

func (g *registry) Gone(context.Context, backend.Name, string, time.Time) (bool, error) {
	g.asked++
	return g.gone, g.err
}

func TestAPinIsReplacedOnlyWhenWhatItMeansIsGone(t *testing.T) {
	entitlement := backend.Name{Kind: backend.NameEntitlement, ParentID: "app", Name: "Admin"}
	user := backend.Name{Kind: backend.NameUser, Name: "ada@corp.example"}
	old, another, third := backend.Match{ID: "old"}, backend.Match{ID: "new"}, backend.Match{ID: "third"}
	for sentence, c := range map[string]struct {
		name    backend.Name
		matches []backend.Match
		gone    bool
		err     error
		want    Verdict
		says    string
	}{
		"it means the same":                       {name: entitlement, matches: []backend.Match{old}, want: Verdict{ID: "old"}},
		"it means another, and the old is gone":   {name: entitlement, matches: []backend.Match{another}, gone: true, want: Verdict{ID: "new"}},
		"it means another, and the old is there":  {name: entitlement, matches: []backend.Match{another}, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "now means new, and old stays in use"},
		"it means another, and nobody can tell":   {name: entitlement, matches: []backend.Match{another}, err: errors.New("403"), want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "stays in use"},
		"it means nothing, and the old is gone":   {name: entitlement, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameNotFound}, says: "the pinned old is gone"},
		"it means nothing, and the old is there":  {name: entitlement, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "the pinned id stays in use"},
		"it means nothing, and nobody can tell":   {name: entitlement, err: errors.New("403"), want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "the pinned id stays in use"},
		"it means two others, the old is gone":    {name: entitlement, matches: []backend.Match{another, third}, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameAmbiguous}, says: "is gone"},
		"it means two, one of which is the old":   {name: entitlement, matches: []backend.Match{another, old}, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "2 things have"},
		"what it means may not be used":           {name: entitlement, matches: []backend.Match{{ID: "new", Unusable: "it is off"}}, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameNotFound}, says: "it is off"},
		"an address was given to somebody else":   {name: user, matches: []backend.Match{another}, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "now means new, and old stays in use"},
		"an address means nobody any more":        {name: user, gone: true, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "stays in use"},
		"an address means somebody who is locked": {name: user, matches: []backend.Match{{ID: "old", Unusable: "the user is disabled"}}, want: Verdict{ID: "old", Reason: v1alpha1.ReasonNameMoved}, says: "disabled"},
	} {
		t.Run(sentence, func(t *testing.T) {
			g := &registry{gone: c.gone, err: c.err}
			got := Verify(t.Context(), g, c.name, "old", c.matches, time.Now())
			if !strings.Contains(got.Message, c.says) {
				t.Errorf("the message is %q, want %q in it", got.Message, c.says)
			}
			got.Message, c.want.Pinned = "", "old"
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if c.name.Kind == backend.NameUser && g.asked > 0 {
				t.Error("whether a person is gone makes no difference, and was asked")
			}
		})
	}
}

func TestANameThatIsNotFoundSaysWhereItWasLookedFor(t *testing.T) {
	app := backend.Name{Kind: backend.NameApp, Name: "Workday"}
	inApp := backend.Name{Kind: backend.NameEntitlement, ParentID: "app-1", Name: "Viewer"}
	for sentence, c := range map[string]struct {
		ref  v1alpha1.EntitlementRef
		want string
	}{
		"an app by its name": {in("Workday", "Viewer"), `spec.entitlements[0]: in "Workday": there is no entitlement named "Viewer" at the vendor`},
		"an app by its id": {v1alpha1.EntitlementRef{App: &v1alpha1.NamedRef{ID: "app-1"}, Name: "Viewer"},
			`spec.entitlements[0]: in "app-1": there is no entitlement named "Viewer" at the vendor`},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := NewResolver(t.Context(), nil, profile(c.ref), "tenant", map[backend.Name]backend.Answer{
				app: {Matches: []backend.Match{{ID: "app-1"}}}, inApp: {},
			})
			r.Entitlements("spec.entitlements", []v1alpha1.EntitlementRef{c.ref})
			if problems := r.Problems(); len(problems) != 1 || problems[0].Message != c.want {
				t.Errorf("%+v", problems)
			}
		})
	}
}

func TestWhereANameWasLookedForIsToldInTheSameWordsEachTime(t *testing.T) {
	refs := []v1alpha1.EntitlementRef{in("Payroll", "Viewer"), in("Workday", "Viewer")}
	known := backend.Answer{Matches: []backend.Match{{ID: "app-1"}}}
	for range 20 {
		r := NewResolver(t.Context(), nil, profile(refs...), "tenant", map[backend.Name]backend.Answer{
			{Kind: backend.NameApp, Name: "Payroll"}: known, {Kind: backend.NameApp, Name: "Workday"}: known,
			{Kind: backend.NameEntitlement, ParentID: "app-1", Name: "Viewer"}: {},
		})
		r.Entitlements("spec.entitlements", refs)
		want := `spec.entitlements[1]: in "Payroll": there is no entitlement named "Viewer" at the vendor`
		if problems := r.Problems(); len(problems) != 2 || problems[1].Message != want {
			t.Fatalf("%+v", problems)
		}
	}
}
