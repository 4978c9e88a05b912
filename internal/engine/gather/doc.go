// Package gather is the first step of a pass: it reads the object, asks the backend, maps the spec, reads the vendor, and
// compares. What it finds is a Situation, with the facts that package decision decides by. It writes nothing at the vendor.
package gather
