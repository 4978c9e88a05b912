package admission_test

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	alone = editor + " would be the only reviewer of a review of their own: name another reviewer, a group or the managers, or let somebody else write it"
	own   = "bob@corp.example would review their own access alone: take them out of scope.users.selected, or name another reviewer"
)

func TestNobodyReviewsAlone(t *testing.T) {
	for sentence, c := range map[string]struct {
		spec string
		want string
	}{
		"nobody is named":                          {"{}", ""},
		"somebody else":                            {"{reviewer: {users: [{email: bob@corp.example}]}}", ""},
		"the writer":                               {"{reviewer: {users: [{email: editor@corp.example}]}}", alone},
		"the writer, spelt otherwise":              {"{reviewer: {users: [{email: Editor@Corp.Example}]}}", alone},
		"the writer twice":                         {"{reviewer: {users: [{email: editor@corp.example}, {email: EDITOR@corp.example}]}}", alone},
		"the writer, by an id that is the name":    {"{reviewer: {users: [{id: editor@corp.example}]}}", alone},
		"the writer, by another id":                {"{reviewer: {users: [{id: u-17}]}}", ""},
		"somebody whose name ends alike":           {"{reviewer: {users: [{email: r@corp.example}]}}", ""},
		"the writer and somebody else":             {"{reviewer: {users: [{email: editor@corp.example}, {email: bob@corp.example}]}}", ""},
		"a group":                                  {"{reviewer: {group: {name: editor@corp.example}}}", ""},
		"the managers":                             {"{reviewer: {manager: {}}}", ""},
		"at Veza, the writer":                      {veza("{reviewers: [{email: editor@corp.example}]}", ""), alone},
		"at Veza, the writer and the managers":     {veza("{reviewers: [{email: editor@corp.example}], usersManager: true}", ""), ""},
		"at Veza, the writer, not the managers":    {veza("{reviewers: [{email: editor@corp.example}], usersManager: false}", ""), alone},
		"at Veza, the writer and those who answer": {veza("{reviewers: [{email: editor@corp.example}], resourceManagers: true}", ""), ""},
		"at Veza, somebody else decides last":      {veza("{reviewers: [{email: editor@corp.example}]}", "{reviewers: [{email: bob@corp.example}]}"), ""},
		"at Veza, the managers decide last":        {veza("{reviewers: [{email: editor@corp.example}]}", "{usersManager: true}"), ""},
		"at Veza, the writer decides twice":        {veza("{reviewers: [{email: editor@corp.example}]}", "{reviewers: [{email: editor@corp.example}]}"), alone},
		"at Veza, the writer decides last":         {"{veza: {configuration: {name: Q4}, secondLevelAssignment: {reviewers: [{email: editor@corp.example}]}}}", ""},
		"one of those whose access is reviewed":    {"{reviewer: {users: [{email: bob@corp.example}]}, scope: {users: {selected: [{email: eve@corp.example}, {email: Bob@corp.example}]}}}", own},
		"somebody whose access is not reviewed":    {"{reviewer: {users: [{email: bob@corp.example}]}, scope: {users: {selected: [{email: eve@corp.example}]}}}", ""},
		"the only one whose access is reviewed":    {"{reviewer: {users: [{id: bob@corp.example}]}, scope: {users: {selected: [{id: bob@corp.example}]}}}", own},
		"two of those whose access is reviewed":    {"{reviewer: {users: [{email: bob@corp.example}, {email: eve@corp.example}]}, scope: {users: {selected: [{email: eve@corp.example}, {email: bob@corp.example}]}}}", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			err := person(t, editor).Create(t.Context(), review(c.spec), client.DryRunAll)
			if got := said(t, "self-review", err); got != c.want {
				t.Errorf("said  %q\nwant %q", got, c.want)
			}
		})
	}
}

func veza(first, second string) string {
	if second == "" {
		return "{veza: {configuration: {name: Q4}, reviewerAssignment: " + first + "}}"
	}
	return "{veza: {configuration: {name: Q4}, reviewerAssignment: " + first + ", secondLevelAssignment: " + second + "}}"
}

func TestNamesOfAnIdentityProviderMayHaveAPrefix(t *testing.T) {
	for name, refused := range map[string]bool{
		"oidc:ada@corp.example":                    true,
		"https://id.corp.example#ADA@corp.example": true,
		"corp/ada@corp.example":                    true,
		"ada@corp.example":                         true,
		"not-ada@corp.example":                     false,
		"oidc:ada@corp.example.org":                false,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := as(name, "system:masters")
			if err != nil {
				t.Fatal(err)
			}
			err = c.Create(t.Context(), review("{reviewer: {users: [{email: ada@corp.example}]}}"), client.DryRunAll)
			if got := said(t, "self-review", err); (got != "") != refused {
				t.Errorf("said %q", got)
			}
		})
	}
}

func TestTheOnlyReviewerDoesNotChangeTheReview(t *testing.T) {
	for sentence, c := range map[string]struct {
		spec  string
		patch string
		want  string
	}{
		"a label":                        {"{reviewer: {users: [{email: editor@corp.example}]}}", "{metadata: {labels: {a: b}}}", ""},
		"another field":                  {"{reviewer: {users: [{email: editor@corp.example}]}}", "{spec: {displayName: Q4}}", alone},
		"somebody else is added":         {"{reviewer: {users: [{email: editor@corp.example}]}}", "{spec: {reviewer: {users: [{email: editor@corp.example}, {id: u-17}]}}}", ""},
		"somebody else is taken out":     {"{reviewer: {users: [{email: editor@corp.example}, {id: u-17}]}}", "{spec: {reviewer: {users: [{email: editor@corp.example}]}}}", alone},
		"the reviewer's access is added": {"{reviewer: {users: [{email: bob@corp.example}]}}", "{spec: {scope: {users: {selected: [{email: bob@corp.example}]}}}}", own},
	} {
		t.Run(sentence, func(t *testing.T) {
			stored := store(t, review(c.spec))
			err := person(t, editor).Patch(t.Context(), stored, patch(t, c.patch))
			if got := said(t, "self-review", err); got != c.want {
				t.Errorf("said  %q\nwant %q", got, c.want)
			}
		})
	}
}
