package argocd_test

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// health is an answer of a health script.
type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// healthTests is upstream's form of health_test.yaml.
type healthTests struct {
	Tests []struct {
		InputPath    string `json:"inputPath"`
		HealthStatus health `json:"healthStatus"`
	} `json:"tests"`
}

func healthOf(t *testing.T, kind, path string) health {
	t.Helper()
	got, err := execute(object(t, path).Object, read(t, of(kind, "health.lua")))
	if err != nil {
		t.Fatal(err)
	}
	table, ok := got.(map[string]any)
	if !ok || len(table) != 2 {
		t.Fatalf("the script returned %v", got)
	}
	status, _ := table["status"].(string)
	message, _ := table["message"].(string)
	return health{status, message}
}

func TestHealth(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			path := of(kind, "health_test.yaml")
			var wanted healthTests
			if err := yaml.UnmarshalStrict([]byte(read(t, path)), &wanted); err != nil {
				t.Fatal(err)
			}
			if len(wanted.Tests) < 8 {
				t.Errorf("only %d states", len(wanted.Tests))
			}
			tried := map[string]bool{}
			for i, test := range wanted.Tests {
				tried[test.InputPath] = true
				t.Run(test.InputPath, func(t *testing.T) {
					got := healthOf(t, kind, of(kind, test.InputPath))
					if *update {
						wanted.Tests[i].HealthStatus.Message = got.Message
						test.HealthStatus.Message = got.Message
					}
					if got != test.HealthStatus {
						t.Errorf("got %+v, want %+v", got, test.HealthStatus)
					}
				})
			}
			for _, state := range states(t, kind) {
				// Argo CD asks no script about an object that is being deleted.
				deleting := object(t, of(kind, "testdata", state+".yaml")).GetDeletionTimestamp() != nil
				if tried["testdata/"+state+".yaml"] == deleting {
					t.Errorf("%s: in health_test.yaml: %t, being deleted: %t", state, !deleting, deleting)
				}
			}
			if *update {
				raw, err := yaml.Marshal(wanted)
				if err != nil {
					t.Fatal(err)
				}
				write(t, path, string(raw))
			}
		})
	}
}

// Where there is one script, there is one meaning.
func TestTheScriptsOfAllKindsAreEqual(t *testing.T) {
	for _, file := range []string{"health.lua", "actions/discovery.lua", "actions/reconcile/action.lua", "actions/suspend/action.lua", "actions/resume/action.lua"} {
		first := read(t, of(kinds[0], file))
		for _, kind := range kinds[1:] {
			if read(t, of(kind, file)) != first {
				t.Errorf("%s of %s differs from that of %s", file, kind, kinds[0])
			}
		}
	}
}

// A review that awaits its reviewers holds no sync up, and suspend is the only way to be Suspended.
func TestOnlySuspendSuspends(t *testing.T) {
	var suspended []string
	for _, kind := range kinds {
		for _, state := range states(t, kind) {
			path := of(kind, "testdata", state+".yaml")
			if object(t, path).GetDeletionTimestamp() == nil && healthOf(t, kind, path).Status == "Suspended" {
				suspended = append(suspended, kind+" "+state)
			}
		}
	}
	if !slices.Equal(suspended, []string{"AppEntitlement suspended", "AccessProfile suspended", "AccessReview suspended", "GovernanceBackend suspended", "ClusterGovernanceBackend suspended"}) {
		t.Errorf("suspended: %s", strings.Join(suspended, ", "))
	}
}
