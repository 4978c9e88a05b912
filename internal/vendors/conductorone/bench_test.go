package conductorone

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// BenchmarkDecodeEntitlements decodes a thousand rows, with the JSON around them and alone.
func BenchmarkDecodeEntitlements(b *testing.B) {
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`{"appEntitlement":{"id":"2Xo%03dkFa6dPLw0zVqkQFL0uTkyB","appId":"2Xo0akFa6dPLw0zVqkQFL0uTkyB","displayName":"Entitlement %[1]d",
			"description":"One of many.","alias":"many_%[1]d","slug":"member","purpose":"APP_ENTITLEMENT_PURPOSE_VALUE_PERMISSION","appResourceTypeId":"2Xo0bkFa6dPLw0zVqkQFL0uTkyB",
			"grantPolicyId":"2Xo0ckFa6dPLw0zVqkQFL0uTkyB","riskLevelValueId":"2Xo0dkFa6dPLw0zVqkQFL0uTkyB","durationGrant":"129600s","grantCount":"12",
			"annotations":{"governance-operator.io/token":"ABCDEFGHJKMNPQRS","governance-operator.io/owner":"team_one","governance-operator.io/cluster":"0123456789ab"},
			"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05.678Z"}}`, i))
	}
	page := []byte(`{"list":[` + strings.Join(rows, ",") + `],"nextPageToken":""}`)
	now := time.Now()
	var answer struct{ List []entitlementView }
	decode := func(b *testing.B) {
		for _, row := range answer.List {
			if obs := decodeEntitlement(row.Entitlement, now); !obs.Exists || obs.Mark.IsZero() {
				b.Fatalf("%+v", obs)
			}
		}
	}
	read := func(b *testing.B) {
		if err := json.Unmarshal(page, &answer); err != nil {
			b.Fatal(err)
		}
	}
	vendortest.BenchmarkDecoding(b, page, read, decode)
}
