package vendors_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

var probeID = regexp.MustCompile(`^[a-z][a-z0-9-]{4,60}$`)

// TestEveryVendorSaysWhatItAssumes: the registry of assumptions is whole, and can be read.
func TestEveryVendorSaysWhatItAssumes(t *testing.T) {
	checked := vendors.Checked()
	for i, v := range vendors.All() {
		if i >= len(checked) || checked[i].Name != v.Name {
			t.Fatalf("%s assumes nothing", v.Name)
		}
	}
	for _, v := range checked {
		t.Run(v.Name, func(t *testing.T) {
			declared, err := v.Declared(backend.Config{Allow: allowed(v)})
			if err != nil {
				t.Fatal(err)
			}
			var before []string
			reads := true
			for _, p := range v.Probes {
				if !probeID.MatchString(p.ID) || slices.Contains(before, p.ID) {
					t.Errorf("%q is no name, or taken", p.ID)
				}
				for what, text := range map[string]string{"assumes": p.Assumes, "depends": p.Depends, "how": p.Asks + p.Why} {
					if len(text) < 8 && text != "Nothing." || !strings.HasSuffix(text, ".") {
						t.Errorf("%s: %s: %q is no sentence", p.ID, what, text)
					}
				}
				if (p.Effect == probe.Never) != (p.Ask == nil) || (p.Effect == probe.Never) != (p.Why != "") {
					t.Errorf("%s: what is never asked says why, and nothing else does", p.ID)
				}
				if p.Effect == probe.Reads && (!reads || len(p.Makes) > 0) {
					t.Errorf("%s only reads, and stands behind what writes, or makes something", p.ID)
				}
				reads = reads && p.Effect == probe.Reads
				for _, id := range p.After {
					if !slices.Contains(before, id) {
						t.Errorf("%s builds on %s, which is not asked before it", p.ID, id)
					}
				}
				for _, o := range p.Overrides {
					learned := v.Name == "Veza" && o.Kind == "AccessReview" // Its driver declares it once it saw a mark.
					if !learned && !capabilitiesOf(declared, o.Kind).Has(o.Capability) {
						t.Errorf("%s takes %s from every %s, which the driver does not declare", p.ID, o.Capability, o.Kind)
					}
				}
				before = append(before, p.ID)
			}
		})
	}
}

// allowed is what the owner of a tenant may opt in to.
func allowed(v probe.Vendor) []string {
	if v.Name == "Veza" {
		return []string{"DeleteProfile", "PublishDraft"}
	}
	return nil
}

func capabilitiesOf(t backend.Tenant, kind string) backend.Capabilities {
	switch kind {
	case "AppEntitlement":
		return t.AppEntitlements().Capabilities()
	case "AccessProfile":
		return t.AccessProfiles().Capabilities()
	}
	return t.AccessReviews().Capabilities()
}
