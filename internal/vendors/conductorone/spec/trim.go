package spec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

const annotations = "conductorOne.annotations"

func trimEntitlement(m backend.AppEntitlement) (backend.AppEntitlement, map[string]string) {
	unsaid := map[string]string{}
	block := *m.Block.(*conductorone.EntitlementBlock)
	block.Annotations = ownAnnotations(block.Annotations, unsaid)
	if backend.Value(block.EmergencyGrantEnabled) && backend.Value(block.EmergencyGrantPolicyID) == "" {
		unsaid["conductorOne.emergencyGrantEnabled"] = "it needs conductorOne.policies.emergencyGrant, and there is none"
	}
	m.Block = &block
	return m, unsaid
}

func trimProfile(m backend.AccessProfile) (backend.AccessProfile, map[string]string) {
	unsaid := map[string]string{}
	block := *m.Block.(*conductorone.ProfileBlock)
	block.Annotations = ownAnnotations(block.Annotations, unsaid)
	m.Block = &block
	return m, unsaid
}

// trimReview: a list of entitlements counts by the arm of the scope, which a spec chooses by what it has.
func trimReview(m backend.AccessReview) (backend.AccessReview, map[string]string) {
	if m.Scope == nil || m.Scope.Apps != nil && (m.Scope.Apps.SpecificResources != nil || m.Scope.Apps.Access != nil) {
		return m, nil
	}
	return m, map[string]string{"scope.entitlements": "the review does not go by this list"}
}

// annotationKey is the form of a key that a spec can have.
var annotationKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]{0,127}$`)

// ownAnnotations are those that a spec can have. The others are the vendor's, or say who manages the object.
func ownAnnotations(all backend.Pairs, unsaid map[string]string) backend.Pairs {
	if all == nil {
		return nil
	}
	out := backend.Pairs{}
	for key, value := range all {
		reserved := key == "managed_by" || slices.ContainsFunc([]string{"c1/", "iac_", "governance-operator.io/"}, func(p string) bool { return strings.HasPrefix(key, p) })
		switch {
		case reserved:
			unsaid[annotations+"["+key+"]"] = "the key is reserved"
		case !annotationKey.MatchString(key):
			unsaid[annotations+"["+key+"]"] = "no spec can have a key of this form"
		default:
			out[key] = value
		}
	}
	return out
}
