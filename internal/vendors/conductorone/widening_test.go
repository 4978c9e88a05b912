package conductorone_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	bypass  = "BypassEntitlementRequestPolicy"
	enforce = "EnforceEntitlementRequestPolicy"
)

// watchers are the entitlements whose holders may see a profile.
var watchers = []backend.EntitlementID{everyone, engineer, member}

// drawProfile makes a profile with every field that decides who gets what: by its rule, or
// because they see it and may ask.
func drawProfile(t *rapid.T) backend.AccessProfile {
	flag := func(label string) *bool { return backend.To(rapid.Bool().Draw(t, label)) }
	subset := func(label string, of []backend.EntitlementID) backend.EntitlementSet {
		return append(backend.EntitlementSet{}, rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, len(of), rapid.ID).Draw(t, label)...)
	}
	p := backend.AccessProfile{
		DisplayName:  backend.To(rapid.SampledFrom([]string{"Payroll reader", "Payroll"}).Draw(t, "name")),
		Entitlements: subset("entitlements", []backend.EntitlementID{member, payments, viewer, payroll}),
		Requestable:  flag("requestable"),
		Membership:   &backend.Membership{Expression: backend.To(""), Enabled: backend.To(false)},
		Block: &conductorone.ProfileBlock{
			VisibleToEveryone: flag("everyone"), VisibleTo: subset("visible to", watchers),
			EnrollmentBehavior: backend.To(rapid.SampledFrom([]string{bypass, enforce}).Draw(t, "enrollment")),
			GrantPolicyID:      backend.To(rapid.SampledFrom([]string{grant, auto}).Draw(t, "policy")),
			CreateRequests:     flag("create requests"),
			Automation:         &conductorone.Automation{Entitlements: backend.EntitlementSet{}},
		},
	}
	if *profileBlock(p).VisibleToEveryone {
		profileBlock(p).VisibleTo = backend.EntitlementSet{} // One of the two is refused before anything is sent.
	}
	switch rapid.IntRange(0, 3).Draw(t, "rule") {
	case 0:
		return p
	case 1:
		profileBlock(p).Automation.Entitlements = append(subset("holders", watchers[:2]), engineer)
	default:
		p.Membership.Expression = backend.To(`subject.department == "` + rapid.SampledFrom([]string{"Finance", "Sales"}).Draw(t, "department") + `"`)
	}
	p.Membership.Enabled = flag("enabled")
	return p
}

// grants says who gets what: those of the rule, and those who may ask, by whose leave.
func grants(rule []string, askers []string, everyone bool, entries []string, policy string, bypassed bool) vendortest.Grants {
	out := vendortest.Grants{}
	out.Give(rule, entries)
	if everyone {
		askers = []string{"anybody"}
		for _, w := range watchers {
			askers = append(askers, "holders of "+w.ID)
		}
	}
	how := []string{"by " + policy}
	if bypassed {
		how = append(how, "past its own policy")
	}
	out.Give(askers, entries, how...)
	return out
}

func idsOf(set backend.EntitlementSet, before string) (out []string) {
	for _, e := range set {
		out = append(out, before+e.ID)
	}
	return out
}

func meant(p backend.AccessProfile) vendortest.Grants {
	c, m := *profileBlock(p), *p.Membership
	var rule, askers []string
	if *m.Enabled {
		rule = idsOf(c.Automation.Entitlements, "ruled holders of ")
		if *m.Expression != "" {
			rule = append(rule, *m.Expression)
		}
	}
	if *p.Requestable {
		askers = idsOf(c.VisibleTo, "holders of ")
	}
	return grants(rule, askers, *p.Requestable && *c.VisibleToEveryone, idsOf(p.Entitlements, ""), *c.GrantPolicyID, *c.EnrollmentBehavior == bypass)
}

// granted reads the same from the fake's store.
func granted(k vendortest.Kept[backend.AccessProfile], id string) vendortest.Grants {
	dump := k.Dump().(fake.Dump)
	policy := ""
	for _, e := range dump.Entitlements {
		if e.Object["id"] == id {
			policy, _ = e.Object["grantPolicyId"].(string)
		}
	}
	for _, p := range dump.AccessProfiles {
		if p.Object["id"] != id {
			continue
		}
		var rule, askers []string
		if p.Automation["enabled"] == true {
			rule = ruled(p.Automation)
		}
		published := p.Object["published"] == true
		if published {
			askers = wireIDs(p.Visibility, "holders of ")
		}
		entries := wireIDs(p.Entries, "")
		out := grants(rule, askers, published && p.Object["visibleToEveryone"] == true, entries, policy,
			p.Object["enrollmentBehavior"] == "REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_BYPASS_ENTITLEMENT_REQUEST_POLICY")
		for _, r := range p.Requests {
			if what := r.Ref["id"].(string); slices.Contains(entries, what) {
				out.Give(ruled(r.Rule), []string{what})
			}
		}
		return out
	}
	return vendortest.Grants{}
}

// ruled says whom a rule means.
func ruled(rule map[string]any) (out []string) {
	if cel, ok := rule["cel"].(map[string]any); ok {
		out = append(out, cel["expression"].(string))
	}
	if holders, ok := rule["entitlements"].(map[string]any); ok {
		out = append(out, wireIDs(holders["entitlementRefs"].([]any), "ruled holders of ")...)
	}
	return out
}

func wireIDs(refs []any, before string) (out []string) {
	for _, r := range refs {
		out = append(out, before+r.(map[string]any)["id"].(string))
	}
	return out
}

// lasting opens a tenant by a token that outlives the hours.
func lasting(t *testing.T) vendortest.Kept[backend.AccessProfile] {
	t.Helper()
	h := vendortest.Begin(t, fake.Start, func(h *vendortest.Fixture) backend.Tenant {
		return open(h, backend.Credentials{Token: backend.Secret(h.Server.Credentials().StaticToken)})
	})
	return vendortest.Keep(h, h.AccessProfiles())
}

// ruleRuns lets the hour pass after which a rule runs, and makes those members whom it means.
func ruleRuns(k vendortest.Kept[backend.AccessProfile]) { k.Advance(2 * time.Hour) }

// bindingsWait takes out bindings that do not count.
func bindingsWait(p backend.AccessProfile) backend.AccessProfile {
	if p = backendtest.Clone(p); !*p.Requestable || *profileBlock(p).VisibleToEveryone {
		profileBlock(p).VisibleTo = backend.EntitlementSet{}
	}
	return p
}

// drawVendor draws what nobody knows of the vendor: whether bindings outlive that they count, and whether they can be removed then.
func drawVendor(t *rapid.T) func(vendortest.Kept[backend.AccessProfile]) {
	var features []string
	for _, feature := range []string{fake.FeatureDropsBindings, fake.FeatureUnbindsAnytime} {
		if rapid.Bool().Draw(t, feature) {
			features = append(features, feature)
		}
	}
	return func(k vendortest.Kept[backend.AccessProfile]) { k.Feature(features...) }
}

func edits() vendortest.Edits {
	return vendortest.Edits{
		Open: lasting, Vendor: drawVendor, Passes: ruleRuns, Draw: drawProfile, Waits: bindingsWait, Means: meant, Granted: granted,
		Loose: [][]string{
			{"entitlements"}, {"requestable"}, {"conductorOne.visibleToEveryone"}, {"conductorOne.visibleTo"}, {"membership.enabled"},
			{"membership", "conductorOne.automation"}, {"conductorOne.policies.grant"}, {"conductorOne.enrollmentBehavior"},
		},
	}
}

func TestNoEditOfAProfileEverWidensAccessByAccident(t *testing.T) { vendortest.NeverWider(t, edits()) }

func TestWhatNarrowsAProfileGivesNobodyAnything(t *testing.T) { vendortest.Narrows(t, edits()) }
