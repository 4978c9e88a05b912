package validate_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

const samples = "../../config/samples"

func run(t *testing.T, files ...string) validate.Result {
	t.Helper()
	result, err := validate.Run(t.Context(), validate.Options{Files: files, Namespace: "default", Vendors: vendors.All()})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// lines are findings without their place.
func lines(result validate.Result) (errs []string) {
	for _, f := range result.Findings {
		if f.Severity == validate.Error {
			errs = append(errs, strings.TrimPrefix(f.Path+": "+f.Message, ": "))
		}
	}
	slices.Sort(errs)
	return slices.Compact(errs)
}

func TestEverySampleIsValid(t *testing.T) {
	result := run(t, samples)
	if result.Errors() > 0 || result.Objects < 25 || result.Unbacked > 0 {
		t.Errorf("%d objects, %d of them without a backend: %v", result.Objects, result.Unbacked, result.Findings)
	}
}

// TestEveryInvalidSampleIsRefused: with the message that the API server gives, which the file begins with.
func TestEveryInvalidSampleIsRefused(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "invalid", "*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(text)) {
				rest, ok := strings.CutPrefix(line, "# expect: ")
				if !ok {
					break
				}
				want = append(want, strings.TrimPrefix(strings.TrimSpace(rest), "<nil>: "))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, lines(run(t, file))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// entitlement is one that has the id e1 in an app.
func entitlement(name, app string) string {
	return "apiVersion: governance-operator.io/v1alpha1\nkind: AppEntitlement\nmetadata: {name: " + name + "}\n" +
		"spec: {backendRef: {name: prod}, app: {id: " + app + "}, remoteID: e1}\n"
}

func TestWhatFilesSayOfEachOther(t *testing.T) {
	const backendOf = "apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: prod}\n" +
		"spec: {vendor: SailPoint, endpoint: 'https://acme.api.identitynow.com', credentials: {secretRef: {name: s}}}\n---\n"
	const profile = "apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfile\nmetadata:\n  name: payroll\nspec:\n  backendRef: {name: prod}\n  displayName: Payroll\n"
	for sentence, c := range map[string]struct {
		text              string
		want              []string
		ignored, unbacked int
	}{
		"an object of another vendor": {
			text: backendOf + profile + "  conductorOne:\n    requestBundle: true\n",
			want: []string{"10: spec.owners: is needed to create this at the vendor", "10: spec.sailPoint.source: is needed to create this at the vendor",
				"14: spec.conductorOne.requestBundle: belongs to another vendor; this backend's vendor has its own fields in spec.sailPoint"},
		},
		"nothing is said of a vendor that is not there": {text: profile + "  conductorOne:\n    requestBundle: true\n", unbacked: 1},
		"one object twice": {
			text: profile + "---\n" + profile, unbacked: 1,
			want: []string{"12: metadata.name: AccessProfile/default/payroll is in these files already, at -:1"},
		},
		"two objects of one remote": {
			text: profile + "  remoteID: r1\n---\n" + strings.Replace(profile, "payroll", "other", 1) + "  remoteID: r1\n", unbacked: 2,
			want: []string{`17: spec.remoteID: "r1" is the remote of another object, too, at -:1`},
		},
		"a reference to nothing": {
			text: profile + "  entitlements:\n    - ref: {name: gone}\n", unbacked: 1,
			want: []string{`1: warning: refers to AppEntitlement "gone", which is not in these files`},
		},
		"a field that nobody knows": {
			text: profile + "  membersip: {}\n", unbacked: 0,
			want: []string{"8: spec.membersip: unknown field"},
		},
		"an expression with a mistake": {
			text: profile + "  membership:\n    expression: subject.departmnt == 'Finance'\n", unbacked: 1,
			want: []string{"9: spec.membership.expression: 1:8: undefined field 'departmnt' (did you mean \"department\"?)"},
		},
		"objects of other kinds": {text: "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\n# nothing\n---\n" + profile, ignored: 1, unbacked: 1},
		"objects of another version": {
			text: strings.Replace(profile, "v1alpha1", "v1beta7", 1),
			want: []string{"1: apiVersion: governance-operator.io/v1beta7 is not known to this command, which knows governance-operator.io/v1alpha1"},
		},
		"a list": {
			text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: governance-operator.io/v1alpha1\n  kind: AccessProfil\n  metadata: {name: a}\n",
			want: []string{`5: kind: "AccessProfil" is no kind of governance-operator.io`},
		},
		"instants and words are read as kubectl reads them": {
			text: strings.Replace(profile, "  name: payroll", "  name: payroll\n  creationTimestamp: 2024-01-01T00:00:00Z\n  annotations: {until: \"2026-12-01T00:00:00Z\"}", 1) + "  suspend: yes\n", unbacked: 1,
		},
		"nulls are nothing": {text: profile + "  management:\n  description: null\n  suspend: null\n", unbacked: 1},
		"another's object is not read at all": {
			text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {1: x, at: 2024-01-01}\n---\n" + profile, ignored: 1, unbacked: 1,
		},
		"metadata of another type": {
			text: strings.Replace(profile, "  name: payroll", "  name: payroll\n  annotations: {a: true}", 1),
			want: []string{"3: metadata: cannot unmarshal bool into Go struct field ObjectMeta.annotations of type string"},
		},
		"metadata that the API server refuses": {
			text: strings.Replace(profile, "  name: payroll", "  name: payroll\n  labels: {team: \"x y\"}", 1),
			want: []string{`5: metadata.labels: "x y": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`},
		},
		"a field twice": {
			text: profile + "  displayName: Again\n",
			want: []string{`1: key "displayName" already set in map`},
		},
		"two ids of two apps": {
			text: entitlement("a", "one") + "---\n" + entitlement("b", "two"), unbacked: 2,
		},
		"a name that the API server makes": {text: strings.Replace(profile, "name: payroll", "generateName: payroll-", 1), unbacked: 1},
		"what a terminal would obey": {
			text: profile + "  \"x\\e[31m\": 1\n",
			want: []string{"5: spec.x [31m: unknown field"},
		},
		"an object without a name": {
			text: strings.Replace(profile, "name: payroll", "labels: {}", 1),
			want: []string{"3: metadata.name: Required value"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			result, err := validate.Run(t.Context(), validate.Options{Files: []string{"-"}, In: strings.NewReader(c.text), Namespace: "default", Vendors: vendors.All()})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range result.Findings {
				got = append(got, strings.TrimPrefix(f.String(), "-:"))
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if result.Ignored != c.ignored || result.Unbacked != c.unbacked {
				t.Errorf("%d objects are ignored and %d without a backend, want %d and %d", result.Ignored, result.Unbacked, c.ignored, c.unbacked)
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.yaml")
	if err := os.WriteFile(broken, []byte("a: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(folder, "gone.yaml"): "no such file",
		broken:                             "broken.yaml: ",
		t.TempDir():                        "no file with an extension",
	} {
		_, err := validate.Run(t.Context(), validate.Options{Files: []string{file}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
