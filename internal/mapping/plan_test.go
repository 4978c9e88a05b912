package mapping

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

type mode string

type specBelow struct {
	Days *int32            `json:"days,omitempty"`
	Tags map[string]mode   `json:"tags,omitempty"`
	All  *v1alpha1.Marker  `json:"all,omitempty"`
	On   v1alpha1.Duration `json:"on,omitempty"`
}

type specRule struct {
	Kind  mode     `json:"kind"`
	Size  int32    `json:"size,omitempty"`
	Hard  *bool    `json:"hard,omitempty"`
	Names []string `json:"names,omitempty"`
}

type specRules struct {
	specRule `json:",inline"`
	More     []specRule `json:"more,omitempty"`
}

type specAll struct {
	v1alpha1.ManagedSpec `json:",inline"`
	Title                string                    `json:"title,omitempty"`
	Mode                 mode                      `json:"mode,omitempty"`
	Note                 *string                   `json:"note,omitempty"`
	Flag                 *bool                     `json:"flag,omitempty"`
	List                 []mode                    `json:"list,omitempty"`
	Below                *specBelow                `json:"below,omitempty"`
	Length               v1alpha1.GrantDuration    `json:"length,omitempty"`
	At                   v1alpha1.Timestamp        `json:"at,omitempty"`
	Risk                 *v1alpha1.OptionalRef     `json:"risk,omitempty" names:"RiskLevel"`
	Groups               []v1alpha1.NamedRef       `json:"groups,omitempty" names:"Group"`
	People               []v1alpha1.UserRef        `json:"people,omitempty"`
	Grants               []v1alpha1.EntitlementRef `json:"grants,omitempty"`
	Base                 []v1alpha1.ProfileRef     `json:"base,omitempty"`
	Like                 *v1alpha1.ReviewRef       `json:"like,omitempty"`
	Rules                *specRules                `json:"rules,omitempty"`
}

type modelBelow struct {
	Days *int64            `field:"days"`
	Tags backend.Pairs     `field:"tags"`
	All  *struct{}         `field:"all"`
	On   *backend.Duration `field:"on"`
}

type modelRule struct {
	Kind  string      `json:"kind"`
	Size  int64       `json:"size"`
	Hard  bool        `json:"hard"`
	Names backend.Set `json:"names"`
}

type modelRules struct {
	Kind string      `json:"kind"`
	Size int64       `json:"size"`
	More []modelRule `json:"more"`
}

type modelAll struct {
	Title  *string                `field:"title"`
	Mode   *string                `field:"mode"`
	Note   *string                `field:"note"`
	Flag   *bool                  `field:"flag"`
	List   backend.Set            `field:"list"`
	Below  *modelBelow            `field:"below,nested"`
	Length *backend.Duration      `field:"length"`
	At     *backend.Instant       `field:"at"`
	Risk   *string                `field:"risk"`
	Groups backend.Set            `field:"groups"`
	People backend.Owners         `field:"people"`
	Grants backend.EntitlementSet `field:"grants"`
	Base   backend.Set            `field:"base"`
	Like   *string                `field:"like"`
	Rules  *modelRules            `field:"rules"`
	Facts  int
}

// called knows some names and objects by their ids.
type called map[string]string

func (c called) Name(q backend.Name, id string) string {
	return c[strings.TrimSpace(string(q.Kind)+" "+q.ParentID)+"/"+id]
}
func (c called) Object(kind, parentID, id string) string {
	return c[kind+":"+parentID+"/"+id]
}

func both() (specAll, modelAll) {
	spec := specAll{
		Title: "t", Mode: "fast", Note: backend.To(""), Flag: backend.To(false), List: []mode{"a", "b"},
		Below:  &specBelow{Days: backend.To(int32(3)), Tags: map[string]mode{"k": "v"}, All: &v1alpha1.Marker{}, On: "1d12h"},
		Length: "Unlimited", At: "2030-01-02T03:04:05Z", Risk: &v1alpha1.OptionalRef{None: &v1alpha1.Marker{}},
		Groups: []v1alpha1.NamedRef{}, People: []v1alpha1.UserRef{{ID: "u1"}, {ID: "u2"}},
		Grants: []v1alpha1.EntitlementRef{{App: &v1alpha1.NamedRef{ID: "app"}, ID: "e1"}}, Base: []v1alpha1.ProfileRef{{ID: "p1"}}, Like: &v1alpha1.ReviewRef{ID: "r1"},
		Rules: &specRules{specRule: specRule{Kind: "top", Size: 4}, More: []specRule{{Kind: "low", Hard: backend.To(true), Names: []string{"n"}}, {Kind: "empty"}}},
	}
	model := modelAll{
		Title: backend.To("t"), Mode: backend.To("fast"), Note: backend.To(""), Flag: backend.To(false), List: backend.Set{"a", "b"},
		Below:  &modelBelow{Days: backend.To(int64(3)), Tags: backend.Pairs{"k": "v"}, All: &struct{}{}, On: &backend.Duration{Duration: 36 * time.Hour}},
		Length: &backend.Duration{Unlimited: true}, At: &backend.Instant{Time: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, Risk: backend.To(""),
		Groups: backend.Set{}, People: backend.Owners{"u1", "u2"}, Grants: backend.EntitlementSet{{AppID: "app", ID: "e1"}}, Base: backend.Set{"p1"}, Like: backend.To("r1"),
		Rules: &modelRules{Kind: "top", Size: 4, More: []modelRule{{Kind: "low", Hard: true, Names: backend.Set{"n"}}, {Kind: "empty"}}},
	}
	return spec, model
}

func resolver() *reference.Resolver {
	return reference.NewResolver(context.Background(), nil, &v1alpha1.AccessProfile{}, "t", nil)
}

func TestEveryKindOfFieldGoesBothWays(t *testing.T) {
	plan, err := New[specAll, modelAll](nil)
	if err != nil {
		t.Fatal(err)
	}
	spec, model := both()
	var gotModel modelAll
	plan.ToModel(&spec, &gotModel, resolver())
	if diff := cmp.Diff(model, gotModel); diff != "" {
		t.Errorf("the model (-want +got):\n%s", diff)
	}
	var gotSpec specAll
	plan.ToSpec(&model, &gotSpec, called{})
	if diff := cmp.Diff(spec, gotSpec, cmp.AllowUnexported(specRules{})); diff != "" {
		t.Errorf("the spec (-want +got):\n%s", diff)
	}
}

func TestWhatIsUnsetStaysUnset(t *testing.T) {
	plan := Must[specAll, modelAll](nil)
	var model modelAll
	plan.ToModel(&specAll{Below: &specBelow{}}, &model, resolver())
	if diff := cmp.Diff(modelAll{Below: &modelBelow{}}, model); diff != "" {
		t.Errorf("the model (-want +got):\n%s", diff)
	}
	var spec specAll
	plan.ToSpec(&modelAll{}, &spec, called{})
	if diff := cmp.Diff(specAll{}, spec, cmp.AllowUnexported(specRules{})); diff != "" {
		t.Errorf("the spec (-want +got):\n%s", diff)
	}
}

func TestIDsBecomeWhatPeopleWrite(t *testing.T) {
	plan := Must[specAll, modelAll](nil)
	var spec specAll
	plan.ToSpec(&modelAll{
		Risk: backend.To("r"), Groups: backend.Set{"g", "unknown"}, People: backend.Owners{"u"}, Base: backend.Set{"p"}, Like: backend.To("v"),
		Grants: backend.EntitlementSet{{AppID: "app", ID: "ours"}, {AppID: "app", ID: "theirs"}},
	}, &spec, called{
		"RiskLevel/r": "High", "Group/g": "Staff", "User/u": "ada@corp.example", "App/app": "Workday", "Entitlement app/theirs": "Viewer",
		"AppEntitlement:app/ours": "viewer", "AccessProfile:/p": "base", "AccessReview:/v": "q3",
	})
	want := specAll{
		Risk: &v1alpha1.OptionalRef{Name: "High"}, Groups: []v1alpha1.NamedRef{{Name: "Staff"}, {ID: "unknown"}}, People: []v1alpha1.UserRef{{Email: "ada@corp.example"}},
		Base: []v1alpha1.ProfileRef{{Ref: &v1alpha1.LocalObjectRef{Name: "base"}}}, Like: &v1alpha1.ReviewRef{Ref: &v1alpha1.LocalObjectRef{Name: "q3"}},
		Grants: []v1alpha1.EntitlementRef{{Ref: &v1alpha1.LocalObjectRef{Name: "viewer"}}, {App: &v1alpha1.NamedRef{Name: "Workday"}, Name: "Viewer"}},
	}
	if diff := cmp.Diff(want, spec, cmp.AllowUnexported(specRules{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeReadIsRefusedWithItsPath(t *testing.T) {
	plan := Must[specAll, modelAll](nil)
	r := resolver()
	var model modelAll
	plan.ToModel(&specAll{Length: "soon", At: "never", Below: &specBelow{On: "x"}}, &model, r)
	var got []string
	for _, p := range r.Problems() {
		got = append(got, p.Message)
	}
	want := []string{`spec.length: "soon" is not a length of time`, `spec.at: "never" is not an instant`, `spec.below.on: "x" is not a length of time`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(modelAll{Below: &modelBelow{}}, model); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestADeclarationThatDoesNotFitIsNamed(t *testing.T) {
	type ref struct {
		Risk *v1alpha1.NamedRef `json:"risk,omitempty"`
	}
	type number struct {
		Size *bool `json:"size,omitempty"`
	}
	type document struct {
		Rule *specRule `json:"rule,omitempty"`
	}
	type other struct {
		Colour string `json:"colour"`
	}
	type flat struct {
		Below string `json:"below,omitempty"`
	}
	for sentence, c := range map[string]struct {
		err  error
		want string
	}{
		"a leaf without a field": {second(New[specAll, struct {
			X *string `field:"gone"`
		}](nil)), "spec.gone: is in the model and not in the spec"},
		"a field of another type": {second(New[number, struct {
			X *int64 `field:"size"`
		}](nil)), "spec.size: *bool of the spec and *int64 of the model"},
		"a reference that names nothing": {second(New[ref, struct {
			X *string `field:"risk"`
		}](nil)), "spec.risk: the tag `names`"},
		"a struct that is a text": {second(New[flat, struct {
			X *modelBelow `field:"below,nested"`
		}](nil)), "spec.below: a struct in the model and string in the spec"},
		"a path by hand that is no leaf": {second(New[specAll, modelAll](nil, "below.gone")), "spec.below.gone: translated by hand, and no leaf of the model"},
		"by hand, and so it need not fit": {second(New[number, struct {
			X *int64 `field:"size"`
		}](nil, "size")), ""},
		"a document with another member": {second(New[document, struct {
			X *other `field:"rule"`
		}](nil)), `spec.rule: mapping.specRule of the spec and mapping.other of the model do not have the same members: "colour"`},
		"below something that has no field": {second(New[specAll, struct {
			X *string `field:"title.more"`
		}](nil)), "spec.title.more: is in the model and not in the spec"},
	} {
		switch {
		case c.want == "" && c.err != nil, c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", sentence, c.err, c.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Hour: "1h", 24 * time.Hour: "1d", 36 * time.Hour: "1d12h", 90 * time.Minute: "1h30m", 1500 * time.Millisecond: "1s500ms", 30 * 24 * time.Hour: "30d",
	} {
		got := Spell(d)
		if got != want {
			t.Errorf("%s is spelled %q, want %q", d, got, want)
		}
		if back, err := v1alpha1.Duration(got).Parse(); err != nil || back != d {
			t.Errorf("%q is read as %s, %v", got, back, err)
		}
	}
}
