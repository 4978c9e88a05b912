package vendors

import (
	"github.com/governance-operator/governance-operator/internal/mapping"
	conductorone "github.com/governance-operator/governance-operator/internal/vendors/conductorone/spec"
	sailpoint "github.com/governance-operator/governance-operator/internal/vendors/sailpoint/spec"
	veza "github.com/governance-operator/governance-operator/internal/vendors/veza/spec"
)

var specs = []mapping.Vendor{
	conductorone.Vendor(),
	sailpoint.Vendor(),
	veza.Vendor(),
}

// Specs returns what every vendor adds to the API types, in the order of All.
func Specs() []mapping.Vendor { return specs }
