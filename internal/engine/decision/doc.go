// Package decision decides what one pass over an object does, and what follows from it. It is pure: it knows neither
// Kubernetes nor a vendor, and has no clock.
//
// Facts go in, and a Plan comes out: an action and a reason, with the conditions, the event, the message and the time of the
// next pass that belong to it. The decision is a list of questions, each with rules of which the first one that holds
// answers. Tests walk over every combination of facts, hold each answer to laws, and show that no rule can be left out.
package decision
