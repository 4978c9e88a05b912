package internal_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// read is a file of the repository.
func read(t *testing.T, path ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// vendor is a vendor as it is registered, with its fake.
type vendor struct {
	name string
	// folder is its name in paths.
	folder string
	// blocks are the names of its blocks, by the kind; a kind without one is left out.
	blocks map[string]string
	fake   sandboxes.Sandbox
}

func registered(t *testing.T) (out []vendor) {
	t.Helper()
	fakes := sandboxes.All()
	for i, v := range vendors.Specs() {
		if i >= len(fakes) || fakes[i].Vendor != v.Name || fakes[i].Name() != strings.ToLower(v.Name) {
			t.Fatalf("%s: no fake of it is at its place in internal/sandbox/sandboxes", v.Name)
		}
		blocks := map[string]string{}
		for kind, block := range map[string]backend.Block{
			"AppEntitlement": v.Entitlements.Block.Type, "AccessProfile": v.Profiles.Block.Type, "AccessReview": v.Reviews.Block.Type,
		} {
			if block != nil {
				blocks[kind] = block.BlockName()
			}
		}
		out = append(out, vendor{v.Name, strings.ToLower(v.Name), blocks, fakes[i]})
	}
	return out
}

// definition is what a test reads of a CRD.
type definition struct {
	Spec struct {
		Versions []struct {
			Schema struct {
				OpenAPIV3Schema struct {
					Properties struct {
						Spec struct {
							Properties map[string]struct {
								Enum []string `json:"enum"`
							} `json:"properties"`
							Rules []struct {
								Rule    string `json:"rule"`
								Message string `json:"message"`
							} `json:"x-kubernetes-validations"`
						} `json:"spec"`
					} `json:"properties"`
				} `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

func definitionOf(t *testing.T, kind string) definition {
	t.Helper()
	var out definition
	if err := yaml.Unmarshal([]byte(read(t, "config", "crd", "bases", "governance-operator.io_"+strings.ToLower(kind)+"s.yaml")), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Spec.Versions) != 1 {
		t.Fatalf("%s has %d versions", kind, len(out.Spec.Versions))
	}
	return out
}

// TestABackendTakesEveryVendorThatIsRegistered and no other.
func TestABackendTakesEveryVendorThatIsRegistered(t *testing.T) {
	var want []string
	for _, v := range registered(t) {
		want = append(want, v.name)
	}
	for _, kind := range []string{"GovernanceBackend", "ClusterGovernanceBackend"} {
		got := definitionOf(t, kind).Spec.Versions[0].Schema.OpenAPIV3Schema.Properties.Spec.Properties["vendor"].Enum
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: vendors (-registered +api):\n%s", kind, diff)
		}
	}
}

// TestAnObjectHasTheBlockOfOneVendor: the schema of a kind has every block, and refuses two of them.
func TestAnObjectHasTheBlockOfOneVendor(t *testing.T) {
	for _, kind := range []string{"AppEntitlement", "AccessProfile", "AccessReview"} {
		spec := definitionOf(t, kind).Spec.Versions[0].Schema.OpenAPIV3Schema.Properties.Spec
		var terms []string
		for _, v := range registered(t) {
			if v.blocks[kind] == "" {
				continue
			}
			terms = append(terms, "has(self."+v.blocks[kind]+")")
			if _, ok := spec.Properties[v.blocks[kind]]; !ok {
				t.Errorf("%s: spec has no field %s", kind, v.blocks[kind])
			}
		}
		want := "[" + strings.Join(terms, ", ") + "].filter(x, x).size() <= 1"
		var got []string
		for _, r := range spec.Rules {
			if strings.HasPrefix(r.Message, "write at most one of ") && strings.HasSuffix(r.Message, ": the backend's vendor") {
				got = append(got, r.Rule)
			}
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%s: the rule that one block is written (-want +got):\n%s", kind, diff)
		}
	}
}

// TestEveryVendorHasSamples: a backend that leads to its fake, and an object of each kind that has a block of it.
func TestEveryVendorHasSamples(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "config", "samples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	together := read(t, "config", "samples", "kustomization.yaml")
	found := map[string]bool{}
	for _, path := range paths {
		var object struct {
			Kind string                     `json:"kind"`
			Spec map[string]json.RawMessage `json:"spec"`
		}
		if err := yaml.Unmarshal([]byte(read(t, "config", "samples", filepath.Base(path))), &object); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(together, "  - "+filepath.Base(path)+"\n") {
			continue
		}
		for field := range object.Spec {
			found[object.Kind+" "+field] = true
		}
		if raw, ok := object.Spec["vendor"]; ok {
			found[fmt.Sprintf("%s %s %s %s", object.Kind, raw, object.Spec["endpoint"], object.Spec["credentials"])] = true
		}
	}
	for _, v := range registered(t) {
		if want := fmt.Sprintf(`GovernanceBackend %q "http://127.0.0.1:%d" {"secretRef":{"name":%q}}`, v.name, v.fake.Port, v.fake.SampleSecret); !found[want] {
			t.Errorf("%s: config/samples/kustomization.yaml lists no %s", v.name, want)
		}
		for kind, block := range v.blocks {
			if !found[kind+" "+block] {
				t.Errorf("%s: config/samples/kustomization.yaml lists no %s with spec.%s", v.name, kind, block)
			}
		}
	}
}

// TestEveryVendorIsInTheDocuments: it has a page of its own, which is found, and what was checked of it is written down.
func TestEveryVendorIsInTheDocuments(t *testing.T) {
	for _, v := range registered(t) {
		page := "vendors/" + v.folder + ".md"
		if text := read(t, "docs", filepath.FromSlash(page)); !strings.HasPrefix(text, "# "+v.name+"\n") {
			t.Errorf("docs/%s does not begin with the name of the vendor", page)
		}
		for where, want := range map[string]string{
			"README.md": "[" + v.name + "](docs/" + page + ")", filepath.Join("docs", "README.md"): "[" + v.name + "](" + page + ")",
			filepath.Join("docs", "support.md"): "\n| " + v.name + " | ",
		} {
			if !strings.Contains(read(t, where), want) {
				t.Errorf("%s does not contain %q", where, want)
			}
		}
	}
}

// TestFakesAreToldApart: each has an address of its own.
func TestFakesAreToldApart(t *testing.T) {
	var ports []int
	var secrets []string
	for _, v := range registered(t) {
		if slices.Contains(ports, v.fake.Port) || slices.Contains(secrets, v.fake.SampleSecret) {
			t.Errorf("the port or the Secret of the fake %s is another's", v.name)
		}
		ports, secrets = append(ports, v.fake.Port), append(secrets, v.fake.SampleSecret)
	}
}
