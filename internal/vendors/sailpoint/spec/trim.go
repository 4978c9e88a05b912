package spec

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

// trimEntitlement: it is privileged by its level, and a spec has one of the two.
func trimEntitlement(m backend.AppEntitlement) (backend.AppEntitlement, map[string]string) {
	unsaid := map[string]string{}
	if block := m.Block.(*sailpoint.EntitlementBlock); backend.Value(block.PrivilegeLevel) != "" && backend.Value(block.Privileged) {
		unsaid["sailPoint.privileged"] = "sailPoint.privilegeLevel says it"
	}
	return m, unsaid
}

// trimReview: the vendor starts and ends no campaign by itself. The operator does where a spec says so, which an observed one does
// not tell.
func trimReview(m backend.AccessReview) (backend.AccessReview, map[string]string) {
	unsaid := map[string]string{
		"start.mode": "it tells whether the campaign has started, and not who starts it",
		"close.mode": "it tells whether the campaign is overdue, and not who ends it",
	}
	if block := m.Block.(*sailpoint.ReviewBlock); backend.Value(block.Type) != "SourceOwner" {
		unsaid["sailPoint.correlatedStatus"] = "it counts in campaigns of the type SourceOwner only"
	}
	return m, unsaid
}
