package backend

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func hashAt(t *testing.T, model any, path string) string {
	t.Helper()
	f, ok := byPath(model)[path]
	if !ok {
		t.Fatalf("%s is not set", path)
	}
	return f.Hash()
}

func TestDiffOfAppEntitlements(t *testing.T) {
	hours := func(h int) *Duration { return &Duration{Duration: time.Duration(h) * time.Hour} }
	c1 := func(c ConductorOneAppEntitlement) AppEntitlement { return AppEntitlement{ConductorOne: &c} }
	form := c1(ConductorOneAppEntitlement{RequestSchemaID: To("form-1")})
	hidden := Capabilities{WriteOnly: []string{"conductorOne.requestSchemaID"}}
	for sentence, c := range map[string]struct {
		desired, actual AppEntitlement
		caps            Capabilities
		memory          Memory
		want            []string
	}{
		"what nobody set is never compared": {
			actual: AppEntitlement{DisplayName: To("Name"), Owners: Set{"u1"}, ConductorOne: &ConductorOneAppEntitlement{Slug: To("s")}}},
		"a text that differs is a change": {
			desired: AppEntitlement{DisplayName: To("New")}, actual: AppEntitlement{DisplayName: To("Old")}, want: []string{"displayName"}},
		"a value that the vendor lacks is a change": {
			desired: AppEntitlement{Description: To("Text")}, want: []string{"description"}},
		"empty text is absent text":       {desired: AppEntitlement{Description: To("")}},
		"false is an absent switch":       {desired: AppEntitlement{Requestable: To(false)}},
		"an empty list is an absent list": {desired: AppEntitlement{Owners: Set{}}},
		"no time is an absent time":       {desired: c1(ConductorOneAppEntitlement{MaxGrantDuration: hours(0)})},
		"an empty list takes away what is there": {
			desired: AppEntitlement{Owners: Set{}}, actual: AppEntitlement{Owners: Set{"u1"}}, want: []string{"owners"}},
		"order and repetition mean nothing in a set": {
			desired: AppEntitlement{Owners: Set{"u2", "u1", "u2"}}, actual: AppEntitlement{Owners: Set{"u1", "u2"}}},
		"a member more is a change": {
			desired: AppEntitlement{Owners: Set{"u1", "u2"}}, actual: AppEntitlement{Owners: Set{"u1"}}, want: []string{"owners"}},
		"equal spans are equal however they are written": {
			desired: c1(ConductorOneAppEntitlement{MaxGrantDuration: hours(720)}),
			actual:  c1(ConductorOneAppEntitlement{MaxGrantDuration: &Duration{Duration: 2_592_000 * time.Second}})},
		"unlimited is no span": {
			desired: c1(ConductorOneAppEntitlement{MaxGrantDuration: &Duration{Unlimited: true}}),
			actual:  c1(ConductorOneAppEntitlement{MaxGrantDuration: hours(1)}), want: []string{"conductorOne.maxGrantDuration"}},
		"unlimited is unlimited whatever stands beside it": {
			desired: c1(ConductorOneAppEntitlement{MaxGrantDuration: &Duration{Unlimited: true}}),
			actual:  c1(ConductorOneAppEntitlement{MaxGrantDuration: &Duration{Unlimited: true, Duration: time.Hour}})},
		"of annotations only the keys that are set count": {
			desired: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "1"}}), actual: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "1", "b": "2"}})},
		"an annotation that differs is a change": {
			desired: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "1"}}), actual: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "2"}}),
			want: []string{"conductorOne.annotations"}},
		"an empty annotation takes its key away": {
			desired: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": ""}}), actual: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "1"}}),
			want: []string{"conductorOne.annotations"}},
		"an empty annotation is content with an absent key": {
			desired: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": ""}}), actual: c1(ConductorOneAppEntitlement{Annotations: Pairs{"b": "1"}})},
		"an annotation where the vendor has none at all is a change": {
			desired: c1(ConductorOneAppEntitlement{Annotations: Pairs{"a": "1"}}), want: []string{"conductorOne.annotations"}},
		"a hidden field is written when it was never applied": {desired: form, caps: hidden, want: []string{"conductorOne.requestSchemaID"}},
		"a hidden field is quiet once it was applied": {
			desired: form, caps: hidden, memory: Memory{Applied: map[string]string{"conductorOne.requestSchemaID": hashAt(t, form, "conductorOne.requestSchemaID")}}},
		"a hidden field is written again when it is edited": {
			desired: form, caps: hidden, memory: Memory{Applied: map[string]string{"conductorOne.requestSchemaID": "another"}}, want: []string{"conductorOne.requestSchemaID"}},
		"a hidden field that is taken at create only is a change when it is edited after its create": {
			desired: form, caps: Capabilities{WriteOnly: []string{"conductorOne"}, CreateOnly: []string{"conductorOne.requestSchemaID"}},
			memory: Memory{Applied: map[string]string{"conductorOne.requestSchemaID": "another"}}, want: []string{"conductorOne.requestSchemaID"}},
		"a field that the operator carries out is never a change": {
			desired: AppEntitlement{DisplayName: To("a")}, caps: Capabilities{Carried: map[string]string{"displayName": "by itself"}}},
		"a hidden field that is taken at create only is quiet while nobody knows what was applied": {
			desired: form, caps: Capabilities{WriteOnly: []string{"conductorOne"}, CreateOnly: []string{"conductorOne.requestSchemaID"}}},
		"a union is compared as a whole": {
			desired: c1(ConductorOneAppEntitlement{Provision: &ProvisionPolicy{Manual: &ProvisionManual{UserIDs: Set{"b", "a"}}}}),
			actual:  c1(ConductorOneAppEntitlement{Provision: &ProvisionPolicy{Manual: &ProvisionManual{UserIDs: Set{"a", "b"}}}})},
		"another arm of a union is a change": {
			desired: c1(ConductorOneAppEntitlement{Provision: &ProvisionPolicy{Unconfigured: &struct{}{}}}),
			actual:  c1(ConductorOneAppEntitlement{Provision: &ProvisionPolicy{Manual: &ProvisionManual{}}}), want: []string{"conductorOne.provision"}},
		"an echo is no change": {
			desired: AppEntitlement{DisplayName: To(" Name ")}, actual: AppEntitlement{DisplayName: To("Name")},
			memory: Memory{Echoes: map[string]Echo{"displayName": {
				Sent: hashAt(t, AppEntitlement{DisplayName: To(" Name ")}, "displayName"), Seen: hashAt(t, AppEntitlement{DisplayName: To("Name")}, "displayName")}}}},
		"an echo of another value counts no more": {
			desired: AppEntitlement{DisplayName: To(" Name ")}, actual: AppEntitlement{DisplayName: To("Else")},
			memory: Memory{Echoes: map[string]Echo{"displayName": {
				Sent: hashAt(t, AppEntitlement{DisplayName: To(" Name ")}, "displayName"), Seen: hashAt(t, AppEntitlement{DisplayName: To("Name")}, "displayName")}}},
			want: []string{"displayName"}},
		"changes come in the order of the model": {
			desired: AppEntitlement{ConductorOne: &ConductorOneAppEntitlement{Alias: To("a")}, Owners: Set{"u"}, DisplayName: To("n")},
			want:    []string{"displayName", "owners", "conductorOne.alias"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := Diff(c.desired, c.actual, c.caps, c.memory).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffOfAccessReviews(t *testing.T) {
	noon := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	at := func(when time.Time) AccessReview { return AccessReview{Deadline: &Instant{Time: when}} }
	onDay := func(when time.Time) AccessReview { return AccessReview{Deadline: &Instant{Time: when, Day: true}} }
	for sentence, c := range map[string]struct {
		desired, actual AccessReview
		want            []string
	}{
		"equal instants are equal in every zone":               {desired: at(noon), actual: at(noon.In(time.FixedZone("CET", 3600)))},
		"a later instant is a change":                          {desired: at(noon), actual: at(noon.Add(time.Second)), want: []string{"deadline"}},
		"an instant that is missing is a change":               {desired: at(noon), want: []string{"deadline"}},
		"where only the date counts, the time of day may move": {desired: at(noon), actual: onDay(noon.Add(11 * time.Hour))},
		"where only the date counts, another date is a change": {desired: at(noon), actual: onDay(noon.Add(12 * time.Hour)), want: []string{"deadline"}},
		"a parameter is never a change":                        {desired: AccessReview{Duration: &Duration{Duration: time.Hour}}},
		"a review that is to run and does not":                 {desired: AccessReview{AutoStart: To(true)}, actual: AccessReview{AutoStart: To(false)}, want: []string{"start.mode"}},
		"a marker that is not there is a change": {
			desired: AccessReview{Reviewer: &Reviewer{Manager: &struct{}{}}}, actual: AccessReview{Reviewer: &Reviewer{}}, want: []string{"reviewer"}},
		"figures are never compared": {actual: AccessReview{Facts: AccessReviewFacts{Started: true}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := Diff(c.desired, c.actual, Capabilities{}, Memory{}).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEchoesCountOnlyWhereTheMeaningIsKept(t *testing.T) {
	policy := func(p ProvisionPolicy) AppEntitlement {
		return AppEntitlement{ConductorOne: &ConductorOneAppEntitlement{Provision: &p}}
	}
	for sentence, c := range map[string]struct {
		sent, seen AppEntitlement
		paths      []string
		caps       Capabilities
		want       []string
	}{
		"a text that was trimmed":          {sent: AppEntitlement{DisplayName: To("  Pay  roll ")}, seen: AppEntitlement{DisplayName: To("Pay roll")}, want: []string{"displayName"}},
		"a text that was put into HTML":    {sent: AppEntitlement{Description: To("Reads\na & b")}, seen: AppEntitlement{Description: To("<p>Reads<br />\na &amp; b</p>")}, want: []string{"description"}},
		"a text that got a tag":            {sent: AppEntitlement{Description: To("Reads")}, seen: AppEntitlement{Description: To("<b>Reads</b>")}},
		"a text that was recased":          {sent: AppEntitlement{DisplayName: To("PAYROLL")}, seen: AppEntitlement{DisplayName: To("Payroll")}, want: []string{"displayName"}},
		"a text that came back as another": {sent: AppEntitlement{DisplayName: To("Payroll")}, seen: AppEntitlement{DisplayName: To("Payroll 2")}},
		"a text that was cut":              {sent: AppEntitlement{DisplayName: To("Payroll read")}, seen: AppEntitlement{DisplayName: To("Payroll")}},
		"a text that was dropped":          {sent: AppEntitlement{DisplayName: To("Payroll")}},
		"a text that came back as sent":    {sent: AppEntitlement{DisplayName: To("Payroll")}, seen: AppEntitlement{DisplayName: To("Payroll")}},
		"a list that came back shorter":    {sent: AppEntitlement{Owners: Set{"a", "b"}}, seen: AppEntitlement{Owners: Set{"a"}}},
		"a document with defaults more": {
			sent: policy(ProvisionPolicy{Manual: &ProvisionManual{Instructions: "Call"}}),
			seen: policy(ProvisionPolicy{Manual: &ProvisionManual{Instructions: "call", UserIDs: Set{"it"}}}), want: []string{"conductorOne.provision"}},
		"a document without what was sent": {
			sent: policy(ProvisionPolicy{Manual: &ProvisionManual{Instructions: "Call", UserIDs: Set{"it"}}}),
			seen: policy(ProvisionPolicy{Manual: &ProvisionManual{Instructions: "Call"}})},
		"a document whose list is longer": {
			sent: policy(ProvisionPolicy{Manual: &ProvisionManual{UserIDs: Set{"it"}}}),
			seen: policy(ProvisionPolicy{Manual: &ProvisionManual{UserIDs: Set{"it", "root"}}})},
		"a field that was not sent":  {sent: AppEntitlement{DisplayName: To("A")}, seen: AppEntitlement{DisplayName: To("a")}, paths: []string{"owners"}},
		"a field that is never seen": {sent: AppEntitlement{DisplayName: To("A")}, seen: AppEntitlement{DisplayName: To("a")}, caps: Capabilities{WriteOnly: []string{"displayName"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if c.paths == nil {
				c.paths = Paths(c.sent)
			}
			echoes := Echoes(c.sent, c.seen, c.caps, c.paths)
			var got []string
			for path := range echoes {
				got = append(got, path)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("echoes (-want +got):\n%s", diff)
			}
			left := Diff(c.sent, c.seen, c.caps, Memory{Echoes: echoes}).Paths()
			if len(c.want) > 0 && len(left) > 0 {
				t.Errorf("with the echo %v still differs", left)
			}
		})
	}
}

func TestAppliedHoldsOnlyHiddenFieldsThatWereSent(t *testing.T) {
	model := AppEntitlement{DisplayName: To("A"), Description: To("B"), Owners: Set{"u"}}
	caps := Capabilities{WriteOnly: []string{"displayName", "owners"}}
	got := Applied(model, caps, []string{"displayName", "description"})
	if diff := cmp.Diff(map[string]string{"displayName": hashAt(t, model, "displayName")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChanges(t *testing.T) {
	changes := Changes{{"displayName"}, {"conductorOne.policies.grant"}}
	for sentence, c := range map[string]struct{ got, want any }{
		"a path has changed":                    {changes.Has("displayName"), true},
		"something below a path":                {changes.Has("conductorOne.policies"), true},
		"a path that only begins alike":         {changes.Has("conductorOne.pol"), false},
		"any of some":                           {changes.Any("owners", "displayName"), true},
		"none of some":                          {changes.Any("owners"), false},
		"all of them read-only":                 {changes.Unwritable([]string{"displayName", "conductorOne"}), true},
		"one of them read-only":                 {changes.Unwritable([]string{"displayName"}), false},
		"nothing is not unwritable":             {Changes{}.Unwritable([]string{"displayName"}), false},
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
		desired, actual AccessProfile
		want            []string
	}{
		"a relationship is compared by what is set of it": {
			desired: AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{
				{EntityType: "A", EntityID: "b", DatasourceID: "c"}, {EntityType: "A", EntityID: "a", DatasourceID: "c", CustomProperties: Pairs{"k": "v"}}}}},
			actual: AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{
				{EntityType: "A", EntityID: "a", DatasourceID: "c", CustomProperties: Pairs{"k": "v", "other": "o"}, GrantBy: To("X")},
				{EntityType: "A", EntityID: "b", DatasourceID: "c", CreatedByAccessProfile: To(true)}}}}},
		"a relationship more at the vendor is a change": {
			desired: AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{}}},
			actual:  AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{{EntityType: "A", EntityID: "a", DatasourceID: "c"}}}},
			want:    []string{"veza.relationships"}},
		"a relationship that should be granted otherwise is a change": {
			desired: AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", GrantBy: To("Y")}}}},
			actual:  AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", GrantBy: To("X")}}}},
			want:    []string{"veza.relationships"}},
		"a condition whose type nobody set is compared by its expression": {
			desired: AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", Condition: &VezaCondition{Expression: "x"}}}}},
			actual:  AccessProfile{Veza: &VezaAccessProfile{Relationships: VezaRelationships{{EntityType: "A", EntityID: "a", DatasourceID: "c", Condition: &VezaCondition{Type: "T", Expression: "x"}}}}}},
		"another first owner is a change":        {desired: AccessProfile{Owners: Owners{"a", "b"}}, actual: AccessProfile{Owners: Owners{"b", "a"}}, want: []string{"owners"}},
		"the order of other owners is no change": {desired: AccessProfile{Owners: Owners{"a", "b", "c"}}, actual: AccessProfile{Owners: Owners{"a", "c", "b"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := Diff(c.desired, c.actual, Capabilities{}, Memory{}).Paths()
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
