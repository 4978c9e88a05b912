package backend_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func hashAt(t *testing.T, model any, path string) string {
	t.Helper()
	for _, f := range backend.Fields(model) {
		if f.Path == path {
			return f.Hash()
		}
	}
	t.Fatalf("%s is not set", path)
	return ""
}

func TestDiffOfAppEntitlements(t *testing.T) {
	hours := func(h int) *backend.Duration { return &backend.Duration{Duration: time.Duration(h) * time.Hour} }
	c1 := func(c conductorone.EntitlementBlock) backend.AppEntitlement { return backend.AppEntitlement{Block: &c} }
	form := c1(conductorone.EntitlementBlock{RequestSchemaID: backend.To("form-1")})
	hidden := backend.Capabilities{WriteOnly: []string{"conductorOne.requestSchemaID"}}
	for sentence, c := range map[string]struct {
		desired, actual backend.AppEntitlement
		caps            backend.Capabilities
		memory          backend.Memory
		want            []string
	}{
		"what nobody set is never compared": {
			actual: backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"u1"}, Block: &conductorone.EntitlementBlock{Slug: backend.To("s")}}},
		"a text that differs is a change": {
			desired: backend.AppEntitlement{DisplayName: backend.To("New")}, actual: backend.AppEntitlement{DisplayName: backend.To("Old")}, want: []string{"displayName"}},
		"a value that the vendor lacks is a change": {
			desired: backend.AppEntitlement{Description: backend.To("Text")}, want: []string{"description"}},
		"empty text is absent text":       {desired: backend.AppEntitlement{Description: backend.To("")}},
		"false is an absent switch":       {desired: backend.AppEntitlement{Requestable: backend.To(false)}},
		"an empty list is an absent list": {desired: backend.AppEntitlement{Owners: backend.Set{}}},
		"no time is an absent time":       {desired: c1(conductorone.EntitlementBlock{MaxGrantDuration: hours(0)})},
		"an empty list takes away what is there": {
			desired: backend.AppEntitlement{Owners: backend.Set{}}, actual: backend.AppEntitlement{Owners: backend.Set{"u1"}}, want: []string{"owners"}},
		"order and repetition mean nothing in a set": {
			desired: backend.AppEntitlement{Owners: backend.Set{"u2", "u1", "u2"}}, actual: backend.AppEntitlement{Owners: backend.Set{"u1", "u2"}}},
		"a member more is a change": {
			desired: backend.AppEntitlement{Owners: backend.Set{"u1", "u2"}}, actual: backend.AppEntitlement{Owners: backend.Set{"u1"}}, want: []string{"owners"}},
		"equal spans are equal however they are written": {
			desired: c1(conductorone.EntitlementBlock{MaxGrantDuration: hours(720)}),
			actual:  c1(conductorone.EntitlementBlock{MaxGrantDuration: &backend.Duration{Duration: 2_592_000 * time.Second}})},
		"unlimited is no span": {
			desired: c1(conductorone.EntitlementBlock{MaxGrantDuration: &backend.Duration{Unlimited: true}}),
			actual:  c1(conductorone.EntitlementBlock{MaxGrantDuration: hours(1)}), want: []string{"conductorOne.maxGrantDuration"}},
		"unlimited is unlimited whatever stands beside it": {
			desired: c1(conductorone.EntitlementBlock{MaxGrantDuration: &backend.Duration{Unlimited: true}}),
			actual:  c1(conductorone.EntitlementBlock{MaxGrantDuration: &backend.Duration{Unlimited: true, Duration: time.Hour}})},
		"of annotations only the keys that are set count": {
			desired: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1"}}), actual: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1", "b": "2"}})},
		"an annotation that differs is a change": {
			desired: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1"}}), actual: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "2"}}),
			want: []string{"conductorOne.annotations"}},
		"an empty annotation takes its key away": {
			desired: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": ""}}), actual: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1"}}),
			want: []string{"conductorOne.annotations"}},
		"an empty annotation is content with an absent key": {
			desired: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": ""}}), actual: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"b": "1"}})},
		"an annotation where the vendor has none at all is a change": {
			desired: c1(conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1"}}), want: []string{"conductorOne.annotations"}},
		"a hidden field is written when it was never applied": {desired: form, caps: hidden, want: []string{"conductorOne.requestSchemaID"}},
		"a hidden field is quiet once it was applied": {
			desired: form, caps: hidden, memory: backend.Memory{Applied: map[string]string{"conductorOne.requestSchemaID": hashAt(t, form, "conductorOne.requestSchemaID")}}},
		"a hidden field is written again when it is edited": {
			desired: form, caps: hidden, memory: backend.Memory{Applied: map[string]string{"conductorOne.requestSchemaID": "another"}}, want: []string{"conductorOne.requestSchemaID"}},
		"a hidden field that is taken at create only is a change when it is edited after its create": {
			desired: form, caps: backend.Capabilities{WriteOnly: []string{"conductorOne"}, CreateOnly: []string{"conductorOne.requestSchemaID"}},
			memory: backend.Memory{Applied: map[string]string{"conductorOne.requestSchemaID": "another"}}, want: []string{"conductorOne.requestSchemaID"}},
		"a field that the operator carries out is never a change": {
			desired: backend.AppEntitlement{DisplayName: backend.To("a")}, caps: backend.Capabilities{Carried: map[string]string{"displayName": "by itself"}}},
		"a hidden field that is taken at create only is quiet while nobody knows what was applied": {
			desired: form, caps: backend.Capabilities{WriteOnly: []string{"conductorOne"}, CreateOnly: []string{"conductorOne.requestSchemaID"}}},
		"a union is compared as a whole": {
			desired: c1(conductorone.EntitlementBlock{Provision: &conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{UserIDs: backend.Set{"b", "a"}}}}),
			actual:  c1(conductorone.EntitlementBlock{Provision: &conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{UserIDs: backend.Set{"a", "b"}}}})},
		"another arm of a union is a change": {
			desired: c1(conductorone.EntitlementBlock{Provision: &conductorone.ProvisionPolicy{Unconfigured: &struct{}{}}}),
			actual:  c1(conductorone.EntitlementBlock{Provision: &conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{}}}), want: []string{"conductorOne.provision"}},
		"an echo is no change": {
			desired: backend.AppEntitlement{DisplayName: backend.To(" Name ")}, actual: backend.AppEntitlement{DisplayName: backend.To("Name")},
			memory: backend.Memory{Echoes: map[string]backend.Echo{"displayName": {
				Sent: hashAt(t, backend.AppEntitlement{DisplayName: backend.To(" Name ")}, "displayName"), Seen: hashAt(t, backend.AppEntitlement{DisplayName: backend.To("Name")}, "displayName")}}}},
		"an echo of another value counts no more": {
			desired: backend.AppEntitlement{DisplayName: backend.To(" Name ")}, actual: backend.AppEntitlement{DisplayName: backend.To("Else")},
			memory: backend.Memory{Echoes: map[string]backend.Echo{"displayName": {
				Sent: hashAt(t, backend.AppEntitlement{DisplayName: backend.To(" Name ")}, "displayName"), Seen: hashAt(t, backend.AppEntitlement{DisplayName: backend.To("Name")}, "displayName")}}},
			want: []string{"displayName"}},
		"changes come in the order of the model": {
			desired: backend.AppEntitlement{Block: &conductorone.EntitlementBlock{Alias: backend.To("a")}, Owners: backend.Set{"u"}, DisplayName: backend.To("n")},
			want:    []string{"displayName", "owners", "conductorOne.alias"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := backend.Diff(c.desired, c.actual, c.caps, c.memory).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffOfAccessReviews(t *testing.T) {
	noon := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	at := func(when time.Time) backend.AccessReview {
		return backend.AccessReview{Deadline: &backend.Instant{Time: when}}
	}
	onDay := func(when time.Time) backend.AccessReview {
		return backend.AccessReview{Deadline: &backend.Instant{Time: when, Day: true}}
	}
	for sentence, c := range map[string]struct {
		desired, actual backend.AccessReview
		want            []string
	}{
		"equal instants are equal in every zone":               {desired: at(noon), actual: at(noon.In(time.FixedZone("CET", 3600)))},
		"a later instant is a change":                          {desired: at(noon), actual: at(noon.Add(time.Second)), want: []string{"deadline"}},
		"an instant that is missing is a change":               {desired: at(noon), want: []string{"deadline"}},
		"where only the date counts, the time of day may move": {desired: at(noon), actual: onDay(noon.Add(11 * time.Hour))},
		"where only the date counts, another date is a change": {desired: at(noon), actual: onDay(noon.Add(12 * time.Hour)), want: []string{"deadline"}},
		"a parameter is never a change":                        {desired: backend.AccessReview{Duration: &backend.Duration{Duration: time.Hour}}},
		"a review that is to run and does not":                 {desired: backend.AccessReview{AutoStart: backend.To(true)}, actual: backend.AccessReview{AutoStart: backend.To(false)}, want: []string{"start.mode"}},
		"a marker that is not there is a change": {
			desired: backend.AccessReview{Reviewer: &backend.Reviewer{Manager: &struct{}{}}}, actual: backend.AccessReview{Reviewer: &backend.Reviewer{}}, want: []string{"reviewer"}},
		"figures are never compared": {actual: backend.AccessReview{Facts: backend.AccessReviewFacts{Started: true}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := backend.Diff(c.desired, c.actual, backend.Capabilities{}, backend.Memory{}).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEchoesCountOnlyWhereTheMeaningIsKept(t *testing.T) {
	policy := func(p conductorone.ProvisionPolicy) backend.AppEntitlement {
		return backend.AppEntitlement{Block: &conductorone.EntitlementBlock{Provision: &p}}
	}
	for sentence, c := range map[string]struct {
		sent, seen backend.AppEntitlement
		paths      []string
		caps       backend.Capabilities
		want       []string
	}{
		"a text that was trimmed":          {sent: backend.AppEntitlement{DisplayName: backend.To("  Pay  roll ")}, seen: backend.AppEntitlement{DisplayName: backend.To("Pay roll")}, want: []string{"displayName"}},
		"a text that was put into HTML":    {sent: backend.AppEntitlement{Description: backend.To("Reads\na & b")}, seen: backend.AppEntitlement{Description: backend.To("<p>Reads<br />\na &amp; b</p>")}, want: []string{"description"}},
		"a text that got a tag":            {sent: backend.AppEntitlement{Description: backend.To("Reads")}, seen: backend.AppEntitlement{Description: backend.To("<b>Reads</b>")}},
		"a text that was recased":          {sent: backend.AppEntitlement{DisplayName: backend.To("PAYROLL")}, seen: backend.AppEntitlement{DisplayName: backend.To("Payroll")}, want: []string{"displayName"}},
		"a text that came back as another": {sent: backend.AppEntitlement{DisplayName: backend.To("Payroll")}, seen: backend.AppEntitlement{DisplayName: backend.To("Payroll 2")}},
		"a text that was cut":              {sent: backend.AppEntitlement{DisplayName: backend.To("Payroll read")}, seen: backend.AppEntitlement{DisplayName: backend.To("Payroll")}},
		"a text that was dropped":          {sent: backend.AppEntitlement{DisplayName: backend.To("Payroll")}},
		"a text that came back as sent":    {sent: backend.AppEntitlement{DisplayName: backend.To("Payroll")}, seen: backend.AppEntitlement{DisplayName: backend.To("Payroll")}},
		"a list that came back shorter":    {sent: backend.AppEntitlement{Owners: backend.Set{"a", "b"}}, seen: backend.AppEntitlement{Owners: backend.Set{"a"}}},
		"a document with defaults more": {
			sent: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "Call"}}),
			seen: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "call", UserIDs: backend.Set{"it"}}}), want: []string{"conductorOne.provision"}},
		"a document without what was sent": {
			sent: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "Call", UserIDs: backend.Set{"it"}}}),
			seen: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "Call"}})},
		"a document whose list is longer": {
			sent: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{UserIDs: backend.Set{"it"}}}),
			seen: policy(conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{UserIDs: backend.Set{"it", "root"}}})},
		"a field that was not sent":  {sent: backend.AppEntitlement{DisplayName: backend.To("A")}, seen: backend.AppEntitlement{DisplayName: backend.To("a")}, paths: []string{"owners"}},
		"a field that is never seen": {sent: backend.AppEntitlement{DisplayName: backend.To("A")}, seen: backend.AppEntitlement{DisplayName: backend.To("a")}, caps: backend.Capabilities{WriteOnly: []string{"displayName"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if c.paths == nil {
				c.paths = backend.Paths(c.sent)
			}
			echoes := backend.Echoes(c.sent, c.seen, c.caps, c.paths)
			var got []string
			for path := range echoes {
				got = append(got, path)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("echoes (-want +got):\n%s", diff)
			}
			left := backend.Diff(c.sent, c.seen, c.caps, backend.Memory{Echoes: echoes}).Paths()
			if len(c.want) > 0 && len(left) > 0 {
				t.Errorf("with the echo %v still differs", left)
			}
		})
	}
}

func TestAppliedHoldsOnlyHiddenFieldsThatWereSent(t *testing.T) {
	model := backend.AppEntitlement{DisplayName: backend.To("A"), Description: backend.To("B"), Owners: backend.Set{"u"}}
	caps := backend.Capabilities{WriteOnly: []string{"displayName", "owners"}}
	got := backend.Applied(model, caps, []string{"displayName", "description"})
	if diff := cmp.Diff(map[string]string{"displayName": hashAt(t, model, "displayName")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChanges(t *testing.T) {
	changes := backend.Changes{{"displayName"}, {"conductorOne.policies.grant"}}
	for sentence, c := range map[string]struct{ got, want any }{
		"a path has changed":                    {changes.Has("displayName"), true},
		"something below a path":                {changes.Has("conductorOne.policies"), true},
		"a path that only begins alike":         {changes.Has("conductorOne.pol"), false},
		"any of some":                           {changes.Any("owners", "displayName"), true},
		"none of some":                          {changes.Any("owners"), false},
		"all of them read-only":                 {changes.Unwritable([]string{"displayName", "conductorOne"}), true},
		"one of them read-only":                 {changes.Unwritable([]string{"displayName"}), false},
		"nothing is not unwritable":             {backend.Changes{}.Unwritable([]string{"displayName"}), false},
		"what is left beside what is read-only": {changes.Without([]string{"conductorOne"}).Paths(), []string{"displayName"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffOfWhatIsSetOfAList(t *testing.T) {
	for sentence, c := range map[string]struct {
		desired, actual backend.AccessProfile
		want            []string
	}{
		"a relationship is compared by what is set of it": {
			desired: backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{
				{EntityType: "A", EntityID: "b", DatasourceID: "c"}, {EntityType: "A", EntityID: "a", DatasourceID: "c", CustomProperties: backend.Pairs{"k": "v"}}}}},
			actual: backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{
				{EntityType: "A", EntityID: "a", DatasourceID: "c", CustomProperties: backend.Pairs{"k": "v", "other": "o"}, GrantBy: backend.To("X")},
				{EntityType: "A", EntityID: "b", DatasourceID: "c", CreatedByAccessProfile: backend.To(true)}}}}},
		"a relationship more at the vendor is a change": {
			desired: backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{}}},
			actual:  backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{{EntityType: "A", EntityID: "a", DatasourceID: "c"}}}},
			want:    []string{"veza.relationships"}},
		"a relationship that should be granted otherwise is a change": {
			desired: backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", GrantBy: backend.To("Y")}}}},
			actual:  backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", GrantBy: backend.To("X")}}}},
			want:    []string{"veza.relationships"}},
		"a condition whose type nobody set is compared by its expression": {
			desired: backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", Condition: &veza.Condition{Expression: "x"}}}}},
			actual:  backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: veza.Relationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", Condition: &veza.Condition{Type: "T", Expression: "x"}}}}}},
		"another first owner is a change":        {desired: backend.AccessProfile{Owners: backend.Owners{"a", "b"}}, actual: backend.AccessProfile{Owners: backend.Owners{"b", "a"}}, want: []string{"owners"}},
		"the order of other owners is no change": {desired: backend.AccessProfile{Owners: backend.Owners{"a", "b", "c"}}, actual: backend.AccessProfile{Owners: backend.Owners{"a", "c", "b"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := backend.Diff(c.desired, c.actual, backend.Capabilities{}, backend.Memory{}).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
