package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// readCredentials reads a file with the keys of a backend's Secret: clientID and clientSecret, token, or apiKey. No text
// of it is in an error.
func readCredentials(path string) (backend.Credentials, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return backend.Credentials{}, fmt.Errorf("--credentials: %w", err)
	}
	var keys map[string]string
	if err := yaml.Unmarshal(data, &keys); err != nil {
		return backend.Credentials{}, errors.New("--credentials: not a file of keys and values such as clientID: …")
	}
	value := func(key string) string { return strings.TrimSpace(keys[key]) }
	c := backend.Credentials{ClientID: value("clientID"), ClientSecret: backend.Secret(value("clientSecret")), Token: backend.Secret(value("token"))}
	if c.Token == "" {
		c.Token = backend.Secret(value("apiKey"))
	}
	if c.Token == "" && (c.ClientID == "" || c.ClientSecret == "") {
		return backend.Credentials{}, errors.New("--credentials: has none of clientID and clientSecret, token, apiKey")
	}
	return c, nil
}
