// Package sandboxes lists the fake products. A new one is a folder beside this one and a line here.
package sandboxes

import (
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// Sandbox is a fake product.
type Sandbox struct {
	// Vendor is the name of the product in spec.vendor of a backend.
	Vendor string
	// New makes one, whose Name is in lower case.
	New func() sandbox.Vendor
	// Port is where the samples, and the backends of the chart, look for it.
	Port int
	// SampleSecret is the Secret of the sample backend, in the samples.
	SampleSecret string
	// Secret is what a Secret with its credentials holds.
	Secret func(sandbox.Credentials) map[string]string
	// SampleProfile is what a simple AccessProfile needs of it in its spec, as lines of YAML; empty for nothing.
	SampleProfile string
}

// Name is the lower-case name of the fake, as of its flag and in the chart.
func (s Sandbox) Name() string { return s.New().Name() }

var all = []Sandbox{
	{
		Vendor: "ConductorOne", New: func() sandbox.Vendor { return conductorone.New() },
		Port: 8090, SampleSecret: "sandbox-credentials", Secret: signIn,
	},
	{
		Vendor: "SailPoint", New: func() sandbox.Vendor { return sailpoint.New() },
		Port: 8091, SampleSecret: "sailpoint-credentials", Secret: signIn,
		SampleProfile: "owners:\n  - email: ada@corp.example\nsailPoint:\n  source:\n    name: Workday\n",
	},
	{
		Vendor: "Veza", New: func() sandbox.Vendor { return veza.New() },
		Port: 8092, SampleSecret: "veza-credentials", Secret: func(c sandbox.Credentials) map[string]string { return map[string]string{"apiKey": c.StaticToken} },
		SampleProfile: "veza:\n  profileType:\n    name: Profile\n",
	},
}

// All returns every fake product. The first is the one that stands for all where one is enough.
func All() []Sandbox { return all }

// Named returns the fake of a lower-case name; false where there is none.
func Named(name string) (Sandbox, bool) {
	for _, s := range all {
		if s.Name() == name {
			return s, true
		}
	}
	return Sandbox{}, false
}

// Of returns the fake of a vendor, by its name in spec.vendor; false where there is none.
func Of(vendor string) (Sandbox, bool) {
	for _, s := range all {
		if s.Vendor == vendor {
			return s, true
		}
	}
	return Sandbox{}, false
}

func signIn(c sandbox.Credentials) map[string]string {
	return map[string]string{"clientID": c.ClientID, "clientSecret": c.ClientSecret}
}
