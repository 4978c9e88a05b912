package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

func TestAThousandEntitlementsCostTheirList(t *testing.T) {
	p := newPlace(t)
	drive := p.tenant().AppEntitlements()
	n := 1000
	if testing.Short() {
		n = 150
	}
	for i := range n {
		name := fmt.Sprintf("e-%04d", i)
		p.entitlement(name, fmt.Sprintf("displayName: Entitlement %d\n%s", i, inPlatform()))
		p.made(drive, name, fmt.Sprintf("Entitlement %d", i))
	}
	p.Configure(func(s *sandbox.Settings) { s.Latency = sandbox.Duration(20 * time.Millisecond) })
	began := time.Now()
	made := p.must()
	took := time.Since(began)
	lists := 0
	for route, calls := range p.Counts().Routes {
		if strings.Contains(route, "search/entitlements") || strings.HasSuffix(route, "/entitlements") {
			lists += calls
		}
	}
	if made.Summary[plan.Nothing] != n || !made.Empty() || !made.Certain() {
		t.Fatalf("%v, %s", made.Summary, made.Line())
	}
	if beyond := made.Read - lists; beyond > 25 {
		t.Errorf("%d calls beside the %d of the lists: %v", beyond, lists, p.Counts().Routes)
	}
	t.Logf("%d objects: %d calls, %d of them of lists, %s at 20 ms", n, made.Read, lists, took.Round(10*time.Millisecond))

	// One of them differs: one read more.
	p.entitlement("e-0007", "displayName: Another name\n"+inPlatform())
	calls := made.Read
	if made = p.must(); made.Summary[plan.Update] != 1 || made.Summary[plan.Nothing] != n-1 || made.Read > calls+1 {
		t.Errorf("%v with %d calls, before it were %d", made.Summary, made.Read, calls)
	}
}

func TestObjectsThatReferToEachOtherArePlannedTogether(t *testing.T) {
	p := newPlace(t)
	p.profile("payroll", "displayName: Payroll\nentitlements: [{ref: {name: reader}}]\nrequestable: true")
	p.entitlement("reader", "displayName: Payroll reader\n"+inPlatform())
	made := p.must()
	if made.Summary[plan.Create] != 2 || made.Widens != 1 {
		t.Fatal(made.Line())
	}
	profile := made.Changes[0]
	for _, f := range profile.Fields {
		if f.Path == "entitlements" && !strings.Contains(string(f.After), "AppEntitlement/reader") {
			t.Errorf("the entitlement is %s, which nobody can know", f.After)
		}
	}
	if shown := text(t, made, plan.View{Values: true}); !strings.Contains(shown, "+ AccessProfile team-a/payroll   create") || !strings.Contains(shown, "WIDENS") {
		t.Error(shown)
	}
}

func TestWhoHasAMarkIsFound(t *testing.T) {
	p := newPlace(t)
	drive := p.tenant().AppEntitlements()
	p.made(drive, "ours", "Ours")
	p.made(drive, "gone", "Gone")
	p.entitlement("ours", "displayName: Ours, renamed\n"+inPlatform())
	p.entitlement("theirs", "displayName: Theirs\n"+inPlatform())
	other := "Theirs"
	if _, err := drive.Create(t.Context(), backend.Ref{ParentID: github, Mark: backend.Mark{Token: "OTHEROTHEROTHER1", Owner: "team-b/theirs", Cluster: "elsewhere"}},
		backend.AppEntitlement{DisplayName: &other}); err == nil {
		t.Fatal("the sandbox takes an entitlement without a resource")
	}
	made := p.must()
	if made.Summary[plan.Update] != 1 || made.Summary[plan.Create] != 1 {
		t.Fatal(text(t, made, plan.View{Values: true, All: true}))
	}
	if len(made.NotInFiles) != 1 || made.NotInFiles[0].Owner != "team-a/gone" {
		t.Errorf("not in the files: %+v", made.NotInFiles)
	}
	if len(made.Unknown) == 0 {
		t.Error("it does not say that what left a spec is not known")
	}
}

func TestWhichOfTwoIsOursNobodyGuesses(t *testing.T) {
	p := newPlace(t)
	drive := p.tenant().AppEntitlements()
	p.made(drive, "twice", "First")
	p.made(drive, "twice", "Second")
	p.entitlement("twice", "displayName: First\n"+inPlatform())
	made := p.must()
	c := made.Changes[0]
	if made.Certain() || !made.Empty() || c.Action != plan.Hold || len(c.Unknown) != 1 || !strings.Contains(c.Unknown[0].Why, "2 remotes bear its mark") {
		t.Errorf("%+v", c)
	}
}

func TestWithoutThePartsOfAListNothingIsSaid(t *testing.T) {
	p := newPlace(t)
	p.made(p.tenant().AppEntitlements(), "owned", "Owned")
	p.entitlement("owned", "displayName: Owned\nowners: [{email: ada@corp.example}]\n"+inPlatform())
	if made := p.must(); made.Summary[plan.Update] != 1 {
		t.Fatal(made.Line())
	}
	if len(p.told) != 1 || !strings.Contains(p.told[0], "up to 2 calls, for fields of 1 of them that no list shows") {
		t.Errorf("announced: %q", p.told)
	}
	p.change = func(o *plan.Options) { o.RowsOnly = true }
	made := p.must()
	if made.Summary[plan.Nothing] != 1 || made.Certain() || made.Changes[0].Unknown[0].Path != "owners" {
		t.Fatalf("%s: %+v", made.Line(), made.Changes)
	}
	if shown := text(t, made, plan.View{}); !strings.Contains(shown, "? AppEntitlement team-a/owned") {
		t.Error(shown)
	}
	if !made.MayWiden() {
		t.Error("owners that nobody compared count as no wider")
	}
}

func TestAnIncompletePlanIsNone(t *testing.T) {
	for sentence, c := range map[string]struct {
		fault sandbox.Fault
		want  string
	}{
		"the vendor refuses the credential":  {sandbox.Fault{PathPattern: "/auth/v1/token", Kind: sandbox.FaultStatus, Status: 401}, "Unauthorized"},
		"the vendor is down":                 {sandbox.Fault{PathPattern: "entitlements", Kind: sandbox.FaultStatus, Status: 503}, "plan incomplete: AppEntitlement/team-a/"},
		"the second page of a list is lost":  {sandbox.Fault{PathPattern: "search/entitlements|/entitlements$", Kind: sandbox.FaultStatus, Status: 500, Skip: 1}, "plan incomplete: AppEntitlement/team-a/"},
		"the vendor wants to be left alone":  {sandbox.Fault{PathPattern: "entitlements", Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 30}, plan.ErrThrottled.Error()},
		"it breaks off in the middle of one": {sandbox.Fault{PathPattern: "entitlements", Kind: sandbox.FaultResetAfter}, "plan incomplete: AppEntitlement/team-a/"},
	} {
		t.Run(sentence, func(t *testing.T) {
			p := newPlace(t)
			drive := p.tenant().AppEntitlements()
			for i := range 120 {
				name := fmt.Sprintf("e-%03d", i)
				p.made(drive, name, name)
				p.entitlement(name, "displayName: "+name+"\n"+inPlatform())
			}
			if err := p.AddFault(c.fault); err != nil {
				t.Fatal(err)
			}
			made, err := p.plan()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, and a plan: %t; want %q", err, made != nil, c.want)
			}
		})
	}
}

func TestANameThatMayNotBeLookedUpIsNoReasonToHold(t *testing.T) {
	for status, whole := range map[int]bool{403: false, 400: true, 429: false, 500: false, 401: false} {
		p := newPlace(t)
		p.entitlement("owned", "displayName: Owned\nowners: [{email: ada@corp.example}]\n"+inPlatform())
		if err := p.AddFault(sandbox.Fault{PathPattern: "search/users", Kind: sandbox.FaultStatus, Status: status}); err != nil {
			t.Fatal(err)
		}
		if made, err := p.plan(); (err == nil) != whole || whole && made.Summary[plan.Hold] != 1 {
			t.Errorf("%d: %v, and a plan: %t", status, err, made != nil)
		}
	}
}

func TestACredentialGoesNowhereElse(t *testing.T) {
	for sentence, change := range map[string]func(*plan.Credential){
		"another endpoint": func(c *plan.Credential) { c.Endpoint = "https://acme.example" },
		"another vendor":   func(c *plan.Credential) { c.Vendor = "Veza" },
		"another backend":  func(c *plan.Credential) { c.Backend = "elsewhere" },
	} {
		t.Run(sentence, func(t *testing.T) {
			p := newPlace(t)
			c := p.credential(p.URL)
			change(&c)
			_, err := plan.Use(p.world, []plan.Credential{c}, "operator")
			if err == nil || strings.Contains(err.Error(), p.Credentials().ClientSecret) {
				t.Fatalf("%v", err)
			}
			if n := p.Counts(); n.Reads+n.Writes+n.Tokens != 0 {
				t.Errorf("calls were made: %+v", n)
			}
		})
	}
}

func TestACredentialIsReadFromTheEnvironment(t *testing.T) {
	env := map[string]string{"GOVERNANCE_TEAM_A_PROD_ENDPOINT": "https://acme.example", "GOVERNANCE_TEAM_A_PROD_TOKEN": "secret"}
	look := func(key string) (string, bool) { v, ok := env[key]; return v, ok }
	c, err := plan.ReadCredential("team-a/prod=env", look)
	if err != nil || c.Endpoint != "https://acme.example" || c.Backend != "team-a/prod" {
		t.Fatalf("%+v, %v", c.Endpoint, err)
	}
	delete(env, "GOVERNANCE_TEAM_A_PROD_ENDPOINT")
	if _, err = plan.ReadCredential("team-a/prod=env", look); err == nil || strings.Contains(err.Error(), "secret\"") {
		t.Errorf("without an endpoint: %v", err)
	}
	for _, argument := range []string{"prod", "=env", "prod=", "prod=/nonexistent"} {
		if _, err := plan.ReadCredential(argument, look); err == nil {
			t.Errorf("%q is taken", argument)
		}
	}
}

func TestValuesMeanNothingToACodeHost(t *testing.T) {
	p := newPlace(t)
	evil := "```\n</details><script>alert(1)</script> @everyone [x](https://evil.example) ![i](https://evil.example/i.png)\n~~~~"
	p.entitlement("evil", fmt.Sprintf("displayName: Fine\ndescription: %q\n%s", evil, inPlatform()))
	made := p.must()
	var b strings.Builder
	if err := made.Markdown(&b, plan.View{Values: true}); err != nil {
		t.Fatal(err)
	}
	inside, fence := false, ""
	for _, line := range strings.Split(b.String(), "\n") {
		switch {
		case !inside && strings.HasPrefix(line, "```"):
			inside, fence = true, strings.TrimSuffix(line, "text")
		case inside && line == fence:
			inside = false
		case !inside && (strings.Contains(line, "@everyone") || strings.Contains(line, "<script") || strings.Contains(line, "](")):
			t.Errorf("outside of a block of code stands %q", line)
		}
	}
	if inside {
		t.Error("a block of code does not end")
	}
	hidden := text(t, made, plan.View{})
	for _, word := range []string{"Fine", "everyone", "evil.example"} {
		if strings.Contains(strings.ReplaceAll(hidden, "team-a/evil", ""), word) {
			t.Errorf("%q is shown without values: %s", word, hidden)
		}
	}
}

func TestACommentHasAnEnd(t *testing.T) {
	made := &plan.Plan{Summary: map[plan.Action]int{plan.Create: 2000}}
	for i := range 2000 {
		made.Changes = append(made.Changes, plan.Change{Kind: "AccessProfile", Namespace: namespace, Name: fmt.Sprintf("p-%d", i), Action: plan.Create, Hash: "x",
			Fields: []backend.ProposedField{{Path: "displayName", After: []byte(`"` + strings.Repeat("long ", 20) + `"`)}}})
	}
	var b strings.Builder
	if err := made.Markdown(&b, plan.View{Values: true}); err != nil {
		t.Fatal(err)
	}
	if n := len(b.String()); n > 60_000 || !strings.Contains(b.String(), "more changes are left out") {
		t.Errorf("%d characters", n)
	}
}
