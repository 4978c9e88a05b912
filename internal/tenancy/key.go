package tenancy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// What backends have in common goes by two keys, and both hold only what was proven. What acts
// with a credential (the opened tenant, its budget, list snapshots and look-ups) goes by the credential
// itself, and by where it is sent. What speaks about a tenant (claims, lines of workers) goes by
// the place that answers, and only within it by the tenant's id, which is no more than an answer.

// The ways to sign in. No credential of one way is one of the other, whatever it holds.
const (
	waySecret           = "secret"
	wayWorkloadIdentity = "workloadIdentity"
)

// credential is who signs in: the way, and the values that only its owner can give.
type credential struct {
	way    string
	values []string
}

func secretCredential(c backend.Credentials) credential {
	return credential{waySecret, []string{c.ClientID, c.ClientSecret.Reveal(), c.Token.Reveal()}}
}

func workloadCredential(clientID, namespace, account string) credential {
	return credential{wayWorkloadIdentity, []string{clientID, namespace, account}}
}

// key names what acts with the credential at a vendor's endpoint, trusting these certificates.
func (c credential) key(vendor string, endpoint *url.URL, bundle []byte) string {
	parts := append([]string{c.way, vendor, strings.ToLower(endpoint.Scheme), hostPort(endpoint), string(bundle)}, c.values...)
	return fingerprint(parts...)
}

// placeOf names what speaks about the tenants behind an endpoint: the vendor, the host and the port.
func placeOf(vendor string, endpoint *url.URL) string { return vendor + "|" + hostPort(endpoint) }

// hostPort is one spelling for all of one host and port. Names that only look alike stay apart.
func hostPort(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	port := u.Port()
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		port = strconv.FormatUint(n, 10)
	}
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
	}
	return net.JoinHostPort(host, port)
}

// fingerprint sums texts up so that no other texts have the same sum, however they are split.
func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
