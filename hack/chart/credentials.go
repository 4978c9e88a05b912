package main

import (
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// host is what the template puts the name of the sandbox's Service in place of.
const host = "HOST"

// credentials are the Secrets of the sandbox's tenants: the keys of each vendor, filled from the seed.
func credentials(string) (map[string]string, error) {
	secrets := map[string]map[string]string{}
	for _, s := range sandboxes.All() {
		server, err := sandbox.Start(sandbox.Options{Vendor: s.New(), HostName: host, KnownCredentials: true})
		if err != nil {
			return nil, err
		}
		secrets[s.Name()] = s.Secret(server.Credentials())
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

// tenant is what the templates say of a fake tenant.
type tenant struct {
	Vendor  string `json:"vendor"`
	Port    int    `json:"port"`
	Profile string `json:"profile,omitempty"`
}

// tenants lists the fake tenants for the templates, by the name of their fake.
func tenants(string) (map[string]string, error) {
	list := map[string]tenant{}
	for _, s := range sandboxes.All() {
		list[s.Name()] = tenant{Vendor: s.Vendor, Port: s.Port, Profile: s.SampleProfile}
	}
	text, err := yaml.Marshal(list)
	if err != nil {
		return nil, err
	}
	return map[string]string{filepath.Join("files", "sandbox-tenants.yaml"): "# " + generated + "\n" + string(text)}, nil
}
