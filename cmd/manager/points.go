//go:build !chaos

package main

// atPoint is called at the named points of the write path. Only the binary that is built for
// the crash suite does anything there.
func atPoint() func(point string) { return nil }
