package main

import (
	"crypto/tls"
	"fmt"
	"path/filepath"

	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// metricsOptions says how metrics are served: over https and to those whom the API server lets read them, unless
// they shall be open.
func metricsOptions(o options) (metricsserver.Options, error) {
	m := metricsserver.Options{BindAddress: o.metricsAddress, SecureServing: o.metricsSecure}
	if !o.metricsSecure {
		return m, nil
	}
	m.FilterProvider = filters.WithAuthenticationAndAuthorization
	if !o.http2 {
		m.TLSOpts = append(m.TLSOpts, withoutHTTP2)
	}
	if o.metricsCertDir == "" {
		return m, nil
	}
	m.CertDir, m.CertName, m.KeyName = o.metricsCertDir, "tls.crt", "tls.key"
	// The server would serve a certificate of its own in place of one that is missing, and nobody would notice.
	if _, err := tls.LoadX509KeyPair(filepath.Join(m.CertDir, m.CertName), filepath.Join(m.CertDir, m.KeyName)); err != nil {
		return m, fmt.Errorf("reading the certificate of the metrics in --metrics-cert-dir: %w", err)
	}
	return m, nil
}

// withoutHTTP2 leaves http/1.1: one client of http/2 can keep a server busy with streams that it opens and resets.
func withoutHTTP2(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }
