package backend

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// removable is a table with a row of each fate.
var removable = Capabilities{
	CreateOnly: []string{"conductorOne.cohort"},
	Removed: map[string]Removal{
		"displayName":                          {Fate: FateLeft},
		"description":                          {Fate: FateCleared},
		"entitlements":                         {Fate: FateHeld, Empty: "nothing"},
		"requestable":                          {Fate: FateClosed, Value: false},
		"membership.expression":                {Fate: FateClosed, At: "membership.enabled", Value: false, Instead: []string{"conductorOne.automation.entitlements"}},
		"membership.enabled":                   {Fate: FateClosed, Value: false},
		"conductorOne.automation.entitlements": {Fate: FateClosed, At: "membership.enabled", Value: false, Instead: []string{"membership.expression"}},
		"conductorOne.visibleToEveryone":       {Fate: FateClosed, Value: false},
		"conductorOne.visibleTo":               {Fate: FateHeld, Instead: []string{"conductorOne.visibleToEveryone"}},
		"conductorOne.enrollmentBehavior":      {Fate: FateClosed, Value: "Enforce"},
		"conductorOne.cohort":                  {Fate: FateLeft},
		"conductorOne.annotations":             {Fate: FateCleared},
		"veza.publish":                         {Fate: FateEnds},
		"veza.relationships":                   {Fate: FateHeld, Instead: []string{"entitlements"}, Shared: true},
	},
}

func TestRevert(t *testing.T) {
	c1 := func(c ConductorOneAccessProfile) AccessProfile { return AccessProfile{ConductorOne: &c} }
	for sentence, c := range map[string]struct {
		spec      AccessProfile
		written   []string
		keep      Keeping
		model     AccessProfile
		closing   []string
		clearing  []string
		replaced  []string
		held      []string
		left      []string
		kept      []string
		overruled []string
	}{
		"what was not written is not touched": {spec: AccessProfile{DisplayName: To("n")}, model: AccessProfile{DisplayName: To("n")}},
		"what the spec still has is not touched": {
			spec: AccessProfile{Requestable: To(true)}, written: []string{"requestable"}, model: AccessProfile{Requestable: To(true)},
		},
		"an emptied list is in the spec": {
			spec: AccessProfile{Entitlements: EntitlementSet{}}, written: []string{"entitlements"}, model: AccessProfile{Entitlements: EntitlementSet{}},
		},
		"a path that this version does not know does nothing": {written: []string{"conductorOne.sauna", "requestable.deep"}},
		"what is set at the creation only does nothing":       {written: []string{"conductorOne.cohort"}},
		"what steers the writing leaves nothing":              {written: []string{"veza.publish"}},
		"what opened access is closed": {
			written: []string{"requestable"}, model: AccessProfile{Requestable: To(false)}, closing: []string{"requestable"},
		},
		"a word can close": {
			written: []string{"conductorOne.enrollmentBehavior"}, model: c1(ConductorOneAccessProfile{EnrollmentBehavior: To("Enforce")}),
			closing: []string{"conductorOne.enrollmentBehavior"},
		},
		"a text is cleared": {written: []string{"description"}, model: AccessProfile{Description: To("")}, clearing: []string{"description"}},
		"a name is left":    {written: []string{"displayName"}, left: []string{"displayName"}},
		"a list is held":    {written: []string{"entitlements"}, held: []string{"entitlements"}},
		"a rule is off without its condition": {
			written: []string{"membership.expression"}, model: AccessProfile{Membership: &Membership{Enabled: To(false)}}, closing: []string{"membership.expression"},
		},
		"a rule is off without its condition, whatever the spec says": {
			spec: AccessProfile{Membership: &Membership{Enabled: To(true)}}, written: []string{"membership.expression", "membership.enabled"},
			model: AccessProfile{Membership: &Membership{Enabled: To(false)}}, closing: []string{"membership.expression"}, overruled: []string{"membership.enabled"},
		},
		"a rule that the spec switches off overrules nobody": {
			spec: AccessProfile{Membership: &Membership{Enabled: To(false)}}, written: []string{"membership.expression"},
			model: AccessProfile{Membership: &Membership{Enabled: To(false)}}, closing: []string{"membership.expression"},
		},
		"another condition takes the place of one": {
			spec:    c1(ConductorOneAccessProfile{Automation: &ConductorOneAutomation{Entitlements: EntitlementSet{{"a", "1"}}}}),
			written: []string{"membership.expression"},
			model: AccessProfile{Membership: &Membership{Expression: To("")},
				ConductorOne: &ConductorOneAccessProfile{Automation: &ConductorOneAutomation{Entitlements: EntitlementSet{{"a", "1"}}}}},
			replaced: []string{"membership.expression"},
		},
		"everybody takes the place of some": {
			spec: c1(ConductorOneAccessProfile{VisibleToEveryone: To(true)}), written: []string{"conductorOne.visibleTo"},
			model: c1(ConductorOneAccessProfile{VisibleToEveryone: To(true), VisibleTo: EntitlementSet{}}), replaced: []string{"conductorOne.visibleTo"},
		},
		"what is one list at the vendor is not emptied when the other takes its place": {
			spec: AccessProfile{Entitlements: EntitlementSet{{"a", "1"}}}, written: []string{"veza.relationships"},
			model: AccessProfile{Entitlements: EntitlementSet{{"a", "1"}}}, replaced: []string{"veza.relationships"},
		},
		"nobody takes the place of nobody": {
			spec: c1(ConductorOneAccessProfile{VisibleToEveryone: To(false)}), written: []string{"conductorOne.visibleTo"},
			model: c1(ConductorOneAccessProfile{VisibleToEveryone: To(false)}), held: []string{"conductorOne.visibleTo"},
		},
		"a key is a field": {
			spec: c1(ConductorOneAccessProfile{Annotations: Pairs{"a": "1"}}), written: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"},
			model: c1(ConductorOneAccessProfile{Annotations: Pairs{"a": "1", "b": ""}}), clearing: []string{"conductorOne.annotations[b]"},
		},
		"of a map that is gone each key is cleared": {
			written: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"}, model: c1(ConductorOneAccessProfile{Annotations: Pairs{"a": "", "b": ""}}),
			clearing: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"},
		},
		"all is kept that is to be kept": {
			written: []string{"description", "displayName", "entitlements", "requestable"}, keep: Keeping{All: true},
			left: []string{"displayName"}, kept: []string{"description", "entitlements", "requestable"},
		},
		"what drifted is kept, and what opens is closed all the same": {
			written: []string{"description", "requestable"}, keep: Keeping{Drifted: []string{"description", "requestable"}},
			model: AccessProfile{Requestable: To(false)}, closing: []string{"requestable"}, kept: []string{"description"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			before, model := rendering(t, c.spec), c.spec
			got := Revert(&model, c.written, removable, c.keep)
			want := Removed{Closing: c.closing, Clearing: c.clearing, Replaced: c.replaced, Held: c.held, Left: c.left, Kept: c.kept, Overruled: c.overruled}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Removed{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("removed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(rendering(t, c.model), rendering(t, model)); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
			got.Drop(func(string) bool { return true })
			if diff := cmp.Diff(before, rendering(t, model)); diff != "" || got.Any() {
				t.Errorf("taken back, %+v is left, and the model is (-want +got):\n%s", got, diff)
			}
		})
	}
}

// rendering is what of a model is set.
func rendering(t *testing.T, model AccessProfile) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range Fields(model) {
		raw, err := json.Marshal(f.value.Interface())
		if err != nil {
			t.Fatal(err)
		}
		out[f.Path] = string(raw)
	}
	return out
}

func TestWhatAnObjectWroteIsWhatItChanged(t *testing.T) {
	spec := AccessProfile{DisplayName: To("n"), Description: To("new"), Requestable: To(true), Veza: &VezaAccessProfile{Published: To(true)},
		ConductorOne: &ConductorOneAccessProfile{Annotations: Pairs{"a": "1", "b": "2", "c": ""}}}
	actual := AccessProfile{DisplayName: To("n"), Description: To("old"), ConductorOne: &ConductorOneAccessProfile{Annotations: Pairs{"b": "2"}}}
	changes := append(Diff(spec, actual, removable, Memory{}), Change{PathMark})
	got := Wrote(spec, actual, changes, removable)
	if diff := cmp.Diff([]string{"description", "requestable", "conductorOne.annotations[a]"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsClosedIsDoneWhenItDoesNotDiffer(t *testing.T) {
	model := AccessProfile{}
	r := Revert(&model, []string{"membership.expression", "description"}, removable, Keeping{})
	if diff := cmp.Diff([]string{"description"}, r.Done(Changes{{"membership.enabled"}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
