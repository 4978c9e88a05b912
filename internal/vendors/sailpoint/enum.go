package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// wordOf is nil where the vendor shows nothing.
func wordOf(value string) *string {
	if value == "" {
		return nil
	}
	return backend.To(rest.Word(value))
}
