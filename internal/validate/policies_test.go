package validate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

func TestFilesAreCheckedByThePolicies(t *testing.T) {
	object := func(kind, spec string) string {
		return "apiVersion: governance-operator.io/v1alpha1\nkind: " + kind + "\nmetadata: {name: one}\nspec: {backendRef: {name: prod}, " + spec + "}\n"
	}
	const (
		denied = "ValidatingAdmissionPolicy '"
		ref    = "privileged-entitlements.governance-operator.io' denied request: spec.entitlements refers to the privileged entitlement privileged-root: whoever applies it needs the verb use on " +
			"appentitlements.governance-operator.io/privileged-root in namespace team-a"
		own = "self-review.governance-operator.io' denied request: bob@corp.example would review their own access alone: take them out of scope.users.selected, or name another reviewer"
	)
	many := strings.TrimSuffix(strings.Repeat("{ref: {name: privileged-X}}, ", 9), ", ")
	for i := range 9 {
		many = strings.Replace(many, "-X", "-"+string(rune('a'+i)), 1)
	}
	for sentence, c := range map[string]struct {
		text string
		off  bool
		want []string
	}{
		"a profile that refers to nothing privileged": {text: object("AccessProfile", "displayName: One, entitlements: [{ref: {name: root}}]")},
		"a profile that refers to a privileged entitlement": {
			text: object("AccessProfile", "displayName: One, entitlements: [{ref: {name: privileged-root}}]"), want: []string{"warning: " + denied + ref},
		},
		"nobody asked for the policies": {text: object("AccessProfile", "displayName: One, entitlements: [{ref: {name: privileged-root}}]"), off: true},
		"more of them than can be asked about": {text: object("AccessProfile", "displayName: One, entitlements: ["+many+"]"), want: []string{
			"warning: " + denied + "privileged-entitlements.governance-operator.io' denied request: more than 8 references to privileged entitlements are new: whoever applies it needs the verb use on all " +
				"appentitlements.governance-operator.io in namespace team-a, or adds at most 8 at a time"}},
		"a review of one's own access": {
			text: object("AccessReview", "displayName: Q4, reviewer: {users: [{email: bob@corp.example}]}, scope: {users: {selected: [{email: Bob@corp.example}]}}"), want: []string{denied + own},
		},
		"a review by somebody else":              {text: object("AccessReview", "displayName: Q4, reviewer: {users: [{email: bob@corp.example}]}")},
		"a backend, which no policy looks at":    {text: "apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: b}\nspec: {vendor: Veza, endpoint: 'https://acme.vezacloud.com', credentials: {secretRef: {name: s}}}\n"},
		"what the schema refuses is not asked":   {text: object("AccessProfile", "displayNam: One, entitlements: [{ref: {name: privileged-root}}]"), want: []string{"spec.displayNam: unknown field"}},
		"an entitlement that only is privileged": {text: strings.Replace(object("AppEntitlement", "displayName: Root, app: {name: GitHub}"), "name: one", "name: privileged-root", 1)},
	} {
		t.Run(sentence, func(t *testing.T) {
			result, err := validate.Run(t.Context(), validate.Options{Files: []string{"-"}, In: strings.NewReader(c.text), Namespace: "team-a", Vendors: vendors.All(), Policies: !c.off})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range result.Findings {
				if !strings.HasSuffix(f.Message, "which is not in these files") {
					_, text, _ := strings.Cut(strings.TrimPrefix(f.String(), "-:"), ": ")
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSamplesPassThePolicies: those that are shipped with them.
func TestSamplesPassThePolicies(t *testing.T) {
	result, err := validate.Run(t.Context(), validate.Options{Files: []string{samples}, Namespace: "default", Vendors: vendors.All(), Policies: true})
	if err != nil || result.Errors() > 0 {
		t.Errorf("%v: %v", err, result.Findings)
	}
}
