package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// tenant is a sandbox, and the flags with which it is asked.
func tenant(t *testing.T) (*sandbox.Server, []string) {
	t.Helper()
	server, err := conductorone.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	data, err := json.Marshal(server.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, []string{"tenant-check", "--vendor", "ConductorOne", "--endpoint", server.URL, "--credentials", file, "--requests-per-second", "10000"}
}

// run runs the command with an answer to every question.
func run(t *testing.T, answer string, args ...string) (out, notes string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(answer))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

func TestNothingIsCalledWithoutTheOwnersWord(t *testing.T) {
	server, args := tenant(t)
	if _, _, err := run(t, "", args...); err == nil || !strings.Contains(err.Error(), "--i-own-this-tenant") {
		t.Errorf("got %v", err)
	}
	if calls := server.Calls(0); len(calls) != 0 {
		t.Errorf("%d calls were made", len(calls))
	}
}

func TestNothingIsMadeWithoutAYes(t *testing.T) {
	server, args := tenant(t)
	_, notes, err := run(t, "n\n", append(args, "--i-own-this-tenant", "--run", "mine")...)
	if err == nil || !strings.Contains(notes, "Run mine at") || !strings.Contains(notes, "calls") {
		t.Errorf("%q, %v", notes, err)
	}
	for _, c := range server.Calls(0) {
		if c.Class == sandbox.ClassWrite {
			t.Errorf("%s %s was sent", c.Method, c.Path)
		}
	}
}

func TestARecordHoldsNoWordOfTheTenant(t *testing.T) {
	_, args := tenant(t)
	file := filepath.Join(t.TempDir(), "capabilities.yaml")
	out, _, err := run(t, "", append(args, "--i-own-this-tenant", "--yes", "--in", "GitHub", "--owner", "ada@corp.example", "--run", "mine", "-o", "json", "--capabilities", file)...)
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Vendor  string
		Results []struct{ ID, Verdict string }
	}
	if err := json.Unmarshal([]byte(out), &record); err != nil || record.Vendor != "ConductorOne" || len(record.Results) == 0 {
		t.Fatalf("%v: %s", err, out)
	}
	for _, word := range []string{"GitHub", "ada@", "127.0.0.1", "sandbox"} {
		if strings.Contains(out, word) {
			t.Errorf("%q is in the record", word)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(written), "overrides:") {
		t.Errorf("%q, %v", written, err)
	}
}

func TestCleanAsksBeforeItRemoves(t *testing.T) {
	server, args := tenant(t)
	id, err := server.Create("AccessProfile", "", map[string]any{
		"displayName": "governance-check-mine-listed", "description": "Made by governance tenant-check, run mine, and removed by it.",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Create("AccessProfile", "", map[string]any{"displayName": "governance-check-mine-other"}); err != nil {
		t.Fatal(err)
	}
	args = append(args, "--i-own-this-tenant", "--clean")
	if _, notes, err := run(t, "n\n", args...); err != nil || !strings.Contains(notes, id) || strings.Contains(notes, "removed") {
		t.Errorf("%q, %v", notes, err)
	}
	if _, notes, err := run(t, "y\n", args...); err != nil || !strings.Contains(notes, "1 removed") || strings.Contains(notes, "mine-other") {
		t.Errorf("%q, %v", notes, err)
	}
	if _, notes, err := run(t, "", args...); err != nil || !strings.Contains(notes, "Nothing has both") {
		t.Errorf("%q, %v", notes, err)
	}
}

func TestWhatCannotBeAskedIsSaid(t *testing.T) {
	_, args := tenant(t)
	for sentence, c := range map[string]struct {
		args []string
		want string
	}{
		"a vendor that nobody knows": {[]string{"tenant-check", "--vendor", "nobody"}, "--vendor"},
		"an endpoint without https":  {append(args, "--i-own-this-tenant", "--endpoint", "http://tenant.example"), "--endpoint"},
		"no credentials":             {append(args, "--i-own-this-tenant", "--credentials", "/nowhere"), "--credentials"},
		"an output of another form":  {append(args, "--i-own-this-tenant", "-o", "xml"), "--output"},
		"a run that is no name":      {append(args, "--i-own-this-tenant", "--run", "No Name"), "the run"},
		"an app that is not there":   {append(args, "--i-own-this-tenant", "--in", "Nowhere"), "--in"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, _, err := run(t, "", c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something of %s", err, c.want)
			}
		})
	}
}

func TestTheListCallsNothing(t *testing.T) {
	out, _, err := run(t, "", "tenant-check", "--vendor", "ConductorOne", "--list")
	if err != nil || !strings.Contains(out, "`profile-annotations-read-back`") || !strings.Contains(out, "Never asked.") {
		t.Errorf("%v: %s", err, out)
	}
}
