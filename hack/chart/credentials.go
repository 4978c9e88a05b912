package main

import (
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// host is what the template puts the name of the sandbox's Service in place of.
const host = "HOST"

// credentials are the Secrets of the sandbox's tenants: the keys of each vendor, filled from the seed.
func credentials(string) (map[string]string, error) {
	signIn := func(c sandbox.Credentials) map[string]string {
		return map[string]string{"clientID": c.ClientID, "clientSecret": c.ClientSecret}
	}
	secrets := map[string]map[string]string{}
	for _, tenant := range []struct {
		vendor sandbox.Vendor
		keys   func(sandbox.Credentials) map[string]string
	}{
		{conductorone.New(), signIn},
		{sailpoint.New(), signIn},
		{veza.New(), func(c sandbox.Credentials) map[string]string { return map[string]string{"apiKey": c.StaticToken} }},
	} {
		server, err := sandbox.Start(sandbox.Options{Vendor: tenant.vendor, HostName: host, KnownCredentials: true})
		if err != nil {
			return nil, err
		}
		secrets[tenant.vendor.Name()] = tenant.keys(server.Credentials())
		if err := server.Close(); err != nil {
			return nil, err
		}
	}
	text, err := yaml.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	return map[string]string{filepath.Join("files", "sandbox-credentials.yaml"): "# " + generated + " They open fake tenants only.\n" + string(text)}, nil
}
