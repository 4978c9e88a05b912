package conductorone_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestEveryWayIn(t *testing.T) {
	h := begin(t)
	c := h.Server.Credentials()
	host, _, _ := strings.Cut(strings.TrimPrefix(h.URL, "http://"), ":")
	for name, credentials := range map[string]backend.Credentials{
		"a signed assertion": {ClientID: c.ClientID, ClientSecret: backend.Secret(c.ClientSecret)},
		"a static token":     {Token: backend.Secret(c.StaticToken)},
		"a workload identity": {ClientID: c.FederationClientID, SubjectToken: func(context.Context) (backend.Secret, error) {
			return subjectToken(t, host), nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := open(h, credentials).Identity(t.Context())
			if err != nil || id.ID == "" || id.Name != host {
				t.Errorf("%+v, %v", id, err)
			}
		})
	}
}

func subjectToken(t *testing.T, audience string) backend.Secret {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(strings.Repeat("k", 32))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: "https://kubernetes.default.svc", Subject: "system:serviceaccount:governance:backend", Audience: jwt.Audience{audience},
		IssuedAt: jwt.NewNumericDate(time.Now()), Expiry: jwt.NewNumericDate(time.Now().Add(10 * time.Minute)),
	}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return backend.Secret(token)
}

func TestCredentialsAreChecked(t *testing.T) {
	const endpoint = "https://acme.conductor.one:8443"
	secret := func(jwk string) backend.Secret {
		return backend.Secret("secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString([]byte(jwk)))
	}
	good := secret(`{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`)
	subject := func(context.Context) (backend.Secret, error) { return "", nil }
	const id = "brave-otter-1@acme.conductor.one/spc"
	for name, tc := range map[string]struct {
		c    backend.Credentials
		text string
	}{
		"nothing":                          {backend.Credentials{}, "clientID: missing"},
		"no host in the id":                {backend.Credentials{ClientID: "brave-otter-1", ClientSecret: good}, "clientID: not of the form name@tenant.conductor.one/use"},
		"no use in the id":                 {backend.Credentials{ClientID: "brave-otter-1@acme.conductor.one", ClientSecret: good}, "clientID: not of the form name@tenant.conductor.one/use"},
		"another tenant's id":              {backend.Credentials{ClientID: "brave-otter-1@other.conductor.one/spc", ClientSecret: good}, "clientID: belongs to another host than the endpoint's, which is acme.conductor.one"},
		"no secret":                        {backend.Credentials{ClientID: id}, "clientSecret: missing"},
		"a secret of another form":         {backend.Credentials{ClientID: id, ClientSecret: "hunter22"}, "clientSecret: not of the form secret-token:conductorone.com:v1:…"},
		"a secret of another version":      {backend.Credentials{ClientID: id, ClientSecret: "secret-token:conductorone.com:v2:hunter2"}, "clientSecret: not of the form secret-token:conductorone.com:v1:…"},
		"a secret that is not base64":      {backend.Credentials{ClientID: id, ClientSecret: "secret-token:conductorone.com:v1:hunter2!"}, "clientSecret: the part after v1: is not base64url without padding"},
		"a secret without a key":           {backend.Credentials{ClientID: id, ClientSecret: secret(`{}`)}, "clientSecret: contains no JSON web key"},
		"a public key":                     {backend.Credentials{ClientID: id, ClientSecret: secret(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`)}, "clientSecret: does not contain a private key of type OKP Ed25519"},
		"federation without a trust":       {backend.Credentials{ClientID: id, SubjectToken: subject}, "clientID: not a workload federation trust: it must end in /wfe"},
		"a token with its line's end":      {backend.Credentials{Token: "hunter2\n"}, "token: contains white space or characters outside ASCII"},
		"good: a secret":                   {backend.Credentials{ClientID: id, ClientSecret: good}, ""},
		"good: a secret, host in capitals": {backend.Credentials{ClientID: "brave-otter-1@ACME.conductor.one/spc", ClientSecret: good}, ""},
		"good: a trust":                    {backend.Credentials{ClientID: "brave-otter-1@acme.conductor.one/wfe", SubjectToken: subject}, ""},
		"good: a token":                    {backend.Credentials{Token: "hunter22"}, ""},
		"a token that is hardly one":       {backend.Credentials{Token: "hunter2"}, "token: has fewer than 8 characters; no vendor issues one that short, and it could not be kept out of messages"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conductorone.Vendor().Open(backend.Config{Endpoint: endpoint, Credentials: tc.c})
			vendortest.Opening(t, err, tc.text, "hunter2")
		})
	}
}

func TestTokens(t *testing.T) {
	t.Run("one token serves many calls, and an expired one is renewed", func(t *testing.T) {
		h := begin(t)
		for range 3 {
			if _, err := h.Identity(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		h.ExpireTokens()
		if _, err := h.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.Counts().Tokens; n != 2 {
			t.Errorf("%d tokens", n)
		}
	})
	t.Run("a rotated secret is unauthorized", func(t *testing.T) {
		h := begin(t)
		if _, err := h.RotateCredentials(); err != nil {
			t.Fatal(err)
		}
		_, err := h.Identity(t.Context())
		vendortest.Class(t, err, backend.Unauthorized)
	})
	t.Run("a pause holds the token endpoint too", func(t *testing.T) {
		h := begin(t)
		h.Fault(sandbox.Fault{Class: sandbox.ClassToken, Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 60, Count: 1})
		for range 2 {
			_, err := h.Identity(t.Context())
			vendortest.Class(t, err, backend.Throttled)
		}
		if n := h.Counts(); n.Tokens != 1 || n.Early != 0 || n.Reads != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func TestFind(t *testing.T) {
	h := begin(t)
	one, two := fake.DuplicateApps()
	team := fake.SeedID("resource-type", "GitHub/Team")
	created, err := h.Create("AccessProfile", "", map[string]any{"displayName": "Basics"})
	if err != nil {
		t.Fatal(err)
	}
	aliased, err := h.Create("AppEntitlement", github, map[string]any{"displayName": "Deployer", "alias": "gh_deployer"})
	if err != nil {
		t.Fatal(err)
	}
	sought := func(kind backend.NameKind, name, parent, typ string) backend.Name {
		return backend.Name{Kind: kind, Name: name, ParentID: parent, TypeID: typ}
	}
	for name, tc := range map[string]struct {
		q    backend.Name
		want []backend.Match
	}{
		"an app":                             {sought(backend.NameApp, "GitHub", "", ""), []backend.Match{{ID: github, Name: "GitHub"}}},
		"an app in another case is another":  {sought(backend.NameApp, "github", "", ""), nil},
		"two apps":                           {sought(backend.NameApp, "Duplicate App", "", ""), []backend.Match{{ID: one, Name: "Duplicate App"}, {ID: two, Name: "Duplicate App"}}},
		"a user, whatever the case":          {sought(backend.NameUser, "Ada@Corp.Example", "", ""), []backend.Match{{ID: ada, Name: "ada@corp.example"}}},
		"a user who left":                    {sought(backend.NameUser, "bob@corp.example", "", ""), []backend.Match{{ID: fake.SeedID("user", "bob@corp.example"), Name: "bob@corp.example", Unusable: "the user is disabled"}}},
		"nobody":                             {sought(backend.NameUser, "nobody@corp.example", "", ""), nil},
		"a policy":                           {sought(backend.NamePolicy, "Manager approval", "", "Grant"), []backend.Match{{ID: grant, Name: "Manager approval"}}},
		"a policy of another type":           {sought(backend.NamePolicy, "Manager approval", "", "Certify"), nil},
		"a policy of an app":                 {sought(backend.NamePolicy, "GitHub local approval", "", "Grant"), []backend.Match{{ID: fake.SeedID("policy", "GitHub local approval"), Name: "GitHub local approval"}}},
		"a policy of any type":               {sought(backend.NamePolicy, "Certify by manager", "", ""), []backend.Match{{ID: certify, Name: "Certify by manager"}}},
		"a risk level":                       {sought(backend.NameRiskLevel, "High", "", ""), []backend.Match{{ID: fake.SeedID("risk-level", "High"), Name: "High"}}},
		"a compliance framework":             {sought(backend.NameComplianceFramework, "SOC 2", "", ""), []backend.Match{{ID: fake.SeedID("framework", "SOC 2"), Name: "SOC 2"}}},
		"a resource type":                    {sought(backend.NameResourceType, "Team", github, ""), []backend.Match{{ID: team, Name: "Team"}}},
		"a resource":                         {sought(backend.NameResource, "platform", github, team), []backend.Match{{ID: fake.SeedID("resource", "GitHub/Team/platform"), Name: "platform"}}},
		"a part of a resource's name":        {sought(backend.NameResource, "plat", github, team), nil},
		"an entitlement":                     {sought(backend.NameEntitlement, "payments Write", github, ""), []backend.Match{{ID: payments.ID, Name: "payments Write"}}},
		"an entitlement by its alias":        {sought(backend.NameEntitlement, "gh_deployer", github, ""), []backend.Match{{ID: aliased, Name: "Deployer"}}},
		"an entitlement of another app":      {sought(backend.NameEntitlement, "payments Write", workday, ""), nil},
		"a profile":                          {sought(backend.NameAccessProfile, "Basics", "", ""), []backend.Match{{ID: created, Name: "Basics"}}},
		"a connector":                        {sought(backend.NameConnector, "GitHub connector", github, ""), []backend.Match{{ID: fake.SeedID("connector", "GitHub/GitHub connector"), Name: "GitHub connector"}}},
		"a webhook":                          {sought(backend.NameWebhook, "Audit hook", "", ""), []backend.Match{{ID: fake.SeedID("webhook", "Audit hook"), Name: "Audit hook"}}},
		"a step-up provider, not its cousin": {sought(backend.NameStepUpProvider, "Corporate step-up", "", ""), []backend.Match{{ID: fake.SeedID("step-up", "Corporate step-up"), Name: "Corporate step-up"}}},
		"a step-up provider that is off":     {sought(backend.NameStepUpProvider, "Corporate step-up (old)", "", ""), []backend.Match{{ID: fake.SeedID("step-up", "Corporate step-up (old)"), Name: "Corporate step-up (old)", Unusable: "the provider is disabled"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.Find(t.Context(), tc.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, q := range []backend.Name{{Kind: "Planet", Name: "Mars"}, {Kind: backend.NameApp}, {Kind: backend.NameEntitlement, Name: "Viewer"}} {
		_, err := h.Find(t.Context(), q)
		vendortest.Class(t, err, backend.Terminal)
	}
	if err := h.Delete(sandbox.Target{Kind: "AccessProfile", ID: created}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameAccessProfile, Name: "Basics"}); err != nil || len(got) != 0 {
		t.Errorf("a deleted profile: %v, %v", got, err)
	}
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 500})
	if got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "GitHub"}); err == nil || got != nil {
		t.Errorf("an error must not mean none: %v, %v", got, err)
	}
}

func TestFindReadsAllPages(t *testing.T) {
	h := begin(t)
	for i := range 230 {
		name := "Other"
		if i%5 == 0 {
			name = "Same"
		}
		if _, err := h.Create("AccessProfile", "", map[string]any{"displayName": name}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameAccessProfile, Name: "Same"})
	if err != nil || len(got) != 46 {
		t.Errorf("%d of 46, %v", len(got), err)
	}
}
