package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatCannotBePlannedIsSaidBeforeTheFirstByte(t *testing.T) {
	const backend = "apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: prod}\n" +
		"spec: {vendor: ConductorOne, endpoint: 'https://acme.example', credentials: {secretRef: {name: s}}}\n---\n"
	const profile = "apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfile\nmetadata: {META}\nspec: {backendRef: {name: prod}, displayName: P}\n"
	for sentence, c := range map[string]struct {
		file string
		args []string
		want string
	}{
		"a name that only the cluster makes": {strings.Replace(profile, "META", "generateName: p-", 1), nil, "generateName"},
		"names, and a choice by labels":      {"", []string{"accessprofile/a", "-l", "team=a"}, "not both"},
		"names, and all namespaces":          {"", []string{"accessprofile/a", "-A"}, "not both"},
		"names, and files":                   {strings.Replace(profile, "META", "name: p", 1), []string{"accessprofile/a"}, "not both"},
		"a word that it cannot fail on":      {"", []string{"--fail-on=widens"}, `"widens" is none of`},
		"another endpoint":                   {strings.Replace(profile, "META", "name: p", 1), nil, "stands beside the credential"},
	} {
		t.Run(sentence, func(t *testing.T) {
			dir := t.TempDir()
			credential := filepath.Join(dir, "credential")
			if err := os.WriteFile(credential, []byte("endpoint: https://other.example\nclientID: hush\nclientSecret: hush-hush\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"plan"}, c.args...)
			if c.file != "" {
				file := filepath.Join(dir, "objects.yaml")
				if err := os.WriteFile(file, []byte(backend+c.file), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "-f", file, "--credentials", "prod="+credential, "--cluster-id", "here")
			}
			t.Setenv("KUBECONFIG", listing(t, nil))
			cmd := root()
			var out bytes.Buffer
			cmd.SetOut(&out)
			cmd.SetErr(&out)
			cmd.SetArgs(args)
			err := cmd.ExecuteContext(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error()+out.String(), "hush") {
				t.Errorf("%v\n%s", err, &out)
			}
		})
	}
}
