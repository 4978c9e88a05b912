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
	"github.com/governance-operator/governance-operator/internal/webhook/webhooktest"
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

// TestWhatTheWebhookSaysIsSaidOfFiles: the same of the same objects, in the same words.
func TestWhatTheWebhookSaysIsSaidOfFiles(t *testing.T) {
	cases, backends, err := webhooktest.Cases()
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d objects, %v", len(cases), err)
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			text := strings.NewReader(backends[c.Vendor] + "---\n" + c.Object)
			result, err := validate.Run(t.Context(), validate.Options{Files: []string{"-"}, In: text, Namespace: "default", Vendors: vendors.All()})
			if err != nil {
				t.Fatal(err)
			}
			var warned []string
			for _, f := range result.Findings {
				if f.Severity == validate.Warning && !strings.HasSuffix(f.Message, "which is not in these files") {
					warned = append(warned, f.Path+": "+f.Message)
				}
			}
			slices.Sort(warned)
			if diff := cmp.Diff([][]string{c.Refused, slices.Sorted(slices.Values(c.Warned))}, [][]string{lines(result), warned}); diff != "" {
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
	const shared = "apiVersion: governance-operator.io/v1alpha1\nkind: ClusterGovernanceBackend\nmetadata: {name: everyone}\n" +
		"spec:\n  vendor: ConductorOne\n  endpoint: https://acme.conductor.one\n  credentials: {secretRef: {name: s}}\n"
	user := strings.Replace(profile, "{name: prod}", "{kind: ClusterGovernanceBackend, name: everyone}", 1)
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
		"a list of one kind, whose items do not say what they are": {
			text: "apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfileList\nitems:\n- metadata: {name: a}\n  spec:\n    backendRef: {name: prod}\n    membersip: {}\n",
			want: []string{"7: spec.membersip: unknown field"},
		},
		"lists in a list": {
			text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMapList\n  items: [{}, {}]\n- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: governance-operator.io/v1alpha1\n" +
				"    kind: AccessProfil\n    metadata: {name: a}\n",
			want: []string{`11: kind: "AccessProfil" is no kind of governance-operator.io`}, ignored: 2,
		},
		"an anchor in another item": {
			text: "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, data: {x: &name payroll}}\n- apiVersion: governance-operator.io/v1alpha1\n  kind: AccessProfile\n" +
				"  metadata: {name: *name}\n  spec: {backendRef: {name: prod}, displayName: *name}\n", ignored: 1, unbacked: 1,
		},
		"objects in JSON, one behind the other": {
			text: `{"apiVersion": "v1", "kind": "ConfigMap"}` + "\n" + `{"apiVersion": "governance-operator.io/v1alpha1",` + "\n\t" + `"kind": "AccessProfile", "metadata": {"name": "a"},` + "\n\t" +
				`"spec": {"backendRef": {"name": "prod"}, "displayName": "\ud83d\ude00 \/",` + "\n\t\t" + `"membersip": 1.5e3}}`,
			want: []string{"5: spec.membersip: unknown field"}, ignored: 1,
		},
		"YAML in braces": {
			text: "{apiVersion: governance-operator.io/v1alpha1, kind: AccessProfile, metadata: {name: a}, spec: {backendRef: {name: prod}, displayName: A}}", unbacked: 1,
		},
		"what a cluster wrote into the status is not looked at": {text: profile + "status: {remote: {id: r-1}, invented: {}, conditions: never}\n", unbacked: 1},
		"a namespace that the backend does not allow": {
			text: shared + "  allowedNamespaces: {names: [payroll]}\n---\n" + user,
			want: []string{`15: spec.backendRef: ClusterGovernanceBackend "everyone" does not allow namespace "default" (spec.allowedNamespaces)`},
		},
		"one that it allows by name": {text: shared + "  allowedNamespaces: {names: [default]}\n---\n" + user},
		"one that it allows by its label": {
			text:    shared + "  allowedNamespaces: {selector: {matchLabels: {team: a}}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: a}}\n---\n" + user,
			ignored: 1,
		},
		"one whose label it does not allow": {
			text:    shared + "  allowedNamespaces: {selector: {matchLabels: {team: b}}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: a}}\n---\n" + user,
			want:    []string{`19: spec.backendRef: ClusterGovernanceBackend "everyone" does not allow namespace "default" (spec.allowedNamespaces)`},
			ignored: 1,
		},
		"one whose labels only the cluster knows": {
			text: shared + "  allowedNamespaces: {selector: {matchLabels: {team: b}}}\n---\n" + user,
			want: []string{`15: warning: spec.backendRef: ClusterGovernanceBackend "everyone" does not allow namespace "default" (spec.allowedNamespaces), unless it has labels that match the selector: it is not in these files`},
		},
		"every namespace is allowed": {text: shared + "  allowedNamespaces: {selector: {}}\n---\n" + user},
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

// folderOf makes a folder of files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWhatKustomizeBuildsIsChecked(t *testing.T) {
	folder := folderOf(t, map[string]string{
		"kustomization.yaml": "namespace: team-a\nnamePrefix: eu-\nresources: [profile.yaml]\n",
		"profile.yaml":       "apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfile\nmetadata: {name: payroll}\nspec: {backendRef: {name: prod}, displayName: Payroll, membersip: {}}\n",
	})
	result, err := validate.Run(t.Context(), validate.Options{Kustomize: folder, Vendors: vendors.All()})
	if err != nil || result.Objects != 1 || len(result.Findings) != 1 {
		t.Fatalf("%v, %+v", err, result)
	}
	want := filepath.Join(folder, "kustomization.yaml") + ": AccessProfile/team-a/eu-payroll: spec.membersip: unknown field"
	if got := result.Findings[0].String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := validate.Run(t.Context(), validate.Options{Kustomize: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "unable to find one of") {
		t.Errorf("a folder without a kustomization: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	folder := folderOf(t, map[string]string{
		"broken.yaml": "a: [\n", "text.yaml": "---\njust words\n", "round.yaml": "&a {kind: List, items: [*a]}\n",
		"laughs.yaml": "kind: List\nitems:\n- &b {kind: List, items: &a [" + strings.Repeat("{}, ", 1000) + "{}]}\n- {kind: List, items: [" + strings.Repeat("*b, ", 1000) + "*b]}\n",
	})
	if err := os.Symlink(filepath.Join(folder, "nowhere"), filepath.Join(folder, "lost.yaml")); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(folder, "gone.yaml"):   "gone.yaml: no such file",
		filepath.Join(folder, "lost.yaml"):   "lost.yaml: no such file",
		filepath.Join(folder, "broken.yaml"): "broken.yaml: yaml: line 1: did not find expected node content",
		filepath.Join(folder, "text.yaml"):   "text.yaml: line 2: this is no object, which has apiVersion and kind",
		filepath.Join(folder, "round.yaml"):  "round.yaml: line 1: the list has more than 100000 objects, or lists within lists 10 deep",
		filepath.Join(folder, "laughs.yaml"): "laughs.yaml: line 1: the list has more than 100000 objects",
		t.TempDir():                          "no file with an extension",
	} {
		_, err := validate.Run(t.Context(), validate.Options{Files: []string{file}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
