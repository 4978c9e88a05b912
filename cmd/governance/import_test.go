package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/governance-operator/governance-operator/internal/importing"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// TestAnImportNeedsNoCluster but a backend of a file, its credential and the id of the cluster.
func TestAnImportNeedsNoCluster(t *testing.T) {
	of := sandboxes.All()[0]
	server, err := sandbox.Start(sandbox.Options{Vendor: of.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	backend := file("backend.yaml", fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: prod, namespace: team}\n"+
		"spec: {vendor: %s, endpoint: %q, requestsPerSecond: 400, burst: 400, credentials: {secretRef: {name: x}}}\n", of.Vendor, server.URL))
	secret := "endpoint: " + server.URL + "\n"
	for key, value := range of.Secret(server.Credentials()) {
		secret += fmt.Sprintf("%s: %q\n", key, value)
	}
	good := imports{inventoryOptions: inventoryOptions{backend: "prod", clusterID: "prod-eu"}, to: filepath.Join(folder, "out"), backendFile: backend, credentials: []string{"prod=" + file("secret.yaml", secret)}}
	run := func(o imports) (string, error) {
		c := inCluster(&cobra.Command{Use: "import"})
		*c.flags.Namespace = "team"
		var out strings.Builder
		err := o.run(t.Context(), c, &out, io.Discard)
		return out.String(), err
	}
	for sentence, c := range map[string]struct {
		change func(*imports)
		says   string
	}{
		"no cluster id":      {func(o *imports) { o.clusterID = "" }, "needs all of"},
		"no backend file":    {func(o *imports) { o.backendFile = "" }, "needs all of"},
		"another backend":    {func(o *imports) { o.backend = "other" }, "not found"},
		"no backend":         {func(o *imports) { o.backend = "accessprofile/prod" }, "names no backend"},
		"another kind":       {func(o *imports) { o.kinds = []string{"secret"} }, "is no kind"},
		"another credential": {func(o *imports) { o.credentials = []string{"other=" + filepath.Join(folder, "secret.yaml")} }, `no backend is named "other"`},
	} {
		o := good
		c.change(&o)
		if _, err := run(o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", sentence, err)
		}
	}
	if _, err := os.Stat(good.to); !os.IsNotExist(err) {
		t.Errorf("a folder was made for an import that was refused: %v", err)
	}
	said, err := run(good)
	if err != nil || !strings.Contains(said, "AppEntitlement: ") || !strings.Contains(said, ", 0 skipped, of ") {
		t.Fatalf("%v: %s", err, said)
	}
	if _, err := os.Stat(filepath.Join(good.to, "kustomization.yaml")); err != nil {
		t.Error(err)
	}
}

func TestAnImportEndsWithAnErrorWhereAFileIsLeft(t *testing.T) {
	var out strings.Builder
	err := imports{}.tell(&out, &importing.Report{Counts: []importing.Count{{Kind: "AccessProfile", Total: 3, Exported: 2, Skipped: 1}}, Left: []string{"accessprofiles/a.yaml"}})
	if want := "AccessProfile: 2 exported, 1 skipped, of 3\nchanged, left: accessprofiles/a.yaml\n"; !errors.Is(err, errLeft) || out.String() != want {
		t.Errorf("%v: %s", err, out.String())
	}
}
