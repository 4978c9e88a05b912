package tenancy

import (
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func parsed(t *testing.T, endpoint string) *url.URL {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestNoSecretIsAWorkloadIdentity(t *testing.T) {
	endpoint := parsed(t, "https://acme.conductor.one")
	word := func() string {
		letters := []rune("ab|:0158secretworkloadIdentity\x00")
		out := make([]rune, rand.IntN(4))
		for i := range out {
			out[i] = letters[rand.IntN(len(letters))]
		}
		return string(out)
	}
	for range 10_000 {
		a, b, c := word(), word(), word()
		federated := workloadCredential(a, b, c).key("ConductorOne", endpoint, nil)
		for _, values := range [][3]string{{a, b, c}, {word(), word(), word()}, {a + b, "", c}, {a, b + c, ""}} {
			secret := secretCredential(backend.Credentials{ClientID: values[0], ClientSecret: backend.Secret(values[1]), Token: backend.Secret(values[2])})
			if secret.key("ConductorOne", endpoint, nil) == federated {
				t.Fatalf("the Secret %q opens what the workload identity %q, %q, %q opened", values, a, b, c)
			}
		}
	}
}

func TestWhatActsWithACredentialIsSharedOnlyByWhoHasAllOfIt(t *testing.T) {
	type who struct {
		credential       credential
		vendor, endpoint string
		bundle           string
	}
	one := who{credential{waySecret, []string{"id", "secret", ""}}, "Veza", "https://acme.vezacloud.com", ""}
	with := func(change func(*who)) who {
		w := one
		w.credential.values = append([]string(nil), one.credential.values...)
		change(&w)
		return w
	}
	for sentence, c := range map[string]struct {
		other who
		same  bool
	}{
		"the same values in another Secret":      {one, true},
		"the default port is written":            {with(func(w *who) { w.endpoint = "https://acme.vezacloud.com:443" }), true},
		"the host in capitals":                   {with(func(w *who) { w.endpoint = "https://ACME.VezaCloud.com" }), true},
		"the scheme in capitals":                 {with(func(w *who) { w.endpoint = "HTTPS://acme.vezacloud.com" }), true},
		"a dot behind the host":                  {with(func(w *who) { w.endpoint = "https://acme.vezacloud.com." }), true},
		"a port with a zero before it":           {with(func(w *who) { w.endpoint = "https://acme.vezacloud.com:0443" }), true},
		"another way to sign in":                 {with(func(w *who) { w.credential.way = wayWorkloadIdentity }), false},
		"the values split another way":           {with(func(w *who) { w.credential.values = []string{"ids", "ecret", ""} }), false},
		"the secret as a token":                  {with(func(w *who) { w.credential.values = []string{"id", "", "secret"} }), false},
		"another vendor":                         {with(func(w *who) { w.vendor = "SailPoint" }), false},
		"without TLS":                            {with(func(w *who) { w.endpoint = "http://acme.vezacloud.com:443" }), false},
		"another port":                           {with(func(w *who) { w.endpoint = "https://acme.vezacloud.com:8443" }), false},
		"a host that looks alike":                {with(func(w *who) { w.endpoint = "https://acrne.vezacloud.com" }), false},
		"a host with a letter of another script": {with(func(w *who) { w.endpoint = "https://аcme.vezacloud.com" }), false},
		"a host below it":                        {with(func(w *who) { w.endpoint = "https://x.acme.vezacloud.com" }), false},
		"other certificates":                     {with(func(w *who) { w.bundle = "-----BEGIN CERTIFICATE-----" }), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			key := func(w who) string { return w.credential.key(w.vendor, parsed(t, w.endpoint), []byte(w.bundle)) }
			if got := key(one) == key(c.other); got != c.same {
				t.Errorf("shared: %t, want %t", got, c.same)
			}
		})
	}
}

func TestWhatSpeaksAboutATenantGoesByWhereItIs(t *testing.T) {
	for sentence, c := range map[string]struct {
		vendor, endpoint, want string
	}{
		"a host":                       {"Veza", "https://Acme.VezaCloud.com.", "Veza|acme.vezacloud.com:443"},
		"without TLS":                  {"Veza", "http://acme.vezacloud.com", "Veza|acme.vezacloud.com:80"},
		"a port":                       {"Veza", "https://acme.vezacloud.com:8443", "Veza|acme.vezacloud.com:8443"},
		"an address":                   {"Veza", "http://127.0.0.1:8090", "Veza|127.0.0.1:8090"},
		"the same in the other family": {"Veza", "http://[::ffff:127.0.0.1]:8090", "Veza|127.0.0.1:8090"},
		"a long address":               {"Veza", "https://[2001:DB8:0:0:0:0:0:1]", "Veza|[2001:db8::1]:443"},
		"another vendor":               {"SailPoint", "https://acme.vezacloud.com", "SailPoint|acme.vezacloud.com:443"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := placeOf(c.vendor, parsed(t, c.endpoint)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
