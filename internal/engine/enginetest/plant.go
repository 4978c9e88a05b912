package enginetest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// plantedFault is the environment variable that makes drivers declare something wrong.
const plantedFault = "GOVERNANCE_PLANTED_FAULT"

// planted spoils the table of what leaves a spec: "path=fate" gives a field another fate, "all" leaves nothing of the table.
func planted(fault string) func(*backend.Capabilities) {
	if fault == "" {
		return nil
	}
	path, fate, _ := strings.Cut(fault, "=")
	return func(caps *backend.Capabilities) {
		rows := map[string]backend.Removal{}
		for p, row := range caps.Removed {
			if p == path {
				row = backend.Removal{Fate: backend.Fate(fate)}
				if strings.HasSuffix(path, "Duration") {
					row.Value = backend.Duration{Unlimited: true}
				}
			}
			if path != "all" {
				rows[p] = row
			}
		}
		caps.Removed = rows
	}
}

// Finds runs a test of Reverts in a process of its own with a fault planted, and expects that it fails.
func Finds(t *testing.T, test, fault string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$", "-rapid.checks=400", "-rapid.shrinktime=1ms")
	cmd.Env = append(os.Environ(), plantedFault+"="+fault)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "[rapid] failed") {
		t.Errorf("%s: nobody noticed: %v\n%s", fault, err, out)
	}
}
