// Package engine is the one reconcile loop of every managed kind, in four steps with a value between them: package gather
// finds the Situation, package decision makes a Plan of its facts, package act carries the plan out and returns the
// Outcome, and package status writes that down. A step knows those before it, and none that comes after.
package engine
