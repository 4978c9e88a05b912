// Package docs has the pages that commands repeat.
package docs

import _ "embed"

// Troubleshooting is the page on reasons: a heading for each, with what it means and the ways out.
//
//go:embed troubleshooting.md
var Troubleshooting string
