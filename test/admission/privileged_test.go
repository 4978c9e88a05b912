package admission_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
)

// place is where an object can refer to an AppEntitlement by name.
type place struct {
	kind string
	// spec has %s for the entitlement's name.
	spec string
	// called is how a refusal calls it; the path itself if empty.
	called string
}

// places are all of them, by their path in the spec.
func places() map[string]place {
	all := map[string]place{
		"AccessProfile spec.entitlements":                         {kind: "AccessProfile", spec: "{entitlements: [{ref: {name: %s}}]}"},
		"AccessProfile spec.conductorOne.visibleTo":               {kind: "AccessProfile", spec: "{conductorOne: {visibleTo: [{ref: {name: %s}}]}}"},
		"AccessProfile spec.conductorOne.automation.entitlements": {kind: "AccessProfile", spec: "{conductorOne: {automation: {entitlements: [{ref: {name: %s}}]}}}"},
		"AccessProfile spec.veza.relationships":                   {kind: "AccessProfile", spec: "{veza: {profileType: {name: Business Role}, relationships: [{ref: {name: %s}}]}}"},
		"AccessReview spec.scope.entitlements":                    {kind: "AccessReview", spec: "{scope: {entitlements: [{ref: {name: %s}}]}}"},
		"AccessReview spec.scope.users.criteria.excludedGroups":   {kind: "AccessReview", spec: "{scope: {users: {criteria: {excludedGroups: [{ref: {name: %s}}]}}}}"},
	}
	for way, text := range map[string]string{
		"delegated":             "{delegated: {entitlement: {ref: {name: %s}}}}",
		"manual.assignee.group": "{manual: {assignee: {group: {entitlement: {ref: {name: %s}}}}}}",
	} {
		for _, policy := range []string{"provision", "deprovision"} {
			inner := text
			steps := ""
			for range 3 {
				path := "spec.conductorOne." + policy + "." + steps + way + ".entitlement"
				all["AppEntitlement "+path] = place{kind: "AppEntitlement", spec: "{app: {name: GitHub}, conductorOne: {" + policy + ": " + inner + "}}",
					called: "spec.conductorOne." + policy + "." + way}
				inner, steps = "{multiStep: {steps: [{connector: {}}, "+inner+"]}}", steps+"multiStep.steps."
			}
		}
	}
	return all
}

// referring makes an object that refers to an entitlement.
func (p place) referring(to string) *unstructured.Unstructured {
	return with(p.kind, strings.Replace(p.spec, "%s", to, 1))
}

func needs(who, place, entitlement string) string {
	return fmt.Sprintf("%s refers to the privileged entitlement %s: %s needs the verb use on appentitlements.governance-operator.io/%s in namespace %s",
		place, entitlement, who, entitlement, namespace)
}

// TestThePlacesAreThoseOfTheAPI fails when a type gets a reference that the policy does not know.
func TestThePlacesAreThoseOfTheAPI(t *testing.T) {
	var want []string
	for _, kind := range []any{v1alpha1.AppEntitlement{}, v1alpha1.AccessProfile{}, v1alpha1.AccessReview{}, v1alpha1.GovernanceBackend{}, v1alpha1.ClusterGovernanceBackend{}} {
		of := reflect.TypeOf(kind)
		spec, _ := of.FieldByName("Spec")
		walk(spec.Type, "spec", func(path string) { want = append(want, of.Name()+" "+path) })
	}
	var got []string
	for path := range places() {
		got = append(got, path)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-API +tested):\n%s", diff)
	}
}

// walk finds the references to entitlements in a type.
func walk(of reflect.Type, path string, found func(string)) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || !strings.HasPrefix(of.PkgPath(), reflect.TypeFor[v1alpha1.AppEntitlement]().PkgPath()) {
		return
	}
	for _, field := range reflect.VisibleFields(of) {
		if len(field.Index) == 1 && field.Tag.Get("refers") == v1alpha1.KindAppEntitlement {
			found(path)
			return
		}
	}
	for _, field := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case len(field.Index) > 1:
		case name == "":
			walk(field.Type, path, found)
		default:
			walk(field.Type, path+"."+name, found)
		}
	}
}

func TestAPrivilegedEntitlementIsReferredToByThoseWhoMayUseIt(t *testing.T) {
	for path, p := range places() {
		t.Run(path, func(t *testing.T) {
			called := p.called
			if called == "" {
				_, called, _ = strings.Cut(path, " ")
			}
			for who, c := range map[string]struct {
				entitlement string
				want        string
			}{
				editor: {held, needs(editor, called, held)},
				holder: {"privileged-other", needs(holder, called, "privileged-other")},
			} {
				err := person(t, who).Create(t.Context(), p.referring(c.entitlement), client.DryRunAll)
				if got := said(t, "privileged-entitlements", err); got != c.want {
					t.Errorf("said  %q\nwant %q", got, c.want)
				}
			}
			for who, entitlement := range map[string]string{editor: "not-privileged-at-all", holder: held, admin: "privileged-other"} {
				if err := person(t, who).Create(t.Context(), p.referring(entitlement), client.DryRunAll); err != nil {
					t.Errorf("%s may not refer to %s: %v", who, entitlement, err)
				}
			}
		})
	}
}

func TestOnlyWhatAnUpdateAddsIsLookedAt(t *testing.T) {
	const (
		two     = "{entitlements: [{ref: {name: privileged-a}}, {ref: {name: privileged-b}}], conductorOne: {visibleTo: [{ref: {name: privileged-seen}}]}}"
		steps   = "{app: {name: GitHub}, conductorOne: {deprovision: {multiStep: {steps: [{delegated: {entitlement: {ref: {name: privileged-a}}}}, {connector: {}}]}}}}"
		visible = "spec.conductorOne.visibleTo"
	)
	for sentence, c := range map[string]struct {
		kind, spec string
		patch      string
		want       string
	}{
		"a label":                            {"AccessProfile", two, "{metadata: {labels: {a: b}}}", ""},
		"another field":                      {"AccessProfile", two, "{spec: {displayName: Payroll}}", ""},
		"one is taken out, the order turned": {"AccessProfile", two, "{spec: {entitlements: [{ref: {name: privileged-b}}]}}", ""},
		"one that is not privileged is added": {"AccessProfile", two,
			"{spec: {entitlements: [{ref: {name: plain}}, {ref: {name: privileged-a}}, {ref: {name: privileged-b}}, {app: {name: Workday}, name: Viewer}]}}", ""},
		"one is added": {"AccessProfile", two, "{spec: {entitlements: [{ref: {name: privileged-a}}, {ref: {name: privileged-c}}]}}",
			needs(editor, "spec.entitlements", "privileged-c")},
		"one that people are shown by is given to them": {"AccessProfile", two, "{spec: {entitlements: [{ref: {name: privileged-seen}}]}}",
			needs(editor, "spec.entitlements", "privileged-seen")},
		"one that is given shows it to more": {"AccessProfile", two, "{spec: {conductorOne: {visibleTo: [{ref: {name: privileged-a}}]}}}",
			needs(editor, visible, "privileged-a")},
		"a list appears": {"AccessProfile", "{}", "{spec: {entitlements: [{ref: {name: privileged-a}}]}}",
			needs(editor, "spec.entitlements", "privileged-a")},
		"a step is added beside it": {"AppEntitlement", steps,
			"{spec: {conductorOne: {deprovision: {multiStep: {steps: [{connector: {}}, {delegated: {entitlement: {ref: {name: privileged-a}}}}]}}}}}", ""},
		"what is taken away is given instead": {"AppEntitlement", steps, "{spec: {conductorOne: {provision: {delegated: {entitlement: {ref: {name: privileged-a}}}}}}}",
			needs(editor, "spec.conductorOne.provision.delegated", "privileged-a")},
	} {
		t.Run(sentence, func(t *testing.T) {
			stored := store(t, with(c.kind, c.spec))
			err := person(t, editor).Patch(t.Context(), stored, patch(t, c.patch))
			if got := said(t, "privileged-entitlements", err); got != c.want {
				t.Errorf("said  %q\nwant %q", got, c.want)
			}
		})
	}
}

// list makes a list of references to so many privileged entitlements.
func list(prefix string, count int) string {
	var refs []string
	for i := range count {
		refs = append(refs, fmt.Sprintf("{ref: {name: privileged-%s-%d}}", prefix, i))
	}
	return "[" + strings.Join(refs, ", ") + "]"
}

func TestMoreThanEightAtATimeNeedTheVerbOnAll(t *testing.T) {
	const tooMany = "more than 8 references to privileged entitlements are new: " + holder +
		" needs the verb use on all appentitlements.governance-operator.io in namespace " + namespace + ", or adds at most 8 at a time"
	eight := strings.Repeat("{ref: {name: "+held+"}}, ", 7)
	for sentence, c := range map[string]struct {
		who, list, want string
	}{
		"eight that may be used":                  {holder, "[" + eight + "{ref: {name: " + held + "}}]", ""},
		"the eighth may not":                      {holder, "[" + eight + "{ref: {name: privileged-x}}]", needs(holder, "spec.entitlements", "privileged-x")},
		"nine that may be used one by one":        {holder, "[" + eight + "{ref: {name: " + held + "}}, {ref: {name: " + held + "}}]", tooMany},
		"as many as there can be, by who may":     {admin, list("x", 500), ""},
		"as many as there can be, by who may not": {holder, list("x", 500), tooMany},
	} {
		t.Run(sentence, func(t *testing.T) {
			err := person(t, c.who).Create(t.Context(), profile("{entitlements: "+c.list+"}"), client.DryRunAll)
			if got := said(t, "privileged-entitlements", err); got != c.want {
				t.Errorf("said  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestTheLongestListsCanBeEdited is about the price of comparing: the API server would refuse what costs too much.
func TestTheLongestListsCanBeEdited(t *testing.T) {
	for sentence, c := range map[string]struct {
		count int
		want  string
	}{
		"many are compared":     {500, ""},
		"too many count as new": {1000, "more than 8 references"},
	} {
		t.Run(sentence, func(t *testing.T) {
			long := list(strings.Repeat("long", 40), c.count)
			stored := store(t, review("{scope: {entitlements: "+long+"}}"))
			err := person(t, editor).Patch(t.Context(), stored.DeepCopy(), patch(t, "{metadata: {labels: {a: b}}}"))
			if got := said(t, "privileged-entitlements", err); got != "" {
				t.Errorf("a label: %s", got)
			}
			edit := patch(t, "{spec: {displayName: Q4}}")
			if got := said(t, "privileged-entitlements", person(t, editor).Patch(t.Context(), stored.DeepCopy(), edit)); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("said  %q\nwant %q", got, c.want)
			}
			if err := person(t, admin).Patch(t.Context(), stored.DeepCopy(), edit); err != nil {
				t.Errorf("who may use all: %v", err)
			}
			if err := operator(t).Patch(t.Context(), stored.DeepCopy(), patch(t, "{metadata: {finalizers: ["+v1alpha1.Finalizer+"]}}")); err != nil {
				t.Errorf("the operator: %v", err)
			}
		})
	}
}

func TestTheWidestEntitlementIsAffordable(t *testing.T) {
	way := "{delegated: {entitlement: {ref: {name: privileged-" + strings.Repeat("long", 40) + "}}}}"
	inner := "{multiStep: {steps: [" + strings.Repeat(way+", ", 15) + way + "]}}"
	policy := "{multiStep: {steps: [" + strings.Repeat(inner+", ", 15) + inner + "]}}"
	object := with("AppEntitlement", "{app: {name: GitHub}, conductorOne: {provision: "+policy+", deprovision: "+policy+"}}")
	if err := person(t, admin).Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if err := person(t, admin).Patch(t.Context(), object, patch(t, "{spec: {displayName: Wide}}")); err != nil {
		t.Error(err)
	}
}
