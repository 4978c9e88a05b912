// Package vendors is the list of governance products that the operator knows.
package vendors

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	conductoronespec "github.com/governance-operator/governance-operator/internal/vendors/conductorone/spec"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	sailpointspec "github.com/governance-operator/governance-operator/internal/vendors/sailpoint/spec"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
	vezaspec "github.com/governance-operator/governance-operator/internal/vendors/veza/spec"
)

// A new vendor is a folder and a line here.
var registered = []struct {
	checked probe.Vendor
	spec    mapping.Vendor
}{
	{conductorone.Checked(), conductoronespec.Vendor()},
	{sailpoint.Checked(), sailpointspec.Vendor()},
	{veza.Checked(), vezaspec.Vendor()},
}

// All returns every vendor.
func All() (out []backend.Vendor) {
	for _, v := range registered {
		out = append(out, v.checked.Vendor)
	}
	return out
}

// Checked returns every vendor with what it is assumed to do, in the order of All.
func Checked() (out []probe.Vendor) {
	for _, v := range registered {
		out = append(out, v.checked)
	}
	return out
}

// specs is made once: it is asked for whenever a tenant is opened.
var specs = func() (out []mapping.Vendor) {
	for _, v := range registered {
		out = append(out, v.spec)
	}
	return out
}()

// Specs returns what every vendor adds to the API types, in the order of All. It is not to be changed.
func Specs() []mapping.Vendor { return specs }
