package engine

import "testing"

// Reasons are the reasons of conditions.go, by the words of their group, for tests from outside.
func Reasons(t *testing.T) map[string]string { return reasons(t) }
