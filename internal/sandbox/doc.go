// Package sandbox runs strict fakes of governance products over HTTP, for tests and demonstrations.
//
// This package is what every fake has in common and knows no vendor: the loopback server, the clock, faults, pace, the log
// of calls, the record of requests that broke the contract, and the administration endpoints under /_sandbox/. A fake
// vendor is a sibling folder that implements Vendor. Everything an administration endpoint does is also a method of
// Server.
package sandbox
