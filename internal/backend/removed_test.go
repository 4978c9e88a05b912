package backend_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

// removable is a table with a row of each fate.
var removable = backend.Capabilities{
	Block:      &conductorone.ProfileBlock{},
	CreateOnly: []string{"conductorOne.cohort"},
	Removed: map[string]backend.Removal{
		"displayName":                          {Fate: backend.FateLeft},
		"description":                          {Fate: backend.FateCleared},
		"entitlements":                         {Fate: backend.FateHeld, Empty: "nothing"},
		"requestable":                          {Fate: backend.FateClosed, Value: false},
		"membership.expression":                {Fate: backend.FateClosed, At: "membership.enabled", Value: false, Instead: []string{"conductorOne.automation.entitlements"}},
		"membership.enabled":                   {Fate: backend.FateClosed, Value: false},
		"conductorOne.automation.entitlements": {Fate: backend.FateClosed, At: "membership.enabled", Value: false, Instead: []string{"membership.expression"}},
		"conductorOne.visibleToEveryone":       {Fate: backend.FateClosed, Value: false},
		"conductorOne.visibleTo":               {Fate: backend.FateHeld, Instead: []string{"conductorOne.visibleToEveryone"}},
		"conductorOne.enrollmentBehavior":      {Fate: backend.FateClosed, Value: "Enforce"},
		"conductorOne.cohort":                  {Fate: backend.FateLeft},
		"conductorOne.annotations":             {Fate: backend.FateCleared},
		"veza.publish":                         {Fate: backend.FateEnds},
		"veza.relationships":                   {Fate: backend.FateHeld, Instead: []string{"entitlements"}, Shared: true},
	},
}

func TestRevert(t *testing.T) {
	c1 := func(c conductorone.ProfileBlock) backend.AccessProfile { return backend.AccessProfile{Block: &c} }
	for sentence, c := range map[string]struct {
		spec      backend.AccessProfile
		written   []string
		keep      backend.Keeping
		model     backend.AccessProfile
		closing   []string
		clearing  []string
		replaced  []string
		held      []string
		left      []string
		kept      []string
		overruled []string
	}{
		"what was not written is not touched": {spec: backend.AccessProfile{DisplayName: backend.To("n")}, model: backend.AccessProfile{DisplayName: backend.To("n")}},
		"what the spec still has is not touched": {
			spec: backend.AccessProfile{Requestable: backend.To(true)}, written: []string{"requestable"}, model: backend.AccessProfile{Requestable: backend.To(true)},
		},
		"an emptied list is in the spec": {
			spec: backend.AccessProfile{Entitlements: backend.EntitlementSet{}}, written: []string{"entitlements"}, model: backend.AccessProfile{Entitlements: backend.EntitlementSet{}},
		},
		"a path that this version does not know does nothing": {written: []string{"conductorOne.sauna", "requestable.deep"}},
		"what is set at the creation only does nothing":       {written: []string{"conductorOne.cohort"}},
		"what steers the writing leaves nothing":              {written: []string{"veza.publish"}},
		"what opened access is closed": {
			written: []string{"requestable"}, model: backend.AccessProfile{Requestable: backend.To(false)}, closing: []string{"requestable"},
		},
		"a word can close": {
			written: []string{"conductorOne.enrollmentBehavior"}, model: c1(conductorone.ProfileBlock{EnrollmentBehavior: backend.To("Enforce")}),
			closing: []string{"conductorOne.enrollmentBehavior"},
		},
		"a text is cleared": {written: []string{"description"}, model: backend.AccessProfile{Description: backend.To("")}, clearing: []string{"description"}},
		"a name is left":    {written: []string{"displayName"}, left: []string{"displayName"}},
		"a list is held":    {written: []string{"entitlements"}, held: []string{"entitlements"}},
		"a rule is off without its condition": {
			written: []string{"membership.expression"}, model: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}}, closing: []string{"membership.expression"},
		},
		"a rule is off without its condition, whatever the spec says": {
			spec: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(true)}}, written: []string{"membership.expression", "membership.enabled"},
			model: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}}, closing: []string{"membership.expression"}, overruled: []string{"membership.enabled"},
		},
		"a rule that the spec switches off overrules nobody": {
			spec: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}}, written: []string{"membership.expression"},
			model: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}}, closing: []string{"membership.expression"},
		},
		"another condition takes the place of one": {
			spec:    c1(conductorone.ProfileBlock{Automation: &conductorone.Automation{Entitlements: backend.EntitlementSet{{"a", "1"}}}}),
			written: []string{"membership.expression"},
			model: backend.AccessProfile{Membership: &backend.Membership{Expression: backend.To("")},
				Block: &conductorone.ProfileBlock{Automation: &conductorone.Automation{Entitlements: backend.EntitlementSet{{"a", "1"}}}}},
			replaced: []string{"membership.expression"},
		},
		"everybody takes the place of some": {
			spec: c1(conductorone.ProfileBlock{VisibleToEveryone: backend.To(true)}), written: []string{"conductorOne.visibleTo"},
			model: c1(conductorone.ProfileBlock{VisibleToEveryone: backend.To(true), VisibleTo: backend.EntitlementSet{}}), replaced: []string{"conductorOne.visibleTo"},
		},
		"what is one list at the vendor is not emptied when the other takes its place": {
			spec: backend.AccessProfile{Entitlements: backend.EntitlementSet{{"a", "1"}}}, written: []string{"veza.relationships"},
			model: backend.AccessProfile{Entitlements: backend.EntitlementSet{{"a", "1"}}}, replaced: []string{"veza.relationships"},
		},
		"nobody takes the place of nobody": {
			spec: c1(conductorone.ProfileBlock{VisibleToEveryone: backend.To(false)}), written: []string{"conductorOne.visibleTo"},
			model: c1(conductorone.ProfileBlock{VisibleToEveryone: backend.To(false)}), held: []string{"conductorOne.visibleTo"},
		},
		"a key is a field": {
			spec: c1(conductorone.ProfileBlock{Annotations: backend.Pairs{"a": "1"}}), written: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"},
			model: c1(conductorone.ProfileBlock{Annotations: backend.Pairs{"a": "1", "b": ""}}), clearing: []string{"conductorOne.annotations[b]"},
		},
		"of a map that is gone each key is cleared": {
			written: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"}, model: c1(conductorone.ProfileBlock{Annotations: backend.Pairs{"a": "", "b": ""}}),
			clearing: []string{"conductorOne.annotations[a]", "conductorOne.annotations[b]"},
		},
		"all is kept that is to be kept": {
			written: []string{"description", "displayName", "entitlements", "requestable"}, keep: backend.Keeping{All: true},
			left: []string{"displayName"}, kept: []string{"description", "entitlements", "requestable"},
		},
		"what drifted is kept, and what opens is closed all the same": {
			written: []string{"description", "requestable"}, keep: backend.Keeping{Drifted: []string{"description", "requestable"}},
			model: backend.AccessProfile{Requestable: backend.To(false)}, closing: []string{"requestable"}, kept: []string{"description"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			before, model := rendering(t, c.spec), c.spec
			got := backend.Revert(&model, c.written, removable, c.keep)
			want := backend.Removed{Closing: c.closing, Clearing: c.clearing, Replaced: c.replaced, Held: c.held, Left: c.left, Kept: c.kept, Overruled: c.overruled}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(backend.Removed{}), cmpopts.EquateEmpty()); diff != "" {
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
func rendering(t *testing.T, model backend.AccessProfile) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range backend.Fields(model) {
		out[f.Path] = f.Text()
	}
	return out
}

func TestWhatAnObjectWroteIsWhatItChanged(t *testing.T) {
	spec := backend.AccessProfile{DisplayName: backend.To("n"), Description: backend.To("new"), Requestable: backend.To(true),
		Block: &conductorone.ProfileBlock{Annotations: backend.Pairs{"a": "1", "b": "2", "c": ""}}}
	actual := backend.AccessProfile{DisplayName: backend.To("n"), Description: backend.To("old"), Block: &conductorone.ProfileBlock{Annotations: backend.Pairs{"b": "2"}}}
	changes := append(backend.Diff(spec, actual, removable, backend.Memory{}), backend.Change{Path: backend.PathMark})
	got := backend.Wrote(spec, actual, changes, removable)
	if diff := cmp.Diff([]string{"description", "requestable", "conductorOne.annotations[a]"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsClosedIsDoneWhenItDoesNotDiffer(t *testing.T) {
	model := backend.AccessProfile{}
	r := backend.Revert(&model, []string{"membership.expression", "description"}, removable, backend.Keeping{})
	if diff := cmp.Diff([]string{"description"}, r.Done(backend.Changes{{Path: "membership.enabled"}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type sayingBlock struct {
	Text    *string `field:"text" removed:"Cleared,a text, for people"`
	Word    *string `field:"inner.word,parameter" removed:"Left,no value for none"`
	Nothing *string `field:"nothing"`
}

func (*sayingBlock) BlockName() string { return "acme" }

type mistakenBlock struct {
	Text *string `field:"text" removed:"Clear,a typing error"`
}

func (*mistakenBlock) BlockName() string { return "acme" }

func TestFieldsOfABlockSayWhatBecomesOfThem(t *testing.T) {
	want := map[string]backend.Removal{
		"acme.text":       {Fate: backend.FateCleared, Why: "a text, for people"},
		"acme.inner.word": {Fate: backend.FateLeft, Why: "no value for none"},
	}
	if diff := cmp.Diff(want, backend.RemovedFrom(&sayingBlock{})); diff != "" {
		t.Error(diff)
	}
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, `mistakenBlock.text: "Clear"`) {
			t.Errorf("a fate that there is none of: %s", said)
		}
	}()
	backend.RemovedFrom(&mistakenBlock{})
}
