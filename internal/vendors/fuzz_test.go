package vendors_test

import (
	"context"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// nobody listens here, so that a tenant that opens is asked who it is and answers at once.
const nobody = "http://127.0.0.1:1"

// FuzzCredentials: whatever a Secret holds, opening a tenant says which key is wrong, and never its value.
func FuzzCredentials(f *testing.F) {
	const id = "name@127.0.0.1/spc"
	jwk := func(text string) string {
		return "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString([]byte(text))
	}
	half := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for _, secret := range []string{
		"", "secret", "secret-token:conductorone.com:v1:", "secret-token:conductorone.com:v2:e30", "secret-token:conductorone.com:v1:%%%", jwk("{}"), jwk("null"), jwk("[]"),
		jwk(`{"kty":"OKP","crv":"Ed25519","x":"` + half + `","d":"` + half + `"}`), jwk(`{"kty":"OKP","crv":"Ed25519","x":"` + half + `"}`),
		jwk(`{"kty":"OKP","crv":"Ed25519","x":"","d":""}`), jwk(`{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}`), jwk(`{"kty":"OKP","crv":"X25519","x":"` + half + `"}`),
		jwk(`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}`), jwk(`{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}`), jwk(`{"kty":"oct","k":"c2VjcmV0"}`),
		jwk(`{"kty":"OKP","crv":"Ed25519","x":"` + half + half + `","d":"` + half + half + `","x5c":["AA"]}`), jwk(strings.Repeat(`{"kty":`, 5000)),
	} {
		f.Add(uint8(0), id, secret, "", "", "", []byte(nil))
	}
	for _, other := range []string{"name@other.example/spc", "@/", "name@127.0.0.1", "name@[::1]/x", "a b@127.0.0.1/x", "x@\x00\n/y", "x@" + strings.Repeat("h", 3000) + "/y"} {
		f.Add(uint8(0), other, jwk("{}"), "", "", "", []byte(nil))
	}
	f.Add(uint8(0), "", "", "a token\nof two lines", "", "", []byte(nil))
	f.Add(uint8(1), "id", "secret-of-sailpoint", "", "V2024", "", []byte(nil))
	f.Add(uint8(1), "id", "secret-of-sailpoint", "", "V1999\x1b", "", []byte("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"))
	f.Add(uint8(2), "", "", "an-api-key-of-veza", "", "DeleteProfile", []byte(nil))
	f.Add(uint8(2), "", "", "not ascii: ü", "", "Everything\n", []byte("junk"))
	all := vendors.All()
	for which := range all {
		f.Add(uint8(which), "", "", "", "", "", []byte(nil))
		f.Add(uint8(which), "id", "a-long-secret", "a-long-token", "", "", []byte(nil))
		f.Add(uint8(which), "id", "short", "short", "", "", []byte("junk"))
	}
	f.Fuzz(func(t *testing.T, which uint8, id, secret, token, style, allow string, bundle []byte) {
		cfg := backend.Config{
			Endpoint: nobody, APIStyle: style, CABundle: bundle,
			Credentials: backend.Credentials{ClientID: id, ClientSecret: backend.Secret(secret), Token: backend.Secret(token)},
		}
		if allow != "" {
			cfg.Allow = []string{allow}
		}
		hidden := long(secret, token)
		vendor := all[int(which)%len(all)]
		tenant, err := vendor.Open(cfg)
		if err != nil {
			refused(t, vendor.Name, err, hidden)
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = tenant.Identity(ctx)
		if err == nil {
			t.Fatalf("%s: nobody answered", vendor.Name)
		}
		vendortest.Printable(t, vendor.Name, err.Error(), hidden...)
	})
}

// namesKey is how an error begins that names a key of the Secret, or a field of the backend.
var namesKey = regexp.MustCompile(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)?: `)

// refused expects that an error begins with what is wrong.
func refused(t *testing.T, vendor string, err error, hidden []string) {
	t.Helper()
	var typed *backend.Error
	if !errors.As(err, &typed) || typed.Class != backend.Terminal {
		t.Errorf("%s: %T: %v", vendor, err, err)
	}
	vendortest.Printable(t, vendor, err.Error(), hidden...)
	if !namesKey.MatchString(err.Error()) {
		t.Errorf("%s: %v names no key", vendor, err)
	}
}

// long leaves out what cannot be told from our own words.
func long(values ...string) []string {
	var out []string
	for _, v := range values {
		if len(v) >= 8 && !strings.Contains("secret-token:conductorone.com:v1:", v) {
			out = append(out, v)
		}
	}
	return out
}
