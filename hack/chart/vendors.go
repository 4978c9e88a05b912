package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// The places of the chart's own files that list the vendors, each between two texts that stay.
var (
	described = regexp.MustCompile(`(?m)^(description: .* access reviews of ).*( as Kubernetes objects\.)$`)
	keywords  = regexp.MustCompile(`(?s)(\nkeywords:\n.*?\n  - entitlement\n).*?(maintainers:\n)`)
	started   = regexp.MustCompile(`(?m)^(  vendors: \[).*(\])$`)
	startable = regexp.MustCompile(`(?s)("vendors": \{[^}]*"enum": \[).*?(\n            \])`)
)

// vendors lists the products in the chart's description, its keywords, and the tenants that its sandbox may have.
func vendors(root string) (map[string]string, error) {
	var names, fakes []string
	for _, s := range sandboxes.All() {
		names, fakes = append(names, s.Vendor), append(fakes, s.Name())
	}
	last := len(names) - 1
	files := map[string]string{}
	for _, put := range []struct {
		file string
		at   *regexp.Regexp
		text string
	}{
		{"Chart.yaml", described, strings.Join(names[:last], ", ") + " and " + names[last]},
		{"Chart.yaml", keywords, "  - " + strings.Join(fakes, "\n  - ") + "\n"},
		{"values.yaml", started, strings.Join(fakes, ", ")},
		{"values.schema.json", startable, "\n              \"" + strings.Join(fakes, "\",\n              \"") + "\""},
	} {
		if files[put.file] == "" {
			raw, err := os.ReadFile(filepath.Join(root, folder, put.file))
			if err != nil {
				return nil, err
			}
			files[put.file] = string(raw)
		}
		if n := len(put.at.FindAllStringIndex(files[put.file], -1)); n != 1 {
			return nil, fmt.Errorf("%s: the vendors are listed at %d places of the form %s, want one", put.file, n, put.at)
		}
		files[put.file] = put.at.ReplaceAllString(files[put.file], "${1}"+put.text+"${2}")
	}
	return files, nil
}
