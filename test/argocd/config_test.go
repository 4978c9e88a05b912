package argocd_test

import (
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// indented puts spaces before every line that is not empty.
func indented(text, by string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			out.WriteString(by)
		}
		out.WriteString(line)
	}
	return out.String()
}

// rendered is the ConfigMap with all scripts.
func rendered(t *testing.T) string {
	var out strings.Builder
	out.WriteString(`# What Argo CD has to know of the operator's kinds; merge it into the argocd-cm that is there, see docs/argocd.md.
# Made from resource_customizations by "make argocd".
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
data:
`)
	for _, kind := range kinds {
		key := group + "_" + kind
		out.WriteString("  resource.customizations.health." + key + ": |\n" + indented(read(t, of(kind, "health.lua")), "    "))
		out.WriteString("  resource.customizations.actions." + key + ": |\n    discovery.lua: |\n" + indented(read(t, of(kind, "actions", "discovery.lua")), "      ") + "    definitions:\n")
		for _, name := range []string{"reconcile", "suspend", "resume"} {
			out.WriteString("    - name: " + name + "\n      action.lua: |\n" + indented(read(t, of(kind, "actions", name, "action.lua")), "        "))
		}
	}
	return out.String()
}

func TestTheConfigMapHoldsTheScripts(t *testing.T) {
	path := filepath.Join(folder, "argocd-cm.yaml")
	want := rendered(t)
	if *update {
		write(t, path, want)
	}
	if read(t, path) != want {
		t.Fatalf("%s differs from the scripts: make argocd", path)
	}
	var cm struct{ Data map[string]string }
	if err := yaml.Unmarshal([]byte(want), &cm); err != nil {
		t.Fatal(err)
	}
	if len(cm.Data) != 2*len(kinds) {
		t.Errorf("%d keys", len(cm.Data))
	}
	for _, kind := range kinds {
		if got := cm.Data["resource.customizations.health."+group+"_"+kind]; got != read(t, of(kind, "health.lua")) {
			t.Errorf("health of %s is %q", kind, got)
		}
		var actions struct {
			Discovery   string `json:"discovery.lua"`
			Definitions []struct {
				Name   string `json:"name"`
				Action string `json:"action.lua"`
			} `json:"definitions"`
		}
		if err := yaml.UnmarshalStrict([]byte(cm.Data["resource.customizations.actions."+group+"_"+kind]), &actions); err != nil {
			t.Fatal(err)
		}
		if actions.Discovery != read(t, of(kind, "actions", "discovery.lua")) {
			t.Errorf("discovery of %s is %q", kind, actions.Discovery)
		}
		for _, d := range actions.Definitions {
			if d.Action != read(t, of(kind, "actions", d.Name, "action.lua")) {
				t.Errorf("%s of %s is %q", d.Name, kind, d.Action)
			}
		}
		if len(actions.Definitions) != 3 {
			t.Errorf("%s has %d actions", kind, len(actions.Definitions))
		}
	}
}
