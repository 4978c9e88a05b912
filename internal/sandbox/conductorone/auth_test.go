package conductorone_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var encode = base64.RawURLEncoding.EncodeToString

// sign makes a compact JWS with the key inside a client secret.
func sign(t *testing.T, secret string, header, claims object) string {
	t.Helper()
	parts := strings.SplitN(secret, ":", 4)
	data, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		t.Fatal(err)
	}
	var jwk struct{ D string }
	if err := json.Unmarshal(data, &jwk); err != nil {
		t.Fatal(err)
	}
	seed, err := base64.RawURLEncoding.DecodeString(jwk.D)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, part := range []object{header, claims} {
		data, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		text += encode(data) + "."
	}
	text = strings.TrimSuffix(text, ".")
	return text + "." + encode(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(text)))
}

func TestSignedAssertion(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.Token = ""
	id, now := f.Credentials().ClientID, time.Now()
	for name, test := range map[string]struct {
		change   func(header, claims object)
		form     url.Values
		request  func(*http.Request)
		status   int
		want     string
		repeated bool
	}{
		"is accepted":                        {status: 200},
		"with a list of audiences":           {change: func(_, c object) { c["aud"] = []string{"127.0.0.1"} }, status: 200},
		"for another audience":               {change: func(_, c object) { c["aud"] = "127.0.0.1:80" }, status: 401, want: "aud"},
		"of another issuer":                  {change: func(_, c object) { c["iss"] = "x" }, status: 401, want: "iss and sub"},
		"that has expired":                   {change: func(_, c object) { c["exp"] = now.Add(-time.Second).Unix() }, status: 401, want: "expired"},
		"that lives for too long":            {change: func(_, c object) { c["exp"] = now.Add(6 * time.Minute).Unix() }, status: 401, want: "five minutes"},
		"that is not valid yet":              {change: func(_, c object) { c["nbf"] = now.Add(time.Minute).Unix() }, status: 401, want: "not valid yet"},
		"with another algorithm":             {change: func(h, _ object) { h["alg"] = "none" }, status: 401, want: "EdDSA"},
		"without a nonce":                    {change: func(h, _ object) { delete(h, "nonce") }, status: 401, want: "nonce"},
		"used twice":                         {status: 401, want: "used before", repeated: true},
		"with another grant type":            {form: url.Values{"grant_type": {"password"}}, status: 400, want: "grant type"},
		"with the secret beside it":          {form: url.Values{"client_secret": {"x"}}, status: 400, want: "exactly one"},
		"with an unknown field":              {form: url.Values{"scope": {"x"}}, status: 400, want: "unknown field scope"},
		"of a client at another host":        {form: url.Values{"client_id": {"sandbox@acme.conductor.one/spc"}}, status: 401, want: "another host"},
		"of a client id without use":         {form: url.Values{"client_id": {"sandbox@127.0.0.1"}}, status: 400, want: "name@host/use"},
		"sent as basic authentication":       {request: func(r *http.Request) { r.SetBasicAuth("a", "b") }, status: 400, want: "no Authorization header"},
		"sent as JSON":                       {request: func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, status: 400, want: "form-urlencoded"},
		"at a host that is not the client's": {request: func(r *http.Request) { r.Host = "localhost" }, status: 401, want: "another host"},
		"at the client's host, another port": {request: func(r *http.Request) { r.Host = "127.0.0.1:443" }, status: 200},
		"with a content type that has more": {request: func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		}, status: 200},
		"with the wrong assertion type": {form: url.Values{"client_assertion_type": {"x"}}, status: 400, want: "client_assertion_type"},
	} {
		t.Run(name, func(t *testing.T) {
			header := object{"alg": "EdDSA", "nonce": name}
			claims := object{"iss": id, "sub": id, "aud": "127.0.0.1", "iat": now.Unix(), "nbf": now.Add(-2 * time.Minute).Unix(), "exp": now.Add(2 * time.Minute).Unix()}
			if test.change != nil {
				test.change(header, claims)
			}
			form := url.Values{
				"grant_type": {"client_credentials"}, "client_id": {id},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
				"client_assertion":      {sign(t, f.Credentials().ClientSecret, header, claims)},
			}
			for name, values := range test.form {
				form[name] = values
			}
			if test.repeated {
				f.form(form, test.request)
			}
			status, result := f.form(form, test.request)
			description, _ := result["error_description"].(string)
			if status != test.status || !strings.Contains(description, test.want) {
				t.Fatalf("got %d %v", status, result)
			}
			if status == http.StatusOK {
				expect(t, result, "Bearer", "token_type")
				expect(t, result, 600, "expires_in")
			}
		})
	}
}

func secretForm(c sandbox.Credentials) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
}

func TestTokensEnd(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.TokenTTL = sandbox.Duration(time.Minute) }})
	renew := func() {
		t.Helper()
		_, result := f.form(secretForm(f.Credentials()), nil)
		expect(t, result, 60, "expires_in")
		f.Token, _ = result["access_token"].(string)
		expect(t, f.Must("GET", "/api/v1/auth/introspect", nil), "SUPER_ADMINISTRATOR", "roles", 0)
	}
	for name, end := range map[string]func(){
		"by time":         func() { f.Advance(time.Minute) },
		"by rotation":     func() { f.rotate() },
		"by being told":   f.ExpireTokens,
		"by a fault":      func() { f.fault(sandbox.Fault{Kind: sandbox.FaultExpireTokens, Count: 1}) },
		"by being others": func() { f.Token += "x" },
		"by being absent": func() { f.Token = "" },
	} {
		t.Run(name, func(t *testing.T) {
			renew()
			end()
			f.Refuses(401, "token", "GET", "/api/v1/catalogs", nil)
		})
	}
}

func (f *fake) rotate() {
	f.T.Helper()
	old := f.Credentials()
	if _, err := f.RotateCredentials(); err != nil {
		f.T.Fatal(err)
	}
	if status, _ := f.form(secretForm(old), nil); status != http.StatusUnauthorized {
		f.T.Errorf("the old secret answers %d", status)
	}
}

func (f *fake) fault(fault sandbox.Fault) {
	f.T.Helper()
	if err := f.AddFault(fault); err != nil {
		f.T.Fatal(err)
	}
}

func TestTokenExchange(t *testing.T) {
	f := start(t, sandbox.Options{SubjectTokenVerifier: func(token string) error {
		if strings.HasSuffix(token, ".Zm9yZ2Vk") {
			return errForged
		}
		return nil
	}})
	now := time.Now()
	for name, test := range map[string]struct {
		change func(claims object, form url.Values)
		status int
		want   string
	}{
		"is accepted":              {status: 200},
		"for another audience":     {func(c object, _ url.Values) { c["aud"] = "sts" }, 400, "aud"},
		"that has expired":         {func(c object, _ url.Values) { c["exp"] = now.Add(-time.Minute).Unix() }, 400, "expired"},
		"that is old":              {func(c object, _ url.Values) { c["iat"] = now.Add(-11 * time.Minute).Unix() }, 400, "ten minutes"},
		"of a client with secret":  {func(_ object, v url.Values) { v.Set("client_id", f.Credentials().ClientID) }, 400, "wfe"},
		"with a forged signature":  {func(c object, v url.Values) { v.Set("forge", "yes") }, 400, "forged"},
		"with another token type":  {func(_ object, v url.Values) { v.Set("subject_token_type", "x") }, 400, "subject_token_type"},
		"that is no token at all":  {func(_ object, v url.Values) { v.Set("subject_token", "x") }, 400, "compact JWS"},
		"with a scope nobody asks": {func(_ object, v url.Values) { v.Set("scope", "x") }, 400, "unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := object{"iss": "https://kubernetes.example", "aud": []string{"127.0.0.1"}, "exp": now.Add(10 * time.Minute).Unix(), "iat": now.Unix()}
			form := url.Values{
				"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {f.Credentials().FederationClientID},
				"subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"},
			}
			if test.change != nil {
				test.change(claims, form)
			}
			if form.Get("subject_token") == "" {
				token := sign(t, f.Credentials().ClientSecret, object{"alg": "RS256"}, claims)
				if form.Get("forge") != "" {
					token = token[:strings.LastIndex(token, ".")] + ".Zm9yZ2Vk"
				}
				form.Set("subject_token", token)
			}
			form.Del("forge")
			status, result := f.form(form, nil)
			description, _ := result["error_description"].(string)
			if status != test.status || !strings.Contains(description, test.want) {
				t.Fatalf("got %d %v", status, result)
			}
			if status == http.StatusOK {
				expect(t, result, "urn:ietf:params:oauth:token-type:access_token", "issued_token_type")
			}
		})
	}
}

type forged struct{}

func (forged) Error() string { return "the signature is forged" }

var errForged = forged{}
