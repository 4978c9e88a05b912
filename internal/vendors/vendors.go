// Package vendors is the list of governance products that the operator knows.
package vendors

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// All returns every vendor. A new one is a folder and a line here.
func All() []backend.Vendor {
	return []backend.Vendor{
		conductorone.Vendor(),
		sailpoint.Vendor(),
		veza.Vendor(),
	}
}

// Checked returns every vendor with what it is assumed to do, in the same order.
func Checked() []probe.Vendor {
	return []probe.Vendor{
		conductorone.Checked(),
		sailpoint.Checked(),
		veza.Checked(),
	}
}
