package sailpoint_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

func TestFilters(t *testing.T) {
	f := start(t, sandbox.Options{})
	quoted := `Quoted "name" \ back`
	f.createProfile(object{"name": quoted})
	f.createProfile(object{"name": "A+B"})
	dn := func(name string) string { return `CN=` + name + `,OU=Groups,DC=corp,DC=example` }
	ofDirectory := fmt.Sprintf(`source.id eq %q and attribute eq "memberOf"`, directory)
	for name, test := range map[string]struct {
		path, filter string
		want         []any
	}{
		"by name, whatever the case":        {profiles, `name eq "payroll READERS"`, []any{"Payroll readers"}},
		"by the start of a name":            {profiles, `name sw "Payroll"`, []any{"Payroll readers"}},
		"a name with quotes":                {profiles, `name eq "Quoted \"name\" \\ back"`, []any{quoted}},
		"a plus in the name":                {profiles, `name eq "A+B"`, []any{}},
		"around a plus":                     {profiles, fmt.Sprintf(`source.id eq %q`, directory), []any{quoted, "A+B"}},
		"by a flag":                         {profiles, `requestable eq false`, []any{}},
		"not, or and parentheses":           {profiles, `not (name sw "Quoted" or name sw "Payroll") and requestable eq true`, []any{"A+B"}},
		"and binds closer than or":          {profiles, `name sw "Payroll" or name sw "Quoted" and requestable eq false`, []any{"Payroll readers"}},
		"by date":                           {profiles, `created le 2024-12-31T00:00:00Z`, []any{"Payroll readers"}},
		"by ids":                            {profiles, fmt.Sprintf(`id in (%q, "x")`, used), []any{"Payroll readers"}},
		"an entitlement by its key":         {allItems, ofDirectory + fmt.Sprintf(` and value eq %q and type eq "group"`, dn("Payroll")), []any{"Payroll"}},
		"the same value of two types":       {allItems, ofDirectory + fmt.Sprintf(` and value eq %q`, dn("Payroll")), []any{"Payroll", "Payroll role"}},
		"a value with a plus":               {allItems, ofDirectory + fmt.Sprintf(` and value eq %q`, dn("Night+Shift")), []any{}},
		"a list of types":                   {allItems, ofDirectory + ` and type in ("applicationRole")`, []any{"Payroll role"}},
		"a value with a plus, by attribute": {allItems, ofDirectory + ` and not name sw "P" and not name sw "E" and not name sw "F"`, []any{"Night+Shift"}},
		"two sources of one name":           {"/sources/v1", `name eq "Duplicate Source"`, []any{"Duplicate Source", "Duplicate Source"}},
		"an identity by alias":              {"/public-identities/v1", `alias eq "ada"`, []any{"Ada Lovelace"}},
		"an identity by e-mail":             {"/public-identities/v1", `email eq "Grace@corp.example"`, []any{"Grace Hopper"}},
		"an identity by its name":           {"/identities/v1", `name eq "Alan Turing"`, []any{"Alan Turing"}},
		"a group":                           {"/workgroups/v1", `name eq "Access approvers"`, []any{"Access approvers"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			expect(t, f.find(test.path, test.filter), test.want)
		})
	}
}

func TestFiltersThatAreNotUnderstood(t *testing.T) {
	f := start(t, sandbox.Options{})
	for name, filter := range map[string]string{
		"an unknown field": `colour eq "red"`, "an unknown operator": `name like "x"`, "an operator of other lists": `name co "x"`,
		"text without quotes": `name eq x`, "no end of the text": `name eq "x`, "a lone backslash": `name eq "a\b"`, "no value": `name eq`,
		"no closing parenthesis": `(name eq "x"`, "a list without parentheses": `id in "x"`, "a list that does not end": `id in ("x"`,
		"something after the end": `name eq "x" name`, "an upper-case operator": `name EQ "x"`, "a flag that is none": `requestable eq maybe`,
		"a date that is none": `created gt yesterday`,
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			status, _ := f.do("GET", profiles+"?filters="+escape(filter), nil)
			if status != 400 {
				t.Errorf("got %d", status)
			}
		})
	}
}

func TestPages(t *testing.T) {
	f := start(t, sandbox.Options{})
	for n := range 252 {
		f.createProfile(object{"name": fmt.Sprintf("P%03d", n)})
	}
	answer := f.Send("GET", profiles+"?sorters=-name&count=true", "", nil)
	if total := answer.Header.Get("X-Total-Count"); total != "253" {
		t.Errorf("got a total of %q", total)
	}
	list, _ := answer.Body.([]any)
	expect(t, len(list), 250)
	expect(t, list, "Payroll readers", 0, "name")
	answer = f.Send("GET", profiles+"?sorters=-name&limit=3&offset=251", "", nil)
	expect(t, answer.Body, "P001", 0, "name")
	expect(t, answer.Body, nil, 2)
	if answer.Header.Get("X-Total-Count") != "" {
		t.Error("counted without being asked")
	}
}

func TestListsLagAndReadsDoNot(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.ListLag = sandbox.Duration(time.Minute) }})
	id := f.createProfile(nil)
	f.must("GET", profiles+"/"+id, nil)
	expect(t, f.find(profiles, `name eq "Payroll"`), []any{})
	f.Advance(2 * time.Minute)
	expect(t, f.find(profiles, `name eq "Payroll"`), []any{"Payroll"})
	f.must("DELETE", profiles+"/"+id, nil)
	expect(t, f.find(profiles, `name eq "Payroll"`), []any{"Payroll"})
}

func TestSegmentsOfProfiles(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.createProfile(object{"segments": []string{employees}})
	expect(t, f.must("GET", profiles+"?for-segment-ids="+employees+"&include-unsegmented=false", nil), "Payroll", 0, "name")
	expect(t, f.must("GET", "/segments/v1", nil), "Employees", 0, "name")
}

func TestABlindCredential(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.Blind = true }})
	expect(t, f.must("GET", profiles, nil), []any{})
	f.refuses(404, "404", used, "GET", profiles+"/"+used, nil)
	f.refuses(403, "403", "no right", "POST", profiles, profile(nil))
}

func TestLookUpsOfOne(t *testing.T) {
	f := start(t, sandbox.Options{})
	expect(t, f.must("GET", "/sources/v1/"+workday, nil), "Workday", "name")
	expect(t, f.must("GET", "/identities/v1/"+ada, nil), "ada@corp.example", "emailAddress")
	expect(t, f.must("GET", "/workgroups/v1/"+approvers, nil), "Access approvers", "name")
	expect(t, f.must("GET", "/segments/v1/"+employees, nil), "Employees", "name")
	expect(t, f.must("GET", "/campaign-filters/v1", nil), "No birthright access", "items", 0, "name")
	expect(t, f.must("GET", "/campaign-filters/v1/"+sailpoint.SeedID("filter", "No birthright access"), nil), "EXCLUSION", "mode")
}

func TestTags(t *testing.T) {
	f := start(t, sandbox.Options{})
	path := "/tagged-objects/v1/ENTITLEMENT/" + payroll
	body := object{"objectRef": ref("ENTITLEMENT", payroll), "tags": []string{"k8s_managed"}}
	expect(t, f.must("PUT", path, body), []any{"k8s_managed"}, "tags")
	expect(t, f.must("GET", allItems+"/"+payroll, nil), []any{"k8s_managed"}, "tags")
	expect(t, f.find(allItems, `tags eq "K8S_managed"`), []any{"Payroll"})
	expect(t, f.must("GET", "/tagged-objects/v1?filters="+escape(`tagName in ("k8s_managed")`), nil), payroll, 0, "objectRef", "id")
	f.must("DELETE", path, nil)
	expect(t, f.must("GET", path, nil), []any{}, "tags")
	f.refuses(400, "400.1", "not what the path names", "PUT", "/tagged-objects/v1/ENTITLEMENT/"+finance, body)
}
