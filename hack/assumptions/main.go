// Command assumptions prints docs/assumptions.md from the registries beside the drivers.
package main

import (
	"fmt"
	"os"

	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

const head = `# What is assumed of the vendors

This page is made by "make docs" from the registries beside the drivers. What a vendor's documentation leaves open is an assumption, and
[governance tenant-check](tenant-check.md) asks a tenant whether it holds there. What must not be asked is here too, with the reason:
[support](support.md) says what follows from that.
`

func main() {
	fmt.Print(head)
	for _, v := range vendors.Checked() {
		fmt.Printf("\n## %s\n\n", v.Name)
		if err := tenantcheck.Assumptions(os.Stdout, v); err != nil {
			fmt.Fprintln(os.Stderr, "assumptions:", err)
			os.Exit(1)
		}
	}
}
