package vendortest

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Forms are what a vendor may make of the texts in which marks are, as features of its fake.
func Forms() map[string][]string {
	return map[string][]string{
		"as they are":                          nil,
		"with the line breaks of another kind": {sandbox.FeatureOtherBreaks},
		"as HTML":                              {sandbox.FeatureKeepsHTML},
		"trimmed, and as HTML":                 {sandbox.FeatureNormalises, sandbox.FeatureKeepsHTML},
	}
}

// With opens a driver over a fake with features.
func With[D any](open func(*testing.T) Kept[D], features []string) func(*testing.T) Kept[D] {
	return func(t *testing.T) Kept[D] {
		k := open(t)
		k.Feature(features...)
		return k
	}
}
