// Package backend is the seam between the engine and the vendors.
//
// Plain values cross it: models say what a kind should be or is, drivers read and
// write them at one vendor, errors say what to do next. The package knows neither
// Kubernetes nor HTTP.
package backend
