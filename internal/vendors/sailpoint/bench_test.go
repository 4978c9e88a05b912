package sailpoint

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// BenchmarkDecodeProfiles decodes a thousand rows, with the JSON around them and alone.
func BenchmarkDecodeProfiles(b *testing.B) {
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`{"id":"2c9180857182305e0171993735%06d","name":"Profile %[1]d","description":"One of many.","created":"2026-01-02T03:04:05.678Z","modified":"2026-01-02T03:04:05.678Z",
			"enabled":true,"requestable":true,"owner":{"type":"IDENTITY","id":"2c9180857182305e0171993735000001","name":"Ada"},"source":{"type":"SOURCE","id":"2c9180857182305e0171993735000002","name":"Workday"},
			"entitlements":[{"type":"ENTITLEMENT","id":"2c9180857182305e0171993735000003","name":"One"},{"type":"ENTITLEMENT","id":"2c9180857182305e0171993735000004","name":"Two"}],
			"accessRequestConfig":{"commentsRequired":true,"approvalSchemes":[{"approverType":"MANAGER","approverId":null}]},"segments":["f7b1b8a3-5fed-4fd4-ad29-82014e137e19"]}`, i))
	}
	page := []byte(`[` + strings.Join(rows, ",") + `]`)
	now := time.Now()
	var answer []profile
	decode := func(b *testing.B) {
		for _, row := range answer {
			if obs := decodeProfile(row, now); !obs.Exists || obs.ParentID == "" {
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
