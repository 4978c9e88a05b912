package veza

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// BenchmarkDecodeProfiles decodes a thousand rows, each with its version: with the JSON around them, and alone.
func BenchmarkDecodeProfiles(b *testing.B) {
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`{"id":"0197b1b8-5fed-4fd4-ad29-82014e%06d","name":"Profile %[1]d","description":"One of many.","state":"RUNNING","profile_type":"0197b1b8-5fed-4fd4-ad29-820140000001",
			"current_version_number":2,"draft_version_number":0,"current_version":{"version_number":2,"state":"PUBLISHED"},"labels":["governance-operator:ABCDEFGHJKMNPQRS"],
			"created_at":"2026-01-02T03:04:05.678Z","updated_at":"2026-01-02T03:04:05.678Z"}`, i))
	}
	page := []byte(`{"values":[` + strings.Join(rows, ",") + `]}`)
	now := time.Now()
	var answer struct{ Values []profile }
	decode := func(b *testing.B) {
		for _, row := range answer.Values {
			if obs := decodeProfile(row, version{}, profileType{}, now); !obs.Exists || obs.ParentID == "" {
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
