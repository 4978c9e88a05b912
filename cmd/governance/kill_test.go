package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// asCommand makes the test's own binary the command.
const asCommand = "GOVERNANCE_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// stored is what the sandbox holds, as text.
func stored(t *testing.T, server *sandbox.Server) string {
	t.Helper()
	data, err := json.MarshalIndent(server.Dump(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestAProcessThatIsKilledIsCleanedUpByAnother: a real one, with a call under way.
func TestAProcessThatIsKilledIsCleanedUpByAnother(t *testing.T) {
	for sentence, fault := range map[string]sandbox.Fault{
		"before a profile is made":     {Method: "POST", PathPattern: "/catalogs$", Kind: sandbox.FaultHoldBefore},
		"before a profile is heard of": {Method: "POST", PathPattern: "/catalogs$", Kind: sandbox.FaultHold},
		"before a profile is removed":  {Method: "DELETE", PathPattern: "/catalogs/[^/]+$", Kind: sandbox.FaultHoldBefore},
		"before a review is heard of":  {Method: "POST", PathPattern: "/access_review$", Kind: sandbox.FaultHold},
		"before its entry is heard of": {Method: "POST", PathPattern: "/requestable_entries$", Kind: sandbox.FaultHold},
		"before an entitlement goes":   {Method: "DELETE", PathPattern: "/apps/[^/]+/entitlements/[^/]+$", Kind: sandbox.FaultHoldBefore},
	} {
		t.Run(sentence, func(t *testing.T) {
			server, args := tenant(t)
			server.Configure(func(s *sandbox.Settings) { s.SoftDelete = false })
			before := stored(t, server)
			if err := server.AddFault(fault); err != nil {
				t.Fatal(err)
			}
			args = append(args, "--i-own-this-tenant", "--yes", "--run", "killed")
			cmd := exec.CommandContext(t.Context(), os.Args[0], append(args, "--in", "GitHub", "--owner", "ada@corp.example")...)
			cmd.Env = append(os.Environ(), asCommand+"=1")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			held(t, server)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Fatal("it came to its end")
			}
			server.ClearFaults()
			_, notes, err := run(t, "", append(args, "--clean")...)
			if err != nil || strings.Contains(notes, "Nothing has both") != (fault.Kind == sandbox.FaultHoldBefore && fault.Method == "POST") {
				t.Errorf("%q, %v", notes, err)
			}
			if diff := cmp.Diff(before, stored(t, server)); diff != "" {
				t.Errorf("something stayed (-before +after):\n%s", diff)
			}
		})
	}
}

// held waits until the sandbox holds a call.
func held(t *testing.T, server *sandbox.Server) {
	t.Helper()
	look, late := time.NewTicker(5*time.Millisecond), time.NewTimer(30*time.Second)
	defer look.Stop()
	defer late.Stop()
	for server.Held() == 0 {
		select {
		case <-look.C:
		case <-late.C:
			t.Fatal("no call was held")
		}
	}
}
