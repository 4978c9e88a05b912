// Command chart writes those parts of the Helm chart that follow from the rest of the repository: the
// CRDs, the rules of its roles, the admission policies, the names of the vendors, and the tenants of its sandbox with their credentials.
//
//	go run ./hack/chart
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// folder is the chart.
var folder = filepath.Join("charts", "governance-operator")

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	for _, write := range []func(root string) (map[string]string, error){definitions, rules, policies, credentials, tenants, vendors} {
		files, err := write(root)
		if err != nil {
			return err
		}
		for path, text := range files {
			path = filepath.Join(root, folder, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
