package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"

	"sigs.k8s.io/controller-runtime/pkg/manager"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/webhook"
)

// webhookOff is the address that switches the webhook off, as it does the other endpoints.
const webhookOff = "0"

// webhookServer is where the webhook is served, nil if it is off.
func webhookServer(o options, certificate *webhook.Certificate) (ctrlwebhook.Server, error) {
	if o.webhookAddress == webhookOff {
		return nil, nil
	}
	host, text, err := net.SplitHostPort(o.webhookAddress)
	if err != nil {
		return nil, fmt.Errorf("--webhook-bind-address: %w", err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("--webhook-bind-address: %q is no port to listen on", text)
	}
	s := ctrlwebhook.Options{Host: host, Port: int(port), TLSOpts: []func(*tls.Config){func(c *tls.Config) { c.GetCertificate = certificate.Get }}}
	if !o.http2 {
		s.TLSOpts = append(s.TLSOpts, withoutHTTP2)
	}
	return ctrlwebhook.NewServer(s), nil
}

// addWebhook adds the validators and what keeps their certificate, unless the webhook is off.
func addWebhook(mgr manager.Manager, o options, c controller.Options, certificate *webhook.Certificate) error {
	if o.webhookAddress == webhookOff {
		return nil
	}
	if err := webhook.Setup(mgr, webhook.Options{Vendors: c.Vendors, ClusterKind: c.ClusterKind, AllowInsecure: c.AllowInsecure}); err != nil {
		return fmt.Errorf("setting up the webhook: %w", err)
	}
	log := mgr.GetLogger().WithName("webhook")
	if o.webhookCertDir != "" {
		return mgr.Add(&webhook.Mounted{Certificate: certificate, Dir: o.webhookCertDir, Log: log})
	}
	var addresses []net.IP
	if host, _, err := net.SplitHostPort(o.webhookAddress); err == nil && net.ParseIP(host) != nil {
		addresses = append(addresses, net.ParseIP(host))
	}
	return mgr.Add(&webhook.SelfSigned{
		Certificate: certificate, Reader: mgr.GetAPIReader(), Client: mgr.GetClient(),
		Namespace: o.operatorNamespace, Name: o.webhookName, Addresses: addresses, Log: log,
	})
}
